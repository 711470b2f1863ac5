"""Rows that are too many to be sorted together lie as if they had been."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from rapport.ingest import buckets, canonical, find_sources, ingest
from rapport.privacy import SAMPLE_KEY
from rapport.tables import Room, TableFile
from unit.ingest.past.till import UNIT, Till, describe


@pytest.fixture
def sold(tmp_path: Path) -> Till:
    """Orders of some months and of two sources, some of no customer."""
    till = Till(tmp_path, random.Random(3))
    till.files["till-01.csv"] = till.sell(150, days=70)
    till.files["web-01.csv"] = till.sell(30, days=5)
    till.write()
    return till


def name_parted(till: Till) -> list[str]:
    return sorted(path.name for path in till.root.glob("private */buckets *"))


@pytest.mark.parametrize("monthly_from", [1, 1_000], ids=["by month", "by customer"])
@pytest.mark.parametrize("threads", [1, 2])
def test_orders_sorted_in_parts_have_the_bytes_of_orders_sorted_together(
    sold, monkeypatch, monthly_from, threads
):
    monkeypatch.setattr(canonical, "MONTHLY_FROM", monthly_from)
    together = describe(sold.ingest(kept=False))
    assert name_parted(sold) == []
    monkeypatch.setattr(buckets, "SORTED_TOGETHER", 1)

    parted = describe(sold.ingest(kept=False, threads=threads))

    assert parted == together
    assert name_parted(sold) == ["buckets orders"]


def test_orders_that_all_leave_need_no_part(sold, monkeypatch):
    orders = [{**one, "exclude": {"tests": "true"}} for one in UNIT["tables"]["orders"]]
    sold.unit = {**UNIT, "tables": {**UNIT["tables"], "orders": orders}}
    together = describe(sold.ingest(kept=False))
    monkeypatch.setattr(buckets, "SORTED_TOGETHER", 1)

    assert describe(sold.ingest(kept=False)) == together


@pytest.mark.parametrize("numbered", [False, True])
def test_lines_sorted_in_parts_have_the_bytes_of_lines_sorted_together(shop, monkeypatch, numbered):
    draw = random.Random(4)
    rows = [
        f"{order},{f'k{draw.randrange(90)}' if order % 5 else ''},2024-03-0{1 + order % 9},"
        f"{draw.choice(['cup', 'pot', 'pan'])},{draw.randrange(1, 4)},2.50,{line}"
        for order in range(300) for line in range(1, 1 + order % 4)
    ]  # fmt: skip
    owners = {row.split(",")[0]: row.split(",")[1] for row in rows}
    told = [",".join([cells[0], owners[cells[0]], *cells[2:]]) for cells in
            (row.split(",") for row in rows)]  # fmt: skip
    head = "order,customer,day,product,quantity,amount,line"
    shop.write("log.csv", "\n".join([head, *told, ""]))
    if numbered:
        shop.lines["columns"]["line"] = "line"
    together = make(shop, "one")
    monkeypatch.setattr(buckets, "SORTED_TOGETHER", 1)

    parted = make(shop, "two")

    assert parted == together
    assert (shop.root / "two" / "buckets order_lines").is_dir()


def make(shop, name: str) -> dict[str, str]:
    """Ingest and give the digest of every canonical table that is a file."""
    room = Room(shop.root / name)
    room.folder.mkdir()
    unit = shop.params()
    sources = find_sources(unit, shop.root, env={})
    made = ingest(unit, sources, key=SAMPLE_KEY, room=room, threads=2).tables
    return {table: t.digest for table, t in made.items() if isinstance(t, TableFile)}
