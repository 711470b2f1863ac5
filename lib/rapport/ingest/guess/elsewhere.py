"""Describe what is no single file: tables of a database or of an SQLite file, and objects.

Of a database some rows of each table are looked at, of objects the first one; what is looked at
lies in a folder that the caller removes. Where a database is and who asks stands in the
environment (`remote.address`): an address given to the command is refused and never repeated.
"""

# ruff: noqa: S608 - SQL is built of quoted names
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rapport.errors import DataError, ParameterError
from rapport.ingest.faults import describe as tell
from rapport.ingest.guess.describe import (
    ROWS_LOOKED_AT,
    Described,
    choose_name,
    describe_file,
    read_described,
)
from rapport.ingest.readers.sqlite import read_sqlite
from rapport.ingest.remote.address import SCHEMES, read_address
from rapport.ingest.remote.databases import Session
from rapport.params import Source
from rapport.params.databases import OBJECTS, Database, Storage

SQLITE = (".db", ".sqlite", ".sqlite3")
# Whoever has more names those that are meant.
MOST_TABLES = 30
NAMED = re.compile(
    r"(?P<scheme>[a-z]+):(?P<name>[a-z][a-z0-9_]{0,30})(/(?P<table>[^?]{1,130}))?"
    r"(\?tls=(?P<tls>verify|require|none))?"
)
LISTS = {
    "postgresql": "SELECT CAST(table_schema AS text) AS place, CAST(table_name AS text) AS name "
    "FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')",
    "mysql": "SELECT '' AS place, CAST(table_name AS CHAR) AS name "
    "FROM information_schema.tables WHERE table_schema = DATABASE()",
}
TABLES = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name"


@dataclass(frozen=True)
class Work:
    """Where samples may lie, what the environment says, and which names are taken."""

    folder: Path
    env: Mapping[str, str]
    taken: set[str]


def describe_source(asked: str, work: Work) -> list[Described]:
    """Describe a file, every table of an SQLite file or a database, or objects of a store.

    Parameters
    ----------
    asked : a path of a file; `s3://bucket/name`, where `*` and `?` may stand in the name;
        `postgresql:NAME` or `mysql:NAME` of a database whose address the environment holds under
        that name, `/TABLE` behind it for one table, `?tls=` as in `databases` of a unit's file

    Raises
    ------
    ParameterError
        It is none of these, or the environment says no address.
    DataError
        It is absent, empty or cannot be read.
    """
    if asked.startswith(OBJECTS):
        return _describe_objects(asked, work)
    scheme = asked.partition(":")[0]
    if scheme in SCHEMES:
        return _describe_database(asked, work)
    if "://" in asked:
        raise ParameterError(
            "--from: nothing is read from an address of this kind. Give a file, s3://bucket/name, "
            "postgresql:NAME or mysql:NAME."
        )
    path = Path(asked)
    if path.suffix.lower() in SQLITE:
        return [*_describe_sqlite(path, work)]
    return describe_file(path, work.taken)


def _describe_sqlite(path: Path, work: Work) -> Iterator[Described]:
    if not path.is_file():
        raise DataError(f"{path.name}: no such file. Name files that are there.")
    listed = read_sqlite(path.name, Source(path=str(path), format="sqlite", query=TABLES), path)
    if not isinstance(listed.table, pa.Table):
        raise DataError("\n".join(tell(fault) for fault in listed.faults))
    tables = [name for name in listed.table["name"].to_pylist() if name and name[:7] != "sqlite_"]
    _check_number(path.name, tables)
    for table in tables:
        name = choose_name(f"{path.stem}_{table}", work.taken)
        found = read_described(name, path, {"format": "sqlite", "table": table})
        yield replace(found, is_one_of_many=True)


def _check_number(where: str, tables: list[str]) -> None:
    if not tables:
        raise DataError(f"{where}: holds no table.")
    if len(tables) > MOST_TABLES:
        raise DataError(
            f"{where}: holds {len(tables)} tables, more than the {MOST_TABLES} that are looked at. "
            "Of a database name those that are meant (postgresql:NAME/TABLE); of a file write "
            "the parameters by hand."
        )


def _describe_objects(asked: str, work: Work) -> list[Described]:
    try:
        Source(path=asked, format="csv")
    except ValueError:
        raise ParameterError(
            "--from: objects are named s3://bucket/name, with * and ? only in the name."
        ) from None
    # Few units have any, and it loads what reads them.
    from rapport.ingest.remote.objects import Objects  # noqa: PLC0415

    store = Objects(Storage())
    first = store.list("--from", asked)[0]
    path = work.folder / first.key.rpartition("/")[2]
    store.fetch("--from", first, path)
    found = describe_file(path, work.taken)
    path.unlink()
    return [replace(file, settings={**file.settings, "path": asked}) for file in found]


def _describe_database(asked: str, work: Work) -> list[Described]:
    match = NAMED.fullmatch(asked)
    if match is None:
        raise ParameterError(
            "--from: no address belongs on a command line. Set RAPPORT_DATABASE_<NAME>_URL to it "
            "and give --from postgresql:NAME or mysql:NAME, /TABLE behind it for one table, "
            "?tls=require or ?tls=none where the server shows no certificate that is known."
        )
    kind, name = SCHEMES[match["scheme"]], match["name"]
    settings = {"kind": kind} | ({"tls": match["tls"]} if match["tls"] else {})
    declared = Database.model_validate(settings)
    with _open(name, declared, work.env) as session:
        tables = [match["table"]] if match["table"] else _list_tables(session, name, kind)
        _check_number(f"database {name}", tables)
        return [_describe_table(session, name, settings, table, work) for table in tables]


def _open(name: str, declared: Database, env: Mapping[str, str]) -> AbstractContextManager[Session]:
    address = read_address(name, declared, env)
    # Either is an extra.
    if declared.kind == "postgresql":
        from rapport.ingest.remote.postgres import open_postgres  # noqa: PLC0415

        return open_postgres(address)
    from rapport.ingest.remote.mysql import open_mysql  # noqa: PLC0415

    return open_mysql(address)


def _list_tables(session: Session, name: str, kind: str) -> list[str]:
    rows = _ask(session, name, LISTS[kind]).to_pylist()
    found = sorted((row["place"], row["name"]) for row in rows)
    # A dot parts a schema from a table, so a name with one cannot be written.
    return [
        table if place in {"", "public"} else f"{place}.{table}"
        for place, table in found if "." not in f"{place}{table}"
    ]  # fmt: skip


def _describe_table(
    session: Session, database: str, declared: Mapping[str, str], table: str, work: Work
) -> Described:
    mark = '"' if declared["kind"] == "postgresql" else "`"
    parts = [part.replace(mark, mark * 2) for part in table.split(".", 1)]
    quoted = ".".join(f"{mark}{part}{mark}" for part in parts)
    sample = _ask(session, database, f"SELECT * FROM {quoted} LIMIT {ROWS_LOOKED_AT}")
    (counted,) = _ask(session, database, f"SELECT count(*) AS n FROM {quoted}").to_pylist()
    name = choose_name(f"{database}_{table}", work.taken)
    path = work.folder / f"{name}.parquet"
    pq.write_table(sample, path)
    found = read_described(name, path, {"format": "parquet"})
    path.unlink()
    settings: dict[str, Any] = {"format": "database", "database": database, "table": table}
    return replace(
        found, settings=settings, n_rows=int(counted["n"]), is_one_of_many=True, database=declared
    )


def _ask(session: Session, database: str, query: str) -> pa.Table:
    source = Source(format="database", database=database, query=query)
    _, batches = session.read("--from", source)
    return pa.concat_tables(batches)
