"""Stage one piece: canonical columns beside the rule under which a row leaves, if any.

A staged relation holds `source_file`, `source_row`, `rule` (empty where the row stays), one
column per field (`amount`; `customers.country` where it rides along for another table),
`unread <column>` for each that may fail and `flag <name>` as truth values, and, where copies
stay, `likeness`: a number that is the same for rows that are copies of each other (and, once in
many millions, for others). Nothing has left yet: what leaves is counted from here.

Rows that the reader itself put aside (`source_rule`: totals, hidden or broken rows) are no data.
They are neither staged nor checked, only kept apart with their rule and what of their money can
be read.
"""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from rapport.ingest.casts import Cast, Clock, cast, recode
from rapport.ingest.cleaning import UNKNOWN
from rapport.ingest.faults import ROWS_NAMED, Fault
from rapport.ingest.mapping import Field, Piece
from rapport.ingest.read import FILE, ROW, RULE, relation_of
from rapport.ingest.rules import COPIES, MISSING, ONE, OVERLAP, TWICE
from rapport.schema import SCHEMAS
from rapport.tables.engine import Engine, EngineError, identifier, quote

# Rows that the tables see once or, where nobody can say which of them holds, not at all.
MERGES = (COPIES, OVERLAP, TWICE, ONE)
# Row numbers of several files in one number: no file has so many rows.
FILE_STEP = 10**12


def name_field(piece: Piece, field: Field) -> str:
    """Name the column that a field has in its piece's staged relation."""
    own = field.table == piece.table
    return field.column.name if own else f"{field.table}.{field.column.name}"


def stage(
    engine: Engine, piece: Piece, known: Mapping[str, str], *, zone: str, n_files: int
) -> tuple[Piece | None, list[Fault]]:
    """Make the staged relation of a piece, and say which of its columns cannot be made.

    `known` are the columns of its source with their types. The piece comes back with the columns
    that could be made, so that the values of the others are checked in the same run; none comes
    back where a rule cannot be applied, because rows that it explains would be told as faults.
    """
    faults = list(_absent(piece, known))
    types, unfit = _describe(engine, piece, known, _sound(piece, faults))
    casts = {
        name_field(piece, field): _cast(piece, field, types[field.sql], zone)
        for field in _sound(piece, faults) if field.sql in types
    }  # fmt: skip
    told = {(fault.table, fault.column) for fault in faults}
    faults += [fault for fault in unfit if (fault.table, fault.column) not in told]
    empty = {name: _is_empty(casts[name]) for name in piece.mapping.missing if name in casts}
    for name in empty:
        if piece.mapping.missing[name] == UNKNOWN:
            casts[name] = Cast(
                f"coalesce({casts[name].value}, {quote(UNKNOWN)})", casts[name].unread
            )
    left = _without(replace(piece, puts_aside=RULE in known), faults, casts)
    if left is None:
        return None, faults
    try:
        if left.puts_aside:
            engine.run(_put_aside(left, casts))
        engine.run(_create(left, casts, empty, list(known)))
        if n_files > 1:
            _mark_overlap(engine, left)
    except EngineError as error:
        failing = list(_failing(engine, left))
        if not failing:
            raise EngineError(f"{piece.table}: {error}") from error
        return None, faults + failing
    return left, faults


def _without(piece: Piece, faults: list[Fault], casts: Mapping[str, Cast]) -> Piece | None:
    broken = {(fault.table, fault.column) for fault in faults}
    if any((piece.table, name) in broken for name in piece.conditions):
        return None
    fields = (
        replace(field, may_fail=casts[name_field(piece, field)].unread is not None)
        for field in _sound(piece, faults)
    )
    return replace(piece, fields=tuple(fields))


def _sound(piece: Piece, faults: list[Fault]) -> tuple[Field, ...]:
    broken = {(fault.table, fault.column) for fault in faults}
    return tuple(f for f in piece.fields if (f.table, f.column.name) not in broken)


def _unfit(piece: Piece, table: str, column: str, reads: tuple[str, ...]) -> Fault:
    found = f"cannot be computed from {', '.join(reads)} as the source holds them"
    advice = "Mend the expression, or state `types` of the source's columns."
    return Fault(table, column, found, advice, piece.source)


def _describe(
    engine: Engine, piece: Piece, known: Mapping[str, str], fields: Sequence[Field]
) -> tuple[dict[str, str], list[Fault]]:
    """Give the type of what each field is made of, and say which expressions have none."""
    types = {field.sql: known[field.reads[0]] for field in fields if _is_known(field, known)}
    asked = [
        (field.table, field.column.name, field.reads, field.sql)
        for field in fields if field.sql not in types
    ]  # fmt: skip
    asked += [
        (piece.table, name, piece.conditions[name], _holds(condition))
        for name, condition in _conditions(piece).items()
    ]
    found = _type_all(engine, piece, [sql for *_, sql in asked])
    unfit = [
        _unfit(piece, table, column, reads)
        for table, column, reads, sql in asked if sql not in found
    ]  # fmt: skip
    return types | found, unfit


def _is_known(field: Field, known: Mapping[str, str]) -> bool:
    return not field.computed and field.reads[0] in known


def _type_all(engine: Engine, piece: Piece, expressions: Sequence[str]) -> dict[str, str]:
    """Give the types of those that the engine can compute over the source of a piece."""
    if not expressions:
        return {}
    source = identifier(relation_of(piece.source))
    made = ", ".join(f"{sql} AS {identifier(f'made {n}')}" for n, sql in enumerate(expressions))
    try:
        rows = engine.rows(f"DESCRIBE SELECT {made} FROM {source}")
        return dict(zip(expressions, (row["column_type"] for row in rows), strict=True))
    except EngineError:
        if len(expressions) == 1:
            return {}
        # All at once is cheaper; one by one says which.
        alone = [_type_all(engine, piece, [sql]) for sql in expressions]
        return {sql: kind for found in alone for sql, kind in found.items()}


def _conditions(piece: Piece) -> dict[str, str]:
    return {**piece.mapping.exclude, **piece.mapping.flag}


def _absent(piece: Piece, known: Mapping[str, str]) -> Iterator[Fault]:
    lower = {column.lower() for column in known}
    read = [(f.table, f.column.name, name) for f in piece.fields for name in f.reads]
    read += [
        (piece.table, rule, name) for rule, names in piece.conditions.items() for name in names
    ]
    for table, column, name in dict.fromkeys(read):
        if name.lower() not in lower:
            near = difflib.get_close_matches(name, known, n=1)
            advice = f"Did you mean {near[0]}?" if near else "Mend the unit's file."
            found = f"the source has no column {name}"
            yield Fault(table, column, found, advice, piece.source)


def _is_empty(made: Cast) -> str:
    unread = f" AND NOT {made.unread}" if made.unread is not None else ""
    return f"({made.value} IS NULL{unread})"


def _cast(piece: Piece, field: Field, found: str, zone: str) -> Cast:
    if field.words is not None:
        return recode(field.sql, field.words, found)
    rule = field.clock or piece.mapping.time
    clock = Clock(rule.format if rule else None, (rule and rule.zone) or zone, zone)
    made = cast(field.column, field.sql, found, clock)
    return Cast(made.value) if _is_safe(field.column.type, found) else made


def _is_safe(kind: str, found: str) -> bool:
    """Say whether no value of the engine's type `found` can fail to be of the column's type."""
    times = {"DATE", "TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP_S",
             "TIMESTAMP WITH TIME ZONE"}  # fmt: skip
    return (kind in {"date", "timestamp"} and found in times) or (kind, found) == (
        "bool",
        "BOOLEAN",
    )


def _create(
    piece: Piece, casts: Mapping[str, Cast], empty: Mapping[str, str], known: list[str]
) -> str:
    columns = [FILE, ROW]
    columns += [f"{made.value} AS {identifier(name)}" for name, made in casts.items()]
    columns += [
        f"{made.unread} AS {identifier(f'unread {name}')}"
        for name, made in casts.items() if made.unread is not None
    ]  # fmt: skip
    columns += [
        f"{_holds(condition)} AS {identifier(f'flag {name}')}"
        for name, condition in piece.mapping.flag.items()
    ]
    columns += [
        f"{test} AS {identifier(f'flag {MISSING}{name}')}"
        for name, test in empty.items() if piece.mapping.missing[name] == UNKNOWN
    ]  # fmt: skip
    columns += [f"{_rule(piece, empty)} AS excluded", _copies(piece, known)]
    source = _data(piece)
    drops = piece.mapping.exact_duplicates == "drop"
    copy = f"CASE WHEN copy_no > 1 THEN {quote(COPIES)} ELSE excluded END"
    rule = copy if drops else "excluded"
    inner = f"SELECT {', '.join(columns)} FROM {source}"
    hidden = "excluded, copy_no" if drops else "excluded"
    rows = f"SELECT * EXCLUDE ({hidden}), {rule} AS rule FROM ({inner})"
    return f"CREATE TEMP TABLE {identifier(piece.relation)} AS {rows}"


def _data(piece: Piece) -> str:
    """Give SQL for the rows of a piece's source that are data."""
    source = identifier(relation_of(piece.source))
    return f"(SELECT * FROM {source} WHERE {RULE} IS NULL)" if piece.puts_aside else source


def _put_aside(piece: Piece, casts: Mapping[str, Cast]) -> str:
    # An expression may fail on a row that is no data; its money is then not known.
    money = f"TRY({casts['amount'].value})" if "amount" in casts else "NULL"
    return (
        f"CREATE TEMP TABLE {identifier(piece.aside)} AS SELECT {FILE}, {ROW}, {RULE} AS rule, "
        f"CAST({money} AS DECIMAL(18, 4)) AS amount "
        f"FROM {identifier(relation_of(piece.source))} WHERE {RULE} IS NOT NULL"
    )


def _holds(condition: str) -> str:
    return f"coalesce(CAST(({condition}\n) AS BOOLEAN), false)"


def _rule(piece: Piece, empty: Mapping[str, str]) -> str:
    tests = {name: _holds(condition) for name, condition in piece.mapping.exclude.items()}
    missing = piece.mapping.missing
    tests |= {f"{MISSING}{name}": test for name, test in empty.items() if missing[name] == "drop"}
    whens = [f"WHEN {test} THEN {quote(name)}" for name, test in tests.items()]
    return f"CASE {' '.join(whens)} END" if whens else "CAST(NULL AS VARCHAR)"


def _copies(piece: Piece, known: list[str]) -> str:
    every = ", ".join(identifier(column) for column in known if column != ROW)
    if piece.mapping.exact_duplicates == "keep":
        return f"hash({every}) AS likeness"
    return f"row_number() OVER (PARTITION BY {every} ORDER BY {ROW}) AS copy_no"


def _mark_overlap(engine: Engine, piece: Piece) -> None:
    # Of an order's lines the first key column is the order: a later file brings it whole.
    keys = [key for key in SCHEMAS[piece.table].key if key != "line"]
    if all(piece.has(key) for key in keys):
        # Few rows overlap as a rule: a window would move all of them to find these.
        staged, parts = identifier(piece.relation), ", ".join(identifier(key) for key in keys)
        same = " AND ".join(f"s.{identifier(key)} = l.{identifier(key)}" for key in keys)
        engine.run(
            f"UPDATE {staged} AS s SET rule = {quote(OVERLAP)} FROM (SELECT {parts}, max({FILE}) "
            f"AS latest FROM {staged} GROUP BY {parts} HAVING min({FILE}) < max({FILE})) AS l "
            f"WHERE {same} AND s.{FILE} < l.latest"
        )


def _failing(engine: Engine, piece: Piece) -> Iterator[Fault]:
    """Find the rows at which an expression fails: the engine's own message would quote them."""
    computed = [(f.table, f.column.name, f.sql, f.reads) for f in piece.fields if f.computed]
    computed += [
        (piece.table, name, _holds(_conditions(piece)[name]), reads)
        for name, reads in piece.conditions.items()
    ]
    source = _data(piece)
    for table, column, sql, reads in computed:
        filled = " AND ".join(f"{identifier(name)} IS NOT NULL" for name in reads) or "true"
        (row,) = engine.rows(
            f"SELECT count(*) AS n, min({number_rows()}, {ROWS_NAMED}) AS numbers "
            f"FROM {source} WHERE TRY({sql}) IS NULL AND {filled}"
        )
        if row["n"]:
            found, advice = "the expression fails", "Mend these rows or the expression."
            rows = label_rows(row["numbers"])
            yield Fault(table, column, found, advice, piece.source, row["n"], rows)


def number_rows() -> str:
    """Give SQL for a number that orders rows by file, then by row."""
    return f"(({FILE} - 1) * CAST({FILE_STEP} AS BIGINT) + {ROW})"


def label_rows(numbers: list[int] | None) -> tuple[str, ...]:
    """Write row numbers as "12", or "2:12" for row 12 of the second file.

    Examples
    --------
    >>> label_rows([12, 1_000_000_000_012])
    ('12', '2:12')
    """
    parts = [divmod(number, FILE_STEP) for number in numbers or ()]
    return tuple(f"{file + 1}:{row}" if file else str(row) for file, row in parts)
