"""Small chapters for tests: drawn as cells, written as real notebooks."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from rapport.press.run.kernels import forkserver, preload
from rapport.press.run.kernels.settings import Conditions
from rapport.press.run.keys.sources import make_chapter_task
from rapport.press.run.plan import World
from rapport.press.run.store import Store
from rapport.press.run.tasks import ChapterTask
from rapport.press.run.work import pool

# Libraries of analysts: no chapter of these tests imports one. What is warm is warm with them.
HEAVY = {
    "PIL",
    "duckdb",
    "lifelines",
    "matplotlib",
    "pandas",
    "pyarrow",
    "scipy",
    "seaborn",
    "sklearn",
}
OF_CHAPTERS = "rapport.chapter"
WITH_ALL = {"test_forks.py", "test_warm.py"}

# What `rapport.chapter` does for a real chapter, in few words: the press knows bundles only.
SETUP = """
import json, os
from hashlib import sha256
from pathlib import Path
from IPython.display import HTML, display
task = json.loads(Path(os.environ["RAPPORT_TASK"]).read_text(encoding="utf-8"))
def emit(**bundle):
    display({"application/vnd.rapport.v1+json": {"v": 1, **bundle}, "text/plain": ""}, raw=True)
def write(table, text):
    path = Path(task["writes"]) / f"{table}.parquet"
    path.write_text(text, encoding="utf-8", newline="\\n")
    digest = sha256(path.read_bytes()).hexdigest()
    emit(type="written", table=table, digest=digest, n_rows=len(text.split()), kinds={})
def read(table):
    return Path(task["tables"][table]["path"]).read_text(encoding="utf-8").split()
def record(id, value):
    emit(type="values", values=[{"id": id, "value": value, "kind": "count", "unit": "rows"}])
"""


@contextmanager
def few_libraries() -> Iterator[None]:
    """Let a fork server import what executes chapters: three of its four seconds are analysts'."""
    few = tuple(name for name in preload.PRELOADED if name.partition(".")[0] not in HEAVY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forkserver, "PRELOADED", few)
        patch.setattr(pool, "OF_A_RUN", tuple(n for n in preload.OF_A_RUN if n != OF_CHAPTERS))
        yield


@pytest.fixture(scope="module", autouse=True)
def _few_libraries(request: pytest.FixtureRequest) -> Iterator[None]:
    with nullcontext() if request.path.name in WITH_ALL else few_libraries():
        yield


@pytest.fixture
def with_few_libraries() -> Iterator[None]:
    """For one test of a file whose other tests are of all libraries."""
    with few_libraries():
        yield


@pytest.fixture(scope="session")
def write_chapter() -> Callable[..., ChapterTask]:
    """Write a notebook below a folder and make its task.

    Cells are sources: the first is the `parameters` cell, `SETUP` follows it, one that begins
    with `# A` is prose.
    """

    def write(folder, name, *cells, reads=(), writes=(), optional=(), **parameters):
        notebook = write_notebook(folder / "notebooks" / f"{name}.ipynb", cells)
        task = make_chapter_task(notebook, ("shop", "2010-11"), parameters={}, context={})
        return replace(task, reads=reads, writes=writes, optional=optional, parameters=parameters)

    return write


@pytest.fixture(scope="session")
def make_world() -> Callable[..., World]:
    """Make a store in a folder that holds these tables of the unit, under fixed conditions."""

    def make(folder: Path, **contents: bytes) -> World:
        conditions = Conditions("lock", "3.11", {"TZ": "UTC"})
        store = Store(folder / "store")
        given = {table: store.add_bytes(content) for table, content in contents.items()}
        return World(store, conditions, {("shop", None): given})

    return make


def write_notebook(path: Path, cells: tuple[str, ...]) -> Path:
    drawn = [_cell(cells[0], "parameters"), _cell(SETUP, "setup")]
    drawn += [_cell(source, "") for source in cells[1:]]
    content = {"cells": drawn, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    for at, cell in enumerate(drawn):
        cell["id"] = f"as-edited-{at}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8", newline="\n")
    return path


def _cell(source: str, tag: str) -> dict:
    metadata = {"tags": [tag]} if tag else {}
    cell = {"cell_type": "markdown", "metadata": metadata, "source": source}
    if source.startswith("# "):
        return cell
    return cell | {"cell_type": "code", "execution_count": None, "outputs": []}
