"""Measure ingestion: rows a processor second of every unit, and a load of five million orders.

Units: reading the files, checks, cleaning, pseudonyms, canonical tables in memory; not the writing
of Parquet files. The goal is half a million lines within six processor seconds.

Load: a CSV of orders, drawn by DuckDB from a seed, to canonical tables as files; beside it DuckDB
merely reading the same CSV and writing it as Parquet sorted by customer and time. Then one more
file of a hundredth of the rows is delivered, and the unit ingested again with what the first
ingestion kept, `REPEATS` times from there. Goals: at most 6 times DuckDB's processor time; under
2 GB; the increment under a tenth of the whole. Each is a process of its own, Python's start
included; what the start alone takes is measured too, for in a report's run the process that
ingests is forked of one that has loaded these libraries. `--rows N` draws another load, `--load`
leaves out the units, `--lines` draws lines of which the orders are made, five to an order.
"""

# ruff: noqa: PLC0415 - each process loads what is measured in it and no more
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from measuring import ROOT, cost_of_call, environment, median, print_table

REPEATS = 3
THREADS = 2
ORDERS, CUSTOMERS = 5_000_000, 400_000
LINES_AN_ORDER = 5
COLUMNS = ("order_id", "customer_id", "amount", "discount", "channel", "store_id", "status")
UNIT = {
    "name": "load",
    "title": {"en": "Load", "zh": "负载"},
    "currency": "CNY",
    "timezone": "Asia/Shanghai",
    "sources": {"till": {"path": "till-*.csv", "format": "csv"}},
    "tables": {
        "orders": {
            "from": "till",
            "columns": {name: name for name in COLUMNS},
            "time": {"column": "ordered_at"},
        },
        "customers": {"from_orders": True},
    },
}
LINES_UNIT = {
    **UNIT,
    "tables": {
        "order_lines": {
            "from": "till",
            "columns": {
                name: name
                for name in ("order_id", "customer_id", "product_id", "quantity", "amount")
            },
            "time": {"column": "ordered_at"},
        },
        "orders": {"from_lines": True},
        "products": {"from_lines": True, "columns": {"name": "name"}},
        "customers": {"from_orders": True, "columns": {"country": "country"}},
    },
}
# Three years of orders: few customers buy most, one in 25 buys as a guest, one in 33 is a return.
DRAW = """
    SELECT 'A' || (10000000 + i) AS order_id,
        CASE WHEN h % 25 > 0
            THEN 'K' || lpad(CAST(CAST(floor({customers} * pow(h / 1000000007.0, 2))
                AS BIGINT) AS VARCHAR), 7, '0') END AS customer_id,
        strftime(TIMESTAMP '2021-01-01' + to_seconds(CAST(floor(i * 94608000.0 / {rows})
            AS BIGINT) + h % 3000), '%Y-%m-%d %H:%M:%S') AS ordered_at,
        printf('%.2f', CASE WHEN h % 33 = 1 THEN -1 ELSE 1 END * ((h % 20011) + 99) / 100.0)
            AS amount,
        printf('%.2f', (h % 7) / 10.0) AS discount,
        ['web', 'app', 'store', 'phone'][1 + h % 4] AS channel,
        CASE WHEN h % 4 = 2 THEN 'S' || (h % 120) END AS store_id, 'completed' AS status
    FROM (SELECT i, CAST(hash(i * 7919 + 13) % 1000000007 AS BIGINT) AS h
        FROM range({first}, {last}) AS drawn(i))
"""
DRAW_LINES = """
    SELECT 'A' || (10000000 + i // 5) AS order_id,
        CASE WHEN g % 25 > 0
            THEN 'K' || lpad(CAST(CAST(floor({customers} * pow(g / 1000000007.0, 2))
                AS BIGINT) AS VARCHAR), 7, '0') END AS customer_id,
        strftime(TIMESTAMP '2021-01-01' + to_seconds(CAST(floor((i // 5) * 94608000.0 * 5 / {rows})
            AS BIGINT) + g % 3000), '%Y-%m-%d %H:%M:%S') AS ordered_at,
        'P' || (h % 3001) AS product_id, 'Product ' || (h % 3001) AS name,
        1 + h % 6 AS quantity, printf('%.2f', ((h % 20011) + 99) / 100.0) AS amount,
        ['GB', 'DE', 'FR', 'NL'][1 + g % 4] AS country
    FROM (SELECT i, CAST(hash((i // 5) * 7919 + 13) % 1000000007 AS BIGINT) AS g,
        CAST(hash(i * 7919 + 13) % 1000000007 AS BIGINT) AS h
        FROM range({first}, {last}) AS drawn(i)) ORDER BY i
"""


class Load(NamedTuple):
    """What a process took: processor seconds and the largest memory it held."""

    cpu: float
    peak_mb: int


def main() -> None:
    """Measure and print, or do the one thing that is measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ORDERS)
    parser.add_argument("--load", action="store_true")
    parser.add_argument("--lines", action="store_true")
    parser.add_argument("--do", choices=list(THINGS), help=argparse.SUPPRESS)
    parser.add_argument("given", nargs="*", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.do:
        THINGS[asked.do](*asked.given)
        return
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if not asked.load:
        print_units()
    with tempfile.TemporaryDirectory() as folder:
        print_load(Path(folder), asked.rows, "lines" if asked.lines else "orders")


def print_units() -> None:
    """Print how fast each unit is read whose sources are at hand."""
    from rapport.ingest import find_sources, ingest
    from rapport.ingest.sample import check_sample, write_sample
    from rapport.params import list_units, load_unit
    from rapport.privacy import SAMPLE_KEY

    folder = ROOT / "data" / "sample"
    if check_sample(folder):
        write_sample(folder)
    rows = []
    for name in list_units(ROOT):
        unit = load_unit(ROOT, name)
        sources = find_sources(unit, ROOT)
        if sources.missing:
            rows.append([name, "sources absent", "-", "-"])
            continue
        delivery = ingest(unit, sources, key=SAMPLE_KEY)
        quality = delivery.quality
        n_rows = int(quality.loc[quality["action"] == "read", "n_rows"].sum())
        call = lambda u=unit, s=sources: ingest(u, s, key=SAMPLE_KEY)  # noqa: E731
        cost = median([cost_of_call(call) for _ in range(REPEATS)])
        per_second = f"{n_rows / cost.cpu:,.0f}"
        rows.append([name, f"{n_rows:,}", f"{cost.cpu:.2f}", per_second])
    print_table(f"Ingestion, median of {REPEATS}", ["unit", "rows", "CPU s", "rows a CPU s"], rows)


def print_load(folder: Path, n_rows: int, kind: str) -> None:
    """Print what a large delivery costs beside DuckDB's reading and sorting, and one more file."""
    raw = folder / "data" / "raw"
    raw.mkdir(parents=True)
    more = n_rows // 100
    measure("draw", raw / "till-0.csv", 0, n_rows, n_rows, kind)
    base = measure("duckdb", raw / "till-0.csv", folder / "sorted.parquet")
    start = median_load([measure("start") for _ in range(REPEATS)])
    full = measure("ingest", folder, "kept", "first", kind)
    measure("draw", raw / "till-1.csv", n_rows, n_rows + more, n_rows, kind)
    increment = median_load([measure_increment(folder, n, kind) for n in range(REPEATS)])
    head = ["load", "rows", "CPU s", "times DuckDB", "of a full run", "start apart", "peak MB"]
    named = (("DuckDB reads, sorts, writes", n_rows, base), ("Python's start", 0, start),
             ("ingestion", n_rows, full), ("one more file", n_rows + more, increment))  # fmt: skip
    rows = [
        [name, f"{n:,}", f"{load.cpu:.2f}", f"{load.cpu / base.cpu:.1f}",
         f"{load.cpu / full.cpu:.1%}", f"{(load.cpu - start.cpu) / (full.cpu - start.cpu):.1%}",
         f"{load.peak_mb:,}"]
        for name, n, load in named
    ]  # fmt: skip
    print_table(f"Load; start and one more file are medians of {REPEATS}", head, rows)


def measure_increment(folder: Path, number: int, kind: str) -> Load:
    """Ingest one more file with what the first ingestion kept."""
    kept = f"kept {number}"
    shutil.copytree(folder / "kept", folder / kept, copy_function=os.link)
    return measure("ingest", folder, kept, f"more {number}", kind)


def median_load(loads: Sequence[Load]) -> Load:
    """Give the middle one by processor time."""
    return sorted(loads)[len(loads) // 2]


def measure(what: str, *given: object) -> Load:
    """Do one thing in a process of its own and give what it took."""
    command = [sys.executable, __file__, "--do", what, *map(str, given)]
    with subprocess.Popen(command, env=environment({})) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{what} ended with {process.returncode}")
    in_mb = used.ru_maxrss >> (20 if sys.platform == "darwin" else 10)
    return Load(used.ru_utime + used.ru_stime, in_mb)


def draw(path: str, first: str, last: str, rows: str, kind: str) -> None:
    """Write the orders or lines of these numbers as CSV."""
    import duckdb

    n_orders = int(rows) // (LINES_AN_ORDER if kind == "lines" else 1)
    customers = max(n_orders * CUSTOMERS // ORDERS, 1)
    drawn = {"orders": DRAW, "lines": DRAW_LINES}[kind]
    sql = drawn.format(first=int(first), last=int(last), rows=int(rows), customers=customers)
    # In one thread: the rows lie in the order of their numbers.
    duckdb.connect(config={"threads": 1}).execute(f"COPY ({sql}) TO '{path}' (HEADER)")


def sort_by_duckdb(path: str, into: str) -> None:
    """Read the CSV and write it as Parquet sorted by customer and time, and no more."""
    import duckdb

    duckdb.connect(config={"threads": THREADS}).execute(
        f"COPY (SELECT * FROM read_csv('{path}') ORDER BY customer_id, ordered_at, order_id) "
        f"TO '{into}' (FORMAT parquet, COMPRESSION zstd)"
    )


def ingest_load(root: str, kept: str, name: str, kind: str) -> None:
    """Ingest all that is delivered."""
    from rapport.ingest import find_sources, ingest
    from rapport.params import UnitParams
    from rapport.privacy import SAMPLE_KEY
    from rapport.tables import Room

    room = Room(Path(root) / f"private {name}", Path(root) / kept)
    room.folder.mkdir()
    unit = UnitParams.model_validate({"orders": UNIT, "lines": LINES_UNIT}[kind])
    sources = find_sources(unit, Path(root), env={})
    made = ingest(unit, sources, key=SAMPLE_KEY, room=room, threads=THREADS)
    assert made.facts["orders"] > 0
    shutil.rmtree(room.folder)


def start() -> None:
    """Load what an ingestion loads, and no more."""
    from rapport.ingest import find_sources, ingest
    from rapport.params import UnitParams

    UnitParams.model_validate(UNIT)
    assert callable(find_sources)
    assert callable(ingest)


THINGS = {"draw": draw, "duckdb": sort_by_duckdb, "ingest": ingest_load, "start": start}

if __name__ == "__main__":
    main()
