"""Answers by channel and stage, and what the arms of an experiment were like before."""

from dataclasses import replace

import pandas as pd
import pytest

from rapport.analysis.campaign_effects import CampaignRules, study_experiments
from rapport.analysis.campaign_groups import balance_spend, balance_stages, cross_channels
from support import table
from unit.analysis.test_experiment import arm, funnel

RULES = CampaignRules()
CELLS = """
    channel  stage    n_rows  n_bought  n_unsubscribed  n_customers
    email    loyal    1       0         0               60
    email    loyal    2       1         0               20
    email    new      1       1         0               9
    email    new      1       0         0               90
    sms      loyal    1       1         1               12
    sms      loyal    1       0         0               28
    sms      churned  1       1         0               20
    sms      churned  1       0         0               9
"""


def test_answers_are_crossed_by_channel_and_stage_in_the_order_of_life():
    rows = cross_channels(table(CELLS), replace(RULES, min_n=20), is_drawn=False)

    assert rows[["channel", "stage", "n", "n_customers"]].to_numpy().tolist() == [
        ["email", "loyal", 100, 80], ["sms", "loyal", 40, 40], ["sms", "churned", 29, 29],
    ]  # fmt: skip
    assert rows["share"].tolist() == pytest.approx([0.2, 0.3, 20 / 29])
    assert ((rows["low"] < rows["share"]) & (rows["share"] < rows["high"])).all()


def test_a_cell_of_few_customers_or_of_a_handful_who_bought_is_not_told():
    rows = cross_channels(table(CELLS), RULES, is_drawn=False)

    # Nine new customers bought by e-mail; of those who had left 29 were written to.
    assert rows[["channel", "stage"]].to_numpy().tolist() == [["email", "loyal"], ["sms", "loyal"]]


def test_one_cell_alone_is_crossed_with_nothing_and_a_draw_of_lines_tells_no_buyers():
    one = table(CELLS)[lambda rows: rows["channel"] == "email"]

    assert cross_channels(one, RULES, is_drawn=False).empty
    assert cross_channels(table(CELLS), RULES, is_drawn=True).empty
    assert cross_channels(table(CELLS).iloc[:0], RULES, is_drawn=False).empty


def test_the_order_of_rows_changes_nothing():
    rows = table(CELLS)

    shuffled = rows.sample(frac=1, random_state=4).reset_index(drop=True)

    first, again = (cross_channels(cells, RULES, is_drawn=False) for cells in (rows, shuffled))
    pd.testing.assert_frame_equal(first, again)


def arms_of(*loyal):
    """Give two arms of a thousand, so many of them loyal and the others new."""
    rows = []
    for variant, n in zip(("control", "mail"), loyal, strict=True):
        rows += [arm(variant, n, 100, stage="loyal"), arm(variant, 1000 - n, 60, stage="new")]
    return pd.DataFrame(rows)


def test_arms_alike_before_are_shown_to_be_so():
    arms = arms_of(500, 520)
    tested = study_experiments(funnel(), arms, RULES)

    rows = balance_stages(tested, arms, RULES).set_index("stage")

    assert rows.index.tolist() == ["new", "loyal"]
    assert rows.loc["loyal", ["n_customers_treated", "n_customers_control"]].tolist() == [520, 500]
    assert rows.loc["loyal", "difference"] == pytest.approx(0.02)
    assert rows.loc["loyal", "low"] < 0 < rows.loc["loyal", "high"]


def test_arms_that_came_from_other_lives_leave_nought_out():
    arms = arms_of(500, 700)
    tested = study_experiments(funnel(), arms, RULES)

    row = balance_stages(tested, arms, RULES).set_index("stage").loc["loyal"]

    assert row["low"] > 0.15


def test_a_stage_with_a_handful_is_left_out_of_the_balance():
    arms = arms_of(995, 996)
    tested = study_experiments(funnel(), arms, RULES)

    assert balance_stages(tested, arms, RULES)["stage"].tolist() == ["loyal"]


def test_spend_before_is_that_of_each_customer():
    arms = arms_of(500, 500).assign(net_before=[10, 30, 20, 60], net_before_squared=[1, 3, 2, 6])
    tested = study_experiments(funnel(), arms, RULES)

    (row,) = balance_spend(tested, arms).to_dict("records")

    assert (row["treated"], row["control"]) == pytest.approx((0.08, 0.04))
    assert row["difference"] == pytest.approx(0.04)
    assert row["low"] < 0.04 < row["high"]


def test_of_an_experiment_that_cannot_be_read_no_balance_is_shown():
    arms = arms_of(500, 500)
    tested = study_experiments(funnel(n_late=900), arms, RULES)

    assert balance_stages(tested, arms, RULES).empty
    assert balance_spend(tested, arms).empty
