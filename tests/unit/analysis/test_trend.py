"""Months beside those of the year before, and the season in them."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.trend import (
    choose_trend,
    hide_small,
    list_gaps,
    list_latest,
    list_months,
    measure_trend,
    whole_months,
)
from rapport.analysis.trend_season import choose_season, measure_season, part_season

FIRST = 2024 * 12
TOLD = {"min_count": 10}


def months_of(amounts, *, first=FIRST):
    """Months in which forty customers bought, each once."""
    return pd.DataFrame({
        "month_no": [first + place for place, net in enumerate(amounts) if net is not None],
        "net": [Decimal(net) for net in amounts if net is not None],
        "n_orders": 40, "n_active": 40, "n_new": 15,
        "identified_orders": 40, "identified_returns": 0,
    })  # fmt: skip


def test_a_month_without_an_order_is_a_month_of_nothing_and_not_a_gap():
    months = list_months(
        months_of([5, None, 7]), data_from=dt.date(2024, 1, 1), as_of=dt.date(2024, 3, 31), **TOLD
    )

    assert months["net"].tolist() == [5, 0, 7]
    assert months["period"].tolist() == ["2024-01", "2024-02", "2024-03"]
    assert months["n_active"].tolist() == [40, 0, 40]


def test_months_that_the_data_do_not_fill_are_not_whole_and_compared_with_nothing():
    drawn = months_of(range(1, 15))

    months = list_months(drawn, data_from=dt.date(2024, 1, 2), as_of=dt.date(2025, 2, 27), **TOLD)

    assert months["is_whole"].tolist() == [False] + [True] * 12 + [False]
    # January 2024 is not whole; February 2025 may be drawn beside February 2024, not compared.
    assert months["net_before"].tolist() == [None] * 13 + [2]
    assert measure_trend(months, currency="GBP") == []
    assert choose_trend(months) == "alone"
    assert whole_months(months)["period"].tolist()[0] == "2024-02"


def test_whole_months_are_counted_and_summed_against_the_year_before():
    drawn = months_of([10] * 12 + [12] * 11 + [5])

    months = list_months(drawn, data_from=dt.date(2024, 1, 1), as_of=dt.date(2025, 12, 31), **TOLD)

    measured = {one.name: one.value for one in measure_trend(months, currency="GBP")}
    assert measured["trend.months"] == 12
    assert measured["trend.higher"] == 11
    assert (measured["trend.net"], measured["trend.net_before"]) == (137, 120)
    assert choose_trend(months) == "compared"
    assert len(list_latest(months)) == 13


def test_nothing_sold_or_no_days_at_all_give_no_months():
    nothing = months_of([])

    for days in ((None, None), (dt.date(2024, 1, 1), dt.date(2024, 2, 1))):
        months = list_months(nothing, data_from=days[0], as_of=days[1], **TOLD)
        assert months.empty
        assert choose_trend(months) == "none"
        assert hide_small(months, min_count=10).empty


def test_months_are_published_without_counts_that_tell_too_few():
    months = list_months(
        months_of([1, 2, 3]).assign(n_active=[40, 40, 8], n_new=[5, 35, 8]),
        data_from=dt.date(2024, 1, 1), as_of=dt.date(2024, 3, 31), **TOLD,
    )  # fmt: skip

    shown = hide_small(months, min_count=10)

    # 40 less 35 are too few who had bought before.
    assert shown["n_new"].isna().tolist() == [True, True, True]
    assert shown["n_active"].tolist()[:2] == [40, 40]
    assert shown["n_active"].isna().tolist() == [False, False, True]


def few_in(drawn, place, *, others=0, **known):
    """Have few known customers in a month, and others whose orders carry no number."""
    bought = known.get("bought", 0)
    told = {
        "n_active": bought, "n_new": 0, "identified_orders": 4 * bought,
        "identified_returns": known.get("returned", 0), "n_orders": 4 * bought + others,
    }  # fmt: skip
    for name, count in told.items():
        drawn.loc[place, name] = count
    return list_months(
        drawn, data_from=dt.date(2024, 1, 1), as_of=dt.date(2025, 12, 31), **TOLD
    )  # fmt: skip


@pytest.mark.parametrize(
    ("known", "others", "is_told"),
    [
        ({"bought": 9}, 0, False),
        ({"bought": 9}, 1, True),
        ({"bought": 10}, 0, True),
        ({"returned": 1}, 0, False),
        ({"returned": 1}, 10, True),
        ({}, 3, True),
    ],
)
def test_what_too_few_spent_in_a_month_is_not_told(known, others, is_told):
    months = few_in(months_of([10] * 24), 3, others=others, **known)

    assert months["net"].notna().tolist() == [True] * 3 + [is_told] + [True] * 20
    assert bool(pd.notna(months["net_before"][15])) == is_told
    assert measure_trend(months, currency="GBP")[0].value == 11 + is_told
    assert len(whole_months(months)) == (24 if is_told else 20)
    assert list_gaps(months, case="compared") == []


def test_months_that_are_left_out_are_spoken_of():
    some = few_in(months_of([10] * 24), 20, bought=2)
    all_of_them = some.assign(net=None)

    assert (choose_trend(some), list_gaps(some, case="compared")) == ("compared", ["trend_gaps"])
    assert (choose_trend(all_of_them), list_gaps(all_of_them, case="few")) == ("few", [])


def test_a_season_is_looked_for_in_two_years_and_more():
    year = np.array([5.0, 3, 2, 1, 0, 1, 2, 3, 4, 6, 9, 12])

    assert part_season(np.tile(year, 2)[:-1]) is None
    parts = part_season(np.tile(year, 3) + 100)

    assert choose_season(parts) == "clear"
    measured = {one.name: one.value for one in measure_season(parts, last_month=FIRST + 35,
                                                              currency="GBP")}  # fmt: skip
    assert (measured["season.high_month"], measured["season.low_month"]) == ("2026-12", "2026-05")
    assert abs(measured["season.growth"]) < 1e-9


def test_parts_add_up_and_noise_is_no_season():
    noise = np.random.default_rng(0).normal(100, 10, 120)

    parts = part_season(noise)

    assert np.allclose(parts.trend + parts.season + parts.rest, noise)
    assert choose_season(parts) == "weak"


def test_a_flat_series_has_no_season_to_speak_of():
    parts = part_season(np.full(40, 1e12))

    assert choose_season(parts) == "weak"
    assert parts.strength < 0.4
