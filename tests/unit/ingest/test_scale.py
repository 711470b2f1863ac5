"""A delivery too large for one batch: its tables do not tell how they were made.

Takes ten processor seconds: less than a row group and a few batches would not show what threads do.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from rapport.ingest import find_sources, ingest
from rapport.params import UnitParams
from rapport.privacy import SAMPLE_KEY
from rapport.tables import Room, TableFile

N_ORDERS, N_CUSTOMERS = 140_000, 9_000
CHANNELS = ("web", "app", "store")
UNIT = {
    "name": "chain",
    "title": {"en": "Chain", "zh": "连锁"},
    "currency": "CNY",
    "timezone": "Asia/Shanghai",
    "sources": {
        "till": {"path": "till-*.csv", "format": "csv"},
        "people": {"path": "people.csv", "format": "csv"},
    },
    "tables": {
        "orders": {
            "from": "till",
            "columns": {
                "order_id": "order", "customer_id": "customer", "amount": "amount",
                "channel": "channel",
            },
            "time": {"column": "at"},
        },
        "customers": {"from": "people", "columns": {"customer_id": "customer", "city": "city"}},
    },
}  # fmt: skip


def draw_orders() -> list[str]:
    """Draw more orders than a row group holds, many of one second, some of no customer."""
    draw = random.Random(7)
    rows = []
    for number in range(N_ORDERS):
        customer = f"k{draw.randrange(N_CUSTOMERS)}" if number % 9 else ""
        at = f"2024-{1 + number % 12:02d}-{1 + number % 28:02d} {number % 24:02d}:00:00"
        amount = f"{draw.randrange(-900, 9_000) / 100:.2f}"
        rows.append(f"{number},{customer},{at},{amount},{CHANNELS[number % 3]}")
    return rows


@pytest.fixture(scope="module")
def orders() -> list[str]:
    return draw_orders()


def deliver(root: Path, files: list[list[str]]) -> None:
    raw = root / "data" / "raw"
    raw.mkdir(parents=True)
    for number, rows in enumerate(files):
        lines = ["order,customer,at,amount,channel", *rows]
        (raw / f"till-{number}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    people = [f"k{n},city {n % 40}" for n in range(N_CUSTOMERS)]
    (raw / "people.csv").write_text("\n".join(["customer,city", *people]) + "\n", encoding="utf-8")


def make(root: Path, *, threads: int) -> dict[str, str]:
    """Ingest and give the digest of every canonical table."""
    folder = root / "private"
    folder.mkdir()
    unit = UnitParams.model_validate(UNIT)
    sources = find_sources(unit, root, env={})
    made = ingest(unit, sources, key=SAMPLE_KEY, room=Room(folder), threads=threads).tables
    return {name: t.digest for name, t in made.items() if isinstance(t, TableFile)}


@pytest.fixture(scope="module")
def expected(orders, tmp_path_factory) -> dict[str, str]:
    root = tmp_path_factory.mktemp("one thread")
    deliver(root, [orders])
    return make(root, threads=1)


@pytest.mark.parametrize("threads", [2, 8])
def test_threads_change_no_byte(orders, expected, tmp_path, threads):
    deliver(tmp_path, [orders])

    assert make(tmp_path, threads=threads) == expected


def test_shuffled_rows_change_no_byte(orders, expected, tmp_path):
    shuffled = orders.copy()
    random.Random(1).shuffle(shuffled)
    deliver(tmp_path, [shuffled])

    assert make(tmp_path, threads=2) == expected


def test_orders_in_several_files_change_no_byte(orders, expected, tmp_path):
    deliver(tmp_path, [orders[:100], orders[100:90_000], orders[90_000:]])

    assert make(tmp_path, threads=2) == expected
