"""What the profile and page one show of a month whose feast moved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from rapport.present.labels import LANGUAGES, label
from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec
from rapport.present.values import Value, date_value

HEAD = "profiling.head"


def festival_words(moved: tuple[date, date] | None) -> dict[str, Value]:
    """Give the feast's days in the month's year and in the year before; none where it stayed."""
    if moved is None:
        return {}
    now, before = moved
    return {
        "festival_on": date_value("festival_on", now),
        "festival_before": date_value("festival_before", before),
    }


def festival_table(
    rows: pd.DataFrame, values: Mapping[str, Value], *, case: str | None
) -> TableSpec | None:
    """Give January and February together beside both months of the year before.

    Parameters
    ----------
    rows : as `analysis.festivals.list_together` gives them
    values : `as_of`
    case : what can be said of the two months

    Returns
    -------
    the table; None without a row
    """
    if rows.empty:
        return None
    words = {lang: f"name_{lang}" for lang in LANGUAGES}
    said = {words[lang]: [label(f"profile_measure.{n}", lang) for n in rows["name"]]
            for lang in LANGUAGES}  # fmt: skip
    mixed: dict[str, Any] = {"kind": "ratio", "unit": "ratio"}
    return TableSpec(
        id="profiling.festival",
        columns=(
            Column("name", f"{HEAD}.measure", "label", "text", words=words),
            Column("current", f"{HEAD}.two_months", style="plain", units="unit", **mixed),
            Column("last_year", f"{HEAD}.last_year", style="plain", units="unit", **mixed),
            Column("change_year", f"{HEAD}.change_year", style="signed",
                   units="change_year_unit", **mixed),
        ),
        frame=rows.assign(**said),
        title=Sentence("profiling.festival_title"),
        note=Sentence("profiling.festival_note", dict(values),
                      case="part" if case == "part" else "whole"),
    )  # fmt: skip
