"""Backtests: what was predicted against what happened, and when a prediction is called off."""

import pandas as pd
import pytest

from rapport.analysis.backtest import Reviewed, list_backtests, review_groups


def groups(n=1000, predicted=0.2, events=200):
    return pd.DataFrame({"n": [n], "n_events": [events], "predicted": [predicted]})


def verdict(one, **more):
    (found,) = list_backtests([one], **more)["verdict"]
    return found


def test_groups_add_up_to_what_was_predicted_and_what_happened():
    (one,) = review_groups(pd.concat([groups(), groups(500, 0.1, 70)]), prediction="churn")

    assert (one.n, one.predicted, one.happened) == (1500, 250.0, 270.0)
    assert one.low < 270 / 250 < one.high


@pytest.mark.parametrize(
    ("events", "told"),
    [(200, "held"), (250, "held"), (300, "alarm"), (120, "alarm"), (150, "held"), (256, "held")],
)
def test_a_risk_is_off_where_its_interval_leaves_the_bounds(events, told):
    (one,) = review_groups(groups(events=events), prediction="churn")

    assert verdict(one) == told


@pytest.mark.parametrize(("happened", "told"), [(125.0, "held"), (126.0, "alarm"), (79.0, "alarm")])
def test_a_total_without_an_interval_is_judged_by_its_ratio(happened, told):
    assert verdict(Reviewed("orders", "orders", 500, 100.0, happened)) == told


@pytest.mark.parametrize("one", [
    Reviewed("orders", "orders", 29, 100.0, 200.0), Reviewed("orders", "orders", 500, 0.0, 9.0),
])  # fmt: skip
def test_few_customers_or_nothing_predicted_is_no_test(one):
    assert verdict(one) == "few"


@pytest.mark.parametrize("nothing", [None, groups().iloc[:0]])
def test_a_unit_without_a_model_has_nothing_to_test(nothing):
    assert review_groups(nothing, prediction="churn") == []
    assert list_backtests([]).empty
