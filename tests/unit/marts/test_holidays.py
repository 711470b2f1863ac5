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


@pytest.mark.parametrize(
    ("year", "before_october", "october"),
    [
        # As the regulation of that year gives them; the week of National Day as announced.
        (2007, "01-01 02-18 02-19 02-20 05-01 05-02 05-03", "01 02 03 04 05 06 07"),
        (2012, "01-01 01-22 01-23 01-24 04-04 05-01 06-23 09-30", "01 02 03 04 05 06 07"),
        (2015, "01-01 02-19 02-20 02-21 04-05 05-01 06-20 09-03 09-27", "01 02 03 04 05 06 07"),
        (2023, "01-01 01-22 01-23 01-24 04-05 05-01 06-22 09-29 09-30", "01 02 03 04 05 06"),
        (2025, "01-01 01-28 01-29 01-30 01-31 04-04 05-01 05-02 05-31", "01 02 03 04 05 06 06 07"),
    ],
)
def test_a_year_of_china_has_the_days_of_the_law_in_force(year, before_october, october):
    week = " ".join(f"10-{day}" for day in october.split())

    assert kept("cn", year) == f"{before_october} {week}"


def test_every_day_of_china_has_a_name_and_feasts_of_the_moon_lie_in_their_months():
    found = list_holidays("cn", dt.date(FIRST_YEAR, 1, 1), dt.date(LAST_YEAR, 12, 31))
    months = {"qingming": {4}, "dragon_boat": {5, 6}, "mid_autumn": {9, 10}}

    assert all(has_label(f"holiday.{name}") for _, name in found)
    assert all(day.month in months[name] for day, name in found if name in months)
    assert sum(name == "qingming" for _, name in found) == LAST_YEAR - 2007


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
