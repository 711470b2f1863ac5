"""What a worker of a Dask cluster does for a run: fetch, have it executed, leave what was made.

Everything that crosses the scheduler is plain: a mapping with the pickled job in it, which is not
unpickled before the worker has shown that its code is the run's.
"""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rapport.press.run.cluster.depot import Depot, bring, open_depot
from rapport.press.run.cluster.host import REFUSED
from rapport.press.run.cluster.hosting import Host, Hosts, LostHostError, run_on
from rapport.press.run.cluster.passport import find_differences, parse_passport
from rapport.press.run.store import Store
from rapport.press.run.store.store import PRIVATE, PUBLIC
from rapport.press.run.work.crew import Cell
from rapport.press.run.work.watch import PARTIAL
from rapport.press.run.work.worker import Job, Outcome, describe_error

EXTENSION = "rapport"
"""The name by which a worker keeps its hosts."""


def run_errand(errand: Mapping[str, Any]) -> dict[str, Any]:
    """Run one task of a run; called by a thread of a worker.

    Parameters
    ----------
    errand : `run` and `number`, `depot` (address), `passport` (digest), `cold`, and `job` (bytes)

    Returns
    -------
    `worker`, and one of `refused` and `lost` (why), or `outcome` (bytes) with `partial`, the digest
    of what is left of a notebook that failed, or None
    """
    from distributed import get_worker  # noqa: PLC0415 - an extra

    worker = get_worker()
    key = worker.get_current_task()
    hosts = _hosts_of(worker)

    def is_cancelled() -> bool:
        task = worker.state.tasks.get(key)
        return task is None or task.state in ("cancelled", "released", "forgotten")

    def on_cell(cell: Cell) -> None:
        worker.log_event(topic_of(errand["run"]), {"number": errand["number"], "cell": list(cell)})

    here = {"worker": worker.address}
    try:
        return here | _run(errand, hosts, on_cell, is_cancelled)
    except LostHostError as error:
        return here | {"lost": str(error)}
    except Exception as error:  # Dask would write the errand, with its parameters, into a log
        failure = describe_error(error)
        failure = replace(failure, message=f"{failure.message} (worker {worker.address})")
        return here | {"outcome": pickle.dumps(Outcome(error=failure)), "partial": None}


def topic_of(run: str) -> str:
    """Name the events of a run."""
    return f"rapport-{run}"


async def end_run(run: str, dask_worker: Any) -> None:
    """End what a worker keeps for a run."""
    hosts: Hosts | None = dask_worker.extensions.get(EXTENSION)
    if hosts is not None:
        await asyncio.to_thread(hosts.close, run)


def _hosts_of(worker: Any) -> Hosts:
    hosts: Hosts = worker.extensions.setdefault(EXTENSION, Hosts(Path(worker.local_directory)))
    return hosts


def _run(
    errand: Mapping[str, Any],
    hosts: Hosts,
    on_cell: Callable[[Cell], None],
    is_cancelled: Callable[[], bool],
) -> dict[str, Any]:
    host = hosts.find(errand["run"], cold=errand["cold"])
    depot = open_depot(errand["depot"])
    with host.call() as line:
        differences = _compare(host, depot, errand["passport"])
        if differences:
            return {"refused": "; ".join(differences)}
        given: Job = pickle.loads(errand["job"])  # noqa: S301 - whoever may send it may run code
        for digest in sorted(set(given.tables.values())):
            bring(depot, host.store, digest)
        with host.store.lease_folder() as lease:
            folder = lease.folder / "1"
            folder.mkdir()
            job = replace(given, store=host.store, folder=folder)
            outcome = run_on(line, job, on_cell, is_cancelled)
            if outcome.error is not None and outcome.error.class_name == REFUSED:
                return {"refused": outcome.error.message}
            partial = _leave(outcome, folder, host.store, depot)
    return {"outcome": pickle.dumps(outcome), "partial": partial}


def _compare(host: Host, depot: Depot, digest: str) -> list[str]:
    bring(depot, host.store, digest)
    wanted = parse_passport(host.store.object_path(digest).read_bytes())
    return find_differences(wanted, host.passport)


def _leave(outcome: Outcome, folder: Path, store: Store, depot: Depot) -> str | None:
    """Leave everything that was made where the run finds it."""
    for digest, mode in objects_of(outcome):
        depot.put(store.object_path(digest), digest, mode=mode)
    partial = folder / PARTIAL
    if not partial.is_file():
        return None
    digest = store.add_bytes(partial.read_bytes())
    depot.put(store.object_path(digest), digest)
    return digest


def objects_of(outcome: Outcome) -> Iterator[tuple[str, int]]:
    """Name the objects that a task made, each with who may read it."""
    yield from ((table.digest, PUBLIC) for table in outcome.tables.values())
    yield from ((table.digest, PRIVATE) for table in outcome.private.values())
    if outcome.notebook is not None:
        yield outcome.notebook["digest"], PUBLIC
