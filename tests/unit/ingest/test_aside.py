"""Rows that a reader put aside leave first, by name, with what of their money can be read."""

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ROWS: dict[str, list[Any]] = {
    "order": ["1", "2", "合计", None],
    "customer": ["ann", "bob", "合计", None],
    "day": ["2024-03-01", "2024-03-02", "two days", None],
    "product": ["cup", "pot", None, None],
    "quantity": ["2", "1", "3", "?"],
    "amount": ["5.00", "7.50", "12.50", "?"],
    "source_rule": [None, None, "total_row", "broken_row"],
}


@pytest.fixture
def totalled(shop):
    """Give the shop a file whose reader put a total and a broken row aside."""
    shop.unit["sources"]["log"] = {"path": "log.parquet", "format": "parquet"}
    (shop.root / "data/raw").mkdir(parents=True, exist_ok=True)
    kinds = {name: pa.array(values, pa.string()) for name, values in ROWS.items()}
    pq.write_table(pa.table(kinds), shop.root / "data/raw/log.parquet")
    return shop


def test_rows_put_aside_are_counted_by_name_with_their_money(totalled):
    delivery = totalled.ingest()

    lines = delivery.quality[delivery.quality["table"] == "order_lines"].set_index("rule")
    assert lines.loc["read", ["n_rows", "money"]].tolist() == [4, Decimal("25.0000")]
    assert lines.loc["total_row", ["action", "n_rows", "money"]].tolist() == [
        "excluded", 1, Decimal("12.5000"),
    ]  # fmt: skip
    assert lines.loc["broken_row", ["action", "n_rows", "money"]].tolist() == [
        "quarantined", 1, None,
    ]  # fmt: skip
    assert lines.loc["kept", ["n_rows", "money"]].tolist() == [2, Decimal("12.5000")]


def test_rows_put_aside_make_no_order_and_no_customer(totalled):
    delivery = totalled.ingest()

    assert delivery.tables["orders"]["order_id"].to_pylist() == ["1", "2"]
    assert delivery.facts["customers"] == 2


def test_an_expression_is_asked_only_of_rows_that_are_data(totalled):
    totalled.lines["columns"]["amount"] = {"sql": "cast(amount as decimal(18, 4)) * 2"}

    delivery = totalled.ingest()

    assert delivery.facts["net"] == Decimal("25.0000")
    assert delivery.quality.set_index("rule").loc["broken_row", "money"] is None
