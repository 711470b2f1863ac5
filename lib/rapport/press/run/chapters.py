"""One chapter executed by papermill, and everything that is kept of it."""

import json
import logging
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import papermill
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError

from rapport.errors import ChapterError
from rapport.press.canonical import (
    INJECTED,
    Notebook,
    canonical_bytes,
    canonicalise,
    find_accidents,
    is_stderr,
    join_text,
    tags_of,
)
from rapport.press.run.kernels.settings import ACCOUNT_VARIABLE
from rapport.press.run.kernels.specs import COLD
from rapport.press.run.tasks import Failure, Table
from rapport.press.run.worker import Job, Outcome, describe_error, log_to, store_table

MIME = "application/vnd.rapport.v1+json"
PARTIAL = "partial.ipynb"
SECONDS_BETWEEN_SAVES = 10.0
# A kernel's start waits for the disk and its neighbours: papermill's 60 s failed on a full machine.
SECONDS_TO_START = 180
ARROW = re.compile(r"^-+> \d+ ")
ANSI = re.compile(r"\x1b\[[0-9;]*m")


class Watch:
    """Follows an execution from papermill's hooks: says where it is and saves it now and then.

    Papermill's own saving rewrites the file twice a cell, which made a notebook of 38 MB sixteen
    times slower.
    """

    def __init__(
        self,
        folder: Path,
        on_cell: Callable[[int, int], None],
        *,
        every: float = SECONDS_BETWEEN_SAVES,
    ) -> None:
        self._path = folder / PARTIAL
        self._on_cell = on_cell
        self._every = every
        self._saved_at = time.monotonic()
        self.notebook: Notebook | None = None

    def start(self, notebook: Notebook) -> None:
        """Take the notebook that is about to be executed, and changes from now on."""
        self.notebook = notebook

    def cell_done(self, cell_index: int, **_: Any) -> None:
        """Say that a cell is done, and save if the last time is long ago."""
        assert self.notebook is not None
        self._on_cell(cell_index + 1, len(self.notebook["cells"]))
        if time.monotonic() - self._saved_at >= self._every:
            self.save()

    def save(self) -> None:
        """Write the notebook as far as it is, aside and then in place."""
        aside = self._path.with_suffix(".aside")
        text = json.dumps(self.notebook, ensure_ascii=False, indent=1)
        aside.write_text(text + "\n", encoding="utf-8", newline="\n")
        aside.replace(self._path)
        self._saved_at = time.monotonic()


def execute_chapter(job: Job, on_cell: Callable[[int, int], None]) -> Outcome:
    """Execute the chapter in a fresh kernel and store what it shows and writes.

    Every path given to papermill is relative to the private folder: a path of its own it would
    take for a pattern with parameters in braces, and record.
    """
    here = job.folder / "here"
    here.mkdir()
    (job.folder / "chapter.ipynb").write_text(job.text, encoding="utf-8", newline="\n")
    handler = log_to(job.folder / "press.log")
    before = Path.cwd()
    os.chdir(job.folder)
    os.environ[ACCOUNT_VARIABLE] = str(job.folder)
    watch = Watch(job.folder, on_cell)
    try:
        outcome = _execute(job, watch)
    except Exception as error:  # the log says why a kernel did not start
        outcome = Outcome(error=describe_error(error))
    finally:
        os.chdir(before)
        logging.getLogger().removeHandler(handler)
        handler.close()
    log = _gather_log(job.folder, watch.notebook)
    return replace(outcome, log=log, peak_bytes=_account(job.folder).get("peak_bytes"))


def _execute(job: Job, watch: Watch) -> Outcome:
    try:
        notebook = papermill.execute_notebook(
            "chapter.ipynb",
            PARTIAL,
            parameters=dict(job.task.parameters),  # type: ignore[union-attr]
            kernel_name=COLD,
            language="python",
            progress_bar=False,
            request_save_on_cell_execute=False,
            start_timeout=SECONDS_TO_START,
            cwd="here",
            on_notebook_start=watch.start,
            on_cell_executed=watch.cell_done,
        )
    except PapermillExecutionError as error:
        return Outcome(error=_describe_failure(error, watch.notebook))
    except DeadKernelError:
        watch.save()
        return Outcome(error=_describe_death(job.folder, watch.notebook))
    return _keep(job, notebook)


def _keep(job: Job, notebook: Notebook) -> Outcome:
    canonical = canonicalise(notebook)
    content = canonical_bytes(canonical)
    bundles = list(find_bundles(canonical))
    tables = _store_written(job, [b for b in bundles if b["type"] == "written"])
    digest = job.store.add_bytes(content)
    values = [value for b in bundles if b["type"] == "values" for value in b["values"]]
    return Outcome(
        tables=tables,
        notebook={"digest": digest, "size": len(content)},
        values=tuple(values),
        warnings=tuple(find_accidents(notebook)),
    )


def find_bundles(notebook: Notebook) -> Iterator[dict[str, Any]]:
    """Give every bundle of a notebook, in order."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if MIME in output.get("data", {}):
                yield output["data"][MIME]


def _store_written(job: Job, bundles: list[dict[str, Any]]) -> dict[str, Table]:
    tables = {}
    for bundle in bundles:
        name = bundle["table"]
        path = job.folder / "writes" / f"{name}.parquet"
        # What lies behind a figure or table is published under the chapter's own name.
        is_shown = bundle.get("shown") is True and name.startswith(f"{job.task.chapter}.")  # type: ignore[union-attr]
        if not (is_shown or name in job.task.writes) or not path.is_file():
            raise ChapterError(
                f"{job.task.id}: says it wrote {name}, which no `chapter.write` in its source "
                f"names or no file holds. Write tables by chapter.write."
            )
        tables[name] = store_table(job.store, {**bundle, "path": str(path)})
    return tables


def _describe_failure(error: PapermillExecutionError, notebook: Notebook | None) -> Failure:
    return Failure(
        class_name=error.ename,
        message=error.evalue,
        cell=_source_cell(error.cell_index, notebook),
        traceback=shorten_traceback("\n".join(error.traceback)),
    )


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


def _describe_death(folder: Path, notebook: Notebook | None) -> Failure:
    status = _account(folder).get("exit_status")
    how = "ended" if status is None else f"ended with status {status}"
    if status is not None and status < 0:
        how = f"was killed by signal {-status}"
    advice = (
        "Most often there was not enough memory: look at the system's log, or run fewer jobs at "
        "once (--jobs 1)."
    )
    return Failure("DeadKernelError", f"the kernel {how}. {advice}", cell=_last_cell(notebook))


def _last_cell(notebook: Notebook | None) -> int | None:
    if notebook is None:
        return None
    states = [cell["metadata"].get("papermill", {}).get("status") for cell in notebook["cells"]]
    began = [at for at, state in enumerate(states) if state in ("running", "completed", "failed")]
    return _source_cell(began[-1], notebook) if began else None


def _source_cell(index: int, notebook: Notebook | None) -> int:
    """Give a cell's number in the analyst's notebook, which has no injected cell before it."""
    before = [] if notebook is None else notebook["cells"][:index]
    return index + 1 - sum(INJECTED in tags_of(cell) for cell in before)


def _account(folder: Path) -> dict[str, Any]:
    path = folder / "kernel.json"
    return dict(json.loads(path.read_bytes())) if path.is_file() else {}


def _gather_log(folder: Path, notebook: Notebook | None) -> str:
    outputs = [
        (at, output)
        for at, cell in enumerate((notebook or {"cells": []})["cells"], start=1)
        for output in cell.get("outputs", [])
    ]
    said = [f"cell {at}:\n{join_text(out['text'])}" for at, out in outputs if is_stderr(out)]
    files = [folder / "kernel.log", folder / "press.log"]
    texts = [f.read_text(encoding="utf-8", errors="replace") for f in files if f.is_file()]
    return "\n".join(text.strip() for text in [*said, *texts] if text.strip())
