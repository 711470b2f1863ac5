import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.errors import ParameterError
from rapport.marts.periods import parse_period, period_of
from rapport.marts.windows import list_windows

SETTINGS = {"rfm_days": 365, "churn_after_days": 180, "horizon_days": 90}
DATA_FROM = dt.date(2009, 12, 1)


def windows(code, data_from=DATA_FROM, data_until=dt.date(2010, 12, 9), **more):
    rows = list_windows(
        parse_period(code), data_from=data_from, data_until=data_until, settings=SETTINGS | more
    )
    return pd.DataFrame(rows).set_index("window")


def span(row):
    return [row["starts_on"].isoformat(), row["ends_on"].isoformat()]


def test_a_whole_month_is_compared_with_the_whole_month_before():
    november = windows("2010-11")

    assert span(november.loc["current"]) == ["2010-11-01", "2010-11-30"]
    assert span(november.loc["previous"]) == ["2010-10-01", "2010-10-31"]
    assert november.loc[["current", "previous"], "is_whole"].all()


def test_an_incomplete_month_is_compared_with_the_same_days():
    december = windows("2010-12")

    assert span(december.loc["current"]) == ["2010-12-01", "2010-12-09"]
    assert span(december.loc["previous"]) == ["2010-11-01", "2010-11-09"]
    assert span(december.loc["last_year"]) == ["2009-12-01", "2009-12-09"]
    assert not december.loc[["current", "previous", "last_year"], "is_whole"].any()


def test_the_same_days_of_a_shorter_month_end_with_it():
    march = windows("2010-03", data_until=dt.date(2010, 3, 30))

    assert span(march.loc["previous"]) == ["2010-02-01", "2010-02-28"]


def test_a_window_that_begins_before_the_data_is_not_comparable():
    november = windows("2010-11")

    assert not november.loc["last_year", "is_comparable"]
    assert november.loc["previous", "is_comparable"]


def test_the_history_is_thirteen_periods_and_ends_with_the_current_one():
    history = windows("2010-12").filter(like="history-", axis=0)

    assert list(history["period"]) == ["2009-12", *(f"2010-{n:02}" for n in range(1, 13))]
    assert list(history["is_whole"]) == [True] * 12 + [False]
    assert span(history.iloc[-1]) == ["2010-12-01", "2010-12-09"]


def test_fixed_cuts_need_a_full_window_before_the_year():
    full = windows("2010-11", data_from=dt.date(2008, 12, 31))
    short = windows("2010-11", data_from=dt.date(2009, 1, 1))

    assert span(full.loc["cut"]) == ["2009-01-01", "2009-12-31"]
    assert "cut" not in short.index


def test_the_classifier_has_three_dates_a_horizon_apart():
    november = windows("2010-11")

    ends = november.loc[["train", "test", "score"], "ends_on"].astype(str).tolist()
    assert ends == ["2010-06-03", "2010-09-01", "2010-11-30"]
    assert span(november.loc["train"])[0] == "2009-12-06"


def test_the_season_of_the_test_is_that_of_a_year_before():
    # From 2009-03-06 on: 180 days that end on 2009-09-01, a year before those of the test.
    known = windows("2010-11", data_from=dt.date(2009, 3, 6))
    unknown = windows("2010-11", data_from=dt.date(2009, 3, 7))

    assert span(known.loc["season"]) == ["2009-03-06", "2009-09-01"]
    assert "season" not in unknown.index


def test_a_date_of_the_classifier_before_the_data_is_left_out():
    assert "train" not in windows("2010-11", data_from=dt.date(2010, 7, 1)).index


def test_a_snapshot_unit_is_never_called_incomplete():
    assert windows("2010-12", is_snapshot=True).loc["current", "is_whole"]


def test_a_snapshot_unit_looks_once_and_compares_with_nothing():
    once = windows("2010-12", is_snapshot=True)

    assert list(once.index) == ["current"]
    assert span(once.loc["current"]) == ["2010-12-01", "2010-12-09"]
    assert not once.loc["current", "is_comparable"]


def test_all_data_are_one_window_without_comparison():
    everything = windows("all")

    assert list(everything.index) == ["current"]
    assert span(everything.loc["current"]) == ["2009-12-01", "2010-12-09"]


def test_a_unit_without_dates_has_one_window_without_days():
    undated = windows("all", data_from=None, data_until=None)

    assert list(undated.index) == ["current"]
    assert undated[["starts_on", "ends_on", "month_no"]].isna().all(axis=None)


def test_months_are_numbered_through_the_years():
    assert windows("2010-11").loc["current", "month_no"] == 2010 * 12 + 10


def test_a_period_after_the_data_is_refused():
    with pytest.raises(ParameterError, match="period 2011-01: the data run from"):
        windows("2011-01")


@given(
    until=st.dates(dt.date(2005, 1, 1), dt.date(2015, 12, 31)),
    grain=st.sampled_from(["week", "month", "quarter", "year"]),
    n_days=st.integers(0, 2000),
)
@settings(deadline=None, max_examples=60)
def test_no_window_runs_past_the_data_and_each_has_its_days(until, grain, n_days):
    rows = list_windows(
        period_of(until, grain), data_from=until - dt.timedelta(days=n_days), data_until=until,
        settings=SETTINGS,
    )  # fmt: skip

    assert all(row["starts_on"] <= row["ends_on"] <= row["last_on"] for row in rows)
    assert all(row["ends_on"] <= until for row in rows)
    assert len({row["window"] for row in rows}) == len(rows)
    assert [row["position"] for row in rows] == list(range(len(rows)))
