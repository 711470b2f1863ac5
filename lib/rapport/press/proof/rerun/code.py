"""Whether the code at hand is the code of a record: nothing is run before it is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rapport.errors import ChapterError
from rapport.press.proof.packed import canonical_json, sha256
from rapport.press.run.keys.reads import read_chapter
from rapport.press.run.keys.sources import chapter_name


def list_other_code(predicate: Mapping[str, Any], *, package: Path, notebooks: Path) -> list[str]:
    """Name every file of the package and every notebook that is not as the record has it.

    Parameters
    ----------
    predicate : the record's; its `code` names modules by file, and cells by chapter
    package : where the code lies that would be run
    notebooks : the folder of the chapters that would be run

    Returns
    -------
    names as the record gives them, sorted; empty where all of it is the same
    """
    code = predicate["code"]
    return sorted({*_other_modules(code["modules"], package), *_other_cells(predicate, notebooks)})


def _other_modules(modules: Mapping[str, Any], package: Path) -> Iterator[str]:
    for name, digest in modules.items():
        path = package / name
        is_inside = not Path(name).is_absolute() and ".." not in Path(name).parts
        if not (is_inside and path.is_file() and _digest(path) == digest):
            yield name


def _other_cells(predicate: Mapping[str, Any], notebooks: Path) -> Iterator[str]:
    paths = {chapter_name(path): path for path in notebooks.glob("[0-9][0-9]_*.ipynb")}
    cells = {task.rpartition("/")[2]: digest for task, digest in predicate["code"]["cells"].items()}
    for chapter in predicate["execution"]:
        path = paths.get(chapter)
        if path is None or digest_cells(path) != cells.get(chapter):
            yield f"notebook of {chapter}"


def digest_cells(path: Path) -> str | None:
    """Give the digest of a notebook's code as a record has it; None if it cannot be read."""
    try:
        cells = read_chapter(path).cells
    except ChapterError:
        return None
    return sha256(canonical_json([hashlib.sha256(cell.encode()).hexdigest() for cell in cells]))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
