"""The gate as a task: chapters that are looked through before they are printed, or instead.

Where no report is printed nothing of what prints one is needed: its libraries take longer to import
than the chapters to look through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rapport.cli.beside import take_lists
from rapport.cli.gate import Gate, read_numbers
from rapport.press.chapters import Chapter
from rapport.press.run.store import Store
from rapport.press.run.tasks import ChapterTask, Result, Table
from rapport.privacy.disclosed import tells_few

PERSONAL = "customer_id"


def check_chapters(arguments: Mapping[str, Any], results: Mapping[str, Result]) -> dict[str, Any]:
    """Let chapters of which no report is printed pass the gate that a report would.

    Parameters
    ----------
    arguments : `min_count`, and what the worker adds
    results : ingestion and the chapters, all done

    Raises
    ------
    DisclosureError
        One shows a small count or an identifier.
    """
    store, min_count = Store(Path(arguments["store"])), arguments["min_count"]
    done = list(results.values())
    chapters = [
        take_chapter(result, store, min_count)
        for result in done
        if isinstance(result.task, ChapterTask)
    ]
    gate = make_gate(chapters, done, store, min_count=min_count)
    gate.check_chapters()
    gate({}, [value for chapter in chapters for value in chapter.values])
    return {"keeps": {}}


def make_gate(
    chapters: Sequence[Chapter], results: Sequence[Result], store: Store, *, min_count: int
) -> Gate:
    """Make the gate of a report; it sees canonical tables, and the identifiers if there are any."""
    read = [result for result in results if result.task.period is None]
    private = [table for result in read for table in result.private.values()]
    return Gate(
        chapters,
        min_count=min_count,
        identifiers=store.object_path(private[0].digest) if private else None,
        tables={
            name: store.object_path(table.digest)
            for result in read
            for name, table in result.tables.items()
        },
    )


def take_chapter(result: Result, store: Store, min_count: int) -> Chapter:
    """Take what a report shows and hands on of an executed chapter."""
    task = result.task
    assert isinstance(task, ChapterTask)
    assert result.notebook is not None
    assert result.key is not None
    return Chapter(
        name=task.chapter,
        number=int(task.notebook.name[:2]),
        key=result.key,
        notebook=store.object_path(result.notebook).read_bytes(),
        values=result.values,
        tables={
            name: store.object_path(table.digest)
            for name, table in result.tables.items()
            if task.period is not None and _is_handed_on(name, table, store, min_count)
        },
        lists=take_lists(result, store),
    )


def _is_handed_on(name: str, table: Table, store: Store, min_count: int) -> bool:
    """Say whether a table goes into the report's folder, which is handed on.

    One row a customer stays in the store, and so does what only later chapters read if it counts
    few. What is shown (its name has a point) must pass the gate.
    """
    if PERSONAL in table.kinds:
        return False
    return "." in name or not tells_few(read_numbers(store.object_path(table.digest)), min_count)
