"""Time to the first order by arm: planted truth, and what is too thin to be said."""

import numpy as np
import pandas as pd
import pytest
from lifelines.statistics import logrank_test

from rapport.analysis import first_orders as follow
from rapport.analysis.campaign_effects import CampaignRules, Experiment
from rapport.analysis.cuped import Moments
from rapport.analysis.experiment import Arm, compare_arms

RULES = CampaignRules()


def experiment(name="c", *, reason=None, is_found=True):
    arms = [Arm(500, k, Moments(500, 1.0 * k, 1.0 * k)) for k in (120, 60)]
    effect = None if reason else compare_arms(*arms)
    return Experiment(name, f"Letter {name}", "mail", reason, 500, 500, effect=effect,
                      is_found=is_found)  # fmt: skip


def draw_waits(name, rates, *, n=500, seen=90, seed=0):
    """Draw days to the first order, exponential with the rates of control and mail."""
    random = np.random.default_rng(seed)
    parts = []
    for variant, rate in zip(("control", "mail"), rates, strict=True):
        days = np.ceil(random.exponential(1 / rate, n)).astype(int)
        rows = pd.DataFrame({"duration": np.minimum(days, seen), "is_event": (days <= seen) * 1})
        rows = rows.groupby(["duration", "is_event"]).size().rename("n").reset_index()
        parts.append(rows.assign(campaign_id=name, variant=variant,
                                 is_control=int(variant == "control")))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize(
    ("rates", "outcome"),
    [((0.004, 0.010), "sooner"), ((0.010, 0.004), "later"), ((0.006, 0.006), "alike")],
)
def test_a_planted_difference_is_found_and_none_where_none_is(rates, outcome):
    drawn = [draw_waits("c", rates, seed=seed) for seed in range(10)]
    found = [follow.follow_experiments([experiment()], waits, RULES)[0] for waits in drawn]

    assert sum(one.outcome == outcome for one in found) >= 9
    truth = dict(zip(("held_out", "assigned"), 1 - np.exp(-90 * np.array(rates)), strict=True))
    held = [
        one.ordered.loc[arm, "share_low"] < truth[arm] < one.ordered.loc[arm, "share_high"]
        for one in found for arm in truth
    ]  # fmt: skip
    assert sum(held) >= 18


def test_the_test_is_that_of_lifelines_on_customers_one_by_one():
    waits = draw_waits("c", (0.004, 0.007))
    (found,) = follow.follow_experiments([experiment()], waits, RULES)
    arms = [waits.loc[waits["is_control"] == at].pipe(lambda x: x.loc[x.index.repeat(x["n"])])
            for at in (0, 1)]  # fmt: skip
    peer = logrank_test(arms[0]["duration"], arms[1]["duration"], arms[0]["is_event"],
                        arms[1]["is_event"])  # fmt: skip

    assert found.p_value == pytest.approx(peer.p_value, rel=1e-9)


def test_experiments_are_one_family():
    waits = pd.concat([draw_waits("a", (0.004, 0.006), seed=1), draw_waits("b", (0.006, 0.006))])
    one, two = follow.follow_experiments([experiment("a"), experiment("b")], waits, RULES)

    assert one.p_adjusted == pytest.approx(min(2 * one.p_value, two.p_value))


def test_what_may_not_be_compared_is_not_followed():
    waits = draw_waits("c", (0.004, 0.01))

    assert follow.follow_experiments([experiment(reason="split")], waits, RULES) == ()
    assert follow.pick_followed((), []) == []
    assert follow.measure_followed([]) == []
    assert follow.tabulate_followed((), []).empty


@pytest.mark.parametrize(("n", "seen"), [(20, 90), (500, 0)])
def test_too_few_watched_say_nothing(n, seen):
    waits = draw_waits("c", (0.004, 0.01), n=n, seen=seen)

    (found,) = follow.follow_experiments([experiment()], waits, RULES)

    assert found.outcome == "short"
    assert follow.pick_followed([found], [experiment()]) == []
    row = follow.tabulate_followed([found], [experiment()]).iloc[0]
    assert row[["days", "assigned", "held_out", "p"]].isna().all()


def test_too_few_who_had_ordered_by_the_day_say_nothing_however_many_did_later():
    # Until day 10 all are watched, then twenty-five, too few; of these twenty order on day 40.
    arms = [
        pd.DataFrame({"duration": [5, 10, 40, 60], "is_event": [1, 0, 1, 0], "n": [n, 400, 20, 5],
                      "campaign_id": "c", "variant": name, "is_control": int(name == "control")})
        for name, n in (("control", 4), ("mail", 30))
    ]  # fmt: skip

    (found,) = follow.follow_experiments([experiment()], pd.concat(arms), RULES)

    assert sum(curve.n_events >= RULES.min_count for curve in found.curves.values()) == 2
    assert found.outcome == "short"


def test_days_end_where_too_few_of_either_arm_are_watched():
    waits = draw_waits("c", (0.004, 0.01))
    young = waits["is_event"] == 0
    # All but thirty of the control group who had not ordered were watched for ten days only.
    held = young & (waits["is_control"] == 1)
    spare = waits[held].assign(n=20)
    short = waits.assign(duration=waits["duration"].mask(held, 10))
    found = follow.follow_experiments([experiment()], pd.concat([short, spare]), RULES)[0]

    points, at_risk = follow.list_curves(found)
    assert found.days < 90
    assert points["time"].max() <= found.days
    assert at_risk.loc["held_out"].iloc[-1] >= 30


def test_the_curves_drawn_are_of_the_first_experiment_that_is_clear():
    waits = pd.concat([draw_waits(name, (0.004, 0.01)) for name in "ab"])
    tested = [experiment("a", is_found=False), experiment("b")]
    followed = follow.follow_experiments(tested, waits, RULES)

    (picked,) = follow.pick_followed(followed, tested)
    assert picked.name == "Letter b"
    (alone,) = follow.pick_followed(followed[:1], tested[:1])
    assert alone.name == "Letter a"
    names = [one.name for one in follow.measure_followed([picked])]
    assert names == ["first_order.name", "first_order.days", "first_order.assigned",
                     "first_order.held_out", "first_order.p"]  # fmt: skip
