"""Tables of how spend per customer changed: by who buys, and by what each spends."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rapport.present.labels import has_label, label
from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec
from rapport.present.translated import Translated
from rapport.present.values import Value

Values = Mapping[str, Value]
# Where the words of a grouping's values stand; the others' are the unit's own.
WORDS = {
    "newness": "newness", "main_channel": "channel", "acquisition_channel": "channel",
    "place": "place", "age_band": "age", "gender": "gender",
}  # fmt: skip


def choose_role(outcome: str) -> str:
    """Say where the sentence stands: what is not there is one grey line."""
    return "gap" if outcome == "none" else "paragraph"


def choose_case(outcome: str, values: Values) -> str:
    """Say which sentence the parts get: a pair's by the way that the whole moved."""
    if outcome not in ("simpson", "outweighed"):
        return outcome
    change = values["mix_part_change"].value
    return f"{outcome}_{'up' if float(str(change)) > 0 else 'down'}"


def split_table(splits: pd.DataFrame, values: Values, *, currency: str) -> TableSpec | None:
    """Give both parts of the change by each grouping, with intervals; None without a split.

    Parameters
    ----------
    splits : as `analysis.mix_study.list_splits` gives it
    values : `mix_part_change`, `mix_grouping`
    """
    if splits.empty:
        return None
    frame = splits.assign(mix_range=splits["mix"], rate_range=splits["rate"])
    columns = (
        Column("grouping", "mix.head.grouping", "label", "grouping"),
        Column("n_groups", "mix.head.groups", "count", "groups"),
        Column("mix", "mix.head.mix", "money", currency, style="table signed"),
        Column("mix_range", "mix.head.range", "ratio", "ratio", style="limits signed",
               limits=("mix_low", "mix_high")),
        Column("rate", "mix.head.rate", "money", currency, style="table signed"),
        Column("rate_range", "mix.head.range", "ratio", "ratio", style="limits signed",
               limits=("rate_low", "rate_high")),
        Column("pair", "mix.head.pair", "label", "pair"),
    )  # fmt: skip
    lead = values["mix_grouping"].value
    strong = [at for at, name in enumerate(splits["grouping"]) if name == lead]
    return TableSpec(
        id="profiling.mix_splits",
        columns=columns,
        frame=frame,
        title=Sentence("mix.table_title", dict(values)),
        note=Sentence("mix.table_note", dict(values)),
        strong=frozenset(strong),
    )


def group_table(groups: pd.DataFrame, values: Values, *, currency: str) -> TableSpec | None:
    """Give the groups of the leading grouping then and now; None without a split.

    Parameters
    ----------
    groups : as `analysis.mix_study.list_groups` gives it
    values : `mix_grouping`
    """
    if groups.empty:
        return None
    grouping = str(values["mix_grouping"].value)
    frame = groups.assign(group=[name_group(grouping, str(name)) for name in groups["group"]])
    columns = (
        Column("group", "mix.head.group", "label", "text"),
        Column("n_then", "mix.head.n_then", "count", "customers"),
        Column("n_now", "mix.head.n_now", "count", "customers"),
        Column("rate_then", "mix.head.rate_then", "money", currency),
        Column("rate_now", "mix.head.rate_now", "money", currency),
        Column("mix", "mix.head.mix_part", "money", currency, style="table signed"),
        Column("rate", "mix.head.rate_part", "money", currency, style="table signed"),
    )
    return TableSpec(
        id="profiling.mix_groups",
        columns=columns,
        frame=frame,
        title=Sentence("mix.groups_title", dict(values)),
        note=Sentence("mix.groups_note", dict(values)),
    )


def name_group(grouping: str, group: str) -> Translated:
    """Name a group in both languages; a word of the unit's own stands as it is."""
    known = f"{WORDS.get(grouping)}.{group}"
    word = f"word.{group}"
    if has_label(known):
        identity = known
    elif group in ("other", "unknown"):
        identity = word
    else:
        return Translated({"en": group, "zh": group})
    return Translated({language: label(identity, language) for language in ("en", "zh")})
