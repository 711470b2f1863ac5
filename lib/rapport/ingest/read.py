"""Let the engine see each source as one relation: its columns, `source_file` and `source_row`.

A reader may put rows aside: its table then has a column `source_rule`, the name of the rule under
which a row leaves, empty where the row is data, and so has the relation.

Parquet is read by the engine; text files are read as text first, so that nothing guesses a type
from what the rows happen to hold: `types` of the unit's file says what else a column is. Row 1
is the first row of data.
"""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from rapport.ingest.casts import CLEAN, TEXT, read_as, unreadable_as
from rapport.ingest.faults import ROWS_NAMED, Fault
from rapport.ingest.forms import apply_forms
from rapport.ingest.text import LINE, TextFile, read_text
from rapport.params import Source
from rapport.tables.engine import Engine, EngineError, identifier

FILE = "source_file"
ROW = "source_row"
RULE = "source_rule"

Reader = Callable[[str, Source, Path], TextFile]


class Opened(NamedTuple):
    """The columns of a source's relation with their types, in order, or what is wrong with it.

    A type is the engine's, or `casts.CLEAN` for a text that needs no cleaning.
    """

    columns: Mapping[str, str]
    faults: list[Fault]


def relation_of(source: str) -> str:
    """Name the relation that holds a source."""
    return f"source {source}"


def open_source(engine: Engine, name: str, source: Source, files: tuple[Path, ...]) -> Opened:
    """Make the relation of one source, or say everything that is wrong with its files.

    A column that `types` names and some row of which cannot be read so is a fault too.
    """
    read = [
        _open_file(engine, f"file {name} {position}", name, source, path)
        for position, path in enumerate(files)
    ]
    faults = [fault for file in read for fault in file.faults]
    if faults:
        return Opened({}, faults)
    clean = frozenset.intersection(*(file.clean for file in read))
    try:
        parts = [_part(source, f"file {name} {n}", n + 1) for n in range(len(files))]
        made = text_of(name) if source.types else relation_of(name)
        rows, faults = apply_forms(engine, name, source, " UNION ALL BY NAME ".join(parts))
        if faults:
            return Opened({}, faults)
        engine.run(f"CREATE VIEW {identifier(made)} AS {rows}")
        known = _columns_of(engine, made, clean)
        return _type_columns(engine, name, source, known) if source.types else Opened(known, [])
    except EngineError:
        advice = "Its files must agree in the names and types of their columns."
        return Opened({}, [Fault(name, "", "the files cannot be read as one table", advice)])


def _open_file(engine: Engine, part: str, name: str, source: Source, path: Path) -> TextFile:
    if source.format == "parquet":
        try:
            engine.add(part, path, row_number=ROW)
        except EngineError:
            said = f"{path.name} is no Parquet file"
            return TextFile(None, [Fault(name, "", said, "Deliver it again.")])
        return TextFile(None, [])
    file = _reader_of(source)(name, source, path)
    if file.table is not None:
        engine.add(part, file.table, row_number=ROW)
    return file


def _reader_of(source: Source) -> Reader:
    if source.format != "excel":
        return read_text
    # Whoever has no such file need not have what reads it.
    reader: Reader = import_module("rapport.ingest.excel").read_excel
    return reader


def _part(source: Source, part: str, number: int) -> str:
    fields = [
        f"nullif(trim(substr({LINE}, {first}, {last - first + 1})), '') AS {identifier(field)}"
        for field, (first, last) in (source.fields or {}).items()
    ]
    columns = ", ".join([ROW, *fields]) if fields else "*"
    filled = f" WHERE trim({LINE}) <> ''" if fields else ""
    return f"SELECT {number} AS {FILE}, {columns} FROM {identifier(part)}{filled}"


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
    return Opened(columns, _check_types(engine, name, source, texts))


def _columns_of(engine: Engine, relation: str, clean: frozenset[str]) -> dict[str, str]:
    rows = engine.rows(f"DESCRIBE SELECT * FROM {identifier(relation)}")
    types = {row["column_name"]: row["column_type"] for row in rows}
    return {name: CLEAN if kind == TEXT and name in clean else kind for name, kind in types.items()}


def _check_types(
    engine: Engine, name: str, source: Source, texts: Mapping[str, str]
) -> list[Fault]:
    text = identifier(text_of(name))
    faults = []
    for column, kind in source.types.items():
        rows = f"count(*) AS n, min({ROW}, {ROWS_NAMED}) AS numbers"
        wrong = unreadable_as(kind, identifier(column), texts[column])
        (found,) = engine.rows(f"SELECT {rows} FROM {text} WHERE {wrong}")
        if found["n"]:
            numbers = tuple(str(row) for row in found["numbers"])
            said = f"cannot be read as {kind}"
            advice = "Mend them or mend `types` in the unit's file."
            faults.append(Fault(name, column, said, advice, n_rows=found["n"], rows=numbers))
    return faults
