"""Experiments: what their arms say, and what silences them."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from rapport.analysis.campaign_effects import CampaignRules, study_experiments
from rapport.analysis.cuped import Moments, adjust
from rapport.analysis.experiment import (
    Arm,
    adjust_holm,
    check_ratio,
    compare_arms,
    compare_groups,
    compare_shares,
    find_detectable,
    parse_plan,
)

NOTHING = Moments(0, 0.0, 0.0)
RULES = CampaignRules()
ILLS = ("n_control_contacted", "n_open", "n_late", "n_unassigned", "n_broken", "n_twice")


def funnel(name="c", plan="control=0.5;mail=0.5", targeted=1000, control=1000, **ills):
    row = {"campaign_id": name, "name": f"Letter {name}", "design": "experiment",
           "planned_share": plan, "n_targeted": targeted, "n_control": control,
           "started_on": pd.Timestamp("2026-05-01"), **dict.fromkeys(ILLS, 0)}  # fmt: skip
    return pd.DataFrame([row | ills])


def arm(variant, n, converted, *, name="c", stage="loyal", assigned=None):
    money = dict.fromkeys(
        ("net", "net_squared", "net_before", "net_before_squared", "net_by_before"), Decimal(0)
    )
    money |= {"net": Decimal(converted * 10), "net_squared": Decimal(converted * 100)}
    return {"campaign_id": name, "variant": variant, "is_control": int(variant == "control"),
            "stage": stage, "n_assigned": assigned or n, "n": n, "n_converted": converted,
            **money}  # fmt: skip


def read(*arms, **given):
    return study_experiments(funnel(**given), pd.DataFrame(arms), RULES)


ARMS = (arm("control", 1000, 100), arm("mail", 1000, 150))


def test_a_clear_difference_is_found():
    (found,) = read(*ARMS)

    assert (found.outcome, found.n_treated, found.n_control) == ("raised", 1000, 1000)
    assert found.effect.conversion.value == pytest.approx(0.05)
    assert found.effect.money.value == pytest.approx(0.5)


def test_a_difference_downwards_is_no_rise():
    (found,) = read(arm("control", 1000, 150), arm("mail", 1000, 100))

    assert found.outcome == "lowered"


def test_a_small_difference_keeps_its_place_and_says_what_could_have_been_seen():
    (found,) = read(arm("control", 1000, 100), arm("mail", 1000, 104))

    assert found.outcome == "unclear"
    # (1.960 + 0.842) x sqrt(.1 x .9 x 2 / 1000)
    assert found.effect.detectable == pytest.approx(0.03759, abs=1e-5)


@pytest.mark.parametrize(
    ("ill", "outcome"),
    [
        ({"n_unassigned": 1}, "unassigned"),
        ({"n_control_contacted": 51}, "contaminated"),
        ({"n_late": 101}, "late"),
        ({"n_twice": 101}, "twice"),
        ({"targeted": 0, "control": 0}, "no_contacts"),
        ({"control": 0}, "no_control"),
        ({"plan": "control=0.4;mail=0.6"}, "split"),
    ],
)
def test_what_the_design_does_not_support_prints_no_number(ill, outcome):
    (found,) = read(*ARMS, **ill)

    assert found.outcome == outcome
    assert found.effect is None
    assert found.groups.empty


def test_one_in_twenty_contacted_is_borne():
    (found,) = read(*ARMS, n_control_contacted=50)

    assert found.outcome == "raised"


def test_an_experiment_whose_windows_are_all_open_waits():
    (found,) = read(
        arm("control", 0, 0, assigned=1000), arm("mail", 0, 0, assigned=1000), n_open=2000
    )

    assert found.outcome == "open"


def test_a_handful_of_buyers_is_not_told():
    (found,) = read(arm("control", 1000, 9), arm("mail", 1000, 60))

    assert found.outcome == "too_few"
    assert found.effect is None


def test_no_buyer_at_all_may_be_told():
    (found,) = read(arm("control", 1000, 0), arm("mail", 1000, 0))

    assert found.outcome == "unclear"
    assert found.effect.relative is None


def test_a_split_is_not_checked_against_a_plan_of_other_variants():
    (found,) = read(*ARMS, plan="control=0.5;letter=0.5")

    assert (found.outcome, found.ratio_p) == ("raised", None)


def test_variants_of_one_control_are_adjusted_together():
    found = read(
        *ARMS, arm("card", 1000, 128), targeted=2000, plan="control=0.33;mail=0.33;card=0.34"
    )

    of = {one.variant: one for one in found}
    assert of["card"].effect.p_value < 0.05
    # Twice for the two variants (Holm), twice for the two rows of the report (smallest of two).
    assert of["mail"].p_adjusted == pytest.approx(4 * of["mail"].effect.p_value)
    assert of["card"].p_adjusted == pytest.approx(of["card"].effect.p_value)


def test_experiments_of_one_report_are_one_family():
    names = "abcdef"
    funnels = pd.concat([funnel(name) for name in names], ignore_index=True)
    # One of six lies just under .05 by itself.
    arms = [arm("control", 1000, 100, name=name) for name in names]
    arms += [arm("mail", 1000, 128 if name == "a" else 101, name=name) for name in names]

    found = study_experiments(funnels, pd.DataFrame(arms), RULES)

    (first,) = (one for one in found if one.campaign_id == "a")
    assert first.effect.p_value < 0.05 < first.p_adjusted
    assert {one.outcome for one in found} == {"unclear"}


def test_stages_that_can_be_shown_are_compared_and_no_handful_follows_from_the_rest():
    buyers = {"loyal": (500, 50, 80), "new": (490, 40, 60), "churned": (10, 4, 3)}
    rows = [
        arm(variant, n, converted, stage=stage)
        for stage, (n, held_out, sent) in buyers.items()
        for variant, converted in (("control", held_out), ("mail", sent))
    ]

    (found,) = read(*rows)

    # Four of "churned" would follow from the totals, so the next smallest goes with it.
    assert found.groups["stage"].tolist() == ["loyal"]
    assert found.groups_p is None


def test_an_effect_that_differs_by_stage_is_noticed():
    one, two = Arm(2000, 200, NOTHING), Arm(2000, 200, NOTHING)
    raised = Arm(2000, 320, NOTHING)

    assert compare_groups([(raised, one), (two, one)]) < 0.001
    assert compare_groups([(raised, one), (raised, one)]) == pytest.approx(1.0)
    assert compare_groups([(raised, one)]) is None


def test_the_difference_of_shares_has_newcombes_interval():
    # His own example, table II (a), method 10.
    effect = compare_arms(Arm(70, 56, empty(70)), Arm(80, 48, empty(80)))

    assert effect.conversion.interval.ends == pytest.approx((0.0524, 0.3339), abs=5e-5)


def empty(n):
    return Moments(n, 0.0, 0.0)


def test_money_has_welchs_interval_and_less_noise_what_a_regression_leaves():
    random = np.random.default_rng(3)
    before = random.gamma(2, 10, 800)
    flag = np.arange(800) < 400
    spend = before * 0.8 + random.normal(0, 3, 800) + 1.5 * flag
    one, two = (Moments.of(list(spend[f]), list(before[f])) for f in (flag, ~flag))
    effect = compare_arms(Arm(400, 40, one), Arm(400, 30, two))
    peer = stats.ttest_ind(spend[flag], spend[~flag], equal_var=False).confidence_interval(0.95)

    assert effect.money.interval.ends == pytest.approx((peer.low, peer.high))
    assert effect.adjusted.interval.holds(1.5)
    plain, adjusted = (d.interval.high - d.interval.low for d in (effect.money, effect.adjusted))
    assert adjusted < 0.4 * plain
    assert effect.explained == pytest.approx(
        np.corrcoef(spend - 1.5 * flag, before)[0, 1] ** 2, abs=0.01
    )


def test_spend_before_that_says_nothing_changes_nothing():
    one = Moments.of([1.0, 2.0, 4.0], [5.0, 5.0, 5.0])
    two = Moments.of([1.0, 1.0, 2.0], [5.0, 5.0, 5.0])

    (value, _), explained = adjust(one, two)

    assert (value, explained) == (pytest.approx(1.0), 0.0)


def test_customers_who_are_all_alike_give_a_difference_without_width():
    effect = compare_arms(Arm(50, 0, Moments.of([2.0] * 50, [0.0] * 50)),
                          Arm(50, 0, Moments.of([1.0] * 50, [0.0] * 50)))  # fmt: skip

    assert effect.money.interval.ends == (1.0, 1.0)
    assert effect.p_value == 1.0


def test_relative_differences_are_ratios_less_one():
    found = compare_shares(Arm(1000, 150, NOTHING), Arm(1000, 100, NOTHING))

    assert found.value == pytest.approx(0.5)
    assert found.interval.ends == pytest.approx((0.1831, 0.9019), abs=1e-4)


@pytest.mark.parametrize("text", [None, "", "half", "control=0.5", "control=a;mail=b",
                                  "control=0.9;mail=0.9", "control=-0.5;mail=1.5"])  # fmt: skip
def test_a_plan_that_cannot_be_read_is_no_plan(text):
    assert parse_plan(text) == {}


def test_the_sample_ratio_is_that_of_the_plan():
    assert check_ratio({"control": 100, "mail": 900}, {"control": 0.1, "mail": 0.9}) == 1.0
    assert check_ratio({"control": 1000}, {"control": 0.5, "mail": 0.5}) is None


def test_holm_never_gives_a_smaller_value_to_a_larger_one():
    assert adjust_holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert adjust_holm([0.9, 0.8]) == [1.0, 1.0]


def test_more_customers_show_smaller_differences():
    assert find_detectable(0.1, 4000, 4000) == pytest.approx(find_detectable(0.1, 1000, 1000) / 2)
