import datetime as dt

import pandas as pd
import pytest

from rapport.errors import ParameterError
from rapport.marts.festivals import FIRST_YEAR, LAST_YEAR, find_moved, spring_festival
from rapport.marts.periods import parse_period
from rapport.marts.windows import list_windows

SETTINGS = {"rfm_days": 365, "churn_after_days": 180, "horizon_days": 90}


def windows(code, data_from=dt.date(2024, 1, 1), data_until=dt.date(2026, 6, 30), festivals="cn"):
    rows = list_windows(
        parse_period(code), data_from=data_from, data_until=data_until,
        settings=SETTINGS | {"festivals": festivals},
    )  # fmt: skip
    return pd.DataFrame(rows).set_index("window")


def span(row):
    return [row["starts_on"].isoformat(), row["ends_on"].isoformat()]


def test_the_feast_begins_on_a_new_moon_between_the_21st_of_january_and_the_21st_of_february():
    days = [spring_festival(year) for year in range(FIRST_YEAR, LAST_YEAR + 1)]

    # A new moon of January 2000, and the mean month between two of them.
    new_moon, month = dt.datetime(2000, 1, 6, 18, 14, tzinfo=dt.UTC), 29.530588853
    since = [
        (dt.datetime.combine(d, dt.time(4, tzinfo=dt.UTC)) - new_moon) / dt.timedelta(1)
        for d in days
    ]

    assert all((d.year, 1, 21) <= (d.year, d.month, d.day) <= (d.year, 2, 21) for d in days)
    assert all(abs((n + month / 2) % month - month / 2) < 1.2 for n in since)


def test_a_february_with_the_feast_is_not_compared_with_one_without_it():
    moved = windows("2026-02")

    assert not moved.loc["last_year", "is_comparable"]
    assert moved.loc[["current", "previous"], "is_comparable"].all()


def test_february_brings_january_with_it_now_and_a_year_before():
    moved = windows("2026-02")

    assert span(moved.loc["festival"]) == ["2026-01-01", "2026-02-28"]
    assert span(moved.loc["festival_last_year"]) == ["2025-01-01", "2025-02-28"]
    assert moved.loc[["festival", "festival_last_year"], "is_comparable"].all()


def test_both_months_of_an_unfinished_february_end_on_the_same_day_of_it():
    moved = windows("2026-02", data_until=dt.date(2026, 2, 20))

    assert span(moved.loc["festival"]) == ["2026-01-01", "2026-02-20"]
    assert span(moved.loc["festival_last_year"]) == ["2025-01-01", "2025-02-20"]


def test_a_leap_day_belongs_to_its_february_alone():
    moved = windows("2024-02", data_from=dt.date(2022, 1, 1))

    assert span(moved.loc["festival"]) == ["2024-01-01", "2024-02-29"]
    assert span(moved.loc["festival_last_year"]) == ["2023-01-01", "2023-02-28"]


def test_a_january_whose_feast_moved_is_compared_with_nothing_a_year_before():
    moved = windows("2026-01")

    assert not moved.loc["last_year", "is_comparable"]
    assert "festival" not in moved.index


@pytest.mark.parametrize("code", ["2026-03", "2026-W08", "2026-Q1", "2026", "2027-02"])
def test_other_periods_and_a_feast_that_stayed_are_compared_as_ever(code):
    until = dt.date(2027, 2, 28)

    found = windows(code, data_until=until)

    pd.testing.assert_frame_equal(found, windows(code, data_until=until, festivals="none"))
    assert found.loc["last_year", "is_comparable"]


def test_a_unit_without_festivals_compares_every_february():
    assert windows("2026-02", festivals="none").loc["last_year", "is_comparable"]


def test_years_whose_day_is_not_known_are_refused():
    with pytest.raises(ParameterError, match="known for 2000 to 2049, not for 1999"):
        find_moved("cn", "2000-01")
