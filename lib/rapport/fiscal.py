"""Fiscal years: those that begin in another month than January, and those of whole weeks.

A year of weeks has quarters of 13 weeks, cut into periods of four and five (4-4-5, 4-5-4, 5-4-4);
where it has 53, the last period and quarter hold the 53rd. It begins on the first day of a week
that is nearest to the first of its month, or on the last one that is no later (the usual year of
52 or 53 weeks of shops). What is one week or five is never held against four: see `windows`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKS_OF_QUARTER = 13
Days = tuple[dt.date, dt.date]


@dataclass(frozen=True)
class Fiscal:
    """How a unit's years are cut.

    `year_starts`: month, 1 to 12. `year_named`: by the calendar year in which it ends or starts.
    `weeks`: none (whole months), or how many weeks each period of a quarter has. `week_starts`: a
    day of the week. `week_rule`: nearest, or last (on or before the first of the month).
    """

    year_starts: int = 1
    year_named: str = "end"
    weeks: str = "none"
    week_starts: str = "monday"
    week_rule: str = "nearest"

    @property
    def has_weeks(self) -> bool:
        """Whether its years are made of whole weeks."""
        return self.weeks != "none"

    @property
    def grains(self) -> tuple[str, ...]:
        """Which periods are its own; of whole months, weeks and months are the civil ones."""
        return ("week", "month", "quarter", "year") if self.has_weeks else ("quarter", "year")


def read_fiscal(calendar: Mapping[str, Any] | None) -> Fiscal | None:
    """Take the fiscal year out of a unit's `calendar`; None where years are those of everybody.

    Examples
    --------
    >>> read_fiscal({"year_starts": 4}).grains, read_fiscal({"year_starts": 1}), read_fiscal(None)
    (('quarter', 'year'), None, None)
    """
    known = {name: calendar[name] for name in Fiscal.__dataclass_fields__ if name in calendar} \
        if calendar else {}  # fmt: skip
    fiscal = Fiscal(**known)
    return fiscal if fiscal.has_weeks or fiscal.year_starts > 1 else None


def first_day(fiscal: Fiscal, year: int) -> dt.date:
    """Give the first day of a fiscal year.

    Examples
    --------
    >>> shop = Fiscal(2, "start", "4-5-4", "sunday")
    >>> [first_day(shop, year).isoformat() for year in (2023, 2024)]
    ['2023-01-29', '2024-02-04']
    >>> first_day(Fiscal(4), 2026).isoformat()
    '2025-04-01'
    """
    is_named_by_end = fiscal.year_named == "end" and fiscal.year_starts > 1
    first = dt.date(year - is_named_by_end, fiscal.year_starts, 1)
    if not fiscal.has_weeks:
        return first
    since = (first.weekday() - WEEKDAYS.index(fiscal.week_starts)) % 7
    # Of a day four to six days after the week's first day the next one is nearer.
    is_next = fiscal.week_rule == "nearest" and since > 3
    return first + dt.timedelta(days=7 * is_next - since)


def count_weeks(fiscal: Fiscal, year: int) -> int:
    """Count the weeks of a year of weeks: 52 or 53."""
    return (first_day(fiscal, year + 1) - first_day(fiscal, year)).days // 7


def year_of(fiscal: Fiscal, day: dt.date) -> int:
    """Give the fiscal year that a day lies in.

    Examples
    --------
    >>> year_of(Fiscal(4), dt.date(2026, 3, 31)), year_of(Fiscal(4), dt.date(2026, 4, 1))
    (2026, 2027)
    """
    return max(y for y in range(day.year - 1, day.year + 3) if first_day(fiscal, y) <= day)


def count_parts(fiscal: Fiscal, grain: str, year: int) -> int:
    """Count the periods of a grain in a fiscal year.

    Examples
    --------
    >>> [count_parts(Fiscal(4), grain, 2026) for grain in ("quarter", "year")]
    [4, 1]
    """
    if grain == "week":
        return count_weeks(fiscal, year)
    return {"month": 12, "quarter": 4, "year": 1}[grain]


def cut(fiscal: Fiscal, grain: str, year: int, number: int) -> Days:
    """Give first and last day of a period of a fiscal year, numbers from 1.

    Examples
    --------
    >>> shop = Fiscal(2, "start", "4-5-4", "sunday")
    >>> [day.isoformat() for day in cut(shop, "month", 2023, 12)]
    ['2023-12-31', '2024-02-03']
    >>> [day.isoformat() for day in cut(Fiscal(4), "quarter", 2026, 4)]
    ['2026-01-01', '2026-03-31']
    """
    starts = [_start(fiscal, grain, year, place) for place in (number - 1, number)]
    if number == count_parts(fiscal, grain, year):
        starts[1] = first_day(fiscal, year + 1)
    return starts[0], starts[1] - dt.timedelta(days=1)


def number_of(fiscal: Fiscal, grain: str, day: dt.date) -> int:
    """Give which period of a grain in its fiscal year a day lies in, from 1."""
    year = year_of(fiscal, day)
    places = range(1, count_parts(fiscal, grain, year) + 1)
    return next(place for place in places if day <= cut(fiscal, grain, year, place)[1])


def _start(fiscal: Fiscal, grain: str, year: int, place: int) -> dt.date:
    """Give the day on which the part after so many others of its year begins."""
    first = first_day(fiscal, year)
    if fiscal.has_weeks:
        return first + dt.timedelta(weeks=_weeks_before(fiscal, grain, place))
    month = first.year * 12 + first.month - 1 + place * {"quarter": 3, "year": 12}[grain]
    return dt.date(month // 12, month % 12 + 1, 1)


def _weeks_before(fiscal: Fiscal, grain: str, place: int) -> int:
    if grain == "month":
        pattern = [int(n) for n in fiscal.weeks.split("-")]
        return place // 3 * WEEKS_OF_QUARTER + sum(pattern[: place % 3])
    return place * {"week": 1, "quarter": WEEKS_OF_QUARTER, "year": 4 * WEEKS_OF_QUARTER}[grain]
