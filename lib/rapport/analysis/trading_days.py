"""What the calendar does to a comparison: holidays, and fiscal periods of four or five weeks.

Sums of a period with Easter in it and of one without it are not sums of like days. Nothing is
corrected: no factor of a holiday can be known from one or two years. The days are named, and where
they differ net sales are given per trading day, too (a day with at least one sale).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from rapport.analysis.few import NOWHERE, Few
from rapport.analysis.measured import Measured
from rapport.analysis.profiling_windows import compare_days

Holiday = tuple[date, str]
LIMITED = ("current", "last_year")


@dataclass(frozen=True)
class Holidays:
    """Public holidays of a period beside those of the days a year before.

    `outcome`: None (none to tell of: no calendar, or the same ones then), year_more (some only
    now), year_fewer (some only then), year_swapped, alone (no year before to compare with). `now`
    and `then` are those that only one of the two has; of `alone`, all of the period. `is_daily`:
    trading days differ, and sales per day of both are among `measured`.
    """

    outcome: str | None
    now: tuple[Holiday, ...]
    then: tuple[Holiday, ...]
    is_daily: bool
    measured: tuple[Measured, ...]


def span_windows(periods: pd.DataFrame) -> dict[str, tuple[date, date]]:
    """Give first and last day of the period and of the days of last year, as far as dated.

    Examples
    --------
    >>> days = pd.to_datetime(["2026-04-01", "2026-04-30"])
    >>> rows = pd.DataFrame({"window": ["current"], "starts_on": days[:1], "ends_on": days[1:]})
    >>> span_windows(rows)["current"][1].isoformat()
    '2026-04-30'
    """
    rows = periods[periods["window"].isin(LIMITED)].dropna(subset=["starts_on", "ends_on"])
    ends = zip(rows["window"], rows["starts_on"], rows["ends_on"], strict=True)
    return {
        str(window): (pd.Timestamp(first).date(), pd.Timestamp(last).date())
        for window, first, last in ends
    }


def study_holidays(
    periods: pd.DataFrame,
    holidays: Mapping[str, Sequence[Holiday]],
    *,
    few: Few = NOWHERE,
    currency: str,
) -> Holidays:
    """Tell in which public holidays a period differs from the days of last year.

    Parameters
    ----------
    periods : `period_measures`, one row per window
    holidays : of `current` and `last_year`, day and name each
    few : windows of too few customers, of which no sales are told
    """
    windows = periods.set_index("window")
    now, then = (list(holidays.get(window, ())) for window in LIMITED)
    if not now and not then:
        return Holidays(None, (), (), is_daily=False, measured=())
    measured = [Measured("holidays", len(now), "count", "holidays")]
    if "last_year" not in windows.index or not bool(windows["is_comparable"]["last_year"]):
        outcome = "alone" if now else None
        return Holidays(outcome, tuple(now), (), is_daily=False, measured=tuple(measured))
    measured.append(Measured("holidays.last_year", len(then), "count", "holidays"))
    only_now, only_then = _differ(now, then), _differ(then, now)
    outcome = _choose(only_now, only_then)
    is_whole = bool(windows["is_whole"]["current"])
    is_uneven = windows["trading_days"]["current"] != windows["trading_days"]["last_year"]
    # Of an unfinished period both are told anyway; of as many days the change is the same.
    is_daily = bool(outcome and is_whole and is_uneven and _is_sold(windows, few))
    measured += compare_days(windows, "last_year", currency=currency) if is_daily else []
    return Holidays(outcome, only_now, only_then, is_daily=is_daily, measured=tuple(measured))


def _differ(these: Sequence[Holiday], those: Sequence[Holiday]) -> tuple[Holiday, ...]:
    """Give the holidays that the others lack; of a feast with more days now, its last ones."""
    beyond: list[Holiday] = []
    for name in dict.fromkeys(name for _, name in these):
        days = [one for one in these if one[1] == name]
        beyond += days[sum(name == other for _, other in those) :]
    return tuple(sorted(beyond))


def _choose(now: Sequence[Holiday], then: Sequence[Holiday]) -> str | None:
    if now and then:
        return "year_swapped"
    return "year_more" if now else "year_fewer" if then else None


def _is_sold(windows: pd.DataFrame, few: Few, window: str = "last_year") -> bool:
    """Say whether sales a day of both may be told: both sold something, and to enough."""
    both = windows.loc[["current", window]]
    is_sold = bool((both["net"] > 0).all() and (both["trading_days"] > 0).all())
    return is_sold and not few.anybody & {"current", window}


@dataclass(frozen=True)
class FiscalPeriod:
    """What is said of a period of a fiscal year: sentences by name and case, and their numbers."""

    told: tuple[tuple[str, str | None], ...]
    measured: tuple[Measured, ...]


def study_fiscal(
    periods: pd.DataFrame,
    about: Mapping[str, Any] | None,
    *,
    data_from: date | None,
    few: Few = NOWHERE,
    currency: str,
) -> FiscalPeriod:
    """Tell how long a fiscal period is and what it is held against.

    Parameters
    ----------
    periods : `period_measures`, one row per window
    about : `marts.windows.describe_fiscal`; None of a period of the civil calendar
    data_from : first day of the data

    Returns
    -------
    `fiscal` (weeks or months); `shifted` where the days of last year are not those of the same
    name; `uneven` (daily, plain) where the period before has more or fewer weeks
    """
    if about is None or data_from is None:
        return FiscalPeriod((), ())
    windows = periods.set_index("window")
    told: list[tuple[str, str | None]] = [("fiscal", "weeks" if about["weeks"] else "months")]
    measured = []
    if about["weeks"]:
        measured.append(Measured("fiscal.weeks", about["weeks"], "count", "weeks"))
    if _is_shifted(windows, about):
        told.append(("shifted", None))
    if _is_uneven(windows, about) and about["before_on"] >= data_from:
        measured.append(Measured("fiscal.weeks_before", about["weeks_before"], "count", "weeks"))
        is_daily = bool(windows["is_whole"]["current"]) and _is_sold(windows, few, "previous")
        told.append(("uneven", "daily" if is_daily else "plain"))
        measured += compare_days(windows, "previous", currency=currency) if is_daily else []
    return FiscalPeriod(tuple(told), tuple(measured))


def _is_uneven(windows: pd.DataFrame, about: Mapping[str, Any]) -> bool:
    if "previous" not in windows.index or bool(windows["is_comparable"]["previous"]):
        return False
    return bool(about["weeks"] != about["weeks_before"])


def _is_shifted(windows: pd.DataFrame, about: Mapping[str, Any]) -> bool:
    if "last_year" not in windows.index or not bool(windows["is_comparable"]["last_year"]):
        return False
    return bool(pd.Timestamp(windows["starts_on"]["last_year"]).date() != about["same_on"])
