"""Tables of tags: how many customers carry each, and what each means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec, confidence_of, interval_head, withhold
from rapport.present.translated import Translated
from rapport.present.values import Value, text_value

Values = Mapping[str, Value]


def choose_role(outcome: str) -> str:
    """Say where the sentence stands: what is not there is one grey line."""
    return "gap" if outcome == "none" else "paragraph"


def tag_table(
    table: pd.DataFrame, tags: Mapping[str, Any], values: Values, *, min_count: int
) -> TableSpec | None:
    """Give the table of tags; None without tags.

    Parameters
    ----------
    table : as `analysis.tags.count_tags` gives it
    tags : of the unit's file: name -> `name`, `description` and `owner` (`en`, `zh` each)
    values : `confidence`, `tags_share`
    min_count : customers under which a tag is not said to go with another
    """
    return None if table.empty else _counts(table, tags, values, min_count)


def meaning_table(table: pd.DataFrame, tags: Mapping[str, Any], values: Values) -> TableSpec | None:
    """Give what each tag means and who answers for it; None without tags."""
    return None if table.empty else _meanings(table, tags, values)


def name_lead(table: pd.DataFrame, tags: Mapping[str, Any]) -> dict[str, Value]:
    """Give the name of the tag that most customers carry, where there are tags."""
    name = None if table.empty else _title(tags, table["tag"].iloc[0], "name")
    return {} if name is None else {"tags_lead_name": text_value("tags.lead.name", name)}


def _name_title(values: Values, min_count: int) -> str:
    lead = values.get("tags_lead_share")
    is_told = lead is not None and isinstance(lead.value, float) and "tags_lead_name" in values
    # A share tells its count: a small one goes with it.
    if not is_told or lead is None or lead.n is None:
        return "plain"
    return "named" if float(str(lead.value)) * lead.n >= min_count else "plain"


def _title(tags: Mapping[str, Any], name: object, part: str) -> Translated | None:
    if name is None or pd.isna(name):  # type: ignore[call-overload]
        return None
    words = getattr(tags[str(name)], part)
    return Translated({"en": words.en, "zh": words.zh})


def _counts(
    table: pd.DataFrame, tags: Mapping[str, Any], values: Values, min_count: int
) -> TableSpec:
    is_told = table["n_customers"] >= min_count
    frame = table.assign(
        tag=table["tag"].map(lambda name: _title(tags, name, "name")),
        with_tag=table["with_tag"].where(is_told).map(lambda name: _title(tags, name, "name")),
        interval=table["share"],
    )  # fmt: skip
    frame = withhold(frame, ~is_told, ["with_tag", "share_with"])
    confidence = confidence_of(values)
    compared = [Column("change", "tags.head.change", "ratio", "pp")]
    columns = (
        Column("tag", "tags.head.tag", "label", "text"),
        Column("n_customers", "tags.head.customers", "count", "customers"),
        Column("share", "tags.head.share", "ratio", "share"),
        Column("interval", interval_head(confidence), "ratio", "share", style="limits",
               limits=("low", "high")),
        *(compared if table["change"].notna().any() else ()),
        Column("with_tag", "tags.head.with_tag", "label", "text"),
        Column("share_with", "tags.head.share_with", "ratio", "share"),
    )  # fmt: skip
    return TableSpec(
        id="profiling.tags",
        columns=columns,
        frame=frame,
        title=Sentence("tags.table_title", dict(values), case=_name_title(values, min_count)),
        note=Sentence("tags.table_note", dict(values)),
    )


def _meanings(table: pd.DataFrame, tags: Mapping[str, Any], values: Values) -> TableSpec:
    names = [str(name) for name in table["tag"]]
    frame = pd.DataFrame(
        {"tag": [_title(tags, name, "name") for name in names],
         "meaning": [_title(tags, name, "description") for name in names],
         "owner": [_title(tags, name, "owner") for name in names]},
        dtype=object,
    )  # fmt: skip
    columns = (
        Column("tag", "tags.head.tag", "label", "text"),
        Column("meaning", "tags.head.meaning", "label", "text"),
        Column("owner", "tags.head.owner", "label", "text"),
    )
    return TableSpec(
        id="profiling.tag_meanings",
        columns=columns,
        frame=frame,
        title=Sentence("tags.meaning_title", dict(values)),
    )
