"""Findings: their money, their order, what is never told, and their way to the summary."""

from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest

from rapport.analysis.findings import (
    Finding,
    choose_five,
    list_notes,
    make_finding,
    measure_findings,
    measure_spend,
    rank_findings,
    read_findings,
    stake_of_mean,
    stake_of_part,
    stake_of_points,
    stake_of_shares,
    stake_of_sum,
    tabulate_findings,
)
from rapport.analysis.measured import Measured
from rapport.present.values import WITHHELD, Suppressed, Value

SPEND = Measured("spend.each", Decimal("20.50"), "money", "GBP", 40)


def finding(name, money=None, fact=""):
    stake = None if money is None else stake_of_sum(Decimal(str(money)), currency="GBP")
    return Finding(name, None, fact or name, stake, (Measured("n", 50, "count", "customers"),))


def share(k, n):
    return Measured("rate", k / n, "ratio", "share", n)


def names(findings):
    return [one.name for one in findings]


def test_most_money_stands_first_ties_by_name_and_none_last():
    listed = [finding("b.y"), finding("c.x", 5), finding("a.z", "5.00"), finding("b.x", 7),
              finding("a.y")]  # fmt: skip

    assert names(rank_findings(listed, most=9)) == ["b.x", "a.z", "c.x", "a.y", "b.y"]
    assert names(rank_findings(listed[::-1], most=9)) == names(rank_findings(listed, most=9))


def test_a_hundredth_of_a_penny_decides():
    assert names(rank_findings([finding("a.x", "5"), finding("b.x", "5.0001")])) == ["b.x", "a.x"]


def test_a_chapter_hands_on_three_and_the_summary_tells_five():
    many = [finding(f"churn.x{at}", at) for at in range(9)]

    table = tabulate_findings(many)

    assert list(table["finding"].unique()) == ["churn.x8", "churn.x7", "churn.x6"]
    assert names(choose_five(many)) == [f"churn.x{at}" for at in (8, 7, 6, 5, 4)]


def test_a_fact_is_told_once_with_the_most_money():
    listed = [finding("a.x", 3, "sales"), finding("b.x", 9, "sales"), finding("c.x", 1),
              finding("d.x", None, "sales")]  # fmt: skip

    assert names(choose_five(listed)) == ["b.x", "c.x"]


def test_a_share_that_changed_is_at_stake_by_customers_and_spend_to_the_penny():
    # 30 of 90 against 10 of 90: two ninths of 90 customers are 20, whose spend is 20.50 each.
    assert stake_of_shares(share(30, 90), share(10, 90), SPEND).value == Decimal("410.0000")


def test_the_money_is_exact_where_floats_are_not():
    third = stake_of_shares(share(1, 3), share(0, 3), replace(SPEND, value=Decimal("0.3")))

    assert (third.value, third.kind) == (Decimal("0.3000"), "money")


def test_a_fall_has_as_much_at_stake_as_a_rise():
    up, down = share(30, 90), share(10, 90)

    assert stake_of_shares(up, down, SPEND).value == stake_of_shares(down, up, SPEND).value


def test_estimates_keep_the_kind_that_sets_their_tolerance():
    points = Measured("change", -20.0, "estimator", "nps")
    n = Measured("nps.n", 50, "count", "customers")
    each = Measured("spend", -4.5, "estimator", "GBP")
    error = Measured("error", -0.2, "iterative", "change")
    clv = Measured("clv", 1000.0, "iterative", "GBP")

    stakes = [stake_of_points(points, n, SPEND), stake_of_mean(each, n), stake_of_part(error, clv)]

    assert [one.value for one in stakes] == [205.0, 225.0, 200.0]
    assert [one.kind for one in stakes] == ["estimator", "estimator", "iterative"]


@pytest.mark.parametrize("hidden", [Suppressed(10), WITHHELD, None, ""])
def test_of_a_hidden_value_no_finding_is_made(hidden):
    rate = Value("churn.rate", hidden, "ratio", "share")

    assert make_finding("churn.rate", {"rate": rate}, ["rate"]) == []


def test_of_a_value_that_is_not_there_no_finding_is_made():
    assert make_finding("churn.rate", {}, ["rate"]) == []


@pytest.mark.parametrize(
    ("net", "days", "n"),
    [([5] * 9, [1] * 9, 0), ([5] * 10, [1] * 10, 1), ([5] * 10, [1] * 9 + [0], 0),
     ([-5] * 10, [1] * 10, 0)],
)  # fmt: skip
def test_spend_per_customer_is_of_enough_customers_who_bought(net, days, n):
    customers = pd.DataFrame({"rfm_net": map(Decimal, net), "rfm_order_days": days})

    assert len(measure_spend(customers, currency="GBP", min_count=10)) == n


def test_without_customers_there_is_no_spend():
    assert measure_spend(None, currency="GBP") == []


def test_findings_reach_the_summary_as_they_were():
    numbers = (
        Measured("n", 113, "count", "customers"),
        Measured("rate", 0.25, "ratio", "share", 40, (0.1, 0.4)),
        Measured("spent", Decimal("12.3456"), "money", "GBP"),
        Measured("month", "2026-06", "date", "period"),
    )
    exact = Finding(
        "churn.rate", "up", "churn", stake_of_sum(Decimal("3.5"), currency="GBP"), numbers
    )
    modelled = Finding("churn.x", None, "x", Measured("stake", 2.5, "iterative", "GBP"), numbers)

    read = read_findings([None, tabulate_findings([modelled, exact, finding("churn.y")])])

    assert read == [exact, modelled, finding("churn.y")]


def test_no_finding_is_no_table():
    assert tabulate_findings([]) is None
    assert read_findings([None]) == []


def test_every_number_has_a_name_of_its_own_in_the_summary():
    measured = measure_findings([finding("churn.rate", 5), finding("campaigns.experiment.1")])

    assert [one.name for one in measured] == [
        "finding.churn.rate.stake", "finding.churn.rate.n", "finding.campaigns.experiment.1.n",
    ]  # fmt: skip


def test_the_money_is_explained_where_there_is_any():
    assert list_notes([finding("a.x", 5), finding("a.y")]) == ["findings_note"]
    assert list_notes([finding("a.y")]) == []


def test_what_the_headline_tells_is_not_told_again():
    listed = [finding("a.x", 5), finding("a.y", 3, "rules")]

    assert names(choose_five(listed, told=["rules"])) == ["a.x"]
