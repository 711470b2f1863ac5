"""The ingestion chapter's figures and tables."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rapport.present.figures.calendar import coverage_calendar
from rapport.present.figures.completeness import completeness_heat
from rapport.present.figures.flow import row_flow
from rapport.present.figures.spec import FigureSpec
from rapport.present.figures.usable import usable_bars
from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec
from rapport.present.values import Value, has_numbers

Values = Mapping[str, Value]


def usable_figure(values: Values) -> FigureSpec | None:
    """Give what of the rows and of the sales can be used; None where nothing was read."""
    used = {"rows": "kept_share", "sales": "identified_share"}
    shares = {whole: float(str(values[name].value)) for whole, name in used.items()
              if name in values and values[name].value is not None}  # fmt: skip
    if not shares:
        return None
    wholes = pd.DataFrame({"whole": list(shares), "share": list(shares.values())})
    spec = usable_bars(wholes.assign(rest=1 - wholes["share"]), id="ingestion.usable")
    case = "both" if len(shares) == len(used) else "rows"
    return spec.entitled(
        Sentence("ingestion.usable_title", dict(values), case=case),
        subtitle=Sentence("ingestion.usable_subtitle", dict(values), case=case),
    )


def flow_figure(flow: pd.DataFrame, values: Values) -> FigureSpec | None:
    """Give the bars from rows read to rows kept; None where no table of facts was read.

    Parameters
    ----------
    flow : `step`, `n_rows`
    """
    if flow.empty or not flow["n_rows"].iloc[0]:
        return None
    spec = row_flow(flow, id="ingestion.flow", labels="rule")
    return spec.entitled(Sentence("ingestion.flow_title", dict(values)))


def calendar_figure(coverage: pd.DataFrame, values: Values) -> FigureSpec | None:
    """Give the calendar of rows by day; None where no source carries dates."""
    if coverage.empty:
        return None
    spec = coverage_calendar(coverage, id="ingestion.calendar")
    case = "told" if has_numbers(values, "days_seen", "days_expected") else "plain"
    return spec.entitled(Sentence("ingestion.calendar_title", dict(values), case=case))


def completeness_figure(completeness: pd.DataFrame, values: Values) -> FigureSpec | None:
    """Give the heat map of filled columns; None without rows."""
    if completeness.empty:
        return None
    spec = completeness_heat(completeness, id="ingestion.completeness")
    counted = {**values, **spec.subtitle.slots}
    return spec.entitled(
        Sentence("ingestion.completeness_title", counted),
        subtitle=Sentence("ingestion.completeness_subtitle"),
    )


def source_table(sources: pd.DataFrame, values: Values) -> TableSpec:
    """Give what was read: one row per source."""
    columns = (
        Column("source", "ingestion.head.source", "label", "text"),
        Column("form", "ingestion.head.form", "label", "text"),
        Column("n_rows", "ingestion.head.rows", "count", "rows"),
        Column("first_day", "ingestion.head.first_day", "date", "date", style="table"),
        Column("last_day", "ingestion.head.last_day", "date", "date", style="table"),
        Column("n_days", "ingestion.head.days", "count", "days"),
    )
    return TableSpec(
        id="ingestion.sources",
        columns=columns,
        frame=sources,
        title=Sentence("ingestion.sources_title", dict(values)),
    )


def rule_table(rules: pd.DataFrame, values: Values, *, currency: str) -> TableSpec | None:
    """Give the rules that touched rows; None where none did."""
    if rules.empty:
        return None
    columns = (
        Column("table", "ingestion.head.table", "label", "table"),
        Column("rule", "ingestion.head.rule", "label", "rule"),
        Column("action", "ingestion.head.action", "label", "action"),
        Column("n_rows", "ingestion.head.rows", "count", "rows"),
        Column("money", "ingestion.head.money", "money", currency),
    )
    return TableSpec(
        id="ingestion.rules",
        columns=columns,
        frame=rules,
        title=Sentence("ingestion.rules_title", dict(values)),
        note=Sentence("ingestion.rules_note", dict(values)),
    )
