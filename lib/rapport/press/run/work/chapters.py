"""One chapter executed by papermill, and everything that is kept of it."""

import errno
import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import papermill
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError

from rapport.errors import ChapterError
from rapport.press.canonical import (
    MIME,
    Notebook,
    canonical_bytes,
    canonicalise,
    find_accidents,
    is_stderr,
    join_text,
)
from rapport.press.run.kernels.account import (
    ACCOUNT_VARIABLE,
    LOG,
    describe_kernel,
    name_own,
    read_account,
)
from rapport.press.run.kernels.forks import FORKS_VARIABLE
from rapport.press.run.kernels.specs import COLD, WARM
from rapport.press.run.tasks import Failure, Table
from rapport.press.run.work.engine import NAME as ENGINE
from rapport.press.run.work.failures import describe_death, describe_failure, mark_failure
from rapport.press.run.work.watch import Watch, count_memory_kills
from rapport.press.run.work.worker import Job, Outcome, describe_error, keep_warnings, store_table

# A kernel's start waits for the disk and its neighbours: papermill's 60 s failed on a full machine.
SECONDS_TO_START = 180


def execute_chapter(job: Job, on_cell: Callable[[int, int], None]) -> Outcome:
    """Execute the chapter in a fresh kernel and store what it shows and writes.

    Every path given to papermill is relative to the private folder: a path of its own it would
    take for a pattern with parameters in braces, and record.
    """
    here = job.folder / "here"
    here.mkdir()
    (job.folder / "chapter.ipynb").write_text(job.text, encoding="utf-8", newline="\n")
    allowed = modules_among(job.modules)
    name_own(job.folder, uses=allowed.intersection(job.task.uses), allowed=allowed)  # type: ignore[union-attr]
    handler = keep_warnings()
    before = Path.cwd()
    os.chdir(job.folder)
    os.environ[ACCOUNT_VARIABLE] = str(job.folder)
    watch = Watch(job.folder, on_cell, limits=job.task.limits)  # type: ignore[union-attr]
    try:
        with watch:
            outcome = _execute(job, watch)
    finally:
        os.chdir(before)
        logging.getLogger().removeHandler(handler)
    kernel = describe_kernel(read_account(job.folder))
    peak = kernel.peak_bytes if kernel else None
    log = _gather_log(job.folder, watch.notebook, handler.stream.getvalue())
    return replace(outcome, log=log, kernel=kernel, peak_bytes=peak)


def _execute(job: Job, watch: Watch) -> Outcome:
    kills = count_memory_kills()
    try:
        papermill.execute_notebook(
            "chapter.ipynb",
            # Papermill would write what is written below in another form; on a failure we do.
            None,
            parameters=dict(job.task.parameters),  # type: ignore[union-attr]
            # A worker that was told of a fork server gets its kernels there.
            kernel_name=WARM if FORKS_VARIABLE in os.environ else COLD,
            engine_name=ENGINE,
            language="python",
            progress_bar=False,
            request_save_on_cell_execute=False,
            start_timeout=SECONDS_TO_START,
            cwd="here",
            on_notebook_start=watch.start,
            on_cell_execute=watch.cell_begins,
            on_cell_executed=watch.cell_done,
        )
    except PapermillExecutionError as error:
        watch.save()
        return Outcome(error=describe_failure(error, watch.notebook, _language(job)))
    except Exception as error:  # a kernel's death shows in many ways, and so do bugs of the press
        failure = _find_death(job, watch, error, was_short=count_memory_kills() > kills)
        if watch.notebook is not None:
            mark_failure(watch.notebook, failure)
            watch.save()
        return Outcome(error=failure)
    assert watch.notebook is not None
    return _keep(job, watch.notebook)


def _find_death(job: Job, watch: Watch, error: Exception, *, was_short: bool) -> Failure:
    account = read_account(job.folder)
    has_ended = account.get("exit_status") is not None
    if not (watch.reason or has_ended or isinstance(error, DeadKernelError)):
        return describe_error(error)
    if not watch.reason and _had_no_room(job.folder / LOG):
        return describe_error(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    return describe_death(account | {"short": was_short}, watch, _language(job))


def _had_no_room(log: Path) -> bool:
    """Say whether a kernel told of a full disk before it ended: it starts by writing its files."""
    if not log.is_file():
        return False
    return os.strerror(errno.ENOSPC) in log.read_text(encoding="utf-8", errors="replace")


def _language(job: Job) -> str:
    return str(job.task.context.get("language", "en"))  # type: ignore[union-attr]


def _keep(job: Job, notebook: Notebook) -> Outcome:
    canonical = canonicalise(notebook)
    content = canonical_bytes(canonical)
    bundles = list(find_bundles(canonical))
    tables = _store_written(job, [b for b in bundles if b["type"] == "written"])
    digest = job.store.add_bytes(content)
    values = [value for b in bundles if b["type"] == "values" for value in b["values"]]
    return Outcome(
        tables=tables,
        private=_store_private(job),
        notebook={"digest": digest, "size": len(content)},
        values=tuple(values),
        warnings=tuple(find_accidents(notebook)),
    )


def modules_among(files: Iterable[str]) -> set[str]:
    """Name the modules that files of the package are.

    Examples
    --------
    >>> sorted(modules_among(["analysis/__init__.py", "analysis/rfm.py", "marts/a.sql"]))
    ['rapport.analysis', 'rapport.analysis.rfm']
    """
    paths = [at.removesuffix(".py").removesuffix("/__init__") for at in files if at.endswith(".py")]
    return {".".join(["rapport", *path.split("/")]) for path in paths if path != "__init__"}


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


def _store_private(job: Job) -> dict[str, Table]:
    """Store what the chapter keeps from everybody: nothing of it is said in the notebook."""
    folder = job.folder / "private"
    listed = folder / "tables.json"
    kept = json.loads(listed.read_bytes()) if listed.is_file() else {}
    return {
        name: store_table(job.store, {**table, "path": folder / f"{name}.parquet"}, is_private=True)
        for name, table in kept.items()
    }


def _gather_log(folder: Path, notebook: Notebook | None, warned: str) -> str:
    outputs = [
        (at, output)
        for at, cell in enumerate((notebook or {"cells": []})["cells"], start=1)
        for output in cell.get("outputs", [])
    ]
    said = [f"cell {at}:\n{join_text(out['text'])}" for at, out in outputs if is_stderr(out)]
    file = folder / LOG
    wrote = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    return "\n".join(text.strip() for text in [*said, wrote, warned] if text.strip())
