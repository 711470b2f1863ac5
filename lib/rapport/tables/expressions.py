"""Check the SQL that a unit's file may hold: one scalar expression over the source's columns.

An expression is parsed, never trusted: it may not query, open a file, name a setting, roll dice
or read the clock, because a mapping must give the same column from the same file for ever. Its
functions are those of the list below.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rapport.tables.engine import Engine

_FUNCTIONS = """
    + - * / // % || ~~ !~~ ~~* !~~* ~ ^ & | << >>
    lower upper trim ltrim rtrim replace regexp_replace regexp_extract regexp_matches
    regexp_full_match substring substr left right length lpad rpad split_part string_split
    string_split_regex str_split concat concat_ws contains starts_with ends_with prefix suffix
    strpos position instr reverse nfc_normalize translate like_escape not_like_escape
    ilike_escape not_ilike_escape printf format strip_accents
    abs sign round floor ceil ceiling trunc greatest least mod divide
    coalesce ifnull nullif if
    strptime try_strptime strftime date_part date_trunc year month day hour minute quarter
    make_date make_timestamp date_diff datediff date_add epoch epoch_ms to_timestamp
    to_seconds to_minutes to_hours to_days to_weeks to_months to_years last_day
    list_value array_extract list_extract list_contains
"""
FUNCTIONS = frozenset(_FUNCTIONS.split())
CLASSES = frozenset(
    ["COLUMN_REF", "CONSTANT", "FUNCTION", "CAST", "CASE", "OPERATOR", "CONJUNCTION", "COMPARISON",
     "BETWEEN", "TYPE"]
)  # fmt: skip
# These read the clock though the parser takes them for columns.
CLOCK = frozenset(["current_date", "current_time", "current_timestamp", "localtime",
                   "localtimestamp", "today", "now"])  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """An expression's text, the columns that it names, and why it cannot be taken, if so."""

    sql: str
    columns: tuple[str, ...] = ()
    refusal: str = ""


def check_expression(engine: Engine, sql: str) -> Checked:
    """Parse an expression and say which columns it reads, or why it is refused.

    The reason names functions and kinds of syntax only.
    """
    tree = engine.parse(f"SELECT {sql}")
    if tree["error"]:
        return Checked(sql, refusal="is no SQL expression")
    node = tree["statements"][0]["node"]
    if len(tree["statements"]) != 1 or node["type"] != "SELECT_NODE" or not _is_bare(node):
        return Checked(sql, refusal="is more than one expression")
    parts = list(_walk(node["select_list"][0]))
    refusals = [reason for part in parts if (reason := _refuse(part))]
    names = [part["column_names"][-1] for part in parts if part["class"] == "COLUMN_REF"]
    return Checked(sql, tuple(dict.fromkeys(names)), refusals[0] if refusals else "")


def _is_bare(node: dict[str, Any]) -> bool:
    clauses = ("where_clause", "having", "sample", "qualify")
    return (
        len(node["select_list"]) == 1
        and node["from_table"]["type"] == "EMPTY"
        and not node["modifiers"]
        and not node.get("group_expressions")
        and not node["cte_map"]["map"]
        and all(node.get(clause) is None for clause in clauses)
    )


def _walk(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if "class" in part:
            yield part
        for value in part.values():
            yield from _walk(value)
    elif isinstance(part, list):
        for value in part:
            yield from _walk(value)


def _refuse(part: dict[str, Any]) -> str:
    kind = part["class"]
    if kind not in CLASSES:
        return f"holds a {kind.lower().replace('_', ' ')}"
    if kind == "FUNCTION" and part["function_name"].lower() not in FUNCTIONS:
        return f"calls {part['function_name'][:40]}, which is not among the functions allowed"
    if kind == "COLUMN_REF" and part["column_names"][-1].lower() in CLOCK:
        return "reads the clock"
    return ""
