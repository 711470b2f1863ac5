"""Stages and moves of Online Retail II 2009-10, month ends May to November 2010.

Chen, D., Sain, S. L. & Guo, K. (2012), Journal of Database Marketing 19, 197-208 (the data); the
figures are those of docs/methods.md, computed before this code was written.
"""

import pytest

from published.online_retail_shop import read_marts
from published.reference_data import assert_as_printed
from rapport.analysis.cohorts import tabulate_retention
from rapport.analysis.lifecycle import check_moves
from rapport.analysis.lifecycle_study import MoveSettings, study_moves, study_stages
from rapport.analysis.reorder_time import fit_return_time
from rapport.analysis.transitions import ANY

PRINTED = [  # from, to, moves, month ends, share, interval
    ("loyal", "at_risk", 543, 4168, ".130", ".121", ".140"),
    ("growing", "at_risk", 1914, 4364, ".439", None, None),
    ("at_risk", "churned", 1090, 7174, ".152", None, None),
    ("churned", ANY, 337, 2463, ".137", ".123", ".150"),
]


@pytest.fixture(scope="module")
def marts():
    return read_marts("2010-11", "lifecycle")


@pytest.fixture(scope="module")
def stages(marts):
    return study_stages(marts["lifecycle_moves"])


@pytest.fixture(scope="module")
def moves(marts, stages):
    return study_moves(stages, marts["lifecycle_patterns"], MoveSettings())


@pytest.mark.parametrize(("before", "after", "k", "n", "share", "low", "high"), PRINTED)
def test_moves_from_one_month_end_to_the_next(moves, before, after, k, n, share, low, high):
    row = moves.pooled.set_index(["stage", "stage_after"]).loc[(before, after)]

    assert row[["n_moves", "n"]].tolist() == [k, n]
    assert_as_printed(row["share"], share)
    if low is not None:
        # Ends of a bootstrap: another seed moves them by a point of the third digit.
        assert abs(row["low"] - float(low)) < 0.0015
        assert abs(row["high"] - float(high)) < 0.0015


def test_stocks_and_flows_of_stages_agree(stages):
    check_moves(stages.moves, risk_after_days=60, churn_after_days=180)


def test_retention_of_the_first_cohort(marts):
    table = tabulate_retention(marts["lifecycle_cohorts"])

    first = table[table["cohort"] == "2009-12"]["n_customers"].tolist()
    assert first[:4] == [955, 337, 319, 406]
    assert table[table["cohort"] == "2009-12"]["is_mixed"].all()


def test_the_days_to_churn_that_the_time_to_the_next_order_speaks_for():
    found = fit_return_time(read_marts("2010-12", "lifecycle")["lifecycle_gaps"])

    assert (found.most_days, found.days) == (170, 180)


def test_observed_gaps_alone_would_be_too_short():
    gaps = read_marts("2010-12", "lifecycle")["lifecycle_gaps"].query("event_observed")
    days = gaps["duration_days"].repeat(gaps["n"])

    assert days.median() == 28
    assert days.quantile(0.95, interpolation="higher") == 156


def test_rates_of_all_stages_but_the_loyal_change_with_the_season(moves):
    tests = moves.tests.set_index("stage")

    assert set(tests.index[tests["is_seasonal"]]) == {"new", "growing", "at_risk", "churned"}
    assert_as_printed(tests.loc["churned", "p_value"], ".0009")
    assert_as_printed(tests.loc["loyal", "p_value"], ".109")
