"""Tables of lists: how many customers are on each, and what each means, is for, and is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from rapport.present.labels import Language
from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec
from rapport.present.translated import Translated
from rapport.present.values import Value

Values = Mapping[str, Value]
FILE = "lists/{}.csv"


def choose_role(outcome: str) -> str:
    """Say where the sentence stands: what is not there is one grey line."""
    return "paragraph" if outcome in ("some", "small", "nobody") else "gap"


def list_tables(
    table: pd.DataFrame, lists: Mapping[str, Any], values: Values, *, currency: str
) -> tuple[TableSpec, ...]:
    """Give the table of lists and that of their meanings; nothing without a list.

    Parameters
    ----------
    table : as `analysis.target_lists.study_lists` gives it
    lists : of the unit's file: name -> `name`, `description`, `owner` (`en`, `zh` each), `purpose`
    values : what the titles and notes ask for
    """
    if table.empty:
        return ()
    names = [str(name) for name in table["list"]]
    frame = table.assign(
        list=[_words(lists[name].name) for name in names],
        purpose=[lists[name].purpose for name in names],
    )
    columns = (
        Column("list", "lists.head.list", "label", "text"),
        Column("n_customers", "lists.head.customers", "count", "customers"),
        Column("purpose", "lists.head.purpose", "label", "purpose"),
        Column("money", "lists.head.money", "money", currency),
    )
    counts = TableSpec(
        id="summary.lists",
        columns=columns,
        frame=frame,
        title=Sentence("lists.table_title", dict(values)),
        note=Sentence("lists.table_note", dict(values)),
    )
    return (counts, _meanings(names, lists, values))


def _meanings(names: list[str], lists: Mapping[str, Any], values: Values) -> TableSpec:
    frame = pd.DataFrame(
        {
            "list": [_words(lists[name].name) for name in names],
            "meaning": [_words(lists[name].description) for name in names],
            "owner": [_words(lists[name].owner) for name in names],
            "file": [FILE.format(name) for name in names],
        },
        dtype=object,
    )
    columns = (
        Column("list", "lists.head.list", "label", "text"),
        Column("meaning", "lists.head.meaning", "label", "text"),
        Column("owner", "lists.head.owner", "label", "text"),
        Column("file", "lists.head.file", "label", "text"),
    )
    return TableSpec(
        id="summary.list_meanings",
        columns=columns,
        frame=frame,
        title=Sentence("lists.meaning_title", dict(values)),
    )


def effect_table(linked: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give the table of what the campaigns of decisions changed; None without such a decision.

    Parameters
    ----------
    linked : as `analysis.action_effects.link_effects` gives it
    """
    if linked.empty:
        return None
    mixed: dict[str, Any] = {"kind": "ratio", "unit": "count", "units": "unit"}
    words: dict[Language, str] = {"en": "decision_en", "zh": "decision_zh"}
    columns = (
        Column("decision", "summary.head.decision", "label", "text", words=words),
        Column("campaign", "lists.head.campaign", "label", "text"),
        Column("design", "lists.head.design", "label", "design"),
        Column("n_customers", "lists.head.contacted", "count", "customers"),
        Column("estimate", "lists.head.estimate", style="headline", **mixed),
        Column("range", "summary.head.interval", style="limits", limits=("low", "high"), **mixed),
        Column("verdict", "lists.head.verdict", "label", "action_effect"),
    )
    return TableSpec(
        id="summary.effects",
        columns=columns,
        frame=linked.assign(range=linked["estimate"]),
        title=Sentence("lists.effects_title", dict(values)),
        note=Sentence("lists.effects_note", dict(values)),
    )


def _words(words: Any) -> Translated:
    return Translated({"en": words.en, "zh": words.zh})
