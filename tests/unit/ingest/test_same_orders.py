"""The same orders in many forms of file give the same bytes of every canonical table."""

import csv
import gzip
import io
import json
import random
import sqlite3
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rapport.tables import write_table

COLUMNS = ("order", "customer", "day", "product", "quantity", "amount")
PRODUCTS = ("茶杯", "teapot, large", 'a "fine" plate', "盘子\n二行", "=1+1")


def draw_rows(n=400):
    draw = random.Random(7)
    start = datetime.fromisoformat("2024-01-01T09:00")
    rows = []
    for number in range(n):
        customer = None if draw.random() < 0.1 else f"00{draw.randrange(60):04d}"
        day = start + timedelta(minutes=draw.randrange(400_000))
        rows.append(
            (
                f"12345678901234{number:04d}", customer, day, draw.choice(PRODUCTS),
                draw.randrange(1, 5), Decimal(draw.randrange(1, 100_000)) / 100,
            )
        )  # fmt: skip
    return rows


ROWS = draw_rows()


def as_text(row):
    return ["" if cell is None else str(cell) for cell in row]


def write_csv(folder, name, encoding="utf-8", pack=bytes, rows=ROWS, **dialect):
    text = io.StringIO(newline="")
    csv.writer(text, **dialect).writerows([COLUMNS, *map(as_text, rows)])
    (folder / name).write_bytes(pack(text.getvalue().encode(encoding)))
    return {"path": name, "format": "csv", "encoding": encoding}


def write_framed_zstd(content):
    made = pa.BufferOutputStream()
    with pa.CompressedOutputStream(made, "zstd") as packed:
        packed.write(content)
    return made.getvalue().to_pybytes()


def write_json(folder):
    with (folder / "log.jsonl").open("w", encoding="utf-8") as file:
        for order, customer, day, product, quantity, amount in ROWS:
            cells = (order, customer, str(day), product, quantity, float(amount))
            row = dict(zip(COLUMNS, cells, strict=True))
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return {"path": "log.jsonl", "format": "json"}


def write_parquet(folder):
    columns = dict(zip(COLUMNS, map(list, zip(*ROWS, strict=True)), strict=True))
    columns["amount"] = pa.array(columns["amount"], pa.decimal128(12, 2))
    pq.write_table(pa.table(columns), folder / "log.parquet")
    return {"path": "log.parquet", "format": "parquet"}


def write_sqlite(folder):
    with sqlite3.connect(folder / "log.db") as connection:
        connection.execute(
            'CREATE TABLE log ("order" TEXT, customer TEXT, day TEXT, product TEXT, '
            "quantity INTEGER, amount REAL)"
        )
        connection.executemany(
            "INSERT INTO log VALUES (?, ?, ?, ?, ?, ?)",
            [(o, c, str(d), p, q, float(a)) for o, c, d, p, q, a in ROWS],
        )
    connection.close()
    return {"path": "log.db", "format": "sqlite", "table": "log"}


def write_workbook(folder):
    """Numbers and days as numbers and days; ids as text, as a spreadsheet would spoil them."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(COLUMNS)
    for row in ROWS:
        sheet.append(row)
        # Not a formula, though it looks like one.
        sheet.cell(sheet.max_row, 4).data_type = "s"
    book.save(folder / "log.xlsx")
    return {"path": "log.xlsx", "format": "excel"}


def write_query(folder):
    return write_sqlite(folder) | {
        "table": None,
        "query": 'SELECT amount, quantity, product, day, customer, "order" FROM log',
    }


def write_parts(folder):
    """Three files with their columns in three orders."""
    for part in range(3):
        names = list(COLUMNS[part:] + COLUMNS[:part])
        with (folder / f"part-{part}.csv").open("w", encoding="utf-8", newline="") as file:
            made = csv.DictWriter(file, names)
            made.writeheader()
            made.writerows(dict(zip(COLUMNS, as_text(row), strict=True)) for row in ROWS[part::3])
    return {"path": "part-*.csv", "format": "csv"}


FORMS = {
    "utf-8": lambda folder: write_csv(folder, "log.csv"),
    "gb18030": lambda folder: write_csv(folder, "log.csv", "gb18030"),
    "utf-16": lambda folder: write_csv(folder, "log.csv", "utf-16"),
    "a mark before utf-8": lambda folder: write_csv(folder, "log.csv", "utf-8-sig"),
    "gzip under a name that says nothing": lambda folder: write_csv(
        folder, "log.data", pack=gzip.compress
    ),
    "zstd": lambda folder: write_csv(folder, "log.csv.zst", "gb18030", pack=write_framed_zstd),
    "another dialect": lambda folder: (
        write_csv(folder, "log.csv", delimiter=";", quotechar="'", lineterminator="\n")
        | {"delimiter": ";", "quote": "'"}
    ),
    "escapes": lambda folder: (
        write_csv(folder, "log.csv", delimiter="\t", doublequote=False, escapechar="\\")
        | {"delimiter": "\t", "escape": "\\"}
    ),
    "json lines": write_json,
    "parquet": write_parquet,
    "sqlite": write_sqlite,
    "a query in sqlite": write_query,
    "parts": write_parts,
    "a workbook": write_workbook,
}  # fmt: skip


def digests(shop):
    delivery = shop.ingest()
    folder = Path(shop.root) / "made"
    return {
        name: write_table(table, folder / f"{name}.parquet").digest
        for name, table in delivery.tables.items()
    }


def deliver(shop, form):
    raw = shop.root / "data" / "raw"
    (raw / "log.csv").unlink()
    shop.unit["sources"]["log"] = FORMS[form](raw)
    shop.unit["tables"]["customers"] = {"from_orders": True}
    shop.unit["tables"]["products"] = {"from_lines": True}
    return digests(shop)


@pytest.fixture(scope="module")
def expected():
    return {}


@pytest.mark.parametrize("form", FORMS)
def test_the_form_of_a_delivery_does_not_show_in_any_table(shop, expected, form):
    made = deliver(shop, form)

    assert expected.setdefault("digests", made) == made
    assert {"orders", "order_lines", "customers", "products", "data_quality"} <= set(made)


def test_one_table_may_come_from_sources_of_several_forms(shop):
    raw = shop.root / "data" / "raw"
    whole = deliver(shop, "utf-8")
    late = [row for row in ROWS if row[2].month > 5]
    with (raw / "late.jsonl").open("w", encoding="utf-8") as file:
        for row in late:
            cells = ["" if cell is None else str(cell) for cell in row]
            file.write(json.dumps(dict(zip(COLUMNS, cells, strict=True))) + "\n")
    early = [row for row in ROWS if row not in late]
    shop.unit["sources"]["log"] = write_csv(raw, "log.csv", "gb18030", rows=early)
    shop.unit["sources"]["late"] = {"path": "late.jsonl", "format": "json"}
    shop.unit["tables"]["order_lines"] = [shop.lines, {**shop.lines, "from": "late"}]

    parted = digests(shop)

    assert 0 < len(late) < len(ROWS)
    assert {name: parted[name] for name in ("orders", "order_lines", "customers", "products")} == {
        name: whole[name] for name in ("orders", "order_lines", "customers", "products")
    }
