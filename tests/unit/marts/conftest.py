"""A shop in a few lines: orders as they are drawn, and any mart made from them."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from rapport import tables
from rapport.marts.build import build_mart
from rapport.marts.catalog import list_buildable
from rapport.schema import SCHEMAS
from support import table

SETTINGS = {
    "period_grain": "month", "spend": "net", "rfm_days": 365, "new_days": 30,
    "churn_after_days": 180, "risk_after_days": 60, "loyal_orders": 4, "horizon_days": 90,
    "holdout_share": 0.5, "window_days": 7, "compare_days": 7,
    "silent_days": 14, "activation_days": 90, "window_months": 12,
    "confidence": 0.95, "seed": 0, "k": 0, "profiling": "given",
    "funnel_days": 30, "funnel_steps": "visit, cart, checkout, order",
}  # fmt: skip

Build = Callable[..., pd.DataFrame]


def write_canonical(name: str, rows: list[dict[str, object]], into: Path) -> Path:
    """Write rows as the canonical table of that name, the columns they lack left empty."""
    return tables.write_table(
        pa.Table.from_pylist(rows, schema=tables.arrow_schema(SCHEMAS[name])),
        into / f"{name}.parquet",
    ).path


def read_orders(drawn: str) -> list[dict[str, object]]:
    """Read orders: customer (- is nobody known), day (- is none), kind, amount, maybe status."""
    rows = []
    for place, row in enumerate(table(drawn).astype(str).to_dict("records")):
        day = None if row["day"] == "-" else dt.date.fromisoformat(row["day"])
        customer = None if row["customer"] == "-" else row["customer"]
        rows.append({
            "order_id": f"o{place}", "order_key": place, "customer_id": customer,
            "ordered_on": day, "ordered_at": day and pd.Timestamp(day),
            "kind": row["kind"], "amount": Decimal(row["amount"]),
            "status": {"-": None}.get(row.get("status", "-"), row.get("status")),
        })  # fmt: skip
    return rows


def read_customers(orders: list[dict[str, object]]) -> list[dict[str, object]]:
    """Derive the customers of orders, as ingestion does without a customer source."""
    keys: dict[object, object] = {}
    for order in orders:
        if order["customer_id"] is not None:
            keys.setdefault(order["customer_id"], order["order_key"])
    return [{"customer_id": customer, "order_key": key} for customer, key in keys.items()]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Give a function that makes one mart of drawn orders or contracts."""

    def make(
        name: str, orders: str = "", *, period: str | None = "2010-11",
        subscriptions: list[dict[str, object]] | None = None,
        interactions: list[dict[str, object]] | None = None,
        data: tuple[str | None, str | None] = ("2009-01-01", "2010-12-09"), **settings: object,
    ) -> pd.DataFrame:  # fmt: skip
        ends = [day and dt.date.fromisoformat(day) for day in data]
        snapshot = {"data_from": ends[0], "data_until": ends[1], "n_customers": 0, "n_orders": 0}
        drawn = read_orders(orders) if orders else []
        paths = {
            "orders": write_canonical("orders", drawn, tmp_path),
            "customers": write_canonical("customers", read_customers(drawn), tmp_path),
            "subscriptions": write_canonical("subscriptions", subscriptions or [], tmp_path),
            "interactions": write_canonical("interactions", interactions or [], tmp_path),
            "snapshot": write_canonical("snapshot", [snapshot], tmp_path),
        }
        values = SETTINGS | settings | {"period": period}
        for mart in list_buildable(paths):
            if mart in {"settings", "periods", "charged_orders", "order_spells", name}:
                # A calendar is for the windows alone, as in a run.
                given = {k: v for k, v in values.items() if k != "calendar" or mart == "periods"}
                made = build_mart(mart, paths, settings=given, into=tmp_path, shelf=tmp_path.parent)
                paths[mart] = made.path
        return tables.read_table(paths[name])

    return make
