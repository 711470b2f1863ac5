"""The satisfaction chapter's table of weights."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec, interval_head
from rapport.present.values import Value

Values = Mapping[str, Value]


def weight_table(rows: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give what weighting does to the scores; None without weights.

    Parameters
    ----------
    rows : as `satisfaction_tables.tabulate_weights` gives them
    """
    if rows.empty:
        return None
    head = interval_head(float(str(values["confidence"].value)))
    columns = (
        Column("span", "satisfaction.head.span", "label", "span"),
        Column("n", "satisfaction.head.answers", "count", "answers"),
        Column("plain", "satisfaction.head.plain", "estimator", "nps"),
        Column("nps", "satisfaction.head.weighted", "iterative", "nps"),
        Column("limits", head, "iterative", "nps", style="limits", limits=("low", "high")),
        Column("effective_n", "satisfaction.head.effective", "iterative", "points"),
        Column("least", "satisfaction.head.least", "iterative", "multiple"),
        Column("most", "satisfaction.head.most", "iterative", "multiple"),
        Column("n_trimmed", "satisfaction.head.trimmed", "count", "answers"),
    )
    return TableSpec(
        id="satisfaction.weights",
        columns=columns,
        frame=rows.assign(limits=rows["nps"]),
        title=Sentence("satisfaction.weights_title", dict(values)),
        note=Sentence("satisfaction.weights_note", dict(values)),
    )
