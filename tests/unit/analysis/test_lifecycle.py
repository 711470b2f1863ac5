import pandas as pd
import pytest

from rapport.analysis.lifecycle import (
    Months,
    check_moves,
    choose_kind,
    count_stages,
    find_months,
    list_sizes,
    select_kind,
    tabulate_stages,
)
from rapport.errors import DataError
from support import table

MARCH = 2010 * 12 + 2


def draw_moves(drawn, *, last=MARCH, observable=MARCH - 2):
    """Draw moves: month (0 is March 2010), stage before (- is not there yet), stage, customers."""
    rows = table(drawn)
    rows["month_no"] = MARCH + rows.pop("month")
    rows["stage_before"] = rows["before"].where(rows.pop("before") != "-", None)
    return rows.rename(columns={"n": "n_customers"}).assign(
        last_month=last, observable_month=observable
    )


@pytest.fixture
def moves():
    return draw_moves(
        """
        month  before   stage    n
        -1     -        new      40
        -1     -        loyal    60
        0      -        new      15
        0      new      growing  30
        0      new      at_risk  10
        0      loyal    loyal    60
        """
    )


def check(moves, *, risk=60, churn=180):
    check_moves(moves, risk_after_days=risk, churn_after_days=churn)


def test_stages_are_counted_at_every_month_end_and_empty_ones_are_0(moves):
    counts = count_stages(moves, kind="orders")

    assert counts.loc[MARCH].to_dict() == {
        "prospect": 0, "new": 15, "growing": 30, "loyal": 60, "at_risk": 10, "churned": 0,
    }  # fmt: skip
    assert counts.loc[MARCH - 1].sum() == 100


def test_the_table_of_stages_compares_with_the_month_before_and_leaves_last_year_empty(moves):
    found = tabulate_stages(count_stages(moves, kind="orders"))

    assert found["n_customers"].to_dict() == {
        "new": 15, "growing": 30, "loyal": 60, "at_risk": 10, "total": 115,
    }  # fmt: skip
    assert found.loc["total", "n_before"] == 100
    assert found["n_last_year"].isna().all()
    assert found["share"].round(3).to_dict() == {
        "new": 0.130, "growing": 0.261, "loyal": 0.522, "at_risk": 0.087, "total": 1.0,
    }  # fmt: skip


def test_sizes_are_drawn_from_the_first_month_in_which_customers_can_have_churned(moves):
    counts = count_stages(moves, kind="orders")

    sizes = list_sizes(counts, months=Months(MARCH, MARCH))

    assert set(sizes["period"]) == {"2010-03"}
    assert sizes["share"].sum() == pytest.approx(1)
    assert list(sizes["stage"]) == ["new", "growing", "loyal", "at_risk"]


def test_stocks_and_flows_that_agree_pass(moves):
    check(moves)


def test_a_customer_who_is_lost_between_two_month_ends_is_found(moves):
    lost = moves.assign(n_customers=moves["n_customers"].replace(60, 59).where(
        moves["month_no"] == MARCH, moves["n_customers"]))  # fmt: skip

    with pytest.raises(DataError, match="1 stocks differ from their flows"):
        check(lost)


@pytest.mark.parametrize(
    ("before", "after", "limits", "is_fault"),
    [
        ("churned", "at_risk", {}, True),
        ("churned", "at_risk", {"risk": 20}, False),
        ("prospect", "churned", {}, True),
        ("prospect", "churned", {"churn": 30}, False),
        ("loyal", "new", {}, True),
        ("growing", "prospect", {}, True),
        ("prospect", "new", {}, False),
    ],
)
def test_moves_that_nobody_can_make_are_faults(before, after, limits, is_fault):
    moves = draw_moves(
        f"""
        month  before   stage    n
        -1     -        {before}  5
        0      {before}  {after}  5
        """
    )

    if is_fault:
        with pytest.raises(DataError, match="1 kinds of moves cannot be"):
            check(moves, **limits)
    else:
        check(moves, **limits)


def test_contracts_go_before_orders_but_prospects_alone_are_no_contract():
    rows = pd.DataFrame({"kind": ["orders", "contracts"], "stage": ["new", "prospect"]})

    assert choose_kind(rows) == "orders"
    assert choose_kind(rows.replace("prospect", "ended")) == "contracts"
    assert select_kind(rows, "orders")["stage"].tolist() == ["new"]


def test_nobody_has_no_months_and_no_counts(moves):
    nobody = moves[:0]

    assert find_months(nobody) is None
    assert count_stages(nobody, kind="orders").empty
    check(nobody)
    assert not Months(5, 5).has_rates
