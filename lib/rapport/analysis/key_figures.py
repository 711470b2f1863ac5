"""The key figures of page one: each with its interval, its changes and its thirteen periods.

Revenue and counts are complete, so they have a change and no interval; ratios of customers are
estimates and carry both. A figure that the unit cannot have is left out and the next one of
`ORDER` takes its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pandas as pd

from rapport.analysis.change import (
    Change,
    compare_nps,
    compare_ratios,
    compare_shares,
    compare_totals,
    mark_active,
)
from rapport.analysis.concentration import share_of_top
from rapport.analysis.intervals import ratio_of_sums, wilson
from rapport.analysis.measured import Measured
from rapport.analysis.satisfaction import count_classes, measure_nps

ORDER = (
    "net", "active", "repurchase", "churn", "nps", "value",
    # Stand in, in this order, for what is missing or withheld.
    "aov", "frequency", "return_rate", "top_share", "identified_share",
)  # fmt: skip
OF_ORDERS = frozenset(["frequency", "aov", "repurchase", "churn", "top_share"])
EARLIER = ("previous", "last_year")
HISTORY = "history-"
SHOWN = 6


@dataclass(frozen=True)
class Rules:
    """The parameters that key figures follow."""

    currency: str
    confidence: float = 0.95
    min_change: float = 0.02
    min_n: int = 30
    seed: int = 0


@dataclass(frozen=True)
class KeyTables:
    """What the key figures are made from, each as its mart or chapter gives it."""

    periods: pd.DataFrame
    """`period_measures`, one row per window."""
    buyers: pd.DataFrame
    """`customer_periods`, one row per window and customer."""
    repurchase: pd.DataFrame | None = None
    """One row per window: `n_first`, `n_again`, `is_observable`."""
    churn: pd.DataFrame | None = None
    """One row per window: `n_at_start`, `n_churned` or `n_ended`, `is_observable`."""
    value: Measured | None = None
    """Expected value of the next twelve months, as the chapter on value gives it."""
    answers: pd.DataFrame | None = None
    """Answers by window, as the chapter on satisfaction publishes them (`nps_periods`)."""
    has_whole_orders: bool = True
    """False where lines are a draw of all: how often and how much at once is not known then."""


@dataclass(frozen=True)
class Comparison:
    """An earlier window's number, and what has changed since."""

    before: Measured
    change: Change


@dataclass(frozen=True)
class KeyFigure:
    """One key figure: now, against earlier windows, and its history.

    `against` holds `previous` and `last_year` where they can be compared; `history` one value a
    period, oldest first, None where the period has none; `past` the same numbers by the period's
    code, shares with their n.
    """

    name: str
    now: Measured
    against: Mapping[str, Comparison]
    history: tuple[float | None, ...]
    past: Mapping[str, Measured] = field(default_factory=dict)


def list_key_figures(tables: KeyTables, *, rules: Rules, most: int = SHOWN) -> list[KeyFigure]:
    """Give the first `most` key figures of `ORDER` that this unit can have.

    Parameters
    ----------
    tables : see `KeyTables`; windows `current`, `previous`, `last_year` and `history-...`
    rules : intervals, thresholds and currency
    most : how many

    Returns
    -------
    the figures in order; fewer where a unit has fewer
    """
    periods = tables.periods.set_index("window")
    customers = mark_active(tables.buyers)
    found = (
        _total("net", periods, "net", rules, kind="money", unit=rules.currency),
        _total("active", periods, "n_active", rules, kind="count", unit="customers"),
        _share("repurchase", tables.repurchase, ("n_again", "n_first"), rules),
        _share("churn", tables.churn, (_ended(tables.churn), "n_at_start"), rules),
        _score(tables.answers, rules),
        None if tables.value is None else KeyFigure("value", tables.value, {}, ()),
        _ratio("aov", periods, customers, rules, unit=rules.currency),
        _ratio("frequency", periods, customers, rules, unit="orders_per_customer"),
        _part("return_rate", periods, rules, lambda row: _divide(-row["returns"], row["gross"])),
        _top(tables.buyers),
        _part("identified_share", periods, rules,
              lambda row: _divide(row["identified_net"], row["net"])),
    )  # fmt: skip
    known = [figure for figure in found if figure is not None]
    kept = known if tables.has_whole_orders else [f for f in known if f.name not in OF_ORDERS]
    return kept[:most]


RATIOS = {
    # name: columns of period_measures, columns of customer_periods
    "frequency": (("identified_orders", "n_active"), ("n_orders", "is_active")),
    "aov": (("identified_net", "identified_orders"), ("net", "n_orders")),
}


def _total(
    name: str, periods: pd.DataFrame, column: str, rules: Rules, *, kind: str, unit: str
) -> KeyFigure:
    amounts = {str(window): _exact(amount) for window, amount in periods[column].items()}
    against = {}
    for window in _comparable(periods):
        before = Measured(f"{name}.{window}", amounts[window], kind, unit)
        change = compare_totals(amounts["current"], amounts[window], min_change=rules.min_change)
        against[window] = Comparison(before, change)
    history = _history(periods, {window: float(amount) for window, amount in amounts.items()})
    past = _past(periods, {w: Measured(name, amount, kind, unit) for w, amount in amounts.items()})
    return KeyFigure(name, Measured(name, amounts["current"], kind, unit), against, history, past)


def _exact(amount: Any) -> Decimal | int:
    return amount if isinstance(amount, Decimal) else int(amount)


def _ratio(
    name: str, periods: pd.DataFrame, customers: pd.DataFrame, rules: Rules, *, unit: str
) -> KeyFigure | None:
    (top, bottom), columns = RATIOS[name]
    values = {str(w): _divide(row[top], row[bottom]) for w, row in periods.iterrows()}
    if values["current"] is None:
        return None
    rows = customers[customers["window"] == "current"]
    interval = ratio_of_sums(
        rows[columns[0]], rows[columns[1]], confidence=rules.confidence, seed=rules.seed
    )
    ends = None if interval is None else interval.ends
    n = int(rows["is_active"].sum())
    now = Measured(name, values["current"], "ratio", unit, n=n, interval=ends)
    against = {}
    for window in _comparable(periods):
        if values[window] is not None:
            before = Measured(f"{name}.{window}", values[window], "ratio", unit)
            change = compare_ratios(
                _as_previous(customers, window), ratio=columns, min_change=rules.min_change,
                confidence=rules.confidence, seed=rules.seed,
            )  # fmt: skip
            against[window] = Comparison(before, change)
    past = _past(periods, {w: Measured(name, v, "ratio", unit) for w, v in values.items()})
    return KeyFigure(name, now, against, _history(periods, values), past)


def _as_previous(customers: pd.DataFrame, window: str) -> pd.DataFrame:
    kept = customers[customers["window"].isin(["current", window])]
    return kept.assign(window=kept["window"].replace({window: "previous"}))


def _ended(churn: pd.DataFrame | None) -> str:
    return "n_ended" if churn is not None and "n_ended" in churn else "n_churned"


def _share(
    name: str, table: pd.DataFrame | None, columns: tuple[str, str], rules: Rules
) -> KeyFigure | None:
    if table is None or not len(table):
        return None
    rows = table.set_index("window")
    seen = rows["is_observable"] if "is_observable" in rows else rows["is_comparable"]
    pairs = {
        str(w): (int(row[columns[0]]), int(row[columns[1]]))
        for w, row in rows.iterrows()
        if bool(seen[str(w)]) and row[columns[1]] >= rules.min_n
    }
    if "current" not in pairs:
        return None
    against = {}
    for window in EARLIER:
        if window in pairs:
            change = compare_shares(
                pairs["current"], pairs[window], min_change=rules.min_change,
                confidence=rules.confidence,
            )  # fmt: skip
            before = _share_of(f"{name}.{window}", pairs[window], rules)
            against[window] = Comparison(before, change)
    values = {window: part / whole for window, (part, whole) in pairs.items()}
    now = _share_of(name, pairs["current"], rules)
    past = _past(rows, {window: _share_of(name, pair, rules) for window, pair in pairs.items()})
    return KeyFigure(name, now, against, _history(rows, values), past)


def _share_of(name: str, pair: tuple[int, int], rules: Rules) -> Measured:
    part, whole = pair
    interval = wilson(part, whole, confidence=rules.confidence).ends
    return Measured(name, part / whole, "ratio", "share", n=whole, interval=interval)


def _score(answers: pd.DataFrame | None, rules: Rules) -> KeyFigure | None:
    """Give the net promoter score of the period's answers, where there are enough of them."""
    if answers is None or not len(answers):
        return None
    rows = answers.set_index("window")
    counts = {
        str(w): count_classes(dict(row))
        for w, row in rows.iterrows()
        if row["n_nps"] >= rules.min_n and (w == "current" or bool(row["is_comparable"]))
    }
    if "current" not in counts:
        return None
    scores = {w: measure_nps("nps", of, confidence=rules.confidence) for w, of in counts.items()}
    against = {}
    for window in EARLIER:
        if window in counts:
            given = {"min_change": rules.min_change, "confidence": rules.confidence}
            change = compare_nps(counts["current"], counts[window], **given)
            against[window] = Comparison(replace(scores[window], name=f"nps.{window}"), change)
    history = _history(rows, {window: float(str(one.value)) for window, one in scores.items()})
    return KeyFigure("nps", scores["current"], against, history, _past(rows, scores))


def _part(
    name: str, periods: pd.DataFrame, rules: Rules, rule: Callable[[Any], float | None]
) -> KeyFigure | None:
    """Give a complete share of money, which stands in where an estimate is missing."""
    values = {str(window): rule(row) for window, row in periods.iterrows()}
    current = values["current"]
    if current is None:
        return None
    against = {}
    for window in _comparable(periods):
        earlier = values[window]
        if earlier is not None:
            before = Measured(f"{name}.{window}", earlier, "ratio", "share")
            exact = Decimal(repr(current)), Decimal(repr(earlier))
            change = compare_totals(*exact, min_change=rules.min_change)
            against[window] = Comparison(before, change)
    now = Measured(name, current, "ratio", "share")
    past = _past(periods, {w: Measured(name, v, "ratio", "share") for w, v in values.items()})
    return KeyFigure(name, now, against, _history(periods, values), past)


def _top(buyers: pd.DataFrame) -> KeyFigure | None:
    spent = buyers[buyers["window"] == "current"]["net"]
    value = share_of_top(spent) if len(spent) else None
    if value is None:
        return None
    return KeyFigure(
        "top_share", Measured("top_share", value, "ratio", "share", n=len(spent)), {}, ()
    )


def _comparable(periods: pd.DataFrame) -> list[str]:
    return [w for w in EARLIER if w in periods.index and bool(periods["is_comparable"][w])]


def _history(rows: pd.DataFrame, values: Mapping[str, float | None]) -> tuple[float | None, ...]:
    past = rows[rows.index.str.startswith(HISTORY)].sort_values("position", kind="stable")
    seen = past["is_comparable"]
    return tuple(values.get(str(w)) if bool(seen[str(w)]) else None for w in past.index)


def _past(rows: pd.DataFrame, numbers: Mapping[str, Measured]) -> dict[str, Measured]:
    seen = {str(w): bool(is_seen) for w, is_seen in rows["is_comparable"].items()}
    return {
        window.removeprefix(HISTORY): number
        for window, number in numbers.items()
        if window.startswith(HISTORY) and seen[window] and number.value is not None
    }


def _divide(top: Any, bottom: Any) -> float | None:
    return float(top) / float(bottom) if bottom else None
