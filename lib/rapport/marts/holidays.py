"""Public holidays: the United Kingdom's here, by rules and proclaimed days; China's beside it.

Shops are shut or keep short hours on them, so a month with Easter and one without it are not the
same month. Rules: Banking and Financial Dealings Act 1971, schedule 1; St Andrew's Day Bank Holiday
(Scotland) Act 2007; days moved or added by royal proclamation, as listed on GOV.UK
(https://www.gov.uk/bank-holidays). A day that falls on a weekend is kept on the next day of the
week that is no other bank holiday. Easter after Butcher's Ecclesiastical Calendar (1876).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from rapport.errors import ParameterError
from rapport.marts import holidays_cn

FIRST_YEAR, LAST_YEAR = 2002, 2030
ENGLAND, SCOTLAND, IRELAND = "gb-eng", "gb-sct", "gb-nir"
CALENDARS = (ENGLAND, SCOTLAND, IRELAND)
CHINA = "cn"
Holiday = tuple[dt.date, str]

# Proclaimed for one year: a day instead of the usual one, or a day more.
MOVED = {
    ("spring", 2002): (6, 4), ("spring", 2012): (6, 4), ("spring", 2022): (6, 2),
    ("early_may", 2020): (5, 8),
}  # fmt: skip
ADDED = {
    2002: (("jubilee", (6, 3)),), 2011: (("wedding", (4, 29)),), 2012: (("jubilee", (6, 5)),),
    2022: (("jubilee", (6, 3)), ("funeral", (9, 19))), 2023: (("coronation", (5, 8)),),
}  # fmt: skip
ADDED_SCOTLAND = {2026: (("world_cup", (6, 15)),)}
ST_ANDREW_SINCE = 2007
SATURDAY = 5


def easter_sunday(year: int) -> dt.date:
    """Give Easter Sunday of the Gregorian calendar.

    Examples
    --------
    >>> easter_sunday(2026), easter_sunday(2027)
    (datetime.date(2026, 4, 5), datetime.date(2027, 3, 28))
    """
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return dt.date(year, month, day + 1)


def list_holidays(calendar: str, first: dt.date, last: dt.date) -> list[Holiday]:
    """List the public holidays of a stretch of days, on the days on which they are kept.

    Parameters
    ----------
    calendar : gb-eng (England and Wales), gb-sct (Scotland), gb-nir (Northern Ireland), cn (China;
        `holidays_cn`), or none

    Returns
    -------
    day and name (a label `holiday.<name>`) by day; none of the calendar `none`

    Raises
    ------
    ParameterError
        A year of the stretch is none of those whose proclaimed days are known.

    Examples
    --------
    >>> list_holidays("gb-eng", dt.date(2026, 4, 1), dt.date(2026, 4, 30))
    [(datetime.date(2026, 4, 3), 'good_friday'), (datetime.date(2026, 4, 6), 'easter_monday')]
    """
    if calendar == "none":
        return []
    if first.year < FIRST_YEAR or last.year > LAST_YEAR:
        raise ParameterError(
            f"calendar: public holidays are known for {FIRST_YEAR} to {LAST_YEAR}, and {first} to "
            f"{last} is asked for. Choose a report of these years, or set holidays: none."
        )
    years = range(first.year, last.year + 1)
    if calendar == CHINA:
        kept = [one for year in years for one in holidays_cn.list_days(year)]
    else:
        kept = [one for year in years for one in _keep(sorted(_list_days(calendar, year)))]
    return sorted(one for one in kept if first <= one[0] <= last)


def _list_days(calendar: str, year: int) -> Iterator[Holiday]:
    """Give the days of a year where they fall, weekends among them."""
    easter = easter_sunday(year)
    yield dt.date(year, 1, 1), "new_year"
    yield easter - dt.timedelta(days=2), "good_friday"
    yield _move("early_may", _monday(year, 5)), "early_may"
    yield _move("spring", _monday(year, 6) - dt.timedelta(weeks=1)), "spring"
    if calendar == SCOTLAND:
        yield dt.date(year, 1, 2), "second_january"
        yield _monday(year, 8), "summer"
        if year >= ST_ANDREW_SINCE:
            yield dt.date(year, 11, 30), "st_andrew"
    else:
        yield easter + dt.timedelta(days=1), "easter_monday"
        yield _monday(year, 9) - dt.timedelta(weeks=1), "summer"
    if calendar == IRELAND:
        yield dt.date(year, 3, 17), "st_patrick"
        yield dt.date(year, 7, 12), "boyne"
    yield dt.date(year, 12, 25), "christmas"
    yield dt.date(year, 12, 26), "boxing"
    more = ADDED.get(year, ()) + (ADDED_SCOTLAND.get(year, ()) if calendar == SCOTLAND else ())
    for name, (month, day) in more:
        yield dt.date(year, month, day), name


def _monday(year: int, month: int) -> dt.date:
    """Give the first Monday of a month; a week before that of the next is the last of a month."""
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=-first.weekday() % 7)


def _move(name: str, day: dt.date) -> dt.date:
    month_day = MOVED.get((name, day.year))
    return day if month_day is None else dt.date(day.year, *month_day)


def _keep(days: list[Holiday]) -> Iterator[Holiday]:
    """Give the days of a year as they are kept: of a weekend, on the next free day of the week."""
    taken = {day for day, _ in days if day.weekday() < SATURDAY}
    for day, name in days:
        kept = day
        while kept.weekday() >= SATURDAY or (kept != day and kept in taken):
            kept += dt.timedelta(days=1)
        taken.add(kept)
        yield kept, name
