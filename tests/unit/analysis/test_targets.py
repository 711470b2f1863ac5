"""Targets: met or missed only where chance leaves no doubt."""

from decimal import Decimal

import pytest

from rapport.analysis.change import compare_totals
from rapport.analysis.key_figures import Comparison, KeyFigure
from rapport.analysis.measured import Measured
from rapport.analysis.targets import hold_targets


def estimate(name, value, interval):
    return KeyFigure(name, Measured(name, value, "ratio", "share", n=99, interval=interval), {}, ())


def total(value, before=None):
    against = {}
    if before is not None:
        earlier = Measured("net.previous", Decimal(before), "money", "GBP")
        against["previous"] = Comparison(earlier, compare_totals(value, before))
    return KeyFigure("net", Measured("net", Decimal(value), "money", "GBP"), against, ())


def verdict(figure, target, **more):
    (found,) = hold_targets([figure], {figure.name: target}, **more)["verdict"]
    return found


@pytest.mark.parametrize(("value", "told"), [(100, "met"), (101, "met"), (99, "missed")])
def test_a_complete_count_meets_its_target_by_its_value(value, told):
    assert verdict(total(value), 100) == told


@pytest.mark.parametrize(
    ("name", "interval", "told"),
    [
        ("repurchase", (0.51, 0.7), "met"),
        ("repurchase", (0.4, 0.7), "unclear"),
        ("repurchase", (0.3, 0.49), "missed"),
        ("churn", (0.3, 0.49), "met"),
        ("churn", (0.51, 0.7), "missed"),
        ("churn", (0.4, 0.7), "unclear"),
    ],
)
def test_an_estimate_meets_its_target_with_its_whole_interval(name, interval, told):
    assert verdict(estimate(name, 0.5, interval), 0.5) == told


def test_a_total_of_a_period_that_has_not_ended_is_open():
    assert verdict(total(10), 100, is_whole=False) == "open"
    assert verdict(estimate("churn", 0.1, (0.1, 0.2)), 0.3, is_whole=False) == "met"


def test_the_period_before_is_a_share_of_the_same_target():
    row = hold_targets([total(150, before=50)], {"net": 200}).iloc[0]

    assert (row["reached"], row["before"], row["side"]) == (0.75, 0.25, "at_least")


def test_a_target_of_a_figure_that_the_unit_lacks_is_passed_over():
    assert hold_targets([total(150)], {"churn": 0.1}).empty
