"""What customers did in the period, in the one before and in the same of last year, side by side.

Counts and sums are complete, so their change is given whatever its size; a change of an estimate is
given only where it is clear (`change`), for the number alone would say more than is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from rapport.analysis.few import NOWHERE, Few
from rapport.analysis.key_figures import EARLIER, KeyFigure
from rapport.analysis.measured import Measured

COUNTS = {
    "active": ("n_active", "customers"), "new": ("n_new", "customers"),
    "returning": ("n_returning", "customers"), "orders": ("n_orders", "orders"),
}  # fmt: skip
ESTIMATES = {
    "frequency": ("identified_orders", "n_active", "orders_per_customer"),
    "spend_per_customer": ("identified_net", "n_active", None),
    "aov": ("identified_net", "identified_orders", None),
}
CLEAR = ("up", "down")


def describe_windows(
    figures: Sequence[KeyFigure], periods: pd.DataFrame, *, few: Few = NOWHERE, currency: str,
    min_count: int = 10,
) -> pd.DataFrame:  # fmt: skip
    """Give one row per measure, with the period and what can be compared with it.

    Parameters
    ----------
    figures : key figures of the profile, whose intervals and changes they share
    periods : `period_measures`, one row per window
    few : windows of too few customers, of which no sums and averages are told

    Returns
    -------
    one row per measure
        `name`, `unit`, `current`, `low`, `high` (of estimates), and for each window that can be
        compared `previous` and `change`, `last_year` and `change_year`, each change with its unit:
        relative, or percentage points of a share. No row where nothing was sold in the period.
    """
    windows = periods.set_index("window")
    if not windows["n_orders"]["current"] and not windows["net"]["current"]:
        return pd.DataFrame({"name": [], "unit": [], "current": []})
    known = {figure.name: figure for figure in figures}
    seen = [w for w in EARLIER if w in windows.index and bool(windows["is_comparable"][w])]
    counts = _hide_small(windows, min_count)
    rows = [_count(name, counts, seen) for name in COUNTS]
    rows += [_sum(name, windows, seen, currency) for name in ("net", "gross")]
    rows += [_estimate(name, windows, seen, known, currency) for name in ESTIMATES]
    rows.append(_rate(windows, seen))
    if "repurchase" in known:
        rows.append(_share(known["repurchase"], seen))
    rows = [_withhold(row, few, seen) for row in rows]
    # Of several units in one column: as floats, exact enough for what is printed of them.
    return pd.DataFrame(rows).astype({"current": float, **dict.fromkeys(seen, float)})


def hide_parts(one: int, other: int, min_count: int) -> tuple[int | None, int | None]:
    """Give two counts that sum to a printed one; both None where either is too small to be told.

    Examples
    --------
    >>> hide_parts(45, 5, 10), hide_parts(45, 0, 10)
    ((None, None), (45, 0))
    """
    is_small = any(0 < count < min_count for count in (one, other))
    return (None, None) if is_small else (one, other)


def _hide_small(windows: pd.DataFrame, min_count: int) -> pd.DataFrame:
    """Give the counts of each window as they may be printed."""
    rows = {}
    for window, row in windows.iterrows():
        new, returning = hide_parts(int(row["n_new"]), int(row["n_returning"]), min_count)
        active = int(row["n_active"])
        is_small = 0 < active < min_count
        rows[window] = {
            "n_active": None if is_small else active, "n_new": None if is_small else new,
            "n_returning": None if is_small else returning, "n_orders": int(row["n_orders"]),
        }  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index", dtype=object)


def _withhold(row: dict[str, Any], few: Few, seen: Sequence[str]) -> dict[str, Any]:
    """Empty what a row tells of the spending of too few; counts are hidden by themselves."""
    of = few.known if row["name"] in ESTIMATES else few.anybody
    if row["name"] in COUNTS or row["name"] == "repurchase":
        return row
    away = [name for name in ("current", "low", "high") if "current" in of]
    for window, tail in _tails(seen):
        away += [window] if window in of else []
        away += [tail] if of & {"current", window} else []
    return {**row, **dict.fromkeys(away)}


def _tails(seen: Sequence[str]) -> list[tuple[str, str]]:
    return [(w, "change" if w == "previous" else "change_year") for w in seen]


def _count(name: str, windows: pd.DataFrame, seen: Sequence[str]) -> dict[str, Any]:
    column, unit = COUNTS[name]
    return _complete(name, unit, windows[column], seen)


def _sum(name: str, windows: pd.DataFrame, seen: Sequence[str], currency: str) -> dict[str, Any]:
    return _complete(name, currency, windows[name], seen)


def _complete(name: str, unit: str, values: pd.Series, seen: Sequence[str]) -> dict[str, Any]:
    row = _row(name, unit, values["current"])
    for window, tail in _tails(seen):
        now, before = values["current"], values[window]
        is_known = now is not None and bool(before)
        moved = float(now - before) / abs(float(before)) if is_known else None
        row |= {window: before, tail: moved, f"{tail}_unit": "change"}
    return row


def _row(name: str, unit: str, value: object) -> dict[str, Any]:
    return {"name": name, "unit": unit, "current": value, "low": None, "high": None}


def _estimate(
    name: str, windows: pd.DataFrame, seen: Sequence[str], known: Mapping[str, KeyFigure],
    currency: str,
) -> dict[str, Any]:  # fmt: skip
    top, bottom, unit = ESTIMATES[name]
    row = _row(name, unit or currency, divide(windows[top]["current"], windows[bottom]["current"]))
    figure = known.get(name)
    if figure is not None and figure.now.interval is not None:
        row["low"], row["high"] = figure.now.interval
    for window, tail in _tails(seen):
        change = figure.against[window].change if figure and window in figure.against else None
        is_clear = change is not None and change.case in CLEAR
        row[window] = divide(windows[top][window], windows[bottom][window])
        row[tail] = change.relative if change is not None and is_clear else None
        row[f"{tail}_unit"] = "change"
    return row


def _rate(windows: pd.DataFrame, seen: Sequence[str]) -> dict[str, Any]:
    rates = {w: divide(-windows["returns"][w], windows["gross"][w]) for w in ("current", *seen)}
    row = _row("return_rate", "share", rates["current"])
    for window, tail in _tails(seen):
        now, before = rates["current"], rates[window]
        moved = None if now is None or before is None else now - before
        row |= {window: before, tail: moved, f"{tail}_unit": "pp"}
    return row


def _share(figure: KeyFigure, seen: Sequence[str]) -> dict[str, Any]:
    row = _row(figure.name, "share", figure.now.value)
    if figure.now.interval is not None:
        row["low"], row["high"] = figure.now.interval
    for window, tail in _tails(seen):
        earlier = figure.against.get(window)
        is_clear = earlier is not None and earlier.change.case in CLEAR
        row[window] = earlier.before.value if earlier else None
        row[tail] = earlier.change.absolute if earlier is not None and is_clear else None
        row[f"{tail}_unit"] = "pp"
    return row


def divide(top: Any, bottom: Any) -> float | None:
    """Divide exact amounts as floats; None where there is nothing to divide by."""
    return float(top) / float(bottom) if bottom else None


def choose_days(periods: pd.DataFrame) -> str | None:
    """Say with what an unfinished period is compared by trading days; None of a finished one."""
    windows = periods.set_index("window")
    if bool(windows["is_whole"]["current"]):
        return None
    for case, window in (("year", "last_year"), ("previous", "previous")):
        if window in windows.index and bool(windows["is_comparable"][window]):
            has_sales = windows["net"][window] > 0 and windows["trading_days"][window] > 0
            if has_sales and windows["trading_days"]["current"]:
                return case
    return "alone"


def measure_days(periods: pd.DataFrame, *, currency: str) -> list[Measured]:
    """Measure net sales of an unfinished period in total and per trading day, then and now.

    Returns
    -------
    trading days and net of each window that can be compared, and the relative change in total and
    per day; nothing of a period that has ended
    """
    case = choose_days(periods)
    if case is None or case == "alone":
        return []
    window = "last_year" if case == "year" else "previous"
    return compare_days(periods.set_index("window"), window, currency=currency)


def compare_days(windows: pd.DataFrame, window: str, *, currency: str) -> list[Measured]:
    """Measure net sales now and in an earlier window, in total and per trading day.

    Parameters
    ----------
    windows : `period_measures` by window; both with net sales above 0
    window : previous or last_year

    Returns
    -------
    trading days of both, net sales then, and the relative change in total and per day
    """
    tail = "_year" if window == "last_year" else ""
    net, days = windows["net"], windows["trading_days"]
    total = float(net["current"]) / float(net[window]) - 1
    daily = (1 + total) * int(days[window]) / int(days["current"]) - 1
    return [
        Measured("trading_days", int(days["current"]), "count", "trading_days"),
        Measured(f"trading_days.{window}", int(days[window]), "count", "trading_days"),
        Measured(f"net.{window}", net[window], "money", currency),
        Measured(f"days_change{tail}", total, "ratio", "change"),
        Measured(f"days_change{tail}.daily", daily, "ratio", "change"),
    ]
