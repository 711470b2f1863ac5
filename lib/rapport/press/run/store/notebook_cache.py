"""Executed notebooks for users of jupyter-cache: what `jcache` lists and merges is ours.

jupyter-cache looks an executed notebook up by its code cells and kernelspec alone. Data, code of
the package and versions are not seen, so it is no key of ours; the other way round works: our key
goes into the kernelspec, where it is part of theirs, and a stale notebook is never found.

    FOLDER/global.db, executed/             jupyter-cache's own
    FOLDER/notebooks/<unit>/<period>/*.ipynb   the chapters without outputs, parameters and key in
                                            them: what is looked up by

It writes a line of its database, then the notebook, and one killed in between leaves it torn. So
publishing compares content, not presence, and mends what it finds; others are kept out by a lock.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapport.errors import ParameterError, StoreError
from rapport.press.canonical import Notebook, canonical_bytes, is_code
from rapport.press.locks import held
from rapport.press.run.store import Store, leases
from rapport.press.run.tasks import ChapterTask, Result

DATABASE = "global.db"
KEY = "rapport_key"
WAIT = 60.0  # seconds for another run that publishes to the same folder


@dataclass(frozen=True)
class _Entry:
    """One executed chapter and the notebook by which it is found."""

    path: Path
    """Of the notebook without outputs; jupyter-cache names the entry by it."""
    executed: Notebook
    data: dict[str, Any]


def check_folder(folder: Path) -> None:
    """See before anything starts that notebooks can be published to a folder.

    Raises
    ------
    ParameterError
        jupyter-cache is not installed, or the folder holds something else.
    """
    if importlib.util.find_spec("jupyter_cache") is None:
        raise ParameterError(
            "--jupyter-cache: jupyter-cache is not installed. Install the extra `cache`: "
            "pip install 'rapport-reports[cache]'."
        )
    is_other = folder.is_dir() and any(folder.iterdir()) and not (folder / DATABASE).is_file()
    if is_other or (folder.exists() and not folder.is_dir()):
        raise ParameterError(
            f"--jupyter-cache: {folder} holds something else. Name a new folder, an empty one, or "
            "one that jupyter-cache has made."
        )


def publish_notebooks(folder: Path, results: Iterable[Result], store: Store) -> int:
    """Publish the chapters that succeeded; give how many the folder did not hold yet.

    An older execution of the same chapter, unit and period makes way; what others have put there
    stays, and nothing is dropped because the cache is full. A folder that holds all of them already
    is not touched.

    Raises
    ------
    StoreError
        Another run publishes there, or the folder cannot be used.
    """
    folder = folder.absolute()
    entries = [_read_entry(folder, result, store) for result in results if _is_shown(result)]
    if not entries:
        return 0
    with _locked(folder), _opened(folder) as cache:
        leases.sweep(folder, "file-")
        _make_room(cache, len(entries))
        return sum(_publish(cache, entry) for entry in entries)


def _is_shown(result: Result) -> bool:
    is_done = result.status in ("executed", "reused") and result.notebook is not None
    return is_done and isinstance(result.task, ChapterTask)


def _read_entry(folder: Path, result: Result, store: Store) -> _Entry:
    task = result.task
    assert isinstance(task, ChapterTask) and result.notebook is not None
    period = task.period or "all-periods"
    path = folder / "notebooks" / task.unit / period / f"{task.chapter}.ipynb"
    executed = json.loads(store.object_path(result.notebook).read_bytes())
    kernelspec = {**executed["metadata"]["kernelspec"], KEY: result.key}
    executed["metadata"] = {**executed["metadata"], "kernelspec": kernelspec}
    return _Entry(path, executed, {KEY: result.key, "seconds": round(result.seconds, 3)})


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with held(folder / ".rapport.lock", wait=WAIT) as is_held:
            if not is_held:
                raise StoreError(f"{folder}: another run publishes to it. Wait, then run again.")
            yield
    except OSError as error:
        raise _unusable(folder, error) from error


@contextmanager
def _opened(folder: Path) -> Iterator[Any]:
    # A second to import, for a flag that few use.
    from jupyter_cache import get_cache  # noqa: PLC0415
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    cache = get_cache(folder)
    with ExitStack() as at_end:
        try:
            at_end.callback(cache.db.dispose)
            yield cache
        except (SQLAlchemyError, RuntimeError) as error:
            raise _unusable(folder, error) from error


def _unusable(folder: Path, error: Exception) -> StoreError:
    reason = str(error).splitlines()[0]
    return StoreError(
        f"{folder}: notebooks cannot be published to it ({reason}). Make room, or remove the "
        "folder: the next run fills a new one."
    )


def _make_room(cache: Any, n_more: int) -> None:
    """Raise the limit beyond which jupyter-cache drops what was read longest ago."""
    n_wanted = len(cache.list_cache_records()) + n_more
    if cache.get_cache_limit() < n_wanted:
        cache.change_cache_limit(n_wanted)


def _publish(cache: Any, entry: _Entry) -> bool:
    from jupyter_cache.base import CacheBundleIn  # noqa: PLC0415

    nbformat: Any = importlib.import_module("nbformat")  # says nothing of its types
    notebook = nbformat.from_dict(entry.executed)
    hashed, key = cache.create_hashed_notebook(notebook)
    mine = [record for record in cache.list_cache_records() if record.uri == str(entry.path)]
    kept = cache.path / "executed" / key
    content = nbformat.writes(hashed, nbformat.NO_CONVERT).encode()
    is_there = [record.hashkey for record in mine] == [key] and _holds(kept / "base.ipynb", content)
    if not is_there:
        _discard(cache, mine)
        shutil.rmtree(kept, ignore_errors=True)  # without a line in the database
        bundle = CacheBundleIn(notebook, str(entry.path), data=entry.data)
        cache.cache_notebook_bundle(bundle, overwrite=True)
    source = canonical_bytes(_without_outputs(entry.executed))
    if not _holds(entry.path, source):
        entry.path.parent.mkdir(parents=True, exist_ok=True)
        leases.place(source, entry.path, parent=cache.path, mode=0o644)
    if str(entry.path) not in {record.uri for record in cache.list_project_records()}:
        cache.add_nb_to_project(str(entry.path))
    return not is_there


def _discard(cache: Any, records: Iterable[Any]) -> None:
    """Remove entries; not by `remove_cache`, which refuses one whose notebook is gone."""
    from jupyter_cache.cache.db import NbCacheRecord  # noqa: PLC0415

    for record in records:
        shutil.rmtree(cache.path / "executed" / record.hashkey, ignore_errors=True)
        NbCacheRecord.remove_records([record.pk], cache.db)


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def _without_outputs(executed: Notebook) -> Notebook:
    cells = [
        {**cell, "execution_count": None, "outputs": []} if is_code(cell) else cell
        for cell in executed["cells"]
    ]
    return {**executed, "cells": cells}
