import datetime as dt

import pytest

from rapport.errors import ParameterError
from rapport.marts.holidays import (
    CALENDARS,
    FIRST_YEAR,
    LAST_YEAR,
    easter_sunday,
    list_holidays,
)
from rapport.present.labels import has_label


def kept(calendar, year):
    found = list_holidays(calendar, dt.date(year, 1, 1), dt.date(year, 12, 31))
    return " ".join(f"{day:%m-%d}" for day, _ in found)


@pytest.mark.parametrize(
    ("calendar", "year", "days"),
    [
        # As listed on GOV.UK: weekends moved on, and the days proclaimed for one year.
        ("gb-eng", 2010, "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28"),
        ("gb-eng", 2011, "01-03 04-22 04-25 04-29 05-02 05-30 08-29 12-26 12-27"),
        ("gb-eng", 2012, "01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26"),
        ("gb-eng", 2020, "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28"),
        ("gb-eng", 2022, "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27"),
        ("gb-eng", 2023, "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26"),
        ("gb-sct", 2022, "01-03 01-04 04-15 05-02 06-02 06-03 08-01 09-19 11-30 12-26 12-27"),
        ("gb-sct", 2026, "01-01 01-02 04-03 05-04 05-25 06-15 08-03 11-30 12-25 12-28"),
        ("gb-nir", 2026, "01-01 03-17 04-03 04-06 05-04 05-25 07-13 08-31 12-25 12-28"),
    ],
)
def test_a_year_has_the_days_that_its_government_lists(calendar, year, days):
    assert kept(calendar, year) == days


@pytest.mark.parametrize("calendar", CALENDARS)
def test_no_holiday_is_kept_on_a_weekend_or_twice_on_a_day(calendar):
    found = list_holidays(calendar, dt.date(FIRST_YEAR, 1, 1), dt.date(LAST_YEAR, 12, 31))
    days = [day for day, _ in found]

    assert all(day.weekday() < 5 for day in days)
    assert len(set(days)) == len(days)
    assert all(has_label(f"holiday.{name}") for _, name in found)


def test_easter_falls_where_the_calendar_of_the_church_says():
    # The earliest and the latest of the century, and those of these years.
    known = {2008: (3, 23), 2011: (4, 24), 2024: (3, 31), 2025: (4, 20), 2038: (4, 25)}

    assert {year: easter_sunday(year) for year in known} == {
        year: dt.date(year, *day) for year, day in known.items()
    }


def test_a_unit_without_holidays_has_none_whatever_the_year():
    assert list_holidays("none", dt.date(1950, 1, 1), dt.date(1950, 1, 31)) == []


def test_years_whose_days_are_not_known_are_refused():
    with pytest.raises(ParameterError, match="known for 2002 to 2030"):
        list_holidays("gb-eng", dt.date(2001, 12, 1), dt.date(2002, 1, 1))
