"""What each chapter hands to the summary: clear changes with their money, and nothing hidden."""

from dataclasses import dataclass, field
from decimal import Decimal

import pandas as pd
import pytest

from rapport.analysis.chapter_findings.campaigns import find_in_experiments
from rapport.analysis.chapter_findings.churn import find_in_churn
from rapport.analysis.chapter_findings.ingestion import find_in_delivery
from rapport.analysis.chapter_findings.lifecycle import find_in_lifecycle
from rapport.analysis.chapter_findings.profiling import find_in_profile
from rapport.analysis.chapter_findings.recommendation import find_in_baskets
from rapport.analysis.chapter_findings.satisfaction import find_in_answers
from rapport.analysis.chapter_findings.segmentation import find_in_segments
from rapport.analysis.chapter_findings.value import find_in_value
from rapport.present.values import Suppressed, Value


def values(**numbers):
    return {slot: made(slot, *given) for slot, given in numbers.items()}


def made(slot, value, kind="count", unit="customers", n=None):
    return Value(slot, value, kind, unit, n)


def share(k, n):
    return (k / n, "ratio", "share", n)


def money(amount, kind="money"):
    return (amount, kind, "GBP")


RATES = values(rate=share(30, 100), rate_previous=share(20, 100), spend_each=money(Decimal(7)))


@pytest.mark.parametrize("way", ["up", "down"])
@pytest.mark.parametrize("kind", ["orders", "contracts"])
def test_a_clear_change_of_churn_is_at_stake(way, kind):
    (found,) = find_in_churn(RATES, kind=kind, change=way)

    assert (found.case, found.money) == (f"{kind}_{way}", Decimal(70))


@pytest.mark.parametrize("change", ["unclear", "alone", "none", "snapshot"])
def test_a_change_of_churn_that_is_not_clear_is_no_finding(change):
    assert find_in_churn(RATES, kind="orders", change=change) == []


def test_without_spend_a_change_of_churn_has_no_money():
    known = {slot: value for slot, value in RATES.items() if slot != "spend_each"}

    (found,) = find_in_churn(known, kind="orders", change="up")

    assert found.stake is None


def test_of_a_hidden_rate_neither_sentence_nor_money_is_made():
    hidden = RATES | {"rate_previous": Value("x", Suppressed(10, 100), "ratio", "share", 100)}

    assert find_in_churn(hidden, kind="orders", change="up") == []


@dataclass(frozen=True)
class Shape:
    name: str = ""
    against: dict = field(default_factory=dict)
    change: object = None
    case: str = ""
    value: float = 0.0
    is_clear: bool = True
    is_skewed: bool = False
    effect: object = None
    outcome: str = ""
    campaign_id: str = "c"
    conversion: object = None
    money: object = None


def repurchase(case):
    return Shape("repurchase", {"previous": Shape(change=Shape(case=case))})


AGAIN = values(repurchase=share(20, 40), repurchase_previous=share(30, 40),
               repurchase_days=(90, "count", "days"), top_share=share(60, 100),
               spend_each=money(Decimal(7)))  # fmt: skip


def test_the_profile_hands_on_second_orders_and_the_largest_fifth():
    found = find_in_profile(AGAIN, [repurchase("down")], spread="ok")

    assert [(one.name, one.money) for one in found] == [
        ("profiling.repurchase", Decimal(70)), ("profiling.top", None),
    ]  # fmt: skip


@pytest.mark.parametrize("figures", [[], [repurchase("unclear")], [Shape("repurchase")]])
def test_the_profile_hands_on_no_change_that_is_not_clear(figures):
    assert find_in_profile(AGAIN, figures, spread="few") == []


SEGMENTS = values(best_share=share(20, 100), n=(100,), best_spend_share=share(50, 100),
                  sizes_later=share(20, 100), sizes_earlier=share(10, 100), sizes_n_later=(100,),
                  best_spend=money(Decimal(600)), best_n=(20,),
                  cut=("2025-12", "date", "period"))  # fmt: skip


def test_a_segment_that_grew_is_at_stake_by_what_its_own_customers_spend():
    best, sizes = find_in_segments(SEGMENTS, outcome="ok", moved="up")

    assert (best.fact, best.stake) == ("spread", None)
    assert (sizes.case, sizes.money) == ("up", Decimal(300))


def test_segments_that_did_not_move_and_do_not_lead_are_no_findings():
    assert find_in_segments(SEGMENTS, outcome="other", moved="unclear") == []


def test_a_segment_of_too_few_has_no_money():
    hidden = SEGMENTS | {"best_n": Value("n", Suppressed(10), "count", "customers")}

    (sizes,) = find_in_segments(hidden, outcome="other", moved="down")

    assert sizes.stake is None


QUIET = values(
    entered_n=(40,), entered_spend=money(Decimal("99.5")), month=("2026-06", "date", "period")
)  # fmt: skip
FEW_QUIET = QUIET | values(entered_n=(Suppressed(10),))


def test_who_went_quiet_puts_at_stake_what_they_spent():
    (found,) = find_in_lifecycle(QUIET, kind="contracts")

    assert (found.case, found.money) == ("contracts", Decimal("99.5"))


@pytest.mark.parametrize("gone", [{}, QUIET | values(entered_spend=money(Decimal(-1))), FEW_QUIET])
def test_of_too_few_or_none_who_went_quiet_nothing_is_handed_on(gone):
    assert find_in_lifecycle(gone, kind="orders") == []


def expected(error, slot="holdout_money_error"):
    known = values(clv=money(1000.0, "iterative"), horizon=(12, "count", "months"))
    return known | {slot: made(slot, error, "iterative", "change")}


@pytest.mark.parametrize(
    ("error", "told"), [(0.1, []), (-0.1, []), (0.25, [("over", 250)]), (-0.25, [("under", 250)])]
)
@pytest.mark.parametrize("slot", ["holdout_money_error", "renewals_error"])
def test_a_forecast_is_a_finding_if_it_was_off_by_more_than_a_tenth(error, told, slot):
    assert [(one.case, one.money) for one in find_in_value(expected(error, slot))] == told


SCORES = values(nps=(10.0, "estimator", "nps", 50), nps_n=(50,), change=(-20.0, "estimator", "nps"),
                previous=("2026-05", "date", "period"), spend_each=money(Decimal(7)))  # fmt: skip


@pytest.mark.parametrize(
    ("wording", "told"),
    [("period_down", [("down", Decimal(70))]), ("period_unclear", []), ("wave_down", [])],
)
def test_a_clear_change_of_the_score_is_at_stake_among_those_who_answered(wording, told):
    assert [(one.case, one.money) for one in find_in_answers(SCORES, [wording])] == told


FUNNELS = pd.DataFrame({"campaign_id": ["c"], "started_on": pd.to_datetime(["2026-04-13"])})
TESTED = values(
    experiment_1_name=("Letter", "label", "text"), experiment_1_effect=(0.1, "estimator", "pp"),
    experiment_1_treated=(200,), experiment_1_control=(100,),
    experiment_1_spend=money(4.5, "estimator"), window_days=(7, "count", "days"),
)  # fmt: skip


def experiment(outcome, spend, *, share=0.1, is_clear=True, is_skewed=False):
    effect = Shape(conversion=Shape(value=share), money=Shape(value=spend, is_clear=is_clear))
    return Shape(outcome=outcome, effect=effect, is_skewed=is_skewed)


def test_what_an_experiment_brought_is_the_difference_times_those_assigned():
    (found,) = find_in_experiments(TESTED, [(1, experiment("raised", 4.5))], FUNNELS)

    assert (found.name, found.case) == ("campaigns.experiment.1", "raised_money")
    assert found.money == Decimal(900)
    assert "2026-04" in [one.value for one in found.numbers]


@pytest.mark.parametrize(
    "one",
    [experiment("raised", 4.5, is_clear=False), experiment("raised", 4.5, is_skewed=True),
     experiment("raised", -4.5)],
)  # fmt: skip
def test_an_effect_whose_money_is_not_clear_is_told_without(one):
    (found,) = find_in_experiments(TESTED, [(1, one)], FUNNELS)

    assert (found.case, found.stake) == ("raised", None)


def test_an_experiment_without_a_clear_effect_is_no_finding():
    assert find_in_experiments(TESTED, [(1, experiment("unclear", 4.5))], FUNNELS) == []


def test_pairs_of_products_are_told_without_money():
    known = values(rules=(5, "count", "rules"), pairs_possible=(100, "count", "pairs"))

    assert [one.stake for one in find_in_baskets(known, outcome="rules")] == [None]
    assert find_in_baskets(known, outcome="few") == []


@pytest.mark.parametrize(("rows", "n"), [(0, 0), (12, 1)])
def test_faulty_rows_put_their_money_at_stake(rows, n):
    known = values(broken_rows=(rows, "count", "rows"), broken_money=money(Decimal("-8.5")))

    assert [one.money for one in find_in_delivery(known)] == [Decimal("8.5")] * n


def test_where_the_money_of_faulty_rows_is_withheld_they_are_no_finding():
    assert find_in_delivery(values(broken_rows=(12, "count", "rows"))) == []
