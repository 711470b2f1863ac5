import numpy as np

from rapport.ingest.sample.days import (
    add_months,
    day,
    draw_minutes,
    lay_calendar,
    month_number,
    spell_dates,
    spell_times,
)
from rapport.ingest.sample.draws import Key


def test_a_month_number_is_year_times_twelve_and_month():
    assert month_number(np.array([day("2026-06-30"), day("1969-12-31")])).tolist() == [
        2026 * 12 + 5,
        1969 * 12 + 11,
    ]


def test_the_last_day_of_a_month_moves_to_the_last_day_of_a_shorter_one():
    days = np.array([day("2024-01-31"), day("2024-01-31"), day("2023-12-05")])

    moved = add_months(days, np.array([1, 13, 2]))

    assert spell_dates(moved) == ["2024-02-29", "2025-02-28", "2024-02-05"]


def test_a_calendar_weighs_months_weekdays_and_the_push_of_the_last_month():
    calendar = lay_calendar(
        day("2026-05-30"),  # a Saturday
        day("2026-06-02"),
        months=[100] * 5 + [200] + [100] * 6,
        weekdays=[10, 10, 10, 10, 10, 20, 30],
        last_month=150,
    )

    assert calendar.weights.tolist() == [2_000, 3_000, 3_000, 3_000]
    assert calendar.last == day("2026-06-02")


def test_dates_are_spelt_as_a_file_wants_them():
    days = np.array([day("2026-06-03")])

    assert spell_dates(days, separator="/", padded=False) == ["2026/6/3"]
    assert spell_times(days, np.array([9 * 60 + 5])) == ["2026-06-03 09:05"]
    assert spell_times(days, np.array([1441]), form="{}T{:02d}:{:02d}:00Z") == [
        "2026-06-04T00:01:00Z"
    ]


def test_times_fall_where_no_clock_is_changed():
    minutes = draw_minutes(Key((1,)), 5_000)

    assert minutes.min() >= 8 * 60
    assert minutes.max() < 22 * 60
