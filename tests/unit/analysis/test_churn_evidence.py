from dataclasses import replace

import pandas as pd
import pytest

from rapport.analysis.backtest_risk import review_risk
from rapport.analysis.churn_evidence import (
    adds_up,
    is_closed,
    join_totals,
    measure_overall,
    measure_parts,
    name_overall,
    name_parts,
    tabulate_checks,
    tabulate_later,
    tabulate_typical,
)
from rapport.analysis.churn_study import Returns, study_rates, study_returns
from rapport.analysis.contract_risk import ContractRisk
from rapport.analysis.risk import RiskWindows, assess_risk
from rapport.present.chapters.churn_evidence import check_table, later_table, typical_table
from rapport.present.tables import render_table
from support import table
from unit.analysis.test_risk import FEATURES, SETTINGS, window

CONTRACTS = """
    plan   duration_months  event_observed  n
    basic  3                True            40
    basic  24               False           60
    gold   9                True            95
    gold   30               False           5
"""


@pytest.fixture(scope="module")
def windows():
    return RiskWindows(window(1), window(2), window(3, n=20).drop(columns="is_lapsed"))


@pytest.fixture(scope="module")
def assessed(windows):
    return assess_risk(windows, SETTINGS)


@pytest.fixture
def returns():
    return study_returns(pd.DataFrame(), table(CONTRACTS))


def test_later_shares_stand_where_they_tell_of_enough(returns):
    rows = tabulate_later(returns, min_count=10).set_index("group")

    assert rows.loc["basic", "first"] == pytest.approx(0.6)
    assert rows.loc["gold"].isna().all()  # five still run
    all_told = tabulate_later(returns, min_count=5).set_index("group")
    assert all_told["first"]["gold"] == pytest.approx(0.05)


def test_days_are_looked_at_after_half_a_year_and_a_year():
    gaps = table(
        """
        order_rank  duration_days  event_observed  n
        1           90             True            50
        1           300            False           50
        """
    )
    rows = tabulate_later(study_returns(gaps, None))

    assert rows["first"].tolist() == pytest.approx([0.5])
    assert rows["second"].isna().all()  # nobody was watched for a year
    short = gaps.assign(duration_days=[10, 20])
    assert tabulate_later(study_returns(short, None)).empty


def test_a_median_that_is_not_reached_is_said_in_words(returns):
    rows = tabulate_typical(returns, min_n=30)
    english = render_table(typical_table(rows, {}, kind="contracts"), "en")
    chinese = render_table(typical_table(rows, {}, kind="contracts"), "zh")

    assert rows["within"].tolist() == [24, 9]
    assert rows["mean"].tolist() == pytest.approx([0.4 * 3 + 0.6 * 24, 9])
    assert [row[1] for row in english] == ["not reached", "9\u00a0months"]
    assert [row[1] for row in chinese] == ["未达到", "9\u00a0个月"]


def test_a_mean_that_chance_was_not_seen_in_has_no_interval():
    alone = Returns("orders", "days", {}, ())
    quiet = table("order_rank  duration_days  event_observed  n\n1  90  False  40")
    rows = tabulate_typical(study_returns(quiet, None), min_n=30)

    assert rows[["mean", "within"]].to_numpy().tolist() == [[90, 90]]
    assert rows[["mean_low", "mean_high"]].isna().all(axis=None)
    assert tabulate_typical(alone).empty
    assert typical_table(tabulate_typical(alone), {}, kind="orders") is None
    assert later_table(tabulate_later(alone), {}, kind="orders") is None


def ended(n_ended, n_involuntary):
    months = pd.DataFrame(
        {"window": ["current"], "n_at_start": [400], "n_ended": [n_ended],
         "n_involuntary": [n_involuntary], "is_comparable": [True]}
    )  # fmt: skip
    return study_rates(pd.DataFrame(), months, min_n=30, confidence=0.95)


def test_ends_that_nobody_chose_are_told_apart_from_the_others():
    parts = {one.name: one for one in measure_parts(ended(24, 13))}

    assert {name: one.value for name, one in parts.items()} == {
        "rate.chosen": 11 / 400, "rate.not_chosen": 13 / 400,
    }  # fmt: skip
    assert parts["rate.chosen"].n == 400
    assert name_parts(list(parts.values())) == ["churn.parts"]


@pytest.mark.parametrize(("n_ended", "n_involuntary"), [(24, 0), (24, 9), (20, 13), (0, 0)])
def test_parts_of_few_are_not_told(n_ended, n_involuntary):
    assert name_parts(measure_parts(ended(n_ended, n_involuntary), min_count=10)) == []


def test_orders_have_no_parts():
    assert measure_parts(pd.DataFrame({"window": ["current"], "rate": [0.1]})) == []


def test_a_model_is_shown_on_later_days_and_on_its_own(assessed):
    rows = tabulate_checks(assessed, None)

    assert rows["check"].tolist() == ["logistic", "boosted", "reset", "same"]
    assert rows["in_the_large"][2] == 0  # the level was set anew
    assert rows["brier"].lt(rows["base_brier"]).all()
    assert len(render_table(check_table(rows, {}), "zh")) == 4
    snapshot = ContractRisk(assessed, "snapshot", FEATURES)
    assert tabulate_checks(assessed, snapshot)["check"].tolist() == ["turns"]
    assert check_table(tabulate_checks(replace(assessed, contest=None), None), {}) is None


def test_the_backtest_has_the_intervals_that_are_asked_for(windows, assessed):
    wide, narrow = (
        review_risk(assessed, windows, features=FEATURES, confidence=c) for c in (0.95, 0.8)
    )

    assert (narrow["high"] - narrow["low"] < wide["high"] - wide["low"]).all()


def test_curves_add_up(returns):
    curve = returns.curves["basic"]
    broken = replace(curve, n=curve.n + 1)
    risen = replace(curve, points=curve.points.assign(survival=[1.0, 0.6, 0.7]))

    assert adds_up(returns)
    assert not adds_up(replace(returns, curves={"basic": broken}))
    assert not adds_up(replace(returns, curves={"basic": risen}))


def test_an_outcome_must_be_over_before_the_next_date():
    days = pd.DataFrame(
        {
            "window": ["train", "test", "score"],
            "ends_on": ["2010-03-01", "2010-06-01", "2010-09-01"],
        }
    )
    seen = pd.DataFrame({"days_since_last_order": [0, 3]})
    windows = RiskWindows(seen, seen, seen)
    later = replace(windows, test=seen - 5)

    assert is_closed(days, windows, horizon_days=90)
    assert not is_closed(days, windows, horizon_days=95)
    assert not is_closed(days, later, horizon_days=90)


def test_all_contracts_together_are_told_of_after_a_year_and_two():
    told = {one.name: one for one in measure_overall(table(CONTRACTS))}

    # Of 200, 40 end after 3 and 95 after 9 months; 65 are watched for 24.
    assert told["overall.first"].value == pytest.approx(65 / 200)
    assert (told["overall.within"].value, told["overall.n"].value) == (24, 200)
    assert told["overall.median"].value == 9
    assert told["overall.mean"].value == pytest.approx((40 * 3 + 95 * 9 + 65 * 24) / 200)
    assert name_overall(list(told.values())) == ["median"]
    assert name_overall([one for one in told.values() if one.name != "overall.median"]) == [
        "not_reached"
    ]
    assert join_totals(list(told.values()), [])["measure"].tolist() == list(told)


def test_of_orders_or_few_contracts_nothing_is_told_of_all():
    assert measure_overall(None) == name_overall([]) == []
    assert measure_overall(table(CONTRACTS), min_n=201) == []
    assert join_totals([], []) is None
