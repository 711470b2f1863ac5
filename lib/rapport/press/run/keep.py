"""What is kept of a task: its record, its log, and what is left of a failure."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from rapport.press.canonical import canonical_bytes, weave
from rapport.press.run.keys.sources import digest_text
from rapport.press.run.plan import UNCHANGED, Record, make_result
from rapport.press.run.store import Store
from rapport.press.run.tasks import (
    ChapterTask,
    Planned,
    ReportTask,
    Result,
    TableTask,
    Task,
)
from rapport.press.run.work.watch import PARTIAL
from rapport.press.run.work.worker import Outcome

# Of a task that was never executed; only which of two is longer matters.
USUAL = ((TableTask, 0.3), (ChapterTask, 3.0), (ReportTask, 2.0))


def keep_success(store: Store, planned: Planned, outcome: Outcome, text: str) -> Result:
    """Write the record of a task that succeeded; its objects are in the store already."""
    assert planned.key is not None and planned.parts is not None
    warnings = list(outcome.warnings)
    before = store.read_task(planned.key)
    notebook = outcome.notebook and {**outcome.notebook, "source": digest_text(text)}
    record = {
        "v": 1,
        "task": planned.task.id,
        "tables": {name: asdict(table) for name, table in outcome.tables.items()},
        "private": {name: asdict(table) for name, table in outcome.private.items()},
        "notebook": notebook,
        "values": list(outcome.values),
        "made": dict(outcome.made),
        "warnings": warnings,
        "seconds": outcome.seconds,
        "cpu_seconds": outcome.cpu_seconds,
        "peak_bytes": outcome.peak_bytes,
    }
    if before is not None and _made(before) != _made(record):
        warnings.append("gave another result than before under the same key: not deterministic")
    shutil.rmtree(store.failed_folder(planned.task.id), ignore_errors=True)
    store.write_task(planned.key, record)
    last = {**planned.parts, "seconds": outcome.seconds, "key": planned.key}
    store.write_last(planned.task.id, last)
    result = make_result(planned, "executed", record)
    return replace(result, warnings=tuple(warnings), kernel=outcome.kernel)


def seconds_of_last(store: Store, task: Task) -> float:
    """Give how long a task took when it was executed last, or what its kind usually takes."""
    last = store.read_last(task.id) or {}
    return float(last.get("seconds", next(s for kind, s in USUAL if isinstance(task, kind))))


def reread(store: Store, planned: Planned, record: Record, text: str) -> Result:
    """Give the result of an earlier execution with the same key.

    If prose or comments were edited since, the notebook is woven anew from the outputs.
    """
    assert planned.key is not None and planned.parts is not None
    parts = {**planned.parts, "seconds": record["seconds"]}
    store.note_use(planned.task.id, planned.key, parts)
    result = make_result(planned, "reused", record)
    notebook = record["notebook"]
    if notebook is None or notebook["source"] == digest_text(text):
        return result
    executed = json.loads(store.object_path(notebook["digest"]).read_bytes())
    digest = store.add_bytes(canonical_bytes(weave(executed, json.loads(text))))
    return replace(result, notebook=digest, reason=f"{UNCHANGED} but for prose or comments")


def keep_failure(store: Store, planned: Planned, outcome: Outcome, folder: Path) -> Result:
    """Keep the partial notebook and the error where the analyst finds them."""
    task = planned.task
    error = outcome.error
    assert error is not None
    # The disk may be full of what it wrote, and the error must find room.
    shutil.rmtree(folder / "writes", ignore_errors=True)
    kept = store.failed_folder(task.id)
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    partial = folder / PARTIAL
    if partial.is_file():
        partial.replace(kept / partial.name)
        error = replace(error, partial=kept / partial.name)
    error = replace(error, command=_command(planned))
    described = {**asdict(error), "partial": partial.name if error.partial else None}
    (kept / "error.json").write_text(
        json.dumps(described, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n"
    )
    return Result(
        task, "failed", planned.reason, planned.key, planned.parts, error=error,
        seconds=outcome.seconds, cpu_seconds=outcome.cpu_seconds, peak_bytes=outcome.peak_bytes,
        kernel=outcome.kernel,
    )  # fmt: skip


def keep_log(store: Store, result: Result, log: str) -> Path | None:
    """Write what a notebook and its kernel wrote to standard error, if anything."""
    path = store.log_path(result.task.id)
    if not log:
        path.unlink(missing_ok=True)
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(log + "\n", encoding="utf-8", newline="\n")
    return path


def _command(planned: Planned) -> str:
    task = planned.task
    period = f" --period {task.period}" if task.period else ""
    chapter = f" --chapter {task.chapter}" if isinstance(task, ChapterTask) else ""
    return f"rapport run {task.unit}{period}{chapter}"


def _made(record: Mapping[str, Any]) -> Any:
    digests = {name: table["digest"] for name, table in record["tables"].items()}
    return digests, record["values"], record["notebook"] and record["notebook"]["digest"]
