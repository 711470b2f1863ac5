"""Measure the marts of five million orders: what customers did, by customer, month and channel.

Canonical tables are drawn by DuckDB from a seed: orders of three years sorted by customer and time,
as ingestion leaves them. Then one process makes the marts of the profile, one does the same in
pandas, one makes every mart of orders that the profile rests on, and one merely scans their columns
(a sum or maximum of each). Goals: the whole feature set at most 10 times the scan, under 1.5 GB.
Each is a process of its own; the start of Python and its imports are measured apart and taken off.
`--rows N` draws another load.
"""

# ruff: noqa: PLC0415 - each process loads what is measured in it and no more
import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring import environment, print_table

ORDERS, PER_CUSTOMER = 5_000_000, 12.5
PERIOD = "2023-12"
PROFILE = ("profile_months", "profile_groups", "profile_channels", "profile_discounts")
FEATURES = ("period_measures", "customer_measures", "customer_periods", "repurchase", *PROFILE)
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
    ORDER BY customer_id, ordered_at, order_key
"""


def main() -> None:
    """Measure and print, or do the one thing that is measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ORDERS)
    parser.add_argument("--do", choices=["draw", "start", "scan", "profile", "pandas", "marts"],
                        help=argparse.SUPPRESS)  # fmt: skip
    parser.add_argument("given", nargs="*", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.do:
        does = {"draw": draw, "start": start, "scan": scan, "profile": make_profile,
                "pandas": in_pandas, "marts": make_all}  # fmt: skip
        does[asked.do](*asked.given)
        return
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    measure(asked.rows)


def measure(rows: int) -> None:
    """Draw a load and measure the three ways over it."""
    with tempfile.TemporaryDirectory() as folder:
        run("draw", folder, str(rows))
        empty, _, _ = run("start", folder)
        costs = {name: run(name, folder) for name in ("scan", "profile", "pandas", "marts")}
    scanned = costs["scan"][0] - empty
    table = [
        [name, f"{cpu - empty:.2f}", f"{(cpu - empty) / scanned:.1f}", f"{peak:,}"]
        for name, (cpu, peak, _) in costs.items()
    ]
    head = ["what", "CPU s beyond start", "times the scan", "peak MB"]
    print_table(f"Marts of {rows:,} orders", head, table)
    print_table("Each mart", ["mart", "CPU s", "rows"],
                [line.split() for line in costs["marts"][2].splitlines()])  # fmt: skip


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


def make_profile(folder: str) -> None:
    """Make the profile's own marts."""
    make_marts(Path(folder), PROFILE)


def make_all(folder: str) -> None:
    """Make every mart of the feature set."""
    make_marts(Path(folder), FEATURES)


def make_marts(into: Path, names: tuple[str, ...]) -> None:
    """Make marts one after another, and say what each cost."""
    from rapport.marts.build import build_mart
    from rapport.params import ChapterParams

    settings = {**ChapterParams().model_dump(mode="json"), "period": PERIOD}
    paths = {name: into / f"{name}.parquet" for name in ("orders", "customers", "snapshot")}
    for name in ("settings", "periods", *names):
        began = time.process_time()
        made = build_mart(name, paths, settings=settings, into=into / "marts")
        paths[name] = made.path
        if name in names:
            print(name, f"{time.process_time() - began:.2f}", made.n_rows)
    _print_peak()


def in_pandas(folder: str) -> None:
    """Do in pandas what the profile's own marts do: months, groups, channels, discounts."""
    import pandas as pd

    orders = pd.read_parquet(Path(folder) / "orders.parquet", columns=list(SCANNED))
    customers = pd.read_parquet(
        Path(folder) / "customers.parquet", columns=["customer_id", "region"]
    )
    orders = orders[orders["status"] != "cancelled"].merge(customers, on="customer_id", how="left")
    orders["amount"] = orders["amount"].astype(float)
    sales = orders[orders["kind"] == "sale"]
    orders.groupby("month_no")["amount"].agg(["sum", "size"])
    sales.groupby("month_no")["customer_id"].nunique()
    sales.groupby("customer_id")["month_no"].min().value_counts()
    day = pd.to_datetime(orders["ordered_on"])
    for month in ("2023-12", "2023-11", "2022-12"):
        window = orders[day.dt.strftime("%Y-%m") == month]
        for dimension in ("channel", "region"):
            window.groupby(dimension).agg({"amount": "sum", "customer_id": "nunique"})
    year = sales[pd.to_datetime(sales["ordered_on"]) > "2022-12-31"]
    by_channel = (
        year.groupby(["customer_id", "channel"])["amount"].agg(["size", "sum"]).reset_index()
    )
    by_channel.sort_values(["size", "sum"]).drop_duplicates("customer_id", keep="last")
    discounted = year.assign(is_discounted=year["discount"].astype(float) > 0)
    discounted.groupby("customer_id")["is_discounted"].agg(["size", "sum"]).value_counts()
    _print_peak()


if __name__ == "__main__":
    main()
