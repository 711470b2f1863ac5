"""Make the marts of one unit on DuckDB, PostgreSQL and Spark, and print what each took.

    python benchmarks/bench_engines.py [FOLDER PERIOD]

FOLDER holds canonical tables, `<table>.parquet`; without it they are drawn. PostgreSQL takes part
where `RAPPORT_ENGINE_URL` says where it is, Spark where pyspark is installed. Processor time is
that of this process and its children, among them Spark's Java: a server's own is not in it. What
Spark took to start is in both its times.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from drawn_tables import write_drawn
from rapport.marts.build import build_mart
from rapport.marts.catalog import list_buildable
from rapport.marts.elsewhere import build_elsewhere
from rapport.marts.lineage import is_select, list_leaves
from rapport.params import ChapterParams
from rapport.tables.elsewhere.opening import ADDRESS


def cpu_seconds() -> float:
    times = os.times()
    own = times.user + times.system + times.children_user + times.children_system
    return own + sum(living_children()) / os.sysconf("SC_CLK_TCK")


def living_children() -> Iterator[int]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == os.getpid():
                yield int(fields[11]) + int(fields[12])


def main() -> None:
    folder, period = sys.argv[1:] or ("", "2010-11")
    settings = ChapterParams().model_dump(mode="json") | {"period": period, "profiling": "given"}
    given = os.environ.get(ADDRESS, "")
    engines = ["postgresql"] if given.startswith("postgres") else []
    engines += ["spark"] if find_spec("pyspark") else []
    with tempfile.TemporaryDirectory() as into:
        if folder:
            files = sorted(Path(folder).glob("*.parquet"))
            paths = {file.stem: Path(shutil.copy(file, into)) for file in files}
        else:
            paths = write_drawn(Path(into))
        here, start, used = dict(paths), time.monotonic(), cpu_seconds()
        for name in list_buildable(paths):
            made = build_mart(
                name, here, settings=settings, into=Path(into) / "here", shelf=Path(into)
            )
            here[name] = made.path
        whole, cpu = time.monotonic() - start, cpu_seconds() - used
        names = [name for name in list_buildable(paths) if is_select(name)]
        print(f"{'engine':<12}{'marts':>6}{'seconds':>9}{'x':>6}{'CPU s here':>12}{'x':>6}")
        print(f"{'duckdb':<12}{len(names):>6}{whole:>9.1f}{1:>6.1f}{cpu:>12.1f}{1:>6.1f}")
        for engine in engines:
            os.environ[ADDRESS] = given if engine == "postgresql" else "local[2]"
            start, used = time.monotonic(), cpu_seconds()
            for name in names:
                needed, used_too = list_leaves(name)
                leaves = {t: here[t] for t in needed | used_too if t in here}
                there = build_elsewhere(
                    name, leaves, into=Path(into) / engine, engine=engine, shelf=Path(into)
                )
                assert there.path.read_bytes() == here[name].read_bytes(), name
            took, cost = time.monotonic() - start, cpu_seconds() - used
            print(
                f"{engine:<12}{len(names):>6}{took:>9.1f}{took / whole:>6.1f}"
                f"{cost:>12.1f}{cost / cpu:>6.1f}"
            )


if __name__ == "__main__":
    main()
