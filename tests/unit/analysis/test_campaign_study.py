"""The campaigns chapter: what it says of what it found, and what it gives on."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from rapport.analysis import campaign_study as study
from rapport.analysis.attribution import attribute, count_paths
from rapport.analysis.campaign_changes import BeforeAfter, Targeted
from rapport.analysis.campaign_effects import CampaignRules, Experiment
from rapport.analysis.campaign_measures import measure_all, measure_campaigns, measure_response
from rapport.analysis.campaign_tables import (
    describe_campaigns,
    hide_few,
    publish_effects,
    tabulate_kinds,
)
from rapport.analysis.cuped import Moments
from rapport.analysis.did import Changes
from rapport.analysis.experiment import Arm, Difference, compare_arms
from rapport.analysis.pressure import find_typical, summarise_pressure
from rapport.analysis.resampling import Interval
from rapport.analysis.response import Features, study_response
from rapport.present.sentences import compose

RULES = CampaignRules()


def of_experiment(converted, *, reason=None, is_found=True, name="c"):
    arms = [Arm(1000, k, Moments(1000, 10.0 * k, 100.0 * k)) for k in (converted, 100)]
    effect = None if reason else compare_arms(*arms)
    return Experiment(name, f"Letter {name}", "mail", reason, 1000, 1000, effect=effect,
                      is_found=is_found and reason is None)  # fmt: skip


def gap(value, half=0.5):
    return Difference(value, Interval(value - half, value + half))


def compared(value, *, placebo=0.0, reason=None):
    changes = Changes(gap(value), gap(placebo), gap(2.0), gap(2.0), 0.25, 0.25)
    return Targeted("t", "Offer", reason, 100, 100, 2.0, None if reason else changes, is_found=True)


SHOWN = BeforeAfter("b", "Call", None, 100, 1.0, 2.0, gap(1.0))


@pytest.mark.parametrize(
    ("tests", "others", "shown", "headline"),
    [
        ([of_experiment(150)], [], [], "raised"),
        ([of_experiment(60)], [compared(3.0)], [], "lowered"),
        ([of_experiment(104, is_found=False)], [compared(3.0)], [], "unclear"),
        ([of_experiment(150, reason="split")], [compared(3.0)], [], "more"),
        ([], [compared(-3.0)], [], "less"),
        ([], [compared(0.1)], [SHOWN], "targeted_unclear"),
        ([], [compared(3.0, placebo=2.0)], [SHOWN], "withheld"),
        ([of_experiment(150, reason="contaminated")], [], [], "withheld"),
        ([], [], [SHOWN], "broadcast"),
        ([], [], [], "none"),
    ],
)
def test_the_strongest_design_that_says_something_makes_the_headline(
    tests, others, shown, headline
):
    assert study.name_headline(tests, others, shown) == headline


def test_the_headline_speaks_of_the_campaign_whose_values_it_takes():
    told = study.list_told([of_experiment(104, is_found=False), of_experiment(150, name="d")])

    assert study.name_best(told, []) == "experiment_2"
    assert study.name_best([], study.list_told([compared(0.1), compared(3.0)])) == "targeted_2"
    assert study.name_best([], []) == "none"


def test_experiments_that_cannot_be_read_are_told_and_comparisons_that_cannot_be_made_are_not():
    tests = study.list_told([of_experiment(150, reason="split"), of_experiment(150)])
    others = study.list_told([compared(0.0, reason="running"), compared(0.1)])

    assert [one.outcome for _, one in tests] == ["raised", "split"]
    assert [one.outcome for _, one in others] == ["unclear"]


def test_a_withheld_estimate_is_no_value_of_the_chapter():
    told = [(1, compared(3.0, placebo=2.0))]

    names = {one.name for one in measure_all("targeted", told, currency="GBP")}

    assert "targeted.1.placebo" in names
    assert "targeted.1.estimate" not in names


def test_what_is_given_on_holds_no_number_that_the_design_does_not_support():
    rows = publish_effects(
        (of_experiment(150, reason="split"), of_experiment(150, name="d")),
        (compared(3.0, placebo=2.0),), (SHOWN,), (),
    ).set_index("campaign_id")  # fmt: skip

    assert rows["outcome"].to_dict() == {
        "c": "split", "d": "raised", "t": "withheld", "b": "changed",
    }  # fmt: skip
    assert rows["estimate"].notna().to_dict() == {"c": False, "d": True, "t": False, "b": False}
    assert rows.loc["t", "placebo"] == 2.0


def test_no_campaign_at_all_gives_empty_tables():
    assert publish_effects((), (), (), ()).empty


FUNNEL = {
    "campaign_id": "c", "name": "Letter", "design": "broadcast",
    "started_on": pd.Timestamp("2026-05-01"), "n_targeted": 100, "n_delivered": 80, "n_opened": 40,
    "n_clicked": 9, "n_unsubscribed": 0, "n_redeemed": 0, "n_closed": 100, "n_bought": 30,
    "n_delivered_closed": 80, "n_delivered_bought": 20, "n_orders": 25, "net": Decimal(500),
    "n_broken": 0, "n_open": 0,
}  # fmt: skip


def describe(is_drawn=False, **edit):
    return describe_campaigns(pd.DataFrame([FUNNEL | edit]), RULES, is_drawn=is_drawn).iloc[0]


def test_steps_have_the_denominator_of_their_kind():
    row = describe()

    assert (row["reach"], row["opened"], row["bought"], row["aov"]) == (0.8, 0.5, 0.25, 20.0)


def test_without_deliveries_steps_are_of_those_targeted():
    row = describe(n_delivered=0, n_redeemed=20)

    assert np.isnan(row["reach"])
    assert (row["redeemed"], row["bought"]) == (0.2, 0.3)


def test_a_handful_at_a_step_is_not_told():
    assert np.isnan(describe()["clicked"])
    assert describe(n_clicked=10)["clicked"] == 0.125


def test_of_a_draw_of_lines_no_conversion_is_told():
    assert describe(is_drawn=True)[["bought", "aov"]].isna().all()


def test_redemptions_are_drawn_by_customer():
    # Half of the customers redeem both of their offers, the others none.
    kinds = pd.DataFrame({"campaign_type": "A", "n_rows": 2, "n_redeemed": [0, 2],
                          "n_overlapping": 0, "n_customers": [100, 100]})  # fmt: skip

    row = tabulate_kinds(kinds, RULES).iloc[0]

    assert (row["n"], row["n_customers"], row["share"]) == (400, 200, 0.5)
    # By contacts it would be half as wide again less: 1.96 x sqrt(.25 / 200) each way.
    assert row["high"] - row["low"] == pytest.approx(2 * 1.96 * (0.25 / 200) ** 0.5, rel=0.1)


def test_pressure_puts_five_contacts_and_more_together():
    cells = pd.DataFrame({"n_contacts": [1, 5, 7], "n_rows": 1, "n_bought": [1, 0, 1],
                          "n_customers": [50, 30, 20]})  # fmt: skip

    rows = summarise_pressure(cells, measure="n_bought")

    assert rows[["n_contacts", "n", "share"]].to_numpy().tolist() == [[1, 50, 1.0], [5, 50, 0.4]]
    assert find_typical(cells) == [1, 7]


def test_contacts_without_an_order_afterwards_are_on_no_path():
    touches = study.take_touches(None)

    assert count_paths(touches) == (0, 0)
    assert attribute(touches).empty
    assert study.name_paths(attribute(touches)) == "none"


def test_counts_of_a_handful_leave_the_published_table():
    table = pd.DataFrame({"n_customers": [9, 10, 0], "outcome": "x"})

    assert hide_few(table, 10)["n_customers"].isna().tolist() == [True, False, False]


def test_campaigns_and_contacts_are_counted_by_design():
    kinds = pd.DataFrame({"n_overlapping": [1], "n_customers": [25]})

    told = {one.name: one.value for one in measure_campaigns(pd.DataFrame([FUNNEL]), kinds)}

    assert (told["all"], told["broadcast"], told["experiment"]) == (1, 1, 0)
    assert (told["contacts"], told["overlapping"], told["overlapping.share"]) == (100, 25, 0.25)


def contacts(answer, n=400):
    random = np.random.default_rng(1)
    warm = random.random(3 * n)
    keys = np.tile(np.arange(n), 3)
    return pd.DataFrame({
        "window": np.repeat(["train", "test", "score"], n), "campaign_id": "c",
        "customer_id": keys.astype(str), "order_key": keys, "warm": warm,
        "is_answered": (random.random(3 * n) < answer(warm)).astype(int),
    })  # fmt: skip


WARM = Features(measures=("warm",))


def test_answers_that_go_with_the_life_before_are_ranked_out_of_campaign():
    found = study_response(contacts(lambda warm: warm * 0.8), features=WARM)

    assert found.reason is None
    assert found.quality.auc.value > 0.7
    assert found.scores["response"].between(0, 1).all()
    assert found.scores["is_top_tenth"].sum() == 40


def test_answers_by_chance_make_no_list():
    found = study_response(contacts(lambda warm: np.full(len(warm), 0.3)), features=WARM)

    assert (found.reason, found.scores) == ("weak", None)


def test_a_feature_that_knows_the_answer_withholds_the_model():
    found = study_response(contacts(lambda warm: warm > 0.5), features=WARM)

    assert (found.reason, found.quality, found.scores) == ("leakage", None, None)
    assert study.take_scores(found, as_of=None) is None
    assert measure_response(found) == []
    assert study.name_response_role(found) == "gap"
    for language, said in (("en", "it hardly ever erred"), ("zh", "模型几乎从不出错")):
        runs = compose("campaigns.response", language, {}, case=found.reason)
        assert said in "".join(run["text"] for run in runs)


@pytest.mark.parametrize(
    ("n", "answer", "reason"),
    [
        (150, lambda warm: warm, "too_few_customers"),
        (400, lambda warm: warm < 0, "too_few_of_a_kind"),
    ],
)
def test_too_few_to_learn_from_is_said(n, answer, reason):
    assert study_response(contacts(answer, n), features=WARM).reason == reason


def test_shuffled_contacts_give_the_same_scores():
    rows = contacts(lambda warm: warm * 0.8)
    one = study_response(rows, features=WARM)
    two = study_response(rows.sample(frac=1, random_state=0), features=WARM)

    pairs = [study.take_scores(found, as_of=None) for found in (one, two)]
    pd.testing.assert_frame_equal(*pairs)


def test_notes_say_what_makes_an_effect_doubtful():
    one = replace(of_experiment(150), n_contaminated=3, n_left_out=2, ratio_p=None)

    told = set(study.list_notes(one, fdr=0.05))

    assert {("doubt", "contaminated"), ("doubt", "left_out"), ("doubt", "no_plan")} <= told
    assert list(study.list_notes(of_experiment(150, reason="split"), fdr=0.05)) == []
