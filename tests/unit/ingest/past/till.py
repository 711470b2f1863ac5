"""A till whose files are drawn: orders of some months, and what may be delivered after them."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from rapport.ingest import Delivery, find_sources, ingest
from rapport.params import UnitParams
from rapport.privacy import SAMPLE_KEY
from rapport.tables import Room, TableFile

HEAD = "order,customer,at,amount,channel,state\n"
UNIT: dict[str, Any] = {
    "name": "till",
    "title": {"en": "Till", "zh": "收银"},
    "currency": "CNY",
    "timezone": "Asia/Shanghai",
    "sources": {
        "till": {"path": "till-*.csv", "format": "csv"},
        "web": {"path": "web-*.csv", "format": "csv"},
        "people": {"path": "people.csv", "format": "csv"},
    },
    "tables": {
        "orders": [
            {
                "from": name,
                "columns": {
                    "order_id": {"sql": f"'{name}-' || \"order\""}, "customer_id": "customer",
                    "amount": "amount", "channel": "channel", "status": "state",
                },
                "time": {"column": "at"},
                "exclude": {"tests": "amount = '0.01'"},
                "flag": {"large": "CAST(amount AS DOUBLE) > 90"},
            }
            for name in ("till", "web")
        ],
        "customers": {"from": "people", "columns": {"customer_id": "customer", "city": "city"}},
    },
}  # fmt: skip

# Of one source, customers known of its orders alone.
ALONE: dict[str, Any] = {
    **UNIT,
    "sources": {"till": UNIT["sources"]["till"]},
    "tables": {"orders": UNIT["tables"]["orders"][:1], "customers": {"from_orders": True}},
}


# Orders are made of their lines, and these say what customers and products are.
OF_LINES: dict[str, Any] = {
    **UNIT,
    "sources": {name: UNIT["sources"][name] for name in ("till", "web")},
    "tables": {
        "order_lines": [
            {
                "from": name,
                "columns": {
                    "order_id": {"sql": f"'{name}-' || \"order\""}, "customer_id": "customer",
                    "product_id": "product", "quantity": "n", "amount": "amount",
                    "kind": "kind", "status": "state",
                },
                "time": {"column": "at"},
                "exclude": {"tests": "amount = '0.01'"},
                "flag": {"large": "CAST(amount AS DOUBLE) > 90"},
            }
            for name in ("till", "web")
        ],
        "orders": {"from_lines": True},
        "products": {"from_lines": True, "columns": {"name": "called", "list_price": "price"}},
        "customers": {"from_orders": True, "columns": {"city": "city"}},
    },
}  # fmt: skip
# Of one source, customers known of nothing else; of two, with lists of customers and products.
OF_LINES_ALONE: dict[str, Any] = {
    **OF_LINES,
    "sources": {"till": UNIT["sources"]["till"]},
    "tables": {
        **OF_LINES["tables"],
        "order_lines": OF_LINES["tables"]["order_lines"][:1],
        "customers": {"from_orders": True},
    },
}
OF_LINES_LISTED: dict[str, Any] = {
    **OF_LINES,
    "sources": {**UNIT["sources"], "goods": {"path": "goods.csv", "format": "csv"}},
    "tables": {
        **OF_LINES["tables"],
        "customers": UNIT["tables"]["customers"],
        "products": {"from": "goods", "columns": {"product_id": "product", "name": "called"}},
    },
}


@dataclasses.dataclass
class Till:
    """A project's folder, its files as lines by name, and the day up to which there are orders."""

    root: Path
    draw: random.Random
    files: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    now: datetime = datetime(2024, 1, 1)  # noqa: DTZ001 - in the unit's zone
    unit: dict[str, Any] = dataclasses.field(default_factory=lambda: UNIT)
    head: str = HEAD
    n_orders: int = 0
    n_rooms: int = 0
    lines: str = ""
    erased: frozenset[str] = frozenset()

    def sell(self, n: int, *, since: datetime | None = None, days: int = 20) -> list[str]:
        """Draw orders of the days up to `now` + `days`, or of those since a day, and move on."""
        first = since or self.now
        minutes = sorted(self.draw.randrange(days * 1440) for _ in range(n))
        lines = [self.order(first + timedelta(minutes=minute)) for minute in minutes]
        self.now = max(self.now, first + timedelta(days=days))
        return lines

    def order(self, at: datetime) -> str:
        self.n_orders += 1
        customer = "" if self.draw.random() < 0.1 else f"k{self.draw.randrange(40):02d}"
        amount = self.draw.choice(["0.01", "-3.50", f"{self.draw.randrange(1, 9999) / 100:.2f}"])
        channel = self.draw.choice(["web", "store", ""])
        state = self.draw.choice(["completed", "completed", "cancelled"])
        return f"{self.n_orders},{customer},{at:%Y-%m-%d %H:%M},{amount},{channel},{state}\n"

    def write(self) -> None:
        """Write the files as they are now, and no others."""
        raw = self.root / "data" / "raw"
        raw.mkdir(parents=True, exist_ok=True)
        for path in raw.glob("*-*.csv"):
            if path.name not in self.files:
                path.unlink()
        for name, lines in self.files.items():
            content = self.head + "".join(lines)
            if not (raw / name).is_file() or (raw / name).read_text("utf-8") != content:
                (raw / name).write_text(content, encoding="utf-8")
        people = "".join(f"k{n:02d},city {n % 7}\n" for n in range(0, 50, 2))
        (raw / "lines.csv").write_text(self.lines, encoding="utf-8")
        (raw / "people.csv").write_text("customer,city\n" + people, encoding="utf-8")
        goods = "".join(f"p{n},name {n}\n" for n in range(5))
        (raw / "goods.csv").write_text("product,called\n" + goods, encoding="utf-8")

    def ingest(self, *, kept: bool, threads: int = 1) -> Delivery:
        """Ingest the files: with what was kept before, or as if nothing ever had been."""
        self.n_rooms += 1
        folder = self.root / f"private {self.n_rooms}"
        folder.mkdir()
        unit = UnitParams.model_validate(self.unit)
        sources = find_sources(unit, self.root, env={})
        room = Room(folder, self.root / "kept" if kept else None)
        return ingest(unit, sources, key=SAMPLE_KEY, room=room, threads=threads, erased=self.erased)


@dataclasses.dataclass
class Shelf(Till):
    """A till that writes down lines of orders, of some minutes and in no order."""

    unit: dict[str, Any] = dataclasses.field(default_factory=lambda: OF_LINES)
    head: str = "order,customer,at,product,called,price,n,amount,kind,state,city\n"

    def order(self, at: datetime) -> str:
        self.n_orders += 1
        draw = self.draw
        customer = "" if draw.random() < 0.1 else f"k{draw.randrange(40):02d}"
        state = draw.choice(["completed", "completed", "cancelled"])
        kind = draw.choices(["sale", "return", ""], [2, 2, 96])[0]
        lines = []
        for _ in range(draw.choice([1, 1, 2, 3])):
            minute = at + timedelta(minutes=draw.randrange(0, 90))
            good, amount = draw.randrange(9), f"{draw.randrange(1, 9999) / 100:.2f}"
            amount = draw.choice(["0.01", "-3.50", amount, amount, amount])
            called = draw.choice([f"good {good}", f"good {good}", "", f"Good {good}"])
            price = draw.choice(["", "9.50", "10.00"])
            n = -1 if amount == "-3.50" else draw.randrange(1, 4)
            city = draw.choice(["", f"city {draw.randrange(3)}"])
            lines.append(
                f"{self.n_orders},{customer},{minute:%Y-%m-%d %H:%M},p{good},{called},{price},"
                f"{n},{amount},{kind},{state},{city}\n"
            )
        return "".join(lines)


def describe(delivery: Delivery) -> dict[str, Any]:
    """Give all that a delivery tells, so that two can be compared."""
    told: dict[str, Any] = {}
    for field in dataclasses.fields(delivery):
        value = getattr(delivery, field.name)
        if field.name == "tables":
            told |= {f"table {name}": _digest(table) for name, table in value.items()}
        elif isinstance(value, pd.DataFrame):
            told[field.name] = (value.to_dict("list"), [str(kind) for kind in value.dtypes])
        elif isinstance(value, pa.Table):
            told[field.name] = (value.schema, value.to_pylist())
        elif isinstance(value, Mapping):
            told[field.name] = dict(value)
        else:
            told[field.name] = value
    return told


def _digest(table: pa.Table | TableFile) -> Any:
    return table.digest if isinstance(table, TableFile) else table.to_pylist()
