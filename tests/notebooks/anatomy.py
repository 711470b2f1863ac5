"""The rules that every chapter's notebook keeps, one function a rule, each a list of faults."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

MAX_LINES = 8
MAX_ANSWER = 6  # code cells that answer one question: compute, show, say
DIGIT = re.compile(r"\d")
# A year in a reference, a chapter number in a heading of the method part: what is cited, not
# what is measured.
METHOD = {"en": "## Method and sources", "zh": "## 方法与来源"}
ORDER = ("parameters", "setup")
LAST = ("check", "publish")


def tags(cell: Any) -> list[str]:
    return list(cell.metadata.get("tags", []))


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def stored_outputs(notebook: Any) -> list[str]:
    return [
        f"cell {n} stores outputs or a count"
        for n, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count is not None)
    ]


def definitions(notebook: Any) -> list[str]:
    banned = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
    return [
        f"line {node.lineno} of a cell defines something: {ast.unparse(node)[:40]}"
        for cell in code_cells(notebook)
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, banned)
    ]


def long_cells(notebook: Any) -> list[str]:
    found = []
    for cell in code_cells(notebook):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        # The parameters and the imports are a list, not a story.
        if len(lines) > MAX_LINES and not set(tags(cell)) & set(ORDER):
            found.append(f"a cell of {len(lines)} lines: {lines[0][:50]}")
    return found


def reused_names(notebook: Any) -> list[str]:
    seen: set[str] = set()
    found = []
    for cell in code_cells(notebook):
        for name in _assigned(ast.parse(cell.source)):
            if name in seen:
                found.append(f"{name} is given a second meaning")
            seen.add(name)
    return found


def _assigned(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def untwinned_prose(notebook: Any) -> list[str]:
    languages = [
        tuple(t for t in tags(cell) if t in ("en", "zh")) for cell in prose_cells(notebook)
    ]
    found = [f"prose cell {n} is tagged {tag}" for n, tag in enumerate(languages) if len(tag) != 1]
    if not found and languages != [("en",), ("zh",)] * (len(languages) // 2):
        found.append("prose does not come in twins, English before Chinese")
    return found


def numbers_in_prose(notebook: Any) -> list[str]:
    found = []
    for cell in prose_cells(notebook):
        heads = tuple(METHOD.values())
        if cell.source.startswith(heads):
            continue
        found += [
            f"a number in prose: {line[:60]}"
            for line in cell.source.splitlines()
            if DIGIT.search(line)
        ]
    return found


def tag_order(notebook: Any) -> list[str]:
    tagged = [tag for cell in code_cells(notebook) for tag in tags(cell) if tag in (*ORDER, *LAST)]
    found = (
        [] if tagged[:2] == list(ORDER) else ["the code begins otherwise than parameters, setup"]
    )
    if sorted(set(tagged)) != sorted({*ORDER, *LAST}):
        found.append("a tag of parameters, setup, check, publish is missing")
    return found


def code_without_question(notebook: Any) -> list[str]:
    """Every part that computes opens with prose that asks, and is short."""
    found = [] if notebook.cells[0].cell_type == "markdown" else ["the notebook opens with code"]
    in_a_row = 0
    for n, cell in enumerate(notebook.cells):
        counts = cell.cell_type == "code" and not set(tags(cell)) & {*ORDER, *LAST}
        in_a_row = in_a_row + 1 if counts else 0
        if in_a_row == MAX_ANSWER + 1:
            found.append(f"cell {n}: {in_a_row} code cells answer one question")
        if counts and "setup" in tags(notebook.cells[n - 1]):
            found.append(f"cell {n}: code follows the setup without a question")
    return found


def untyped_parameters(notebook: Any) -> list[str]:
    found = []
    for cell in code_cells(notebook):
        if "parameters" not in tags(cell):
            continue
        found += [
            f"a parameter without type or unit: {line}"
            for line in cell.source.splitlines()
            if not re.fullmatch(r"\w+: [\w |\[\]]+ = \S.*?  # \S.*", line)
        ]
    return found


def world_outside(notebook: Any) -> list[str]:
    banned = {"os", "sys", "pathlib", "time", "datetime", "random", "subprocess", "requests"}
    found = []
    for cell in code_cells(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found += [f"imports {name}" for name in names if name.split(".")[0] in banned]
            if names and "setup" not in tags(cell):
                found.append(f"imports outside the setup cell: {names[0]}")
    return found


RULES = (
    stored_outputs, definitions, long_cells, reused_names, untwinned_prose, numbers_in_prose,
    tag_order, code_without_question, untyped_parameters, world_outside,
)  # fmt: skip
