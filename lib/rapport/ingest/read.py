"""Let the engine see each source as one relation: its columns, `source_file` and `source_row`.

Parquet is read by the engine; text files are read as text first, so that nothing guesses a type
from what the rows happen to hold: `types` of the unit's file says what else a column is. Row 1
is the first row of data.
"""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from pathlib import Path

from rapport.ingest.casts import read_as, unreadable_as
from rapport.ingest.faults import ROWS_NAMED, Fault
from rapport.ingest.text import LINE, read_text
from rapport.params import Source
from rapport.tables.engine import Engine, EngineError, identifier

FILE = "source_file"
ROW = "source_row"


def relation_of(source: str) -> str:
    """Name the relation that holds a source."""
    return f"source {source}"


def columns_of(engine: Engine, relation: str) -> dict[str, str]:
    """Give the columns of a relation and their types, in order."""
    rows = engine.rows(f"DESCRIBE SELECT * FROM {identifier(relation)}")
    return {row["column_name"]: row["column_type"] for row in rows}


def open_source(engine: Engine, name: str, source: Source, files: tuple[Path, ...]) -> list[Fault]:
    """Make the relation of one source, or say everything that is wrong with its files.

    A column that `types` names and some row of which cannot be read so is a fault too.
    """
    faults: list[Fault] = []
    for position, path in enumerate(files):
        faults += _open_file(engine, f"file {name} {position}", name, source, path)
    if faults:
        return faults
    try:
        parts = [_part(source, f"file {name} {n}", n + 1) for n in range(len(files))]
        text = identifier(f"text {relation_of(name)}")
        engine.run(f"CREATE VIEW {text} AS {' UNION ALL BY NAME '.join(parts)}")
        return _type_columns(engine, name, source)
    except EngineError:
        advice = "Its files must agree in the names and types of their columns."
        return [Fault(name, "", "the files cannot be read as one table", advice)]


def _open_file(engine: Engine, part: str, name: str, source: Source, path: Path) -> list[Fault]:
    if source.format == "parquet":
        try:
            engine.add(part, path, row_number=ROW)
        except EngineError:
            return [Fault(name, "", f"{path.name} is no Parquet file", "Deliver it again.")]
        return []
    table, faults = read_text(name, source, path)
    if table is not None:
        engine.add(part, table, row_number=ROW)
    return faults


def _part(source: Source, part: str, number: int) -> str:
    fields = [
        f"nullif(trim(substr({LINE}, {first}, {last - first + 1})), '') AS {identifier(field)}"
        for field, (first, last) in (source.fields or {}).items()
    ]
    columns = ", ".join([ROW, *fields]) if fields else "*"
    filled = f" WHERE trim({LINE}) <> ''" if fields else ""
    return f"SELECT {number} AS {FILE}, {columns} FROM {identifier(part)}{filled}"


def _type_columns(engine: Engine, name: str, source: Source) -> list[Fault]:
    text = f"text {relation_of(name)}"
    known = columns_of(engine, text)
    absent = [column for column in source.types if column not in known]
    if absent:
        advice = "Mend `types` in the unit's file."
        return [Fault(name, column, "the file has no such column", advice) for column in absent]
    typed = [
        f"{read_as(kind, identifier(column))} AS {identifier(column)}"
        for column, kind in source.types.items()
    ]
    replaced = f" REPLACE ({', '.join(typed)})" if typed else ""
    relation = identifier(relation_of(name))
    engine.run(f"CREATE VIEW {relation} AS SELECT *{replaced} FROM {identifier(text)}")
    found = [_check_type(engine, name, column, kind) for column, kind in source.types.items()]
    return [fault for faults in found for fault in faults]


def _check_type(engine: Engine, name: str, column: str, kind: str) -> list[Fault]:
    wrong = unreadable_as(kind, identifier(column))
    rows = f"count(*) AS n, min({ROW}, {ROWS_NAMED}) AS numbers"
    text = identifier(f"text {relation_of(name)}")
    (found,) = engine.rows(f"SELECT {rows} FROM {text} WHERE {wrong}")
    if not found["n"]:
        return []
    numbers = tuple(str(row) for row in found["numbers"])
    said, advice = f"cannot be read as {kind}", "Mend them or mend `types` in the unit's file."
    return [Fault(name, column, said, advice, n_rows=found["n"], rows=numbers)]
