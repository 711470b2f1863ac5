import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.errors import ParameterError
from rapport.fiscal import Fiscal, count_weeks, first_day, read_fiscal
from rapport.marts.periods import (
    list_periods,
    newest_whole,
    parse_period,
    period_of,
    same_last_year,
    step_back,
)
from rapport.marts.windows import describe_fiscal, list_windows

APRIL = Fiscal(year_starts=4)
# The calendar of the National Retail Federation: Sundays, years named by their start.
SHOPS = {"year_starts": 2, "year_named": "start", "weeks": "4-5-4", "week_starts": "sunday"}
NRF = read_fiscal(SHOPS)
SETTINGS = {"rfm_days": 365, "churn_after_days": 180, "horizon_days": 90}
CALENDARS = [
    APRIL, NRF, Fiscal(10, "start"), Fiscal(1, weeks="5-4-4", week_starts="wednesday"),
    Fiscal(7, weeks="4-4-5", week_starts="saturday", week_rule="last"),
]  # fmt: skip


def days(code, fiscal=NRF):
    return [day.isoformat() for day in parse_period(code, fiscal).days]


def windows(code, until=dt.date(2025, 12, 31), calendar=SHOPS):
    rows = list_windows(
        parse_period(code, read_fiscal(calendar)), data_from=dt.date(2021, 1, 1),
        data_until=until, settings=SETTINGS,
    )  # fmt: skip
    return pd.DataFrame(rows).set_index("window")


def span(found, window):
    return [found.loc[window, name].isoformat() for name in ("starts_on", "ends_on")]


@pytest.mark.parametrize(
    ("year", "first", "n_weeks"),
    [
        (2011, "2011-01-30", 52), (2012, "2012-01-29", 53), (2017, "2017-01-29", 53),
        (2018, "2018-02-04", 52), (2023, "2023-01-29", 53), (2024, "2024-02-04", 52),
        (2025, "2025-02-02", 52),
    ],
)  # fmt: skip
def test_years_of_shops_are_those_of_their_federation(year, first, n_weeks):
    assert first_day(NRF, year).isoformat() == first
    assert count_weeks(NRF, year) == n_weeks


@pytest.mark.parametrize(
    ("code", "fiscal", "first", "last"),
    [
        ("FY2026", APRIL, "2025-04-01", "2026-03-31"),
        ("FY2026-Q4", APRIL, "2026-01-01", "2026-03-31"),
        ("FY2026-Q4", Fiscal(4, "start"), "2027-01-01", "2027-03-31"),
        ("FY2024-P01", NRF, "2024-02-04", "2024-03-02"),
        ("FY2024-P02", NRF, "2024-03-03", "2024-04-06"),
        ("FY2024-Q1", NRF, "2024-02-04", "2024-05-04"),
        ("FY2023-P12", NRF, "2023-12-31", "2024-02-03"),
        ("FY2023-Q4", NRF, "2023-10-29", "2024-02-03"),
        ("FY2023-W53", NRF, "2024-01-28", "2024-02-03"),
        ("2026-04", APRIL, "2026-04-01", "2026-04-30"),
    ],
)
def test_a_code_names_its_first_and_last_day(code, fiscal, first, last):
    assert days(code, fiscal) == [first, last]


def test_a_year_may_begin_on_the_last_first_day_of_a_week_before_its_month():
    last = Fiscal(2, "start", "4-4-5", "sunday", "last")

    assert first_day(last, 2024).isoformat() == "2024-01-28"


@pytest.mark.parametrize(
    ("code", "fiscal"),
    [("FY2026-Q1", None), ("FY2024-W53", NRF), ("FY2026-P01", APRIL), ("FY2026-W01", APRIL)],
)
def test_a_period_that_the_calendar_does_not_have_is_refused(code, fiscal):
    with pytest.raises(ParameterError, match="calendar of the unit has no such period"):
        parse_period(code, fiscal)


@pytest.mark.parametrize("fiscal", CALENDARS)
@given(day=st.dates(dt.date(1990, 1, 1), dt.date(2090, 12, 31)))
@settings(deadline=None, max_examples=15)
def test_every_day_lies_in_one_period_of_each_grain(fiscal, day):
    for grain in fiscal.grains:
        period = period_of(day, grain, fiscal)
        first, last = period.days

        assert first <= day <= last
        assert parse_period(period.code, fiscal) == period
        assert step_back(period, 1).days[1] == first - dt.timedelta(days=1)
        assert newest_whole(last, grain, fiscal) == period


def test_a_unit_without_fiscal_years_has_the_periods_of_everybody():
    assert read_fiscal({"year_starts": 1, "weeks": "none", "holidays": "gb-eng"}) is None
    assert period_of(dt.date(2026, 4, 1), "month", APRIL).code == "2026-04"


def test_periods_are_listed_from_one_to_another_over_the_turn_of_a_year():
    found = list_periods(parse_period("FY2026-Q3", APRIL), parse_period("FY2027-Q1", APRIL))

    assert [each.code for each in found] == ["FY2026-Q3", "FY2026-Q4", "FY2027-Q1"]


def test_the_week_that_only_long_years_have_is_the_last_one_a_year_before():
    assert same_last_year(parse_period("FY2023-W53", NRF)).code == "FY2022-W52"


def test_last_year_are_the_same_weekdays_of_the_same_season():
    found = windows("FY2024-P02")

    # By name it would be 2023-02-26 to 2023-04-01: a week off, for 2023 had 53 weeks.
    assert span(found, "last_year") == ["2023-03-05", "2023-04-08"]
    assert found.loc["last_year", "is_whole"]
    assert found.loc["last_year", "period"] == "FY2023-P02"


def test_a_long_quarter_is_held_against_as_many_weeks():
    found = windows("FY2023-Q4", until=dt.date(2024, 12, 31))

    assert span(found, "last_year") == ["2022-10-30", "2023-02-04"]


def test_five_weeks_are_not_held_against_four():
    assert not windows("FY2024-P02").loc["previous", "is_comparable"]
    assert windows("FY2024-P02").loc["last_year", "is_comparable"]
    assert windows("FY2024-Q2").loc["previous", "is_comparable"]
    assert windows("FY2026-Q1", calendar={"year_starts": 4}).loc["previous", "is_comparable"]


def test_an_unfinished_period_is_held_against_as_many_days_as_there_were():
    found = windows("FY2024-P02", until=dt.date(2024, 3, 20))
    late = windows("FY2024-P02", until=dt.date(2024, 4, 2))

    assert span(found, "previous") == ["2024-02-04", "2024-02-21"]
    assert span(found, "last_year") == ["2023-03-05", "2023-03-22"]
    assert found.loc["previous", "is_comparable"]
    # The period before had 28 days, and 31 of this one are over.
    assert not late.loc["previous", "is_comparable"]


def test_a_fiscal_period_is_described_with_what_it_is_held_against():
    found = describe_fiscal("FY2024-P02", SHOPS)

    assert (found["weeks"], found["weeks_before"]) == (5, 4)
    assert found["same_on"] == dt.date(2023, 2, 26)
    assert describe_fiscal("2024-02", SHOPS) is None
