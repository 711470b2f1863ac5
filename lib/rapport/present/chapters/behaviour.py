"""Ways through visits and where they end, as tables."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rapport.present.figures.funnel import step_value
from rapport.present.labels import LANGUAGES, label
from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec, interval_head
from rapport.present.values import Value

Values = Mapping[str, Value]


def place_words(named: Mapping[str, str]) -> dict[str, Value]:
    """Give places as words: ours for a kind of contact, the log's own for a page."""
    return {slot: step_value(name) for slot, name in named.items()}


def behaviour_tables(
    ends: pd.DataFrame, moves: pd.DataFrame, values: Values
) -> tuple[TableSpec, ...]:
    """Give the table of places where visits ended, and that of ways; nothing without either.

    Parameters
    ----------
    ends : `place`, `n_customers`, `n_visits`, `n_dropped`, `share`, `low`, `high`
    moves : `place`, `next_place`, `n_customers`, `n_visits`, `n_visits_place`
    """
    shown = []
    if len(ends):
        shown.append(_ends(ends, values))
    if len(moves):
        shown.append(_moves(moves, values))
    return tuple(shown)


def _ends(ends: pd.DataFrame, values: Values) -> TableSpec:
    confidence = float(str(values["confidence"].value))
    columns = (
        _place("place", "profiling.head.ended_at"),
        Column("n_customers", "profiling.head.customers", "count", "customers"),
        Column("n_visits", "profiling.head.visits_there", "count", "sessions"),
        Column("n_dropped", "profiling.head.visits_ended", "count", "sessions"),
        Column("share", "profiling.head.share_ended", "ratio", "share"),
        Column("interval", interval_head(confidence), "ratio", "share", style="limits",
               limits=("low", "high")),
    )  # fmt: skip
    return TableSpec(
        id="profiling.ends",
        columns=columns,
        frame=_named(ends.assign(interval=ends["share"]), "place"),
        title=Sentence("profiling.ends_title", dict(values)),
        note=Sentence("profiling.ends_note", dict(values)),
        strong=frozenset({0}),
    )


def _moves(moves: pd.DataFrame, values: Values) -> TableSpec:
    columns = (
        _place("place", "profiling.head.from"),
        _place("next_place", "profiling.head.to"),
        Column("n_customers", "profiling.head.customers", "count", "customers"),
        Column("n_visits_place", "profiling.head.visits_there", "count", "sessions"),
        Column("n_visits", "profiling.head.visits_on", "count", "sessions"),
    )
    return TableSpec(
        id="profiling.moves",
        columns=columns,
        frame=_named(_named(moves, "place"), "next_place"),
        title=Sentence("profiling.moves_title", dict(values)),
        strong=frozenset({0}),
    )


def _place(key: str, head: str) -> Column:
    words = {language: f"{key}_{language}" for language in LANGUAGES}
    return Column(key, head, "label", "text", words=words)


def _named(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """Add the names of a column of places in each language."""
    values = [step_value(str(name)) for name in frame[key]]
    words = {
        f"{key}_{language}": [
            str(value.value) if value.unit == "text" else label(value.id, language)
            for value in values
        ]
        for language in LANGUAGES
    }
    return frame.assign(**words)
