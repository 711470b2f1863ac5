"""The ingestion chapter's tables of trust: what was set aside, how late it came, what changed."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec
from rapport.present.values import Value

Values = Mapping[str, Value]
SHOWN_SHIFTS = 12


def quarantine_table(quarantine: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give where faults stand and what became of the rows; None where there is none.

    Parameters
    ----------
    quarantine : `table`, `source`, `rule`, `action`, `column`, `n_rows`, `rows`
    """
    if quarantine.empty:
        return None
    columns = (
        Column("table", "ingestion.head.table", "label", "table"),
        Column("source", "ingestion.head.source", "label", "text"),
        Column("rule", "ingestion.head.rule", "label", "rule"),
        Column("action", "ingestion.head.action", "label", "action"),
        Column("column", "ingestion.head.column", "label", "column"),
        Column("n_rows", "ingestion.head.rows", "count", "rows"),
        Column("rows", "ingestion.head.places", "label", "text"),
    )
    return TableSpec(
        id="ingestion.quarantine",
        columns=columns,
        frame=quarantine,
        title=Sentence("ingestion.quarantine_title", dict(values)),
        note=Sentence("ingestion.quarantine_note", dict(values)),
    )


def lag_table(lags: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give how long each table's rows took to arrive; None where no source says it."""
    if lags.empty:
        return None
    columns = (
        Column("table", "ingestion.head.table", "label", "table"),
        Column("source", "ingestion.head.source", "label", "text"),
        Column("median", "ingestion.head.median", "count", "days"),
        Column("high", "ingestion.head.high", "count", "days"),
        Column("n_rows", "ingestion.head.rows", "count", "rows"),
    )
    title = Sentence("ingestion.lags_title", dict(values))
    return TableSpec(id="ingestion.lags", columns=columns, frame=lags, title=title)


def late_table(late: pd.DataFrame, values: Values, *, currency: str) -> TableSpec | None:
    """Give the periods of which rows came too late; None where none did."""
    if late.empty:
        return None
    columns = (
        Column("period", "ingestion.head.period", "label", "period"),
        Column("table", "ingestion.head.table", "label", "table"),
        Column("n_rows", "ingestion.head.rows", "count", "rows"),
        Column("n_late", "ingestion.head.late", "count", "rows"),
        Column("money", "ingestion.head.money", "money", currency),
    )
    title = Sentence("ingestion.late_title", dict(values))
    return TableSpec(id="ingestion.late", columns=columns, frame=late, title=title)


def drift_table(shifts: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give the columns that changed most; None where no two periods are compared."""
    if shifts.empty:
        return None
    columns = (
        Column("table", "ingestion.head.table", "label", "table"),
        Column("column", "ingestion.head.column", "label", "column"),
        Column("n_now", "ingestion.head.rows", "count", "rows"),
        Column("index", "ingestion.head.index", "ratio", "ratio"),
        Column("grade", "ingestion.head.grade", "label", "drift"),
        Column("new", "ingestion.head.new", "label", "text"),
        Column("gone", "ingestion.head.gone", "label", "text"),
    )
    return TableSpec(
        id="ingestion.drift",
        columns=columns,
        frame=shifts.head(SHOWN_SHIFTS),
        title=Sentence("ingestion.drift_title", dict(values)),
        note=Sentence("ingestion.drift_note", dict(values)),
    )
