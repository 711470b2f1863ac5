"""The tables of a database, read at one moment into files of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from rapport.ingest.remote.address import Address, read_address
from rapport.ingest.remote.columns import RefusedReadError, Taken, say_columns
from rapport.ingest.remote.mysql import open_mysql
from rapport.ingest.remote.postgres import open_postgres
from rapport.params import Source, UnitParams

MB = 1 << 20


class Session(Protocol):
    """A transaction in which sources are read."""

    def read(self, name: str, source: Source) -> tuple[list[Taken], Iterator[pa.Table]]:
        """Give the columns of a source and its rows, batch by batch."""


def open_database(
    unit: UnitParams, name: str, env: Mapping[str, str]
) -> AbstractContextManager[Session]:
    """Open a database that a unit declares."""
    declared = unit.databases[name]
    address: Address = read_address(name, declared, env)
    return open_postgres(address) if declared.kind == "postgresql" else open_mysql(address)


def read_tables(
    unit: UnitParams, database: str, names: Sequence[str], aside: Path, env: Mapping[str, str]
) -> tuple[dict[str, Path], list[str]]:
    """Read sources of one database in one transaction, each into a Parquet file in `aside`.

    Returns
    -------
    the file of each source, and what there is to say of columns that are not what they were

    Raises
    ------
    DataError
        The database cannot be opened, or something of it cannot be read.
    """
    files: dict[str, Path] = {}
    said: list[str] = []
    with open_database(unit, database, env) as session:
        for number, name in enumerate(names):
            source = unit.sources[name]
            columns, batches = session.read(name, source)
            files[name] = aside / f"{number}.parquet"
            _write(f"source {name}: database {database}", source, batches, files[name])
            said += [f"{name}: {line}" for line in say_columns(columns)]
    return files, said


def _write(where: str, source: Source, batches: Iterator[pa.Table], path: Path) -> None:
    first = next(batches)
    if not first.num_columns:
        raise RefusedReadError(f"{where} has no column that can be read. Write a `query`.")
    n_rows = n_bytes = 0
    with pq.ParquetWriter(path, first.schema, compression="zstd") as writer:
        for batch in batches:
            n_rows, n_bytes = n_rows + batch.num_rows, n_bytes + batch.nbytes
            if n_rows > source.limits.rows or n_bytes > source.limits.unpacked_mb * MB:
                raise RefusedReadError(
                    f"{where} gives more than its limits allow. Ask for less, or raise `limits` "
                    "of the source."
                )
            writer.write_table(batch)
