"""The tables of the section "which records are one customer"."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec
from rapport.present.values import Value

Values = Mapping[str, Value]


def joining_table(joining: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give the rules that joined records; None where none did.

    Parameters
    ----------
    joining : `rule`, `n_pairs`, `n_records`
    """
    if joining.empty:
        return None
    columns = (
        Column("rule", "identity.head.rule", "label", "identity"),
        Column("n_pairs", "identity.head.pairs", "count", "pairs"),
        Column("n_records", "identity.head.records", "count", "records"),
    )
    return TableSpec(
        id="ingestion.identity_rules",
        columns=columns,
        frame=joining,
        title=Sentence("ingestion.identity_rules_title", dict(values)),
        note=Sentence("ingestion.identity_rules_note", dict(values)),
    )


def parting_table(parting: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give what kept records apart that a key or the model joins; None where nothing did.

    Parameters
    ----------
    parting : `reason`, `rule`, `n_cases`, `n_records`
    """
    if parting.empty:
        return None
    columns = (
        Column("reason", "identity.head.reason", "label", "identity"),
        Column("rule", "identity.head.rule", "label", "identity"),
        Column("n_cases", "identity.head.cases", "count", "groups"),
        Column("n_records", "identity.head.records", "count", "records"),
    )
    return TableSpec(
        id="ingestion.identity_cases",
        columns=columns,
        frame=parting,
        title=Sentence("ingestion.identity_cases_title", dict(values)),
        note=Sentence("ingestion.identity_cases_note", dict(values)),
    )
