"""Small chapters for tests: drawn as cells, written as real notebooks."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rapport.press.run.kernels.settings import Conditions
from rapport.press.run.plan import World
from rapport.press.run.sources import make_chapter_task
from rapport.press.run.store import Store
from rapport.press.run.tasks import ChapterTask

SETUP = """
import json, os
from hashlib import sha256
from pathlib import Path
from IPython.display import display
task = json.loads(Path(os.environ["RAPPORT_TASK"]).read_text(encoding="utf-8"))
def emit(**bundle):
    display({"application/vnd.rapport.v1+json": {"v": 1, **bundle}, "text/plain": ""}, raw=True)
def write(table, text):
    path = Path(task["writes"]) / f"{table}.parquet"
    path.write_text(text, encoding="utf-8", newline="\\n")
    digest = sha256(path.read_bytes()).hexdigest()
    emit(type="written", table=table, digest=digest, n_rows=len(text.split()), kinds={})
def record(id, value):
    emit(type="values", values=[{"id": id, "value": value, "kind": "count", "unit": "rows"}])
"""
WRITER = (
    ("parameters", "rows: int = 3  # 1 to 9"),
    ("setup", SETUP),
    ("", "# Numbers"),
    ("", 'write("numbers", " ".join(str(n) for n in range(rows)))'),
    ("", 'record("writer.rows", rows)'),
)
READER = (
    ("parameters", "factor: int = 2"),
    ("setup", SETUP),
    ("", 'numbers = Path(task["tables"]["numbers"]["path"]).read_text(encoding="utf-8").split()'),
    ("", 'record("reader.sum", factor * sum(int(n) for n in numbers))'),
)


def write_notebook(path: Path, cells: tuple[tuple[str, str], ...]) -> Path:
    """Write a notebook of (tags, source); a source that begins with `# A` is prose."""
    drawn = [_cell(tags, source.strip()) for tags, source in cells]
    content = {"cells": drawn, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    for at, cell in enumerate(drawn):
        cell["id"] = f"c{at}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8", newline="\n")
    return path


def _cell(tags: str, source: str) -> dict:
    metadata = {"tags": tags.split()} if tags else {}
    cell = {"cell_type": "markdown", "metadata": metadata, "source": source}
    if source.startswith("# "):
        return cell
    return cell | {"cell_type": "code", "execution_count": None, "outputs": []}


@pytest.fixture
def chapter(tmp_path: Path) -> Callable[..., ChapterTask]:
    """Write a notebook into the project and make its task, with reads and writes as said."""

    def make(name, cells, *, reads=(), writes=(), optional=(), period="2010-11", **parameters):
        notebook = write_notebook(tmp_path / "notebooks" / f"{name}.ipynb", cells)
        task = make_chapter_task(
            notebook, ("shop", period), parameters=parameters, context={"as_of": "2010-11-30"}
        )
        extra = set(parameters) - set(task.parameters)
        assert not extra, f"the fixture's notebook has no parameter {extra}"
        return replace(task, reads=reads, writes=writes, optional=optional)

    return make


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An empty store under fixed conditions."""
    return World(Store(tmp_path / "store"), Conditions("lock", "3.11", {"TZ": "UTC"}))
