"""The summary's table of what changed: who bought, and what each did; and the lists it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec
from rapport.present.values import Value

Values = Mapping[str, Value]


def choose_case(parts: Sequence[Any], lead: object | None) -> str:
    """Say which sentence the splits get: of one that is clear, that none is, or that none is."""
    if not parts:
        return "none"
    return "unclear" if lead is None else "clear"


def choose_role(parts: Sequence[Any]) -> str:
    """Say where the sentence stands: what is not there is one grey line."""
    return "paragraph" if parts else "gap"


def change_table(parts: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give both parts of each change by each grouping, with intervals; None without a split.

    Parameters
    ----------
    parts : as `analysis.change_study.list_parts` gives it
    values : `previous`
    """
    if parts.empty:
        return None
    frame = parts.assign(mix_range=parts["mix"], rate_range=parts["rate"])
    mixed: dict[str, Any] = {"kind": "ratio", "unit": "count", "units": "unit"}
    columns = (
        Column("figure", "changed.head.figure", "label", "key_figure"),
        Column("grouping", "changed.head.grouping", "label", "grouping"),
        Column("change", "changed.head.change", style="plain signed", **mixed),
        Column("mix", "changed.head.mix", style="plain signed", **mixed),
        Column("mix_range", "mix.head.range", style="limits signed",
               limits=("mix_low", "mix_high"), **mixed),
        Column("rate", "changed.head.rate", style="plain signed", **mixed),
        Column("rate_range", "mix.head.range", style="limits signed",
               limits=("rate_low", "rate_high"), **mixed),
    )  # fmt: skip
    return TableSpec(
        id="summary.mixes",
        columns=columns,
        frame=frame,
        title=Sentence("summary.mixes_title", dict(values)),
        note=Sentence("summary.mixes_note"),
    )


def list_table(facts: Sequence[Any]) -> TableSpec | None:
    """Give the lists that page one names by their numbers; None where it names none.

    Parameters
    ----------
    facts : the actions of page one, each with `name`, `evidence` and `customers`
    """
    named = [fact for fact in facts if fact.evidence == "observed"]
    if not named:
        return None
    frame = pd.DataFrame(
        {
            "number": range(1, len(named) + 1),
            "name": [fact.name for fact in named],
            "n_customers": [fact.customers for fact in named],
        }
    )
    columns = (
        Column("number", "summary.head.list", "count", "count"),
        Column("name", "summary.head.on_it", "label", "action_list"),
        Column("n_customers", "summary.head.customers", "count", "customers"),
    )
    return TableSpec(
        id="summary.action_lists",
        columns=columns,
        frame=frame,
        title=Sentence("summary.lists_title"),
        note=Sentence("summary.lists_note"),
    )
