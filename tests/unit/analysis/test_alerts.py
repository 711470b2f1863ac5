"""Alerts: a limit is left only beyond chance, and only by figures of enough customers."""

from dataclasses import dataclass
from decimal import Decimal

import pytest

from rapport.analysis.alerts import control_limits, list_alerts, take_raised
from rapport.analysis.key_figures import KeyFigure
from rapport.analysis.measured import Measured

STEADY = (100.0, 104.0, 96.0, 101.0, 99.0, 103.0, 97.0, 100.0, 102.0, 98.0, 100.0, 100.0)


@dataclass(frozen=True)
class Bounds:
    below: float | None = None
    above: float | None = None


def total(value, history=()):
    return KeyFigure("net", Measured("net", Decimal(value), "money", "GBP"), {}, history)


def share(value, interval, n=500):
    now = Measured("churn", value, "ratio", "share", n=n, interval=interval)
    return KeyFigure("churn", now, {}, ())


def raised(figure, limits, **more):
    return take_raised(list_alerts([figure], limits, **more))["rule"].tolist()


def test_a_total_under_its_limit_raises_an_alert():
    assert raised(total("99.99"), {"net": Bounds(below=100)}) == ["threshold"]


@pytest.mark.parametrize("value", ["100", "100.01"])
def test_a_total_at_or_over_its_limit_raises_none(value):
    assert raised(total(value), {"net": Bounds(below=100)}) == []


@pytest.mark.parametrize(
    ("interval", "rules"),
    [((0.081, 0.12), ["threshold"]), ((0.08, 0.12), []), ((0.07, 0.12), [])],
)
def test_a_share_leaves_its_limit_only_with_its_whole_interval(interval, rules):
    assert raised(share(0.1, interval), {"churn": Bounds(above=0.08)}) == rules


def test_a_share_of_few_customers_raises_nothing():
    limits = {"churn": Bounds(above=0.08)}

    assert raised(share(0.5, (0.3, 0.7), n=29), limits) == []
    assert raised(share(0.5, (0.3, 0.7), n=30), limits) == ["threshold"]


def test_a_total_of_a_period_that_has_not_ended_is_held_against_nothing():
    alerts = list_alerts([total(5, (*STEADY, 5.0))], {"net": Bounds(below=100)}, is_whole=False)

    assert alerts.empty


@pytest.mark.parametrize(("now", "rules"), [(130, ["control"]), (104, []), (70, ["control"])])
def test_a_figure_beyond_three_standard_deviations_of_its_past_raises_an_alert(now, rules):
    assert raised(total(now, (*STEADY, float(now))), {}) == rules


def test_the_period_itself_is_no_part_of_its_past():
    quiet = list_alerts([total(100, (*STEADY, 100.0))], {})
    loud = list_alerts([total(900, (*STEADY, 900.0))], {})

    assert quiet["limit"].tolist() == loud["limit"].tolist()


@pytest.mark.parametrize("history", [STEADY[:7], (5.0,) * 12, (None,) * 12, ()])
def test_a_past_that_is_short_or_never_moved_sets_no_limit(history):
    assert control_limits(history) is None


def test_only_the_last_twelve_periods_count():
    assert control_limits((9_999.0, *STEADY)) == control_limits(STEADY)


def test_limits_that_somebody_set_come_first():
    assert raised(total(70, (*STEADY, 70.0)), {"net": Bounds(below=80)}) == ["threshold", "control"]


def test_no_figure_gives_an_empty_table_with_all_columns():
    alerts = list_alerts([], {})

    assert alerts.empty
    assert {"figure", "limit", "is_raised"} <= set(alerts)
