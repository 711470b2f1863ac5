"""Periods by their code alone: their order, and the newest one that a day has left whole."""

from __future__ import annotations

import re
from datetime import date, timedelta

WEEK, QUARTER = re.compile(r"(\d{4})-W(\d\d)"), re.compile(r"(\d{4})-Q([1-4])")
FISCAL = re.compile(r"FY(\d{4})(?:-([PQW]\d{1,2}))?")
MONTH, YEAR = re.compile(r"(\d{4})-(\d\d)"), re.compile(r"(\d{4})")


def last_day(code: str) -> date | None:
    """Give the last day of a period; None where the code is of none, as `all`.

    Examples
    --------
    >>> last_day("2026-Q2"), last_day("all")
    (datetime.date(2026, 6, 30), None)
    """
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


def newest_whole(like: str, day: date) -> str | None:
    """Name the newest period that ended before a day, of the length that another one has.

    Parameters
    ----------
    like : code of a period
    day : local date that the period must have ended before

    Examples
    --------
    >>> newest_whole("2026-03", date(2026, 7, 1)), newest_whole("2025-W07", date(2026, 7, 1))
    ('2026-06', '2026-W26')
    """
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


def order_key(code: str) -> tuple[date, str]:
    """Give what periods are sorted by: their last day; one without days comes last.

    Examples
    --------
    >>> sorted(["FY2026", "FY2026-Q2", "FY2025-Q4", "FY2026-Q1"], key=order_key)
    ['FY2025-Q4', 'FY2026-Q1', 'FY2026-Q2', 'FY2026']
    """
    # Fiscal years begin when their unit says: their order among each other is that of their names.
    match = FISCAL.fullmatch(code)
    if match:
        return (last_day(match[1]) or date.max, f"{match[2] or 'Z'}{code}")
    return (last_day(code) or date.max, code)
