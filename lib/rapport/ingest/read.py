"""Let the engine see each source as one relation: its columns, `source_file` and `source_row`.

A reader may put rows aside: its table then has a column `source_rule`, the name of the rule under
which a row leaves, empty where the row is data, and so has the relation.

Parquet is read by the engine; other files are read as text first, so that nothing guesses a type
from what the rows happen to hold: `types` of the unit's file says what else a column is. Row 1
is the first row of data.
"""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pyarrow as pa

from rapport.ingest.casts import CLEAN, TEXT, read_as, unreadable_as
from rapport.ingest.faults import ROWS_NAMED, Fault
from rapport.ingest.forms import apply_forms
from rapport.ingest.kept import list_columns, read_once
from rapport.ingest.readers.aside import FILE, ROW, RULE, join_files, number_rows
from rapport.ingest.readers.parquet import open_parquet
from rapport.ingest.selects import make_select
from rapport.ingest.text import LINE, TextFile
from rapport.params import Source, UnitParams
from rapport.tables.engine import Engine, EngineError, identifier, quote

__all__ = ["FILE", "ROW", "RULE", "Opened", "open_sources", "relation_of", "text_of"]

Reader = Callable[[str, Source, Path], TextFile]
READERS: Mapping[str, tuple[str, str]] = {
    "csv": ("rapport.ingest.text", "read_text"),
    "fixed": ("rapport.ingest.text", "read_text"),
    "json": ("rapport.ingest.readers.json_lines", "read_json_lines"),
    "sqlite": ("rapport.ingest.readers.sqlite", "read_sqlite"),
    "baskets": ("rapport.ingest.readers.baskets", "read_baskets"),
    "excel": ("rapport.ingest.excel", "read_excel"),
}
# What a function of the project yields, and what a database gave, is kept as Parquet.
PARQUET = frozenset(["parquet", "python", "database"])


class Opened(NamedTuple):
    """The columns of a source's relation with their types, in order, or what is wrong with it.

    A type is the engine's, or `casts.CLEAN` for a text that needs no cleaning.
    """

    columns: Mapping[str, str]
    faults: list[Fault]


def relation_of(source: str) -> str:
    """Name the relation that holds a source."""
    return f"source {source}"


def open_sources(
    engine: Engine,
    unit: UnitParams,
    files: Mapping[str, tuple[Path, ...]],
    known: Mapping[str, int] = MappingProxyType({}),
) -> Iterator[tuple[str, Opened]]:
    """Open the sources that were found, a SELECT after those that it may read.

    `known` says of how many of a source's files, the first ones, no row is needed.
    """
    selects = [name for name in files if unit.sources[name].format == "select"]
    for name, paths in files.items():
        after = known.get(name, 0)
        if name not in selects and (not after or after < len(paths)):
            yield name, open_source(engine, name, unit.sources[name], paths, after=after)
    for name in selects:
        yield name, open_select(engine, name, unit)


def open_source(
    engine: Engine, name: str, source: Source, files: tuple[Path, ...], *, after: int = 0
) -> Opened:
    """Make the relation of one source, or say everything that is wrong with its files.

    A column that `types` names and some row of which cannot be read so is a fault too.
    """
    read = [
        _open_file(engine, f"file {name} {position}", name, source, path)
        for position, path in enumerate(files)
        if position >= after
    ]
    faults = [fault for file in read for fault in file.faults]
    if faults:
        return Opened({}, faults)
    clean = frozenset.intersection(*(file.clean for file in read))
    parts = [_add_files(engine, name, source, part) for part in _list_parts(read, after)]
    return _open_rows(engine, name, source, " UNION ALL BY NAME ".join(parts), clean)


def _list_parts(read: Sequence[TextFile], after: int) -> list[list[tuple[int, TextFile]]]:
    """Put together neighbours that lie in memory and have the same columns, with their places.

    The engine looks at every part of a union for every question that it is asked: a thousand
    daily files would cost more to look at than to read.
    """

    def kind(one: tuple[int, TextFile]) -> object:
        place, file = one
        return set(file.table.column_names) if isinstance(file.table, pa.Table) else place

    return [list(group) for _, group in groupby(enumerate(read, after), key=kind)]


def _add_files(
    engine: Engine, name: str, source: Source, files: Sequence[tuple[int, TextFile]]
) -> str:
    """Let the engine see files of a source as one part, and give SQL for its rows."""
    place, first = files[0]
    part = f"file {name} {place}"
    if isinstance(first.table, pa.Table):
        tables = [(n + 1, number_rows(file.table)) for n, file in files]
        engine.add(part, join_files(tables) if len(tables) > 1 else tables[0][1])
    elif first.table is not None:
        engine.add(part, first.table)
    number = place + 1 if len(files) == 1 else None
    return _part(source, part, number, puts_aside=RULE in list_columns(first))


def open_select(engine: Engine, name: str, unit: UnitParams) -> Opened:
    """Make the relation of a source that is a SELECT over others, which must have been opened."""
    source = unit.sources[name]
    relations = {
        other: relation_of(other) for other, o in unit.sources.items() if o.format != "select"
    }
    rows, faults = make_select(engine, name, source, relations)
    return Opened({}, faults) if faults else _open_rows(engine, name, source, rows, frozenset())


def _open_rows(
    engine: Engine, name: str, source: Source, rows: str, clean: frozenset[str]
) -> Opened:
    try:
        made = text_of(name) if source.types else relation_of(name)
        rows, faults = apply_forms(engine, name, source, rows)
        if faults:
            return Opened({}, faults)
        engine.run(f"CREATE VIEW {identifier(made)} AS {rows}")
        known = _columns_of(engine, made, clean)
        return _type_columns(engine, name, source, known) if source.types else Opened(known, [])
    except EngineError:
        advice = "Its files must agree in the names and types of their columns."
        return Opened({}, [Fault(name, "", "the files cannot be read as one table", advice)])


def _open_file(engine: Engine, part: str, name: str, source: Source, path: Path) -> TextFile:
    if source.format in PARQUET:
        return TextFile(None, open_parquet(engine, part, name, source, path))
    return read_once(engine.room, source, path, lambda: _reader_of(source)(name, source, path))


def _reader_of(source: Source) -> Reader:
    # Whoever has no such file need not load what reads it.
    module, name = READERS[source.format]
    reader: Reader = getattr(import_module(module), name)
    return reader


def _part(source: Source, part: str, number: int | None, *, puts_aside: bool) -> str:
    fields = [f"{_cut(source, field)} AS {identifier(field)}" for field in (source.fields or {})]
    own = [*([] if number else [FILE]), ROW, *([RULE] if puts_aside else [])]
    numbered = [f"{number} AS {FILE}"] if number else []
    columns = ", ".join([*numbered, *own, *fields] if fields else [*numbered, "*"])
    filled = f" WHERE trim({LINE}) <> ''" if fields else ""
    filled += f" OR {RULE} IS NOT NULL" if fields and puts_aside else ""
    return f"SELECT {columns} FROM {identifier(part)}{filled}"


def _cut(source: Source, field: str) -> str:
    first, last = (source.fields or {})[field]
    part = f"substr({LINE}, {first}, {last - first + 1})"
    # What is counted in bytes was cut by the reader, which alone sees them.
    cell = f"trim({identifier(field) if source.positions == 'bytes' else part})"
    words = ", ".join(map(quote, ("", *source.missing)))
    return f"CASE WHEN {cell} NOT IN ({words}) THEN {cell} END"


def text_of(source: str) -> str:
    """Name the relation that holds a source as text, where `types` says what its columns are."""
    return f"text {relation_of(source)}"


def _type_columns(engine: Engine, name: str, source: Source, known: Mapping[str, str]) -> Opened:
    """Make the relation of a source whose texts are `known`, with the types that it states."""
    absent = [column for column in source.types if column not in known]
    if absent:
        advice = "Mend `types` in the unit's file."
        said = "the file has no such column"
        return Opened({}, [Fault(name, column, said, advice) for column in absent])
    texts = {column: CLEAN if known[column] == CLEAN else TEXT for column in source.types}
    typed = [
        f"{read_as(kind, identifier(column), texts[column])} AS {identifier(column)}"
        for column, kind in source.types.items()
    ]
    relation = relation_of(name)
    engine.run(
        f"CREATE VIEW {identifier(relation)} AS "
        f"SELECT * REPLACE ({', '.join(typed)}) FROM {identifier(text_of(name))}"
    )
    clean = frozenset(column for column, kind in known.items() if kind == CLEAN)
    columns = _columns_of(engine, relation, clean)
    data = f" AND {RULE} IS NULL" if RULE in known else ""
    return Opened(columns, _check_types(engine, name, source, texts, data))


def _columns_of(engine: Engine, relation: str, clean: frozenset[str]) -> dict[str, str]:
    rows = engine.rows(f"DESCRIBE SELECT * FROM {identifier(relation)}")
    types = {row["column_name"]: row["column_type"] for row in rows}
    return {name: CLEAN if kind == TEXT and name in clean else kind for name, kind in types.items()}


def _check_types(
    engine: Engine, name: str, source: Source, texts: Mapping[str, str], data: str
) -> list[Fault]:
    text = identifier(text_of(name))
    faults = []
    for column, kind in source.types.items():
        place = f"struct_pack(file := {FILE}, row := {ROW})"
        rows = f"count(*) AS n, min({place}, {ROWS_NAMED}) AS places"
        wrong = unreadable_as(kind, identifier(column), texts[column])
        (found,) = engine.rows(f"SELECT {rows} FROM {text} WHERE {wrong}{data}")
        if found["n"]:
            numbers = tuple(
                f"{at['file']}:{at['row']}" if at["file"] > 1 else str(at["row"])
                for at in found["places"]
            )
            said = f"cannot be read as {kind}"
            advice = "Mend them or mend `types` in the unit's file."
            faults.append(Fault(name, column, said, advice, n_rows=found["n"], rows=numbers))
    return faults
