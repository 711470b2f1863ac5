"""The windows of a report: the days of its period and of everything compared with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from rapport.fiscal import read_fiscal
from rapport.marts.festivals import find_moved
from rapport.marts.periods import Period, check_within, parse_period, same_last_year, step_back

YEAR_OF_WEEKS = 52
YEAR = 365  # days
N_HISTORY = 13  # a year of months and the one to compare with: the width of a sparkline


class _Window(NamedTuple):
    window: str
    period: str | None
    starts_on: dt.date
    ends_on: dt.date
    last_on: dt.date


def list_windows(
    period: Period, *, data_from: dt.date | None, data_until: dt.date | None,
    settings: Mapping[str, Any],
) -> list[dict[str, Any]]:  # fmt: skip
    """List every window that a report of one period looks at: the table `periods`.

    Parameters
    ----------
    period : the report's period
    data_from, data_until : first and last day of the snapshot; None in an undated unit
    settings : `rfm_days`, `churn_after_days`, `horizon_days` (days); `is_snapshot` (True: ends
        of contracts are known to have happened, not when; there is `current` alone, which counts
        as whole and can be compared with nothing); `festivals` (none, or cn: Spring Festival moves)

    Returns
    -------
    one row per window, in the order `position`
        `current`; `previous` and `last_year`, cut to as many days if the period is incomplete;
        `cut` (rfm_days up to 31 December before the period's year; no row unless the data reach
        back that far); `train`, `test`, `score` (churn_after_days up to as_of - 2, 1 and 0 times
        horizon_days; no row that would end before the data begin); `season` (365 days before
        `test`, no row unless the data reach back to its first day); 13 times `history-<period>`,
        oldest first, the last one being the period; `festival`, `festival_last_year` (of a February
        whose feast lay in January a year before, or the other way about: from 1 January to the last
        day of `current` and of `last_year`). `is_whole`: the window ends on its period's last day.
        `is_comparable`: the data reach back to its first day, and a January or February of
        `last_year` holds the feast where that of `current` does. `month_no` of `ends_on`,
        year * 12 + month - 1. In the period `all` there is `current` alone, without days where
        the unit has none. Of a fiscal year of weeks `last_year` are the same days of the week 52
        weeks earlier, as many as `current` has, and `previous` cannot be compared where it has
        fewer days, or more of a period that has ended.

    Raises
    ------
    ParameterError
        The period holds no day of the data, or the day of its feast is not known.
    """
    if data_from is None or data_until is None:
        return _undated()
    is_snapshot = bool(settings.get("is_snapshot", False))
    check_within(period, data_from=data_from, data_until=data_until)
    is_moved = find_moved(settings.get("festivals", "none"), period.code) is not None
    never = {"current"} if is_snapshot else {"last_year"} if is_moved else set()
    if is_uneven(period, data_until):
        never = never | {"previous"}
    if period.grain == "all":
        windows = [_Window("current", "all", data_from, data_until, data_until)]
    elif is_snapshot:
        # One look at the contracts: nothing went before that it could be compared with.
        windows = [_Window("current", period.code, period.days[0], data_until, period.days[1])]
    else:
        windows = list(_walk(period, data_from, data_until, settings))
        if is_moved and period.code.endswith("-02"):
            windows += _join_months(windows)
    return [
        {
            **window._asdict(),
            "position": position,
            "is_whole": window.ends_on == window.last_on or is_snapshot,
            "is_comparable": window.starts_on >= data_from and window.window not in never,
            "month_no": window.ends_on.year * 12 + window.ends_on.month - 1,
        }
        for position, window in enumerate(windows)
    ]


def _walk(
    period: Period, data_from: dt.date, data_until: dt.date, settings: Mapping[str, Any]
) -> Iterator[_Window]:
    starts_on, last_on = period.days
    as_of = min(last_on, data_until)
    n_days = None if as_of == last_on else (as_of - starts_on).days + 1
    yield _of("current", period, n_days)
    yield _of("previous", step_back(period, 1), n_days)
    yield _of_last_year(period, n_days)
    new_year = dt.date(starts_on.year - 1, 12, 31)
    if data_from <= new_year - dt.timedelta(days=settings["rfm_days"]):
        yield _up_to("cut", new_year, settings["rfm_days"])
    for window, steps in (("train", 2), ("test", 1), ("score", 0)):
        ends_on = as_of - dt.timedelta(days=steps * settings["horizon_days"])
        if ends_on >= data_from:
            yield _up_to(window, ends_on, settings["churn_after_days"])
    season = as_of - dt.timedelta(days=settings["horizon_days"] + YEAR)
    year_ago = _up_to("season", season, settings["churn_after_days"])
    if year_ago.starts_on >= data_from:
        yield year_ago
    for steps in range(N_HISTORY - 1, -1, -1):
        past = step_back(period, steps)
        yield _of(f"history-{past.code}", past, n_days if steps == 0 else None)


def _join_months(windows: list[_Window]) -> Iterator[_Window]:
    """Give a February and the January before it, and both a year before."""
    for name, february in (("festival", windows[0]), ("festival_last_year", windows[2])):
        yield february._replace(
            window=name, period=None, starts_on=february.starts_on.replace(month=1)
        )


def is_uneven(period: Period, data_until: dt.date) -> bool:
    """Say whether a period of weeks has no as many weeks before it that it may be held against.

    Examples
    --------
    >>> from rapport.fiscal import Fiscal
    >>> shop, until = Fiscal(2, "start", "4-4-5", "sunday"), dt.date(2030, 1, 1)
    >>> [is_uneven(parse_period(f"FY2024-P0{n}", shop), until) for n in (1, 2, 3)]
    [True, False, True]
    """
    if period.fiscal is None or not period.fiscal.has_weeks:
        return False
    n_days, before = ((last - first).days for first, last in
                      (period.days, step_back(period, 1).days))  # fmt: skip
    if data_until >= period.days[1]:
        return n_days != before
    return (data_until - period.days[0]).days > before


def describe_fiscal(code: str, calendar: Mapping[str, Any]) -> dict[str, Any] | None:
    """Describe a period of a unit's fiscal year; None of a period of the civil calendar.

    Parameters
    ----------
    code : of the period
    calendar : the unit's

    Returns
    -------
    `starts_on`, `last_on`; `same_on` (first day of the period of its name a year before);
    `before_on` (of the period before); `weeks`, `weeks_before` (of the period before), 0 where
    years are of whole months

    Examples
    --------
    >>> found = describe_fiscal("FY2026-Q1", {"year_starts": 4})
    >>> found["starts_on"].isoformat(), found["same_on"].isoformat(), found["weeks"]
    ('2025-04-01', '2024-04-01', 0)
    """
    period = parse_period(code, read_fiscal(calendar))
    if period.fiscal is None:
        return None
    before, (first, last) = step_back(period, 1).days, period.days
    return {
        "starts_on": first, "last_on": last, "same_on": same_last_year(period).days[0],
        "before_on": before[0],
        "weeks": ((last - first).days + 1) // 7 if period.fiscal.has_weeks else 0,
        "weeks_before": ((before[1] - before[0]).days + 1) // 7 if period.fiscal.has_weeks else 0,
    }  # fmt: skip


def _of_last_year(period: Period, n_days: int | None) -> _Window:
    """Give the days a year before; of a year of weeks those 52 weeks before, on the same weekdays.

    After a year of 53 weeks these are no longer the days of the same name, but those that lie in
    the same season: with the name alone Christmas would fall into another week.
    """
    same = same_last_year(period)
    if period.fiscal is None or not period.fiscal.has_weeks:
        return _of("last_year", same, n_days)
    first, last = (day - dt.timedelta(weeks=YEAR_OF_WEEKS) for day in period.days)
    return _of("last_year", replace(same, starts_on=first, last_on=last), n_days)


def _of(window: str, period: Period, n_days: int | None) -> _Window:
    starts_on, last_on = period.days
    if n_days is None:
        return _Window(window, period.code, starts_on, last_on, last_on)
    ends_on = min(last_on, starts_on + dt.timedelta(days=n_days - 1))
    return _Window(window, period.code, starts_on, ends_on, last_on)


def _up_to(window: str, ends_on: dt.date, n_days: int) -> _Window:
    return _Window(window, None, ends_on - dt.timedelta(days=n_days - 1), ends_on, ends_on)


def _undated() -> list[dict[str, Any]]:
    days = dict.fromkeys(("starts_on", "ends_on", "last_on", "month_no"))
    row = {"window": "current", "position": 0, "period": parse_period("all").code}
    return [row | days | {"is_whole": True, "is_comparable": False}]
