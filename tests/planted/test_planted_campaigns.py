"""Campaigns: a planted effect lies in its interval, and where none is planted none is claimed."""

import functools
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from tests.planted.planted import MOST_FALSE, SEEDS, check_coverage, count_where

from rapport.analysis.campaign_changes import study_targeted
from rapport.analysis.campaign_effects import CampaignRules, study_experiments
from rapport.analysis.experiment import SRM_LIMIT

RULES = CampaignRules()
N = 4000
BASE = 0.10
WEEKS = 4


def funnel(design, n_targeted, n_control=0):
    """Give the mart `campaign_funnels` of one campaign in which nothing is wrong."""
    counts = dict.fromkeys(
        ("n_control_contacted", "n_open", "n_late", "n_unassigned", "n_broken", "n_twice"), 0
    )
    return pd.DataFrame(
        [{"campaign_id": "c", "name": "Letter", "design": design, "n_targeted": n_targeted,
          "planned_share": "control=0.5;mail=0.5", "n_control": n_control,
          "started_on": pd.Timestamp("2026-05-01"), **counts}]
    )  # fmt: skip


def exact(values):
    return sum((Decimal(repr(round(float(value), 2))) for value in values), Decimal(0))


def draw_experiment(seed, *, lift, kept=1.0):
    """Draw an experiment; `kept` of the treated buyers-to-be are in the data (1: all)."""
    random = np.random.default_rng(seed)
    habit = random.lognormal(3, 0.8, N)
    is_control = random.random(N) < 0.5
    spends = random.random(N) < np.where(is_control, BASE, BASE + lift)
    net = np.where(spends, habit * random.lognormal(0, 0.3, N), 0.0)
    before = np.where(random.random(N) < 0.5, habit * random.lognormal(0, 0.3, N), 0.0)
    there = is_control | (random.random(N) < kept)
    rows = []
    for control in (True, False):
        of = there & (is_control == control)
        y, x = np.round(net[of], 2), np.round(before[of], 2)
        rows.append(
            {"campaign_id": "c", "variant": "control" if control else "mail", "stage": "loyal",
             "is_control": int(control), "n_assigned": int(of.sum()), "n": int(of.sum()),
             "n_converted": int((spends & of).sum()), "net": exact(y), "net_squared": exact(y * y),
             "net_before": exact(x), "net_before_squared": exact(x * x),
             "net_by_before": exact(x * y)}
        )  # fmt: skip
    sizes = {row["variant"]: row["n_assigned"] for row in rows}
    return funnel("experiment", sizes["mail"], sizes["control"]), pd.DataFrame(rows)


@functools.cache
def read(seed, **planted):
    (found,) = study_experiments(*draw_experiment(seed, **planted), RULES)
    return found


@pytest.mark.parametrize("lift", [0.02, 0.0])
def test_a_planted_lift_lies_in_its_interval(lift):
    check_coverage(lambda seed: read(seed, lift=lift).effect.conversion.interval.ends, lift)


@pytest.mark.parametrize("measure", ["money", "adjusted"])
def test_planted_money_lies_in_its_interval(measure):
    # Spend is drawn independently of who buys, so a lift of 2 pp adds 2 % of the mean spend.
    truth = 0.02 * float(np.exp(3 + 0.8**2 / 2 + 0.3**2 / 2))

    check_coverage(lambda seed: getattr(read(seed, lift=0.02).effect, measure).interval.ends, truth)


def test_no_effect_is_rarely_claimed_where_none_is_planted():
    assert count_where(lambda seed: read(seed, lift=0.0).is_found) <= MOST_FALSE


def test_a_broken_split_prints_no_effect():
    # One treated customer in five is missing: 1,600 against 2,000 where equal parts were planned.
    found = [read(seed, lift=0.02, kept=0.8) for seed in SEEDS]

    assert all(one.outcome == "split" and one.ratio_p < SRM_LIMIT for one in found)
    assert all(one.effect is None for one in found)


def test_a_split_as_planned_is_hardly_ever_called_broken():
    assert count_where(lambda seed: read(seed, lift=0.0).outcome == "split") <= MOST_FALSE


def draw_targeted(seed, *, added=0.0):
    """Draw a campaign sent to customers who spend more anyway, with no effect unless added."""
    random = np.random.default_rng(seed)
    habit = random.lognormal(3, 0.8, N)
    contacted = habit * random.lognormal(0, 0.3, N) > 25
    windows = [np.round(habit * random.gamma(2, 0.5, N), 2) for _ in range(3)]
    earlier, before, during = windows
    during = np.round(during + np.where(contacted, added * WEEKS, 0), 2)
    rows = []
    for flag in (1, 0):
        of = contacted == bool(flag)
        y, x, w = during[of], before[of], earlier[of]
        rows.append(
            {"campaign_id": "c", "is_contacted": flag, "is_known": 1, "n_days": 7 * WEEKS,
             "is_ended": True, "has_before": True, "n": int(of.sum()), "during": exact(y),
             "during_squared": exact(y * y), "before": exact(x), "before_squared": exact(x * x),
             "earlier": exact(w), "change_squared": exact((y - x) ** 2),
             "change_before_squared": exact((x - w) ** 2)}
        )  # fmt: skip
    return funnel("targeted", int(contacted.sum())), pd.DataFrame(rows)


@functools.cache
def compare(seed, **planted):
    (found,), _ = study_targeted(*draw_targeted(seed, **planted), RULES, is_drawn=False)
    return found


def test_a_plain_comparison_would_call_selection_an_effect():
    assert all(compare(seed).changes.naive.interval.low > 0 for seed in SEEDS)


@pytest.mark.parametrize("which", ["estimate", "placebo"])
def test_a_comparison_of_changes_is_nought_where_nothing_is_planted(which):
    check_coverage(lambda seed: getattr(compare(seed).changes, which).interval.ends, 0.0)


def test_nothing_is_claimed_where_nothing_is_planted():
    assert count_where(lambda seed: compare(seed).outcome in {"more", "less"}) <= MOST_FALSE


def test_what_is_planted_lies_in_the_interval_of_the_estimate():
    check_coverage(lambda seed: compare(seed, added=1.5).changes.estimate.interval.ends, 1.5)
