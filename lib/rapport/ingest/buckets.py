"""Rows sorted bucket by bucket, where there are too many to be sorted together.

A sort of more rows than the engine has room for needs the more room the more there are, and ends
in an error. So rows are first parted as they come: by the first column that they are sorted by, or
by ranges of it. Each part is then sorted by itself, and the parts stand one behind the other.
"""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from rapport.tables.engine import Engine, quote

# Fewer rows are sorted together in less time than it takes to part them.
SORTED_TOGETHER = 4_000_000
NONE = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True)
class Ordered:
    """A SELECT of rows in an order, for a table."""

    name: str
    rows: str
    """The columns to be sorted, of `relation` as it is `joined`."""
    relation: str
    joined: str
    order: str
    columns: str
    """What is left of it once it is sorted."""
    bucket: str
    """A whole number: rows of a smaller one stand before all others, rows without one behind."""
    made: str = "*"
    """The columns to sort, of `rows` that are all of their bucket."""

    @property
    def whole(self) -> str:
        """Give the SELECT of all rows, sorted together."""
        return self.sort(f"SELECT {self.rows} FROM {self.relation} {self.joined}")

    def sort(self, rows: str) -> str:
        """Give the SELECT of some rows."""
        return (
            f"SELECT {self.columns} FROM (SELECT {self.made} FROM ({rows}) ORDER BY {self.order})"
        )


@contextmanager
def stream_ordered(engine: Engine, ordered: Ordered, n_rows: int) -> Iterator[pa.RecordBatchReader]:
    """Give the rows in their order, about `n_rows` at a time."""
    buckets = _part(engine, ordered) if _are_many(engine, ordered) else []
    if not buckets:
        with engine.stream(ordered.whole, n_rows) as batches:
            yield batches
        return
    with engine.stream(f"{ordered.sort(_read(buckets[0]))} LIMIT 0", n_rows) as none:
        schema = none.schema
    yield pa.RecordBatchReader.from_batches(schema, _chain(engine, ordered, buckets, n_rows))


def _are_many(engine: Engine, ordered: Ordered) -> bool:
    (row,) = engine.rows(f"SELECT count(*) AS n FROM {ordered.relation}")
    return bool(row["n"] >= SORTED_TOGETHER)


def _part(engine: Engine, ordered: Ordered) -> list[Path]:
    """Write the rows into a folder a bucket, and give these in order; none where no row stays."""
    assert engine.room is not None
    folder = engine.room.folder / f"buckets {ordered.name}"
    rows = f"SELECT {ordered.rows}, {ordered.bucket} AS bucket FROM {ordered.relation}"
    engine.run(
        f"COPY ({rows} {ordered.joined}) TO {quote(str(folder.resolve()))} "
        "(FORMAT parquet, CODEC lz4, PARTITION_BY (bucket))"
    )
    return sorted(folder.iterdir(), key=_place_of) if folder.is_dir() else []


def _chain(
    engine: Engine, ordered: Ordered, buckets: Sequence[Path], n_rows: int
) -> Iterator[pa.RecordBatch]:
    for bucket in buckets:
        with engine.stream(ordered.sort(_read(bucket)), n_rows) as batches:
            yield from batches
        shutil.rmtree(bucket)


def _place_of(bucket: Path) -> tuple[bool, int]:
    value = bucket.name.partition("=")[2]
    return (value == NONE, 0 if value == NONE else int(value))


def _read(bucket: Path) -> str:
    files = quote(str(bucket.resolve() / "*.parquet"))
    return f"SELECT * FROM read_parquet({files}, hive_partitioning = false)"
