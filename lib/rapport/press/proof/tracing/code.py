"""What a cell's values were made of: calls, tables and parameters, found in the code unrun.

The statements before a cell are followed backwards from the names that it records. It is a slice
of the chapter's own lines: what a function does inside is for its definition to say.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapport.errors import ChapterError

CHAPTER = "chapter"
RECORDS = ("record", "record_all")
READS = ("read", "read_optional")


@dataclass(frozen=True)
class Origin:
    """What the values of a cell were made of, the nearest first."""

    functions: tuple[str, ...]
    """Dotted names in the package, as `rapport.analysis.churn.churn_rate_table`."""
    tables: tuple[str, ...]
    parameters: tuple[str, ...]


def find_origin(cells: Sequence[str], parameters: Sequence[str]) -> Origin:
    """Find what the values that the last of some cells records were made of.

    Parameters
    ----------
    cells : code of a chapter up to the cell that records, in order
    parameters : names of the chapter's parameters

    Raises
    ------
    ChapterError
        A cell is not Python.

    Examples
    --------
    >>> cells = ["from rapport.analysis import churn as c", "t = chapter.read('orders')",
    ...          "x = c.count(t, days)", "chapter.record('churn.n', x)"]
    >>> find_origin(cells, ["days"])
    Origin(functions=('rapport.analysis.churn.count',), tables=('orders',), parameters=('days',))
    """
    trees = [_parse(cell) for cell in cells]
    imports = {name: whole for tree in trees for name, whole in _list_imports(tree)}
    wanted: set[str] = set()
    found: dict[str, dict[str, None]] = {"functions": {}, "tables": {}, "parameters": {}}
    for place, tree in reversed(list(enumerate(trees))):
        is_last = place == len(trees) - 1
        for statement in reversed(tree.body):
            records = is_last and _records(statement)
            if not records and not _assigns(statement) & wanted:
                continue
            names = _loads(statement) - {CHAPTER}
            wanted |= names
            found["functions"] |= dict.fromkeys(_calls(statement, imports))
            found["tables"] |= dict.fromkeys(_reads(statement))
    found["parameters"] = dict.fromkeys(name for name in parameters if name in wanted)
    return Origin(*(tuple(found[name]) for name in ("functions", "tables", "parameters")))


def _parse(cell: str) -> ast.Module:
    try:
        return ast.parse(cell)
    except SyntaxError as error:
        raise ChapterError("notebook: a cell is not Python, so it cannot be traced.") from error


def _list_imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rapport"):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _records(statement: ast.stmt) -> bool:
    calls = (node.func for node in ast.walk(statement) if isinstance(node, ast.Call))
    return any(_is_chapter_method(call, RECORDS) for call in calls)


def _is_chapter_method(func: ast.expr, methods: Sequence[str]) -> bool:
    return (
        isinstance(func, ast.Attribute)
        and func.attr in methods
        and isinstance(func.value, ast.Name)
        and func.value.id == CHAPTER
    )


def _assigns(statement: ast.stmt) -> set[str]:
    names = (node for node in ast.walk(statement) if isinstance(node, ast.Name))
    return {node.id for node in names if isinstance(node.ctx, ast.Store)}


def _loads(statement: ast.stmt) -> set[str]:
    names = (node for node in ast.walk(statement) if isinstance(node, ast.Name))
    return {node.id for node in names if isinstance(node.ctx, ast.Load)}


def _calls(statement: ast.stmt, imports: Mapping[str, str]) -> Iterator[str]:
    for node in ast.walk(statement):
        if not isinstance(node, ast.Call):
            continue
        func: ast.expr = node.func
        rest = ""
        if isinstance(func, ast.Attribute):
            rest, func = f".{func.attr}", func.value
        if isinstance(func, ast.Name) and func.id in imports:
            whole = imports[func.id] + rest
            if not whole.startswith("rapport.chapter"):
                yield whole


def _reads(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and _is_chapter_method(node.func, READS) and node.args:
            table = node.args[0]
            if isinstance(table, ast.Constant):
                yield str(table.value)
