"""What a run tells of customers who are no longer the persons that the last snapshot knew.

It is told to whoever runs, and stands in no report: a report is made of one snapshot alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rapport.press.run.store import Store
from rapport.press.run.tasks import ChapterTask, Result

LINKS = "identity_links"


def add_moves(results: Mapping[str, Result], store: Store) -> dict[str, Result]:
    """Warn of every unit whose customers were joined or parted since the last complete run."""
    return {name: _warn(result, store) for name, result in results.items()}


def _warn(result: Result, store: Store) -> Result:
    task = result.task
    is_ingestion = isinstance(task, ChapterTask) and task.period is None
    if not is_ingestion or result.status != "executed" or LINKS not in result.tables:
        return result
    digests = store.read_current(task.unit).get(LINKS), result.tables[LINKS].digest
    if digests[0] in (None, digests[1]):
        return result
    paths = [store.object_path(str(digest)) for digest in digests]
    if not all(path.is_file() for path in paths):
        return result
    # The engine takes a while to load, and hardly a run has anything to compare.
    from rapport.ingest.identity.moves import count_moves  # noqa: PLC0415

    joined, before, parted = count_moves(*paths)
    told = [f"{before:,} customers became {joined:,}"] if joined else []
    told += [f"{parted:,} became several"] if parted else []
    if not told:
        return result
    warning = (
        f"of the last snapshot {' and '.join(told)}, because records are joined otherwise. Look at "
        f"pairs in doubt by `rapport data check {task.unit} --review FILE`, and declare in "
        "`overrides` what holds."
    )
    return replace(result, warnings=(*result.warnings, warning))
