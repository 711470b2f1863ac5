"""Measure the marts of five million orders: all that chapters read of what customers did.

Canonical tables are drawn by DuckDB from a seed: orders of three years sorted by month and
customer, as ingestion leaves large ones. Then one process makes the feature set (measures and
habits of each customer, RFM, mixes, cohorts, transitions) and writes it, as a run does; one makes
the same in pandas and writes nothing; one makes every mart of orders; and two read the columns of
orders that marts read: `scan` gives a sum or maximum of each, `load` the rows themselves in
memory, as every way in pandas has to begin. Goals: the feature set at most 10 times the scan,
under 1.5 GB, and a third of pandas. Each is a process of its own; the start of Python and its
imports are measured apart and taken off. `--rows N` draws another load, `--repeat N` takes the
median of so many.
"""

# ruff: noqa: PLC0415 - each process loads what is measured in it and no more
import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring import environment, print_table

ORDERS, PER_CUSTOMER = 5_000_000, 12.5
PERIOD = "2023-12"
FEATURES = (
    "charged_orders", "order_spells", "customer_measures", "customer_habits", "profile_groups",
    "profile_channels", "lifecycle_cohorts", "lifecycle_runs", "lifecycle_moves",
)  # fmt: skip
OTHERS = (
    "period_measures", "customer_periods", "repurchase", "profile_months", "profile_discounts",
    "lifecycle_gaps", "reorder_gaps", "churn_months", "next_orders", "holdout_days",
    "customer_transactions", "lifecycle_now", "lifecycle_dwell", "lifecycle_patterns",
    "action_lists",
)  # fmt: skip
SCANNED = (
    "customer_id", "ordered_on", "month_no", "order_key", "kind", "status", "amount", "discount",
    "channel",
)  # fmt: skip
CUSTOMERS = """
    SELECT md5(CAST(i AS VARCHAR)) AS customer_id, CAST(i AS BIGINT) AS order_key, 'GB' AS country,
        'GB-' || (i % 12) AS region, 'web' AS acquisition_channel
    FROM range({customers}) AS drawn(i)
"""
DRAW = """
    SELECT 'A' || i AS order_id, CASE WHEN h % 25 > 0 THEN md5(CAST(who AS VARCHAR)) END
        AS customer_id, moment AS ordered_at, CAST(moment AS DATE) AS ordered_on,
        CAST(year(moment) * 12 + month(moment) - 1 AS INTEGER) AS month_no,
        CAST(i AS BIGINT) AS order_key,
        CASE WHEN h % 33 = 1 THEN 'return' ELSE 'sale' END AS kind, 'completed' AS status,
        CAST(CASE WHEN h % 33 = 1 THEN -1 ELSE 1 END * ((h % 20011) + 99) AS DECIMAL(18, 4)) / 100
            AS amount, CAST((h % 7) AS DECIMAL(18, 4)) / 10 AS discount,
        ['web', 'app', 'store', 'phone'][1 + h % 4] AS channel
    FROM (SELECT i, h,
            CAST(floor({customers} * pow((h % 1000003) / 1000003.0, 2)) AS BIGINT) AS who,
            TIMESTAMP '2021-01-01' + to_seconds(CAST(floor(i * 94608000.0 / {rows}) AS BIGINT))
                AS moment
        FROM (SELECT i, CAST(hash(i * 7919 + 13) % 1000000007 AS BIGINT) AS h
            FROM range({rows}) AS drawn(i)))
    ORDER BY month_no, customer_id, ordered_at, order_key
"""


def main() -> None:
    """Measure and print, or do the one thing that is measured."""
    does = {"draw": draw, "start": start, "scan": scan, "load": load, "features": make_features,
            "pandas": in_pandas, "all marts": make_all}  # fmt: skip
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ORDERS)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--do", choices=does, help=argparse.SUPPRESS)
    parser.add_argument("given", nargs="*", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.do:
        does[asked.do](*asked.given)
        return
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    measure(asked.rows, asked.repeat)


def measure(rows: int, repeat: int) -> None:
    """Draw a load and measure each way over it, in turn."""
    names = ("start", "scan", "load", "features", "pandas", "all marts")
    with tempfile.TemporaryDirectory() as folder:
        run("draw", folder, str(rows))
        turns = [{name: run(name, folder) for name in names} for _ in range(repeat)]
    costs = {name: statistics.median(turn[name][0] for turn in turns) for name in names}
    peaks = {name: max(turn[name][1] for turn in turns) for name in names}
    beyond = {name: costs[name] - costs["start"] for name in names[1:]}
    table = [
        [name, f"{cpu:.2f}", *(f"{cpu / beyond[of]:.1f}" for of in ("scan", "load", "pandas")),
         f"{peaks[name]:,}"]
        for name, cpu in beyond.items()
    ]  # fmt: skip
    head = ["what", "CPU s beyond start", "times scan", "times load", "times pandas", "peak MB"]
    print_table(f"Marts of {rows:,} orders, median of {repeat}", head, table)
    print_table("Each mart", ["mart", "CPU s", "rows"],
                [line.split() for line in turns[-1]["all marts"][2].splitlines()])  # fmt: skip


def run(what: str, folder: str, *given: str) -> tuple[float, int, str]:
    """Do one thing in a process of its own: processor seconds, peak in MB, and what it printed."""
    command = [sys.executable, __file__, "--do", what, folder, *given]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, env=environment({}), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{what} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    *lines, peak = done.stdout.splitlines()
    return cpu, int(peak), "\n".join(lines)


def _print_peak() -> None:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def draw(folder: str, rows: str) -> None:
    """Draw canonical customers, orders and snapshot as Parquet files."""
    import duckdb

    n, into = int(rows), Path(folder)
    sizes = {"rows": n, "customers": int(n / PER_CUSTOMER)}
    queries = {
        "customers": CUSTOMERS.format(**sizes),
        "orders": DRAW.format(**sizes),
        "snapshot": "SELECT DATE '2021-01-01' AS data_from, DATE '2023-12-31' AS data_until",
    }
    for name, query in queries.items():
        duckdb.execute(f"COPY ({query}) TO '{into / name}.raw' (FORMAT parquet)")
        _conform(into, name)
    _print_peak()


def _conform(into: Path, name: str) -> None:
    """Give a table every column of its schema, as ingestion does."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from rapport.schema import SCHEMAS
    from rapport.tables import arrow_schema

    drawn = pq.read_table(into / f"{name}.raw")
    schema = arrow_schema(SCHEMAS[name])
    columns = [
        drawn[field.name].cast(field.type) if field.name in drawn.column_names
        else pa.nulls(len(drawn), field.type)
        for field in schema
    ]  # fmt: skip
    pq.write_table(pa.table(columns, schema=schema), into / f"{name}.parquet")


def start(_folder: str) -> None:
    """Import what the marts are made with, and make nothing."""
    import duckdb  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    import rapport.marts.build  # noqa: F401

    _print_peak()


def scan(folder: str) -> None:
    """Read every column that the marts read, and no more than that."""
    from rapport.tables.engine import select

    parts = [f"max({name})" for name in SCANNED if name not in ("amount", "discount")]
    parts += ["sum(amount)", "sum(discount)"]
    named = ", ".join(f"{part} as c{place}" for place, part in enumerate(parts))
    select(f"select {named} from orders", {"orders": Path(folder) / "orders.parquet"})
    _print_peak()


def load(folder: str) -> None:
    """Read the same columns and have their rows in memory."""
    from rapport.tables.engine import select

    names = ", ".join(SCANNED)
    select(f"select {names} from orders", {"orders": Path(folder) / "orders.parquet"})
    _print_peak()


def make_features(folder: str) -> None:
    """Make every mart of the feature set."""
    make_marts(Path(folder), FEATURES)


def make_all(folder: str) -> None:
    """Make every mart of orders."""
    make_marts(Path(folder), (*FEATURES, *OTHERS))


def make_marts(into: Path, names: tuple[str, ...]) -> None:
    """Make marts one after another, and say what each cost."""
    from rapport.marts.build import build_mart
    from rapport.params import ChapterParams

    settings = {**ChapterParams().model_dump(mode="json"), "period": PERIOD, "profiling": "given"}
    paths = {name: into / f"{name}.parquet" for name in ("orders", "customers", "snapshot")}
    for name in ("settings", "periods", *names):
        began = time.process_time()
        made = build_mart(name, paths, settings=settings, into=into / "marts")
        paths[name] = made.path
        if name in names:
            print(name, f"{time.process_time() - began:.2f}", made.n_rows)
    _print_peak()


def in_pandas(folder: str) -> None:
    """Make the feature set in pandas."""
    from marts_in_pandas import make_features as make

    make(Path(folder))
    _print_peak()


if __name__ == "__main__":
    main()
