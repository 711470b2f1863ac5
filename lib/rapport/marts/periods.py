"""The calendar of a report: its period, and every window of days that is compared with it.

Windows are closed intervals of local dates, cut in the unit's zone at ingest. A report's `as_of`
is the last day of the window `current`; nothing later is visible to any mart. A period is one of
the civil calendar, with weeks of ISO 8601 from Monday, or of the fiscal year that a unit declares
(`fiscal.py`), whose code begins with FY.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from rapport.errors import ParameterError
from rapport.fiscal import Fiscal, count_parts, cut, number_of, year_of

MONTHS = {"month": 1, "quarter": 3, "year": 12}
_FORMS = (
    ("week", re.compile(r"(\d{4})-W(0[1-9]|[1-4]\d|5[0-3])")),
    ("quarter", re.compile(r"(\d{4})-Q([1-4])")),
    ("month", re.compile(r"(\d{4})-(0[1-9]|1[0-2])")),
    ("year", re.compile(r"(\d{4})()")),
)
_FISCAL_FORMS = (
    ("week", re.compile(r"FY(\d{4})-W(0[1-9]|[1-4]\d|5[0-3])")),
    ("quarter", re.compile(r"FY(\d{4})-Q([1-4])")),
    ("month", re.compile(r"FY(\d{4})-P(0[1-9]|1[0-2])")),
    ("year", re.compile(r"FY(\d{4})()")),
)
Days = tuple[dt.date, dt.date]


@dataclass(frozen=True)
class Period:
    """One period of a report: its code, grain, first and last day (None in the period `all`).

    `fiscal` is the calendar of its year, None of a civil one.
    """

    code: str
    grain: str
    starts_on: dt.date | None
    last_on: dt.date | None
    fiscal: Fiscal | None = None

    @property
    def days(self) -> Days:
        """First and last day.

        Raises
        ------
        ParameterError
            The period is `all`, which has the days of its data and none of its own.
        """
        if self.starts_on is None or self.last_on is None:
            raise ParameterError("period all: has no days of its own. Name a month, say.")
        return self.starts_on, self.last_on


def parse_period(code: str, fiscal: Fiscal | None = None) -> Period:
    """Read a period's code: 2010-W48, 2010-11, 2010-Q4, 2010 or all; FY2011-Q1 of a fiscal year.

    Raises
    ------
    ParameterError
        The code has another form, its year has no such week, or `fiscal` has no such period.

    Examples
    --------
    >>> parse_period("2010-Q4").days
    (datetime.date(2010, 10, 1), datetime.date(2010, 12, 31))
    >>> parse_period("FY2011-Q1", Fiscal(4)).days
    (datetime.date(2010, 4, 1), datetime.date(2010, 6, 30))
    """
    period = find_period(code, fiscal)
    if period is not None:
        return period
    if is_fiscal(code):
        raise ParameterError(
            f"period {code}: the calendar of the unit has no such period. Say in its file when "
            "fiscal years begin (`calendar`), or name a period of the civil calendar."
        )
    raise ParameterError(
        f"period {code[:20]!r}: is no period. Write 2010-W48, 2010-11, 2010-Q4, 2010 or all, or "
        "FY2010-Q4 of a fiscal year."
    )


def find_period(code: str, fiscal: Fiscal | None = None) -> Period | None:
    """Give the period of a code; None where there is none of this code in the calendar."""
    if code == "all":
        return Period("all", "all", None, None)
    for grain, form in _FISCAL_FORMS if code.startswith("FY") else _FORMS:
        match = form.fullmatch(code)
        if match:
            year, number = int(match[1]), int(match[2] or 1)
            own = fiscal if code.startswith("FY") else None
            is_there = 1900 <= year <= 9998 and _has(code, own, grain, year, number)
            return _make(grain, year, number, own) if is_there else None
    return None


def is_fiscal(code: str) -> bool:
    """Say whether a code is of the form of a fiscal year's period, whatever its calendar."""
    return any(form.fullmatch(code) for _, form in _FISCAL_FORMS)


def _has(code: str, fiscal: Fiscal | None, grain: str, year: int, number: int) -> bool:
    if fiscal is not None:
        # The year after it must have a first day, too.
        is_far = year > 9990
        return not is_far and grain in fiscal.grains and number <= count_parts(fiscal, grain, year)
    return not code.startswith("FY") and (grain != "week" or number <= _weeks_in(year))


def period_of(day: dt.date, grain: str, fiscal: Fiscal | None = None) -> Period:
    """Give the period of a grain that holds a day.

    Examples
    --------
    >>> period_of(dt.date(2010, 12, 9), "quarter").code
    '2010-Q4'
    >>> period_of(dt.date(2010, 12, 9), "quarter", Fiscal(4)).code
    'FY2011-Q3'
    """
    if grain == "all":
        return parse_period("all")
    if fiscal is not None and grain in fiscal.grains:
        return _make(grain, year_of(fiscal, day), number_of(fiscal, grain, day), fiscal)
    if grain == "week":
        return _make("week", day.isocalendar().year, day.isocalendar().week)
    return _make(grain, day.year, (day.month - 1) // MONTHS[grain] + 1)


def newest_whole(data_until: dt.date, grain: str, fiscal: Fiscal | None = None) -> Period:
    """Give the newest period of a grain whose last day the data reach: the default of a run.

    Examples
    --------
    >>> newest_whole(dt.date(2010, 12, 9), "month").code
    '2010-11'
    """
    period = period_of(data_until, grain, fiscal)
    return period if grain == "all" or period.days[1] <= data_until else step_back(period, 1)


def step_back(period: Period, n: int) -> Period:
    """Give the period n before, of the same grain.

    Examples
    --------
    >>> step_back(parse_period("2010-01"), 2).code
    '2009-11'
    """
    first = period.days[0]
    if period.fiscal is not None:
        for _ in range(n):
            first = period_of(first - dt.timedelta(days=1), period.grain, period.fiscal).days[0]
        return period_of(first, period.grain, period.fiscal)
    if period.grain == "week":
        return period_of(first - dt.timedelta(weeks=n), "week")
    month = first.year * 12 + first.month - 1 - n * MONTHS[period.grain]
    return period_of(dt.date(month // 12, month % 12 + 1, 1), period.grain)


def same_last_year(period: Period) -> Period:
    """Give the period of the same name a year before; week 53 becomes the year's last week.

    Examples
    --------
    >>> same_last_year(parse_period("2010-W52")).code, same_last_year(parse_period("2010")).code
    ('2009-W52', '2009')
    """
    if period.fiscal is not None:
        year = year_of(period.fiscal, period.days[0]) - 1
        number = number_of(period.fiscal, period.grain, period.days[0])
        n_parts = count_parts(period.fiscal, period.grain, year)
        return _make(period.grain, year, min(number, n_parts), period.fiscal)
    if period.grain != "week":
        return step_back(period, 12 // MONTHS[period.grain])
    year, week = int(period.code[:4]) - 1, int(period.code[-2:])
    return _make("week", year, min(week, _weeks_in(year)))


def list_periods(first: Period, last: Period) -> list[Period]:
    """List the periods from one to another, both included, oldest first (`--period A..B`).

    Raises
    ------
    ParameterError
        The two are of different grains, or the first begins after the last.
    """
    if (first.grain, first.fiscal) != (last.grain, last.fiscal) or first.days > last.days:
        raise ParameterError(
            f"period {first.code}..{last.code}: is no range. Write the earlier one first, "
            "and two of one kind."
        )
    found = [last]
    while found[-1] != first:
        found.append(step_back(found[-1], 1))
    return found[::-1]


def check_within(period: Period, *, data_from: dt.date, data_until: dt.date) -> None:
    """Raise if a period holds no day of the data.

    Raises
    ------
    ParameterError
        The period begins after the data end or ends before they begin.
    """
    if period.grain == "all":
        return
    first, last = period.days
    if first > data_until or last < data_from:
        raise ParameterError(
            f"period {period.code}: the data run from {data_from} to {data_until}. "
            "Choose a period that holds some of these days."
        )


def _make(grain: str, year: int, number: int, fiscal: Fiscal | None = None) -> Period:
    if fiscal is not None:
        part = {"week": f"-W{number:02}", "month": f"-P{number:02}", "quarter": f"-Q{number}"}
        days = cut(fiscal, grain, year, number)
        return Period(f"FY{year:04}{part.get(grain, '')}", grain, *days, fiscal)
    if grain == "week":
        first = dt.date.fromisocalendar(year, number, 1)
        return Period(f"{year:04}-W{number:02}", grain, first, first + dt.timedelta(days=6))
    first = dt.date(year, (number - 1) * MONTHS[grain] + 1, 1)
    month = first.year * 12 + first.month - 1 + MONTHS[grain]
    last = dt.date(month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)
    code = {"month": f"{year:04}-{number:02}", "quarter": f"{year:04}-Q{number}"}
    return Period(code.get(grain, f"{year:04}"), grain, first, last)


def _weeks_in(year: int) -> int:
    # 28 December always lies in the last ISO week of its year.
    return dt.date(year, 12, 28).isocalendar().week
