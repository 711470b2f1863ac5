"""Rows that a reader puts aside leave first, by name; broken ones only where the unit allows it."""

from decimal import Decimal

import pytest

from rapport.errors import DataError

ROWS = (
    "order,customer,day,product,quantity,amount\n1,ann,2024-03-01,cup,2,5.00\n2,bob,too,many\n"
    "order,customer,day,product,quantity,amount\n3,bob,2024-03-02,pot,1,7.50\n"
)


@pytest.fixture
def torn(shop):
    """Give the shop a file with a row that lacks fields and a head amid its rows."""
    shop.write("log.csv", ROWS)
    shop.unit["quarantine"] = {"rows": 1}
    shop.lines["columns"]["amount"] = {"sql": "cast(amount as decimal(18, 4)) * 2"}
    return shop


def test_rows_put_aside_are_counted_by_name(torn):
    delivery = torn.ingest()

    lines = delivery.quality[delivery.quality["table"] == "order_lines"].set_index("rule")
    assert lines.loc["read", ["n_rows", "money"]].tolist() == [4, Decimal("25.0000")]
    assert lines.loc["repeated_head", ["action", "n_rows"]].tolist() == ["excluded", 1]
    assert lines.loc["broken_row", ["action", "n_rows"]].tolist() == ["quarantined", 1]
    assert lines.loc["kept", ["n_rows", "money"]].tolist() == [2, Decimal("25.0000")]


def test_rows_put_aside_are_listed_by_their_place(torn):
    rows = torn.ingest().tables["quarantine"].to_pylist()

    assert [(row["source_row"], row["rule"], row["column"]) for row in rows] == [
        (2, "broken_row", ""), (3, "repeated_head", ""),
    ]  # fmt: skip


def test_rows_put_aside_make_no_order_and_no_customer(torn):
    delivery = torn.ingest()

    assert delivery.tables["orders"]["order_id"].to_pylist() == ["1", "3"]
    assert delivery.facts["customers"] == 2


def test_a_row_that_cannot_be_taken_apart_stops_a_unit_that_declares_no_limit(torn):
    del torn.unit["quarantine"]

    with pytest.raises(DataError, match=r"log: 1 row: more or fewer fields than its head.*; row 2"):
        torn.ingest()


def test_rows_that_cannot_be_taken_apart_count_towards_the_limit(torn):
    torn.unit["quarantine"] = {"rows": 0}

    with pytest.raises(DataError, match=r"1 of 4 rows are broken \(broken_row 1\), more than"):
        torn.ingest()
