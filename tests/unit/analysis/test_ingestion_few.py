from decimal import Decimal

import pandas as pd
import pytest

from rapport.analysis.ingestion_few import choose_case, find_few, withhold, withhold_rows
from rapport.analysis.measured import Measured


def facts(known, orders, identified):
    return {"customers_buying": known, "orders": orders, "orders_identified": identified}


@pytest.mark.parametrize(
    ("found", "few"),
    [
        (facts(10, 10, 10), "nobody"),
        (facts(0, 300, 0), "nobody"),
        (facts(0, 0, 0), "nobody"),
        ({"orders": 3}, "nobody"),
        (facts(3, 90, 10), "known"),
        (facts(3, 17, 10), "known"),
        (facts(3, 16, 10), "anybody"),
        (facts(9, 40, 40), "anybody"),
    ],
)
def test_orders_without_a_number_count_as_a_customer_each(found, few):
    assert find_few(found, min_count=10) == few


NAMES = ("customers", "net", "net.identified", "identified.share", "late.rows", "late.money")


@pytest.mark.parametrize(
    ("few", "told"),
    [
        ("nobody", NAMES),
        ("known", ("customers", "net", "late.rows", "late.money")),
        ("anybody", ("customers", "late.rows")),
    ],
)
def test_sums_of_too_few_are_left_out_and_counts_are_not(few, told):
    measured = [Measured(name, Decimal(7), "money", "GBP") for name in NAMES]

    assert tuple(one.name for one in withhold(measured, few)) == told


def test_money_of_rules_is_told_only_where_enough_bought():
    rules = pd.DataFrame({"rule": ["returns"], "n_rows": [1], "money": [Decimal("-49.19")]})

    assert withhold_rows(rules, "known")["money"].tolist() == [Decimal("-49.19")]
    assert withhold_rows(rules, "anybody")["money"].tolist() == [None]
    assert rules["money"].notna().all()


def test_a_sentence_of_nothing_says_so_of_few_customers_too():
    assert choose_case("none", "anybody") == "none"
    assert choose_case("in_time", "anybody") == "in_time"
    assert choose_case("filled", "known") == "filled"
    assert choose_case("unknown", "known", of="known") == "few"
