"""Periods by their code: their order, and the newest one that a day has left whole.

A period of a fiscal year has days if the calendar of its report is known, as a record has it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from rapport.fiscal import Fiscal, count_parts, cut, number_of, read_fiscal, year_of

WEEK, QUARTER = re.compile(r"(\d{4})-W(\d\d)"), re.compile(r"(\d{4})-Q([1-4])")
FISCAL = re.compile(r"FY(\d{4})(?:-(([PQW])(\d{1,2})))?")
GRAINS = {"P": "month", "Q": "quarter", "W": "week", None: "year"}
FORMS = {"P": "-P{:02}", "Q": "-Q{}", "W": "-W{:02}", None: ""}
Calendar = Mapping[str, Any] | None
"""What a unit declares as `calendar`; None where nothing is known of it."""
MONTH, YEAR = re.compile(r"(\d{4})-(\d\d)"), re.compile(r"(\d{4})")


def last_day(code: str, calendar: Calendar = None) -> date | None:
    """Give the last day of a period; None where the code is of none, as `all`.

    Examples
    --------
    >>> last_day("2026-Q2"), last_day("all")
    (datetime.date(2026, 6, 30), None)
    >>> last_day("FY2026-Q4", {"year_starts": 4})
    datetime.date(2026, 3, 31)
    """
    fiscal = read_fiscal(calendar)
    if fiscal is not None and (match := FISCAL.fullmatch(code)):
        return _fiscal_end(fiscal, match)
    try:
        if match := WEEK.fullmatch(code):
            return date.fromisocalendar(int(match[1]), int(match[2]), 7)
        if match := QUARTER.fullmatch(code):
            return _month_end(int(match[1]), 3 * int(match[2]))
        if match := MONTH.fullmatch(code):
            return _month_end(int(match[1]), int(match[2]))
        return date(int(code), 12, 31) if YEAR.fullmatch(code) else None
    except ValueError:  # the year has no such week or month
        return None


def _month_end(year: int, month: int) -> date:
    first = date(year, month, 1)
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _fiscal_end(fiscal: Fiscal, match: re.Match[str]) -> date | None:
    grain, year, number = GRAINS[match[3]], int(match[1]), int(match[4] or 1)
    # As `marts.periods` has it: the year after it must have a first day, too.
    is_there = grain in fiscal.grains and 1900 <= year <= 9990
    if not is_there or not 1 <= number <= count_parts(fiscal, grain, year):
        return None
    return cut(fiscal, grain, year, number)[1]


def newest_whole(like: str, day: date, calendar: Calendar = None) -> str | None:
    """Name the newest period that ended before a day, of the length that another one has.

    Parameters
    ----------
    like : code of a period
    day : local date that the period must have ended before
    calendar : of a period of a fiscal year; without it none is named

    Examples
    --------
    >>> newest_whole("2026-03", date(2026, 7, 1)), newest_whole("2025-W07", date(2026, 7, 1))
    ('2026-06', '2026-W26')
    >>> newest_whole("FY2026-Q3", date(2026, 7, 1), {"year_starts": 4})
    'FY2027-Q1'
    """
    fiscal = read_fiscal(calendar)
    if fiscal is not None and (match := FISCAL.fullmatch(like)):
        return _newest_fiscal(fiscal, match, day)
    if WEEK.fullmatch(like):
        year, week, _ = (day - timedelta(days=day.isoweekday())).isocalendar()
        return f"{year}-W{week:02}"
    before = day.replace(day=1) - timedelta(days=1)
    if MONTH.fullmatch(like):
        return f"{before:%Y-%m}"
    if QUARTER.fullmatch(like):
        last = day.replace(month=day.month - (day.month - 1) % 3, day=1) - timedelta(days=1)
        return f"{last.year}-Q{last.month // 3}"
    return str(day.year - 1) if YEAR.fullmatch(like) else None


def _newest_fiscal(fiscal: Fiscal, match: re.Match[str], day: date) -> str | None:
    letter = match[3]
    grain = GRAINS[letter]
    if grain not in fiscal.grains:
        return None
    within = year_of(fiscal, day)
    first = cut(fiscal, grain, within, number_of(fiscal, grain, day))[0]
    before = first - timedelta(days=1)
    number = number_of(fiscal, grain, before)
    return f"FY{year_of(fiscal, before)}{FORMS[letter].format(number)}"


def order_key(code: str, calendar: Calendar = None) -> tuple[date, str]:
    """Give what periods are sorted by: their last day; one without days comes last.

    Parameters
    ----------
    calendar : of the report; fiscal periods then lie among the civil ones by their days

    Examples
    --------
    >>> sorted(["FY2026", "FY2026-Q2", "FY2025-Q4", "FY2026-Q1"], key=order_key)
    ['FY2025-Q4', 'FY2026-Q1', 'FY2026-Q2', 'FY2026']
    >>> april = {"year_starts": 4}
    >>> sorted(["2025-07", "FY2026-Q1", "2025-05"], key=lambda code: order_key(code, april))
    ['2025-05', 'FY2026-Q1', '2025-07']
    """
    match = FISCAL.fullmatch(code)
    if match:
        # Without its calendar a fiscal year is put where the civil one of its name is.
        ends_on = last_day(code, calendar) or last_day(match[1]) or date.max
        return (ends_on, f"{match[2] or 'Z'}{code}")
    return (last_day(code) or date.max, code)
