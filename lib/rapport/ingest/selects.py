"""A source that is one SELECT over other sources of the unit, checked as expressions are.

What runs is not the text of the unit's file but the syntax tree that was checked, written out
again; its tables stand in a schema that holds the declared sources and nothing else. What would
make rows depend on chance or on the order of work is refused: LIMIT, windows, samples, clocks.
"""

# ruff: noqa: S608 - SQL is built of quoted names and of a checked tree
from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rapport.ingest.faults import Fault
from rapport.ingest.readers.aside import FILE, ROW, RULE
from rapport.ingest.readers.heads import check_columns
from rapport.params import Source, UnitParams
from rapport.tables.engine import Engine, EngineError, identifier
from rapport.tables.expressions import CLASSES, CLOCK, FUNCTIONS

SCHEMA = "declared"
SUMS = frozenset(["sum", "min", "max", "count", "count_star", "bool_and", "bool_or"])
NODES = frozenset(["SELECT_NODE", "SET_OPERATION_NODE"])
TABLES = frozenset(["BASE_TABLE", "JOIN", "SUBQUERY", "EMPTY"])
JOINS = frozenset(["INNER", "LEFT", "RIGHT", "OUTER", "SEMI", "ANTI"])
PARTS = CLASSES | {"STAR", "SUBQUERY"}
FLOATS = frozenset(["FLOAT", "DOUBLE"])
# Files of a source that is read are numbered apart from those of another.
FILES_APART = 10_000


@dataclass(frozen=True)
class Query:
    """The SQL of a checked SELECT, the sources that it reads, and why it cannot be taken, if so."""

    sql: str
    reads: tuple[str, ...] = ()
    adds_up: bool = False
    refusal: str = ""


def check_queries(engine: Engine, unit: UnitParams) -> list[str]:
    """Say which SELECTs of a unit's sources cannot be taken, and why."""
    known = _tables_of(unit)
    return [
        f"sources.{name}: the SELECT {refusal}. Use one plain SELECT over the unit's sources"
        for name, source in unit.sources.items()
        if source.format == "select"
        and (refusal := check_query(engine, str(source.query), known).refusal)
    ]


def _tables_of(unit: UnitParams) -> list[str]:
    return [name for name, source in unit.sources.items() if source.format != "select"]


def check_query(engine: Engine, sql: str, sources: Collection[str]) -> Query:
    """Parse a SELECT over these sources and write it out again, or say why it is refused."""
    tree = engine.parse(sql)
    if tree["error"] or len(tree["statements"]) != 1:
        return Query("", refusal="is not one SELECT")
    parts = list(_walk(tree["statements"]))
    ctes = {key.lower() for part in parts for key in _keys(part)}
    known = {source.lower(): source for source in sources}
    refusals = ["names a part like a source"] if ctes & set(known) else []
    refusals += [reason for part in parts if (reason := _refuse(part, known, ctes))]
    if refusals:
        return Query("", refusal=refusals[0])
    tables = [p for p in parts if p.get("type") == "BASE_TABLE" and _name(p) not in ctes]
    if not tables:
        return Query("", refusal="reads no source")
    reads = tuple(sorted({known[_name(table)] for table in tables}))
    for table in tables:
        source = known[_name(table)]
        table["alias"] = table["alias"] or table["table_name"]
        table |= {"schema_name": SCHEMA, "table_name": source}
        table["qualified_name"] = {"path": [SCHEMA, source]}
    adds_up = any(_calls(part) == "sum" for part in parts)
    return Query(engine.unparse(tree), reads, adds_up)


def _keys(part: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(part.get("cte_map"), dict):
        yield from (entry["key"] for entry in part["cte_map"]["map"])


def _name(table: Mapping[str, Any]) -> str:
    return str(table["table_name"]).lower()


def _calls(part: Mapping[str, Any]) -> str:
    return str(part.get("function_name", "")).lower()


def _walk(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        for value in part.values():
            yield from _walk(value)
    elif isinstance(part, list):
        for value in part:
            yield from _walk(value)


def _refuse(part: Mapping[str, Any], known: Mapping[str, str], ctes: Collection[str]) -> str:
    if "class" in part:
        return _refuse_expression(part)
    kind = str(part.get("type", ""))
    if kind.endswith("_NODE"):
        return "" if kind in NODES and not part.get("qualify") else "is no plain SELECT"
    if kind.endswith("_MODIFIER"):
        plain = kind in {"ORDER_MODIFIER", "DISTINCT_MODIFIER"}
        return "" if plain and not part.get("distinct_on_targets") else "picks rows (LIMIT or ON)"
    if "sample" in part and "alias" in part:
        return _refuse_table(part, known, ctes)
    return ""


def _refuse_expression(part: Mapping[str, Any]) -> str:
    kind = part["class"]
    if kind not in PARTS or part.get("columns") is True:
        return f"holds a {kind.lower().replace('_', ' ')}"
    if kind == "FUNCTION" and _calls(part) not in FUNCTIONS | SUMS:
        return f"calls {part['function_name'][:40]}, which is not among the functions allowed"
    if kind == "COLUMN_REF" and part["column_names"][-1].lower() in CLOCK:
        return "reads the clock"
    return ""


def _refuse_table(part: Mapping[str, Any], known: Mapping[str, str], ctes: Collection[str]) -> str:
    if part["type"] not in TABLES or part["sample"] is not None:
        return f"reads a {part['type'].lower().replace('_', ' ')}"
    if part["type"] == "JOIN":
        plain = part["join_type"] in JOINS and part["ref_type"] in {"REGULAR", "CROSS"}
        return "" if plain else "joins by place, by name or by nearness"
    if part["type"] != "BASE_TABLE":
        return ""
    if part["schema_name"] or part["catalog_name"] or part["at_clause"]:
        return "names a schema"
    if _name(part) in known or _name(part) in ctes:
        return ""
    near = difflib.get_close_matches(_name(part), known, n=1)
    hint = f"; did you mean {known[near[0]]}" if near else ""
    return f"reads {part['table_name'][:40]}, which is no source with files{hint}"


def make_select(
    engine: Engine, name: str, source: Source, relations: Mapping[str, str]
) -> tuple[str, list[Fault]]:
    """Make the rows of a SELECT, and give SQL for them with the rows that its sources put aside.

    Parameters
    ----------
    name : of the source that is a SELECT
    relations : the relation of every other source, by its name
    """
    query = check_query(engine, str(source.query), relations)
    for read in query.reads:
        if not _declare(engine, read, relations[read]):
            found = f"reads the source {read}, which has faults"
            return "", [Fault(name, "", found, "Mend those first.")]
    try:
        described = engine.rows(f"DESCRIBE {query.sql}")
    except EngineError:
        advice = "Mend the names of its columns, or state `types` of the sources that it reads."
        return "", [Fault(name, "", "the SELECT does not fit its sources", advice)]
    names = [row["column_name"] for row in described]
    faults = check_columns(name, "the SELECT", names, most=source.limits.columns)
    if query.adds_up and FLOATS & {row["column_type"] for row in described}:
        found = "the SELECT adds up floating-point numbers, whose sum depends on their order"
        faults.append(Fault(name, "", found, "Cast them to DECIMAL(18, 4) before the sum."))
    return ("", faults) if faults else _number(engine, name, query, names, relations)


def _declare(engine: Engine, source: str, relation: str) -> bool:
    try:
        columns = [row["column_name"] for row in engine.rows(f"DESCRIBE {identifier(relation)}")]
    except EngineError:
        return False
    own = ", ".join(identifier(c) for c in columns if c not in {FILE, ROW, RULE})
    data = f" WHERE {RULE} IS NULL" if RULE in columns else ""
    engine.run(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    engine.run(
        f"CREATE OR REPLACE VIEW {SCHEMA}.{identifier(source)} AS "
        f"SELECT {own} FROM {identifier(relation)}{data}"
    )
    return True


def _number(
    engine: Engine, name: str, query: Query, names: list[str], relations: Mapping[str, str]
) -> tuple[str, list[Fault]]:
    made = identifier(f"rows of {name}")
    # In the order of their cells: no order of work shows, and rows that tie are alike.
    order = ", ".join(f"{identifier(column)} NULLS LAST" for column in names)
    try:
        engine.run(
            f"CREATE TEMP TABLE {made} AS SELECT 1 AS {FILE}, "
            f"row_number() OVER (ORDER BY {order}) AS {ROW}, * FROM ({query.sql})"
        )
    except EngineError:
        advice = "Mend its expressions: one of them fails on some row."
        return "", [Fault(name, "", "the SELECT fails", advice)]
    parts = [f"SELECT * FROM {made}"]
    for number, read in enumerate(query.reads):
        relation = identifier(relations[read])
        if RULE in [row["column_name"] for row in engine.rows(f"DESCRIBE {relation}")]:
            parts.append(
                f"SELECT {FILE} + {1 + number * FILES_APART} AS {FILE}, {ROW}, {RULE} "
                f"FROM {relation} WHERE {RULE} IS NOT NULL"
            )
    return " UNION ALL BY NAME ".join(parts), []
