"""The tables of the section "which data, for which purpose"."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec
from rapport.present.values import Value

Values = Mapping[str, Value]


def use_table(uses: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give what is held of customers and why; None where nothing is.

    Parameters
    ----------
    uses : `table`, `n_rows`, `purpose`, `days`
    """
    if uses.empty:
        return None
    columns = (
        Column("table", "ingestion.head.table", "label", "table"),
        Column("n_rows", "ingestion.head.rows", "count", "rows"),
        Column("purpose", "privacy.head.purpose", "label", "purpose"),
        Column("days", "privacy.head.days", "count", "days", style="table whole"),
    )
    return TableSpec(
        id="ingestion.uses",
        columns=columns,
        frame=uses,
        title=Sentence("privacy.uses_title", dict(values)),
        note=Sentence("privacy.uses_note", dict(values)),
    )


def consent_table(consents: pd.DataFrame, values: Values) -> TableSpec:
    """Give what holds of a customer who said nothing.

    Parameters
    ----------
    consents : `purpose`, `state`
    """
    columns = (
        Column("purpose", "privacy.head.purpose", "label", "purpose"),
        Column("state", "privacy.head.state", "label", "consent"),
    )
    return TableSpec(
        id="ingestion.consent_default",
        columns=columns,
        frame=consents,
        title=Sentence("privacy.consents_title", dict(values)),
    )


def identifier_table(identifiers: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give of how many customers each kind of identifier is kept apart; None where none is.

    Parameters
    ----------
    identifiers : `identifier`, `n`
    """
    if identifiers.empty:
        return None
    columns = (
        Column("identifier", "privacy.head.identifier", "label", "identifier"),
        Column("n", "privacy.head.customers", "count", "customers"),
    )
    return TableSpec(
        id="ingestion.kept_apart",
        columns=columns,
        frame=identifiers,
        title=Sentence("privacy.identifiers_title", dict(values)),
    )
