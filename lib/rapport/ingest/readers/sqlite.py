"""Read a table of an SQLite file, or one SELECT over its tables, as text.

The file is opened read-only and is taken as it lies: changes that wait beside it in a log are a
fault, as nobody could say whether they count. A query may read tables and call a few functions;
SQLite itself asks before each, so a view of the file can do no more. Work and memory are bounded.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from rapport.ingest.odd import list_clean
from rapport.ingest.readers.aside import too_many
from rapport.ingest.readers.cells import Columns
from rapport.ingest.readers.heads import check_columns, name_columns
from rapport.ingest.readers.packing import RefusedFileError
from rapport.ingest.text import TextFile, read_guarded
from rapport.params import Source

MAGIC = b"SQLite format 3\x00"
_FUNCTIONS = """
    abs avg cast coalesce count glob group_concat hex ifnull iif instr length like lower ltrim max
    min nullif printf format replace round rtrim sign substr substring sum total trim typeof upper
"""
FUNCTIONS = frozenset(_FUNCTIONS.split())
ONE_SELECT = re.compile(r"\s*(?:select|with)\b[^;]*;?\s*", re.IGNORECASE)
STEPS_AT_ONCE = 1_000_000
ROWS_AT_ONCE = 10_000
WAITING = ("-wal", "-journal")


def read_sqlite(name: str, source: Source, path: Path) -> TextFile:
    """Read the rows that a source asks of an SQLite file; everything wrong is a fault."""
    return read_guarded(name, source, path, _read)


def _read(name: str, source: Source, path: Path) -> TextFile:
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise RefusedFileError("is no SQLite file", "Deliver it again.")
    for ending in WAITING:
        beside = path.with_name(path.name + ending)
        if beside.is_file() and beside.stat().st_size:
            found = f"has changes that wait in {beside.name}"
            raise RefusedFileError(found, "Close what writes to it, then copy it again.")
    try:
        with contextlib.closing(_connect(path, source)) as connection:
            return _collect(name, source, path, connection)
    except sqlite3.Error as error:
        raise _explain(error, source) from error


def _connect(path: Path, source: Source) -> sqlite3.Connection:
    address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    connection = sqlite3.connect(address, uri=True)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, (source.limits.cell_kb << 10) * 16)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.execute("PRAGMA trusted_schema = OFF")
    # Text that is no UTF-8 shall break its row, not the reading.
    connection.text_factory = bytes
    connection.set_authorizer(_authorize)
    steps = iter(range(source.limits.steps))
    connection.set_progress_handler(lambda: next(steps, None) is None, STEPS_AT_ONCE)
    return connection


def _authorize(action: int, _: str | None, second: str | None, *_where: str | None) -> int:
    if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ):
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in FUNCTIONS:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _explain(error: sqlite3.Error, source: Source) -> RefusedFileError:
    """Say what a person can do; SQLite's own words may hold what stands in the file."""
    code = getattr(error, "sqlite_errorcode", None)
    asked = "`query`" if source.query else "`table`"
    if code == sqlite3.SQLITE_INTERRUPT:
        found = f"needs more than {source.limits.steps:,} million steps for its {asked}"
        return RefusedFileError(found, "Ask for less, or raise `limits` of the source.")
    if code == sqlite3.SQLITE_AUTH:
        found = f"refuses its {asked}: it does more than read tables and call plain functions"
        return RefusedFileError(found, "Write one plain SELECT; compute in `columns`.")
    if code == sqlite3.SQLITE_TOOBIG:
        return RefusedFileError("has a cell beyond all measure", "Raise `limits` of the source.")
    if code == sqlite3.SQLITE_ERROR:
        advice = (
            f"Mend the {asked}: the names of tables and columns, and calls but of plain functions."
        )
        return RefusedFileError(f"cannot answer its {asked}", advice)
    return RefusedFileError("is damaged", "Deliver it again.")


def _collect(name: str, source: Source, path: Path, connection: sqlite3.Connection) -> TextFile:
    found = connection.execute(_statement(connection, source))
    names = name_columns([column[0] for column in found.description])
    faults = check_columns(name, path.name, names, most=source.limits.columns)
    if faults:
        return TextFile(None, faults)
    columns = Columns(source.limits, names)
    missing = frozenset(["", *source.missing])
    for row in _rows(found):
        cells = zip(names, map(_text, row), strict=True)
        columns.add({name: None if text in missing else text for name, text in cells})
    faults = too_many(name, path.name, columns.aside, columns.n_rows)
    if faults:
        return TextFile(None, faults)
    table = columns.read_rows()
    return TextFile(columns.finish(table), [], list_clean(table))


def _statement(connection: sqlite3.Connection, source: Source) -> str:
    if source.query is not None:
        if not ONE_SELECT.fullmatch(source.query):
            raise RefusedFileError("refuses its `query`", "Write one SELECT without a semicolon.")
        return source.query
    table = '"' + str(source.table).replace('"', '""') + '"'
    ordered = f"SELECT * FROM {table} ORDER BY rowid"  # noqa: S608 - a quoted name
    try:
        connection.execute(f"EXPLAIN {ordered}")
    except sqlite3.OperationalError:
        # A view, or a table without rowid, which lies in the order of its key.
        return f"SELECT * FROM {table}"  # noqa: S608
    return ordered


def _rows(found: sqlite3.Cursor) -> Iterator[tuple[object, ...]]:
    while rows := found.fetchmany(ROWS_AT_ONCE):
        yield from rows


def _text(cell: object) -> str | None:
    """Give a cell as text, numbers as SQLite holds them; what is no text breaks its row."""
    if cell is None:
        return None
    if isinstance(cell, bytes):
        try:
            return cell.decode("utf-8").replace("\ufeff", "")
        except UnicodeDecodeError:
            return "\x00"
    return repr(cell)
