import numpy as np
import pandas as pd
import pytest

from rapport.analysis.churn_study import (
    Returns,
    choose_case,
    compare_rates,
    list_at_risk,
    list_history,
    list_points,
    measure_rates,
    measure_returns,
    name_curves,
    study_rates,
    study_returns,
    summarise_returns,
)
from support import table


@pytest.fixture
def gaps():
    return table(
        """
        order_rank  duration_days  event_observed  n
        4           10             True            60
        4           60             True            15
        4           150            False           25
        1           10             True            20
        1           60             True            20
        1           150            False           60
        """
    )


@pytest.fixture
def durations():
    return table(
        """
        plan   duration_months  event_observed  n
        basic  3                True            40
        basic  24               False           60
        gold   9                True            20
        gold   30               False           80
        """
    )


def known_values(found):
    return {one.slot: one for one in found}


def measured(returns):
    return known_values(measure_returns(summarise_returns(returns), returns))


def test_a_unit_without_contracts_is_asked_when_the_next_order_follows(gaps):
    returns = study_returns(gaps, None)

    assert (returns.kind, returns.unit, returns.times) == ("orders", "days", (30, 90))
    assert list(returns.curves) == ["1", "4"]
    assert returns.n == 200


def test_a_unit_with_contracts_is_asked_of_these_alone(gaps, durations):
    returns = study_returns(gaps, durations)

    assert (returns.kind, returns.unit, returns.times) == ("contracts", "months", (6, 12))
    assert list(returns.curves) == ["basic", "gold"]
    assert returns.n == 200
    # Steps of six months, as far as both plans are watched: 24 months.
    assert returns.ticks == (0, 6, 12, 18, 24)


def test_groups_are_summed_up_at_both_times(gaps):
    summary = summarise_returns(study_returns(gaps, None)).set_index("group")

    assert summary["n"].to_dict() == {"1": 100, "4": 100}
    assert summary["first"].to_dict() == pytest.approx({"1": 0.80, "4": 0.40})
    assert summary["second"].to_dict() == pytest.approx({"1": 0.60, "4": 0.25})
    # Six in ten of the first orders never had a successor: no median.
    assert np.isnan(summary["median"]["1"])
    assert summary["median"]["4"] == 10


def test_who_came_back_is_the_rest_of_who_stayed_away(gaps):
    named = measured(study_returns(gaps, None))

    assert set(named) == {
        "spells_n", "time_second", "group_first", "group_last",
        "stay_first", "stay_last", "return_first", "return_last",
    }  # fmt: skip
    assert (named["spells_n"].value, named["spells_n"].unit) == (200, "orders")
    assert (named["time_second"].value, named["time_second"].unit) == (90, "days")
    assert (named["group_first"].value, named["group_last"].value) == ("1", "4")
    assert named["return_first"].value == pytest.approx(0.40)
    assert named["return_last"].value == pytest.approx(0.75)
    for name in ("first", "last"):
        low, high = named[f"stay_{name}"].interval
        assert named[f"return_{name}"].interval == pytest.approx((1 - high, 1 - low))
        assert low < named[f"stay_{name}"].value < high
        assert named[f"stay_{name}"].n == 100


def test_what_was_not_watched_to_the_second_time_is_not_measured(gaps):
    short = gaps.assign(duration_days=gaps["duration_days"].clip(upper=80))

    named = measured(study_returns(short, None))

    assert set(named) == {"spells_n", "time_second"}


@pytest.mark.parametrize(
    ("watched", "ticks"),
    [
        (29, ()),
        (30, (0, 30)),
        (150, (0, 30, 60, 90, 120, 150)),
        (180, (0, 30, 60, 90, 120, 150, 180)),
        (181, (0, 60, 120, 180)),
        (720, (0, 120, 240, 360, 480, 600, 720)),
    ],
)
def test_ticks_are_multiples_of_thirty_days_and_at_most_seven(gaps, watched, ticks):
    longer = gaps.replace({"duration_days": {150: watched, 60: 20}})

    assert study_returns(longer, None).ticks == ticks


def test_the_axis_ends_where_fewer_than_twenty_of_a_group_are_watched(gaps):
    thin = gaps.replace({"n": {25: 19}})

    # Before day 60 there are 34 of the fourth orders, after it 19.
    assert study_returns(thin, None).ticks == (0, 30, 60)


def test_one_group_of_few_takes_the_axis_from_all(gaps):
    few = gaps.assign(n=gaps["n"].where(gaps["order_rank"] == 1, 5))

    returns = study_returns(few, None)

    assert returns.ticks == ()
    assert list_at_risk(returns).empty
    assert choose_case(returns, measured(returns), {}) == "none"


def test_those_still_watched_are_counted_just_before_every_tick(gaps):
    counts = list_at_risk(study_returns(gaps, None))

    assert counts.loc["1"].to_dict() == {0: 100, 30: 80, 60: 80, 90: 60, 120: 60, 150: 60}
    assert counts.loc["4"].to_dict() == {0: 100, 30: 40, 60: 40, 90: 25, 120: 25, 150: 25}


def test_curves_are_drawn_no_further_than_the_last_tick(gaps):
    thin = gaps.replace({"n": {25: 19}})

    points = list_points(study_returns(thin, None))

    assert points.groupby("group")["time"].max().to_dict() == {"1": 60, "4": 60}
    assert points.groupby("group")["survival"].min().to_dict() == pytest.approx(
        {"1": 0.60, "4": 19 / 94}
    )


def test_nothing_watched_gives_empty_tables(gaps):
    returns = study_returns(gaps.iloc[:0], None)

    assert (returns.n, returns.ticks) == (0, ())
    assert list_points(returns).empty
    assert list_at_risk(returns).empty
    assert summarise_returns(returns).empty
    assert set(measured(returns)) == {"spells_n", "time_second"}
    assert choose_case(returns, measured(returns), {}) == "none"


def test_shuffled_spells_change_nothing_and_the_input_is_untouched(gaps):
    before = gaps.copy()

    shuffled = study_returns(gaps.sample(frac=1, random_state=3), None)

    pd.testing.assert_frame_equal(list_points(shuffled), list_points(study_returns(gaps, None)))
    pd.testing.assert_frame_equal(gaps, before)


def test_orders_are_told_where_two_groups_have_curves(gaps):
    returns = study_returns(gaps, None)

    assert choose_case(returns, measured(returns), {}) == "orders"


def test_orders_of_one_rank_are_not_compared(gaps):
    returns = study_returns(gaps[gaps["order_rank"] == 1], None)

    assert choose_case(returns, measured(returns), {"rate": 0.1}) == "none"


@pytest.mark.parametrize(("rates", "case"), [({"rate": 0.1}, "contracts"), ({}, "none_contracts")])
def test_contracts_are_told_where_their_rate_is_known(gaps, durations, rates, case):
    returns = study_returns(gaps, durations)

    assert choose_case(returns, measured(returns), rates) == case


def test_contracts_are_not_told_where_the_last_plan_is_too_young(gaps, durations):
    # Gold began nine months ago: nobody knows how many of it run for twelve.
    young = durations.replace({"duration_months": {30: 10}})
    returns = study_returns(gaps, young)

    assert "stay_last" not in measured(returns)
    assert choose_case(returns, measured(returns), {"rate": 0.1}) == "none_contracts"


@pytest.fixture
def months():
    return table(
        """
        window           position  n_at_start  n_churned  is_observable
        current          13        200         20         True
        previous         12        29          3          True
        last_year        1         300         30         False
        history-2026-06  13        200         20         True
        history-2026-05  12        29          3          True
        history-2026-04  11        100         40         True
        history-2026-03  10        0           0          True
        history-2025-12  7         300         30         False
        """
    )


def test_a_rate_is_those_who_left_of_those_at_the_start(months):
    rates = study_rates(months, None, min_n=30, confidence=0.95).set_index("window")

    assert rates["rate"]["current"] == pytest.approx(0.1)
    assert rates["low"]["current"] < 0.1 < rates["high"]["current"]


@pytest.mark.parametrize(
    ("window", "status"),
    [
        ("previous", "too_few"),
        ("last_year", "enough"),
        ("history-2026-03", "no_customers"),
    ],
)
def test_rates_of_few_or_of_no_data_are_empty(months, window, status):
    rates = study_rates(months, None, min_n=30, confidence=0.95).set_index("window")

    assert rates["status"][window] == status
    assert rates.loc[window, ["rate", "low", "high"]].isna().all()


def test_counts_stay_where_a_rate_is_empty(months):
    before = months.copy()

    rates = study_rates(months, None, min_n=30, confidence=0.95)

    assert rates["n_churned"].tolist() == months["n_churned"].tolist()
    pd.testing.assert_frame_equal(months, before)


@pytest.fixture
def contracts():
    return table(
        """
        window    position  n_at_start  n_ended  n_involuntary  is_comparable
        current   13        100         10       4              True
        previous  12        100         20       0              False
        """
    )


def test_contracts_end_for_whatever_reason(months, contracts):
    rates = study_rates(months, contracts, min_n=30, confidence=0.95).set_index("window")

    assert list(rates.index) == ["current", "previous"]
    assert rates["n_churned"].to_dict() == {"current": 10, "previous": 20}
    assert rates["rate"]["current"] == pytest.approx(0.1)
    assert np.isnan(rates["rate"]["previous"])


def test_the_history_begins_with_its_first_rate_and_keeps_its_gaps(months):
    rates = study_rates(months, None, min_n=30, confidence=0.95)

    history = list_history(rates)

    assert history["window"].tolist() == ["history-2026-04", "history-2026-05", "history-2026-06"]
    assert history["rate"].isna().tolist() == [False, True, False]


def test_a_history_without_rates_is_empty(months):
    rates = study_rates(months, None, min_n=1000, confidence=0.95)

    assert list_history(rates).empty


def test_only_known_rates_are_named(months):
    named = known_values(measure_rates(study_rates(months, None, min_n=30, confidence=0.95)))

    assert set(named) == {"rate"}
    assert (named["rate"].value, named["rate"].n) == (0.1, 200)
    assert named["rate"].interval[0] < 0.1 < named["rate"].interval[1]


def test_the_period_before_is_named_beside(months):
    named = known_values(measure_rates(study_rates(months, None, min_n=20, confidence=0.95)))

    assert named["rate_previous"].value == pytest.approx(3 / 29)


@pytest.mark.parametrize(
    ("now", "then", "case"),
    [
        ((100, 400), (40, 400), "up"),
        ((40, 400), (100, 400), "down"),
        ((100, 400), (100, 400), "unclear"),
        # Certain, but a hundredth of what was: no more than no clear change.
        ((510_000, 1_000_000), (505_000, 1_000_000), "unclear"),
        ((100, 400), (1, 10), "alone"),
        ((1, 10), (100, 400), "none"),
    ],
)
def test_rates_are_compared_as_far_as_they_are_known(now, then, case):
    months = pd.DataFrame(
        {
            "window": ["current", "previous"],
            "n_at_start": [now[1], then[1]],
            "n_churned": [now[0], then[0]],
            "is_observable": True,
        }
    )
    rates = study_rates(months, None, min_n=30, confidence=0.95)

    assert compare_rates(rates, {}, confidence=0.95) == case


@pytest.mark.parametrize(
    ("away", "named"),
    [
        ((0.55, 0.46, 0.33, 0.10), "orders_sooner"),
        ((0.28, 0.49, 0.34, 0.16), "orders"),
        ((0.55, 0.55), "orders"),
        ((0.55, float("nan")), "orders"),
        ((0.55,), "orders"),
    ],
)
def test_the_next_order_is_said_to_come_sooner_only_if_it_does_at_every_rank(away, named):
    returns = Returns("orders", "days", {}, ())

    assert name_curves(pd.DataFrame({"second": away}), returns) == named


def test_plans_have_no_order_to_come_sooner():
    returns = Returns("contracts", "months", {}, ())

    assert name_curves(pd.DataFrame({"second": (0.9, 0.8)}), returns) == "contracts"


def test_of_a_snapshot_the_share_that_ended_is_told_and_no_rate_by_month(gaps, durations):
    returns = study_returns(gaps, durations)
    summary = summarise_returns(returns)
    known = known_values(measure_returns(summary, returns, is_snapshot=True))

    assert (known["ended_n"].value, known["ended_share"].value) == (60, 0.3)
    assert known["ended_share"].n == 200
    assert choose_case(returns, known, {}) == "snapshot"
    assert compare_rates(pd.DataFrame(), known, confidence=0.95) == "snapshot"


def test_the_share_that_ended_is_told_of_snapshots_alone(gaps, durations):
    assert "ended_share" not in measured(study_returns(gaps, durations))


def test_a_snapshot_without_contracts_has_no_share(gaps, durations):
    returns = study_returns(gaps, durations.head(0))

    found = measure_returns(summarise_returns(returns), returns, is_snapshot=True)
    assert "ended_share" not in known_values(found)
