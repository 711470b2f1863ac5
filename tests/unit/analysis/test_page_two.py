"""Page two: segments by stage, what differs, and that no two chapters print two numbers."""

import pandas as pd
import pytest

from rapport.analysis.key_figures import KeyFigure
from rapport.analysis.measured import Measured
from rapport.analysis.page_two import (
    check_agreement,
    count_stages,
    list_differing,
    measure_test,
    take_current,
    take_value,
)
from rapport.errors import DataError

SEGMENTS = pd.DataFrame({"customer_id": list("abc"), "segment": ["new", "high_value", "new"]})
STAGES = pd.DataFrame(
    {"customer_id": list("abcd"), "stage": ["new", "loyal", "growing", "churned"]}
)
CHURN = KeyFigure("churn", Measured("churn", 0.09, "ratio", "share"), {}, ())


def test_each_segment_s_customers_are_counted_by_stage_and_add_up():
    counts, stages = count_stages(SEGMENTS, STAGES)

    assert stages == ["new", "growing", "loyal"]
    assert counts.to_numpy().tolist() == [["high_value", 0, 0, 1, 1], ["new", 1, 1, 0, 2]]


def test_stages_of_contracts_are_counted_as_those_of_buyers():
    held = pd.DataFrame({"customer_id": list("abc"), "stage": ["ended", "trial", "active"]})

    counts, stages = count_stages(SEGMENTS, held)

    assert stages == ["trial", "active", "ended"]
    assert counts["n_customers"].tolist() == [1, 2]


@pytest.mark.parametrize(("segments", "stages"), [
    (None, STAGES), (SEGMENTS, None), (SEGMENTS, STAGES.iloc[3:]),
])  # fmt: skip
def test_without_segments_or_stages_there_is_no_table(segments, stages):
    assert count_stages(segments, stages) == (None, [])


def test_only_parameters_that_differ_are_told_and_never_the_seed():
    settings = pd.DataFrame([{"rfm_days": 180, "seed": 9, "confidence": 0.9, "spend": "net"}])
    defaults = {"rfm_days": 365, "seed": 0, "confidence": 0.95, "spend": "net", "k": 0}

    table = list_differing(settings, defaults)

    assert table.to_numpy().tolist() == [["confidence", "0.9", "0.95"], ["rfm_days", "180", "365"]]


@pytest.mark.parametrize("elsewhere", [{"churn": 0.09}, {"churn": None}, {}])
def test_a_figure_that_agrees_or_stands_nowhere_else_passes(elsewhere):
    check_agreement([CHURN], elsewhere)


def test_two_numbers_for_one_thing_stop_the_chapter():
    with pytest.raises(DataError, match=r"churn is 0\.09 here and 0\.1 in its chapter"):
        check_agreement([CHURN], {"churn": 0.1})


def test_the_number_of_the_current_window_is_taken_if_there_is_one():
    rates = pd.DataFrame({"window": ["previous", "current"], "rate": [0.1, 0.2]})

    assert take_current(rates, "rate") == 0.2
    assert take_current(rates.iloc[:1], "rate") is None
    assert take_current(None, "rate") is None


TOTALS = pd.DataFrame({
    "measure": ["horizon", "clv"], "value": [12.0, 900.0], "low": [None, 800.0],
    "high": [None, 990.0], "n": [None, 40], "unit": ["months", "GBP"],
    "kind": ["count", "iterative"],
}).astype({"low": float, "high": float, "n": "Int64"})  # fmt: skip


def test_the_expected_value_is_taken_with_its_interval():
    assert take_value(TOTALS) == Measured("value", 900.0, "iterative", "GBP", 40, (800.0, 990.0))


@pytest.mark.parametrize(
    "totals", [None, TOTALS.iloc[:1], TOTALS.iloc[1:], TOTALS.replace({"value": {12.0: 6.0}})]
)
def test_a_value_of_another_horizon_or_without_money_is_none(totals):
    assert take_value(totals) is None


@pytest.mark.parametrize(("error", "told"), [(-0.12, [-0.12]), (0.1, []), (-0.05, [])])
def test_an_expected_value_that_was_far_off_when_tested_carries_its_error(error, told):
    test = pd.DataFrame({"measure": ["holdout.money.error"], "value": [error]})

    assert [one.value for one in measure_test(test)] == told
    assert measure_test(None) == []
