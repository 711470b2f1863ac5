"""Alerts and backtests: what was planted is found, what was not is rarely claimed."""

from decimal import Decimal

import numpy as np
import pandas as pd
from tests.planted.planted import MOST_FALSE, SEEDS, count_where

from rapport.analysis.actions import judge
from rapport.analysis.alerts import list_alerts, take_raised
from rapport.analysis.backtest import list_backtests, review_groups
from rapport.analysis.intervals import wilson
from rapport.analysis.key_figures import KeyFigure, Rules
from rapport.analysis.measured import Measured

N_PERIODS = 13


def net_of(amounts):
    now = Measured("net", Decimal(repr(float(amounts[-1]))), "money", "GBP")
    return KeyFigure("net", now, {}, tuple(float(amount) for amount in amounts))


def is_raised(figure):
    return len(take_raised(list_alerts([figure], {}))) > 0


def test_a_steady_figure_rarely_leaves_the_limits_of_its_past():
    def happens(seed):
        return is_raised(net_of(np.random.default_rng(seed).normal(100, 10, N_PERIODS)))

    assert count_where(happens) <= MOST_FALSE


def test_a_figure_that_fell_by_eight_standard_deviations_is_found():
    def happens(seed):
        amounts = np.random.default_rng(seed).normal(100, 5, N_PERIODS)
        return is_raised(net_of([*amounts[:-1], amounts[-1] - 40]))

    assert count_where(happens) >= 0.9 * len(SEEDS)


def leavers(seed, *, told):
    """Customers in tenths of true risk, of whom the model told each risk times `told`."""
    random = np.random.default_rng(seed)
    risks, n = np.linspace(0.05, 0.6, 10), 60
    return pd.DataFrame({"n": n, "n_events": random.binomial(n, risks), "predicted": risks * told})


def is_off(groups):
    (verdict,) = list_backtests(review_groups(groups, prediction="churn"))["verdict"]
    return verdict == "alarm"


def test_risks_that_are_right_are_rarely_called_off():
    assert count_where(lambda seed: is_off(leavers(seed, told=1.0))) <= MOST_FALSE


def test_risks_that_are_half_of_the_truth_are_called_off():
    assert count_where(lambda seed: is_off(leavers(seed, told=0.5))) >= 0.9 * len(SEEDS)


def share(k, n):
    return Measured("churn", k / n, "ratio", "share", n=n, interval=wilson(k, n).ends)


def judged(seed, *, before, after, n=800):
    random = np.random.default_rng(seed)
    then, now = (int(random.binomial(n, rate)) for rate in (before, after))
    figure = KeyFigure("churn", share(now, n), {}, ())
    _, verdict = judge(figure, share(then, n), "2026-03", Rules("GBP"), pd.DataFrame())
    return verdict


def test_a_decision_that_changed_nothing_is_rarely_said_to_have_moved_its_figure():
    moved = count_where(lambda seed: judged(seed, before=0.09, after=0.09) in ("up", "down"))

    assert moved <= MOST_FALSE


def test_a_rate_that_halved_after_a_decision_is_said_to_have_fallen():
    fell = count_where(lambda seed: judged(seed, before=0.12, after=0.06) == "down")

    assert fell >= 0.9 * len(SEEDS)
