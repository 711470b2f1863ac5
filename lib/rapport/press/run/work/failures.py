"""Why an execution failed, in words a person can act on, and where in the notebook."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from papermill.exceptions import PapermillExecutionError

from rapport.errors import NO_ROOM, tell_no_room
from rapport.press.canonical import INJECTED, Notebook, join_text, tags_of
from rapport.press.run.kernels.account import LOST_SERVER
from rapport.press.run.tasks import Failure
from rapport.press.run.work.watch import Watch
from rapport.press.run.work.worker import SOMEWHERE

ARROW = re.compile(r"^-+> \d+ ")
ANSI = re.compile(r"\x1b\[[0-9;]*m")
HEADING = re.compile(r"^#+\s+(.+?)\s*#*$", re.MULTILINE)
NO_MEMORY = (
    "Give the machine more memory, run fewer jobs at once (--jobs 1), or raise limits.memory_mb "
    "where that ended it."
)
LIMITED = "Raise the limit in the unit's file under `limits`, or make the chapter lighter."


def describe_failure(
    error: PapermillExecutionError, notebook: Notebook | None, language: str
) -> Failure:
    """Describe a cell that raised."""
    message, lines = error.evalue, tuple(shorten_traceback("\n".join(error.traceback)))
    full = [words for words in map(os.strerror, NO_ROOM) if words in message]
    if error.ename == OSError.__name__ and full:
        # No bug of the chapter's, wherever it was writing.
        message, lines = tell_no_room(full[0], SOMEWHERE), ()
    if error.ename == "MemoryError":
        message = f"{message or 'no memory left for what the cell asked'}. {NO_MEMORY}"
    return Failure(
        class_name=error.ename,
        message=message,
        cell=_source_cell(error.cell_index, notebook),
        title=find_title(notebook, error.cell_index, language),
        traceback=lines,
    )


def describe_death(account: Mapping[str, Any], watch: Watch, language: str) -> Failure:
    """Describe a kernel that ended before its chapter did.

    Parameters
    ----------
    account : the kernel's, as far as it was kept
    watch : what followed the execution, and perhaps ended it
    """
    at = _last_cell(watch.notebook)
    return Failure(
        "DeadKernelError",
        _tell_death(account, watch.reason),
        cell=None if at is None else _source_cell(at, watch.notebook),
        title="" if at is None else find_title(watch.notebook, at, language),
    )


def _tell_death(account: Mapping[str, Any], reason: str) -> str:
    if reason:
        return f"the kernel was ended: {reason}. {LIMITED}"
    status, note = account.get("exit_status"), account.get("note", "")
    how = "ended" if status is None else f"ended with status {status}"
    if status is not None and status < 0:
        how = f"was killed by signal {-status}"
    if account.get("start") == "warm" and note == LOST_SERVER:
        return f"the kernel {how}, because {note}. Run it again, or with --cold."
    why = " (the system was short of memory and killed processes)" if account.get("short") else ""
    peak = account.get("peak_bytes")
    size = f" after it had taken {peak // 2**20} MB" if peak else ""
    return f"the kernel {how}{size}{why}. Most often there was not enough memory. {NO_MEMORY}"


def find_title(notebook: Notebook | None, index: int, language: str) -> str:
    """Give the nearest heading above a cell, in one language where prose comes in twins."""
    cells = [] if notebook is None else notebook["cells"][:index]
    for cell in reversed(cells):
        tags = {"en", "zh"} & set(tags_of(cell))
        headings = HEADING.findall(join_text(cell["source"]))
        if cell["cell_type"] == "markdown" and headings and tags <= {language}:
            return str(headings[-1])
    return ""


def mark_failure(notebook: Notebook, failure: Failure) -> None:
    """Show in a partial notebook, beneath the cell at work, why nothing follows."""
    at = _last_cell(notebook)
    if at is not None and notebook["cells"][at]["cell_type"] == "code":
        error = {
            "output_type": "error", "ename": failure.class_name, "evalue": failure.message,
            "traceback": [f"{failure.class_name}: {failure.message}"],
        }  # fmt: skip
        notebook["cells"][at].setdefault("outputs", []).append(error)


def shorten_traceback(text: str) -> tuple[str, ...]:
    """Give ten lines of IPython's traceback: the last ones, and the cell's own line before them.

    Deep in a library the last lines alone do not say which line of the chapter led there.
    """
    lines = ANSI.sub("", text).splitlines()
    frames = [at for at, line in enumerate(lines) if line.startswith("Cell In[")]
    arrows = [at for at, line in enumerate(lines) if ARROW.match(line)]
    own = next((at for at in arrows if frames and at > frames[0]), len(lines))
    if own >= len(lines) - 10:
        return tuple(lines[-10:])
    return (lines[own], *lines[-9:])


def _last_cell(notebook: Notebook | None) -> int | None:
    """Give the index of the cell that was at work."""
    if notebook is None:
        return None
    # Not by their status: when a kernel dies, papermill calls all cells that follow completed.
    told = [cell["metadata"].get("papermill", {}) for cell in notebook["cells"]]
    began = [at for at, of_cell in enumerate(told) if of_cell.get("start_time")]
    return began[-1] if began else None


def _source_cell(index: int, notebook: Notebook | None) -> int:
    """Give a cell's number in the analyst's notebook, which has no injected cell before it."""
    before = [] if notebook is None else notebook["cells"][:index]
    return index + 1 - sum(INJECTED in tags_of(cell) for cell in before)
