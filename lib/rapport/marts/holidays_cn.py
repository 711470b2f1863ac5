"""Public holidays of China, 2002 to 2030: the days that the law gives, and National Day's week.

Rules: Regulation on Public Holidays for National Annual Festivals and Memorial Days (State Council
orders 270 of 1999, 513 of 2007, 644 of 2013, 795 of 2024). Of the lunar year: Dragon Boat on the
fifth of the fifth month, Mid-Autumn on the fifteenth of the eighth, by the conversion tables of the
Hong Kong Observatory (https://www.hko.gov.hk/en/gts/time/conversion.htm); Qingming is the day of
the sun's 15 degrees. Weekend days that are moved to make a longer rest are announced year by year
and are left out, but for the week of National Day, which is kept every year.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from rapport.marts.festivals import spring_festival

FIRST_YEAR = 2002
# Month and day of each year from 2002 on.
_DRAGON_BOAT = (
    "0615 0604 0622 0611 0531 0619 0608 0528 0616 0606 0623 0612 0602 0620 0609 "
    "0530 0618 0607 0625 0614 0603 0622 0610 0531 0619 0609 0528 0616 0605"
)
_MID_AUTUMN = (
    "0921 0911 0928 0918 1006 0925 0914 1003 0922 0912 0930 0919 0908 0927 0915 "
    "1004 0924 0913 1001 0921 0910 0929 0917 1006 0925 0915 1003 0922 0912"
)
# The week began before 1 October in these years, as announced.
_WEEK_FROM = {2008: (9, 29), 2023: (9, 30)}
# The years in which a new form of the regulation came into force.
LUNAR_FEASTS, NO_EVE, FOUR_DAYS = 2008, 2014, 2025
# Seventy years since the end of the war against Japan: free in that year alone.
VICTORY_DAY = dt.date(2015, 9, 3)


def list_days(year: int) -> Iterator[tuple[dt.date, str]]:
    """Give the public holidays of a year, each day of a feast by itself.

    Examples
    --------
    >>> [day.isoformat() for day, name in list_days(2025) if name == "labour_day"]
    ['2025-05-01', '2025-05-02']
    """
    yield dt.date(year, 1, 1), "new_year"
    yield from _stretch("spring_festival", *_spring_days(year))
    yield from _stretch("labour_day", dt.date(year, 5, 1), _labour_days(year))
    if year >= LUNAR_FEASTS:
        yield dt.date(year, 4, _qingming(year)), "qingming"
        yield _read(_DRAGON_BOAT, year), "dragon_boat"
        yield _read(_MID_AUTUMN, year), "mid_autumn"
    yield from _stretch("national_day", dt.date(year, *_WEEK_FROM.get(year, (10, 1))), 7)
    if year == VICTORY_DAY.year:
        yield VICTORY_DAY, "victory_day"


def _stretch(name: str, first: dt.date, n_days: int) -> Iterator[tuple[dt.date, str]]:
    return ((first + dt.timedelta(days=n), name) for n in range(n_days))


def _spring_days(year: int) -> tuple[dt.date, int]:
    """Give first day and length: from 2008 to 2013 and since 2025 the eve is free."""
    first = spring_festival(year)
    has_eve = LUNAR_FEASTS <= year < NO_EVE or year >= FOUR_DAYS
    return first - dt.timedelta(days=has_eve), 4 if year >= FOUR_DAYS else 3


def _labour_days(year: int) -> int:
    if year < LUNAR_FEASTS:
        return 3
    return 2 if year >= FOUR_DAYS else 1


def _qingming(year: int) -> int:
    """Give the day of April, by the usual formula of this century (good for 2000 to 2041)."""
    within = year % 100
    return (within * 2422 + 48_100) // 10_000 - within // 4


def _read(days: str, year: int) -> dt.date:
    day = days.split()[year - FIRST_YEAR]
    return dt.date(year, int(day[:2]), int(day[2:]))
