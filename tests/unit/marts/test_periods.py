import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.errors import ParameterError
from rapport.marts.periods import (
    check_within,
    list_periods,
    newest_whole,
    parse_period,
    period_of,
    same_last_year,
    step_back,
)

GRAINS = ["week", "month", "quarter", "year"]
DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2090, 12, 31))


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("2010-11", "2010-11-01", "2010-11-30"),
        ("2012-02", "2012-02-01", "2012-02-29"),
        ("2010-Q4", "2010-10-01", "2010-12-31"),
        ("2010", "2010-01-01", "2010-12-31"),
        ("2010-W48", "2010-11-29", "2010-12-05"),
        ("2009-W53", "2009-12-28", "2010-01-03"),
    ],
)
def test_a_code_names_its_first_and_last_day(code, first, last):
    period = parse_period(code)

    assert period.days == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    assert period.code == code


@pytest.mark.parametrize(
    "code", ["2010-13", "2010-W54", "2010-W53", "10-11", "2010-Q5", "november", "", "0001"]
)
def test_what_is_no_period_is_named_with_the_forms_that_are(code):
    with pytest.raises(ParameterError, match="is no period"):
        parse_period(code)


def test_the_period_of_all_data_has_no_days_of_its_own():
    with pytest.raises(ParameterError, match="has no days of its own"):
        _ = parse_period("all").days


@pytest.mark.parametrize("grain", GRAINS)
@given(day=DAYS)
@settings(deadline=None, max_examples=30)
def test_every_day_lies_in_one_period_of_a_grain(grain, day):
    period = period_of(day, grain)
    first, last = period.days

    assert first <= day <= last
    assert parse_period(period.code) == period
    assert step_back(period, 1).days[1] == first - dt.timedelta(days=1)


@pytest.mark.parametrize("grain", GRAINS)
@given(day=DAYS)
@settings(deadline=None, max_examples=30)
def test_the_newest_whole_period_is_the_last_that_the_data_fill(grain, day):
    period = newest_whole(day, grain)

    assert period.days[1] <= day
    assert period_of(period.days[1] + dt.timedelta(days=1), grain).days[1] > day


@pytest.mark.parametrize(
    ("code", "year_before"),
    [
        ("2010-11", "2009-11"), ("2010-Q1", "2009-Q1"), ("2010", "2009"),
        ("2010-W48", "2009-W48"), ("2009-W53", "2008-W52"),
    ],
)  # fmt: skip
def test_a_year_before_is_the_period_of_the_same_name(code, year_before):
    assert same_last_year(parse_period(code)).code == year_before


def test_a_range_lists_every_period_oldest_first():
    periods = list_periods(parse_period("2009-12"), parse_period("2010-02"))

    assert [period.code for period in periods] == ["2009-12", "2010-01", "2010-02"]


@pytest.mark.parametrize("ends", [("2010-02", "2009-12"), ("2010-02", "2010-Q2")])
def test_a_range_that_runs_backwards_or_mixes_grains_is_refused(ends):
    with pytest.raises(ParameterError, match="is no range"):
        list_periods(*(parse_period(code) for code in ends))


@pytest.mark.parametrize("code", ["2011-01", "2009-11"])
def test_a_period_without_data_is_refused_with_the_days_that_there_are(code):
    days = {"data_from": dt.date(2009, 12, 1), "data_until": dt.date(2010, 12, 9)}

    with pytest.raises(ParameterError, match="the data run from 2009-12-01 to 2010-12-09"):
        check_within(parse_period(code), **days)


def test_a_period_that_holds_one_day_of_the_data_is_within():
    check_within(
        parse_period("2010-12"), data_from=dt.date(2010, 12, 31), data_until=dt.date(2011, 1, 1)
    )
