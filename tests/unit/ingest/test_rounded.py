"""Quantities that lose decimals are counted; their rows and their money stay."""

from decimal import Decimal

import pytest

HEAD = "order,customer,day,product,quantity,amount\n"
ROWS = "1,ann,2024-03-01 10:00,tea,{},5.00\n2,bob,2024-03-02 10:00,tea,2,2.50\n"


def rounded(shop, *, kind="flagged"):
    quality = shop.ingest().quality
    rows = quality[(quality["rule"] == "quantity_rounded") & (quality["action"] == kind)]
    return [(row["n_rows"], row["money"]) for row in rows.to_dict("records")]


@pytest.fixture
def weighed(shop):
    shop.unit["sources"]["log"]["types"] = {"amount": "decimal"}
    return shop


@pytest.mark.parametrize("written", ["0.4535", "0.45351", "０．４５３５", "1.0004"])
def test_a_quantity_of_more_than_three_decimals_is_counted_with_its_money(weighed, written):
    weighed.write("log.csv", HEAD + ROWS.format(written))

    assert rounded(weighed) == [(1, Decimal("5.0000"))]


@pytest.mark.parametrize("written", ["0.453", "0.4530", "7", "1.5", "0.30000000000000004"])
def test_a_quantity_that_loses_nothing_is_not_spoken_of(weighed, written):
    weighed.write("log.csv", HEAD + ROWS.format(written))

    assert rounded(weighed) == []


def test_the_row_stays_with_the_rounded_quantity(weighed):
    weighed.write("log.csv", HEAD + ROWS.format("0.4535"))

    lines = weighed.ingest().tables["order_lines"].to_pylist()

    assert [line["quantity"] for line in lines] == [Decimal("0.454"), Decimal("2.000")]


def test_a_quantity_that_was_typed_before_is_looked_at_too(shop):
    shop.unit["sources"]["log"]["types"] = {"quantity": "decimal", "amount": "decimal"}
    shop.write("log.csv", HEAD + ROWS.format("0.4535"))

    assert rounded(shop) == [(1, Decimal("5.0000"))]


def test_a_rule_of_the_units_own_with_that_name_stays(weighed):
    weighed.lines["flag"] = {"quantity_rounded": "product = 'tea'"}
    weighed.write("log.csv", HEAD + ROWS.format("0.4535"))

    assert rounded(weighed) == [(2, Decimal("7.5000"))]
