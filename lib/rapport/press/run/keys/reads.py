"""What a chapter needs and gives, found in its source without running it.

A plan must know before any kernel starts which tables a chapter reads and writes, which
parameters it takes and which modules it imports. So table names are written in quotes
(`chapter.read("customers")`), and one that is not is an error here rather than a table that
silently is no part of the key.
"""

import ast
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from rapport.errors import ChapterError
from rapport.press.canonical import is_code, join_text, tags_of
from rapport.press.run.keys.code import imports_in, words_in_tree

METHODS = ("read", "read_optional", "write")
# Tags that change what an execution does; any other tag is presentation.
KEYED_TAGS = ("parameters", "raises-exception", "skip-execution")
MAGIC = re.compile(r"^(\s*)[%!].*$", re.MULTILINE)


@dataclass(frozen=True)
class ChapterCode:
    """A chapter's source, read once and looked through."""

    text: str
    """The notebook file, as it was when the key was made of it."""
    cells: tuple[str, ...]
    """Its code cells without comments and layout."""
    parameters: Mapping[str, Any]
    """Names and literals of the `parameters` cell."""
    reads: tuple[str, ...]
    optional: tuple[str, ...]
    writes: tuple[str, ...]
    uses: tuple[str, ...]
    """Modules of the package that it imports."""
    unit_fields: tuple[str, ...] | None
    """Fields of `chapter.unit` that it names; None if it hands the unit on as a whole."""
    words: frozenset[str]
    """First parts of its dotted strings: `churn` of "churn.rate.month"."""
    prose: str
    """Digest of the cells that are no code, their tags and places."""
    written: str
    """Digest of the code cells as they are written, comments and all, and of their tags."""


def read_chapter(path: Path) -> ChapterCode:
    """Read a notebook and find what it needs and gives.

    Raises
    ------
    ChapterError
        The file is no notebook, a cell is not Python, or a table's name is not in quotes. Cells
        are counted from 1, prose included.
    """
    found = path.stat()
    return _read_once(path, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


# One notebook is many tasks: units times periods.
@lru_cache(maxsize=64)
def _read_once(path: Path, *_: int) -> ChapterCode:
    """Read a notebook once in a process, as long as nothing has touched it."""
    return _look_through(path.name, path.read_text(encoding="utf-8"))


@lru_cache(maxsize=64)
def _look_through(name: str, text: str) -> ChapterCode:
    try:
        cells = json.loads(text)["cells"]
    except (ValueError, KeyError, TypeError) as error:
        raise ChapterError(f"{name}: is not a notebook. Open and save it in JupyterLab.") from error
    trees = [
        (at, cell, _parse(name, at, join_text(cell["source"])))
        for at, cell in enumerate(cells, start=1)
        if is_code(cell)
    ]
    calls = [call for at, _, tree in trees for call in _find_calls(name, at, tree)]
    found = {
        method: _unique(table for done, table in calls if done == method) for method in METHODS
    }
    whole = ast.Module([node for _, _, tree in trees for node in tree.body], [])
    return ChapterCode(
        text=text,
        cells=tuple(normalise_cell(cell, tree) for _, cell, tree in trees),
        parameters=_find_parameters([t for _, cell, t in trees if "parameters" in tags_of(cell)]),
        reads=found["read"],
        optional=tuple(name for name in found["read_optional"] if name not in found["read"]),
        writes=found["write"],
        uses=tuple(sorted(imports_in(whole, module="", is_package=False))),
        unit_fields=_find_unit_fields(whole),
        words=words_in_tree(whole),
        prose=_digest([_plain(cell) for cell in cells]),
        written=_digest([[tags_of(c), join_text(c["source"])] for c in cells if is_code(c)]),
    )


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _plain(cell: Mapping[str, Any]) -> list[Any]:
    if is_code(dict(cell)):
        return []  # its place counts
    return [tags_of(dict(cell)), join_text(cell["source"])]


def normalise_cell(cell: Mapping[str, Any], tree: ast.Module) -> str:
    """Give a cell's code without comments, blanks and line breaks.

    A semicolon at the end stays in it: IPython shows no result then. So do magics.
    """
    source = join_text(cell["source"])
    ends = ";" if source.rstrip().endswith(";") else ""
    magics = "".join(match.group(0).strip() for match in MAGIC.finditer(source))
    tags = ",".join(tag for tag in tags_of(dict(cell)) if tag in KEYED_TAGS)
    return f"{tags}|{magics}|{ast.dump(tree)}{ends}"


def _parse(name: str, at: int, source: str) -> ast.Module:
    try:
        return ast.parse(MAGIC.sub(r"\1pass", source))
    except SyntaxError as error:
        raise ChapterError(
            f"{name}: cell {at}, line {error.lineno} is not Python: {error.msg}. Correct the cell."
        ) from error


def _find_calls(name: str, at: int, tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and _is_chapter_method(node.func)):
            continue
        assert isinstance(node.func, ast.Attribute)
        table = node.args[0] if node.args else None
        if not (isinstance(table, ast.Constant) and isinstance(table.value, str)):
            raise ChapterError(
                f"{name}: cell {at} calls chapter.{node.func.attr} without a table's name in "
                f"quotes, by which the run is planned. Write the name out."
            )
        yield node.func.attr, table.value


def _is_chapter_method(func: ast.expr) -> bool:
    return isinstance(func, ast.Attribute) and func.attr in METHODS and _is_chapter(func.value)


def _is_chapter(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "chapter"


def _find_parameters(cells: list[ast.Module]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for node in (node for tree in cells for node in tree.body):
        targets = node.targets if isinstance(node, ast.Assign) else []
        target = node.target if isinstance(node, ast.AnnAssign) else next(iter(targets), None)
        if isinstance(target, ast.Name):
            value = node.value  # type: ignore[attr-defined]
            found[target.id] = None if value is None else _literal(value)
    return found


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)


def _find_unit_fields(tree: ast.Module) -> tuple[str, ...] | None:
    nodes = list(ast.walk(tree))
    attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
    units = [node for node in attributes if node.attr == "unit" and _is_chapter(node.value)]
    named = [node for node in attributes if node.value in units]
    taken_from = [node.value for node in attributes]
    handed_on = [
        node
        for node in nodes
        if isinstance(node, ast.Name) and _is_chapter(node) and isinstance(node.ctx, ast.Load)
        if node not in taken_from
    ]
    if len(named) < len(units) or handed_on:
        return None
    return _unique(sorted(node.attr for node in named))


def _unique(names: Iterator[str] | list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
