"""Measure what reading a table of a database into the store takes, by rows, in memory and time.

Each size is read in a process of its own, from a server on loopback whose own time is left out. The
last column is the processor time against that of the smallest size, row for row: it shows whether
reading grows with the table, and the memory whether it does not.

Usage: bench_databases.py [ROWS ...]
"""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from measuring import ROOT, print_table

sys.path.insert(0, str(ROOT / "tests"))
sys.path.insert(0, str(ROOT / "lib"))

from rapport.ingest.remote.databases import read_tables
from rapport.params import UnitParams
from servers import Server, mariadb_server, postgres_server

SIZES = (300_000, 3_000_000)
FILLED = {
    "postgresql": (
        "CREATE TABLE sold AS SELECT g AS id, 'c' || g % 83000 AS customer, "
        "CAST((g % 10000) / 100.0 AS numeric(18, 4)) AS amount, timestamptz '2024-01-01' + "
        "g * interval '10 s' AS sold_at, g % 5 AS quantity, 'product ' || g % 700 AS product "
        "FROM generate_series(1, {rows}) AS g; ALTER TABLE sold ADD PRIMARY KEY (id)"
    ),
    "mysql": (
        "CREATE TABLE sold (id integer PRIMARY KEY, customer varchar(20), amount decimal(18, 4), "
        "sold_at timestamp NULL, quantity integer, product varchar(40)); INSERT INTO sold SELECT "
        "seq, concat('c', seq % 83000), (seq % 10000) / 100, '2024-01-01 00:00:00' + interval "
        "10 * seq second, seq % 5, concat('product ', seq % 700) FROM seq_1_to_{rows}"
    ),
}


def unit_of(kind: str) -> UnitParams:
    """Give a unit whose one source is the table."""
    return UnitParams.model_validate({
        "name": "shop", "title": {"en": "Shop", "zh": "店"}, "currency": "GBP",
        "databases": {"till": {"kind": kind, "tls": "none"}},
        "sources": {"log": {"format": "database", "database": "till", "table": "sold"}},
        "tables": {"orders": {"from": "log", "columns": {"order_id": "id"}}},
    })  # fmt: skip


def read(kind: str) -> None:
    """Read the table, and print processor seconds, peak megabytes and the file's."""
    unit, before = unit_of(kind), resource.getrusage(resource.RUSAGE_SELF)
    with tempfile.TemporaryDirectory() as folder:
        files, _ = read_tables(unit, "till", ["log"], Path(folder), os.environ)
        size = files["log"].stat().st_size / 1e6
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    print(cpu, used.ru_maxrss / 1024, size)


def measure(server: Server, rows: int) -> list[float]:
    """Fill a table of so many rows and read it in a process of its own."""
    database = f"bench{rows}"
    address = server.create(database)
    server.sql(FILLED[server.kind].format(rows=rows), database)
    done = subprocess.run(
        [sys.executable, __file__, "--read", server.kind], check=True, capture_output=True,
        env={**os.environ, "RAPPORT_DATABASE_TILL_URL": address}, encoding="utf-8",
    )  # fmt: skip
    server.sql("DROP TABLE sold", database)
    return [float(word) for word in done.stdout.split()]


def main(sizes: tuple[int, ...]) -> None:
    """Print a row for each server and size."""
    found = []
    for serve in (postgres_server, mariadb_server):
        with serve() as server:
            first = None
            for rows in sizes:
                cpu, memory, size = measure(server, rows)
                first = first or cpu / rows
                found.append((
                    server.kind, f"{rows:,}", f"{cpu:.2f}", f"{memory:,.0f}", f"{size:,.0f}",
                    f"{cpu / rows / first:.2f}",
                ))  # fmt: skip
    title = "Reading a table of a database into the store"
    print_table(title, ("server", "rows", "CPU s", "peak MB", "file MB", "CPU per row"), found)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--read"]:
        read(sys.argv[2])
    else:
        main(tuple(map(int, sys.argv[1:])) or SIZES)
