"""A small shop drawn for the tests: its sources, its parameters, and projects that hold it."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).resolve()
ROOT = HERE.parents[2]
PERIOD = "2026-05"
HEAD = ("order", "customer", "day", "kind", "amount")

PARAMS = """\
title: {{en: Small shop, zh: 小店}}
currency: GBP
timezone: Europe/London
sources:
  till: {{path: {name}.csv, format: csv}}
tables:
  orders:
    from: till
    source: store
    columns: {{order_id: order, customer_id: customer, kind: kind, amount: amount}}
    time: {{column: day, format: "%Y-%m-%d"}}
  customers: {{from_orders: true}}
{more}"""


def make_project(
    folder: Path, *, chapters: Sequence[str] = ("01_", "06_", "10_"), params: Iterable[str] = ()
) -> Path:
    """Make a project with these chapters and no unit but those of the repository that are named."""
    (folder / "notebooks").mkdir(parents=True)
    (folder / "params").mkdir()
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        if path.name.startswith(tuple(chapters)):
            shutil.copy(path, folder / "notebooks")
    for name in ("_defaults", *params):
        shutil.copy(ROOT / "params" / f"{name}.yml", folder / "params")
    shutil.copy(ROOT / "requirements.lock", folder)
    return folder


def add_shop(
    project: Path, rows: Iterable[Sequence[object]], *, name: str = "shop", more: str = ""
) -> None:
    """Add a unit whose one source holds these rows: order, customer, day, kind, amount."""
    raw = project / "data" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    with (raw / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([HEAD, *rows])
    text = PARAMS.format(name=name, more=more)
    (project / "params" / f"{name}.yml").write_text(text, encoding="utf-8", newline="\n")


def draw_orders(n_customers: int = 160, *, seed: int = 1) -> list[tuple[object, ...]]:
    """Draw two years of orders to the middle of June 2026: some customers stay, some leave."""
    draw = random.Random(seed)
    first, last = date(2024, 5, 1), date(2026, 6, 14)
    rows: list[tuple[object, ...]] = []
    for customer in range(n_customers):
        day = first + timedelta(days=draw.randrange((last - first).days))
        while day <= last:
            amount = f"{draw.randrange(500, 20_000) / 100:.2f}"
            rows.append((f"o{len(rows) + 1}", f"k{customer}", day.isoformat(), "sale", amount))
            if draw.random() < 0.05:
                rows.append(
                    (f"o{len(rows) + 1}", f"k{customer}", day.isoformat(), "return", f"-{amount}")
                )
            if draw.random() < 0.12:
                break
            day += timedelta(days=draw.randrange(10, 120))
    # The till was open, and a guest paid, on the first and on the last day.
    rows.append(("g1", "", first.isoformat(), "sale", "20.00"))
    rows.append(("g2", "", last.isoformat(), "sale", "30.00"))
    return rows
