"""`rapport store gc`: what no newer execution, draft or published report needs is removed.

An execution's age is that of its record: a file system keeps it without a second book of what was
used when, and a run in which nothing changed touches no file. A task that goes back to an older
execution makes its record young again (`Store.note_use`), so the newest are those used last.

Records go before their objects, and nothing goes before all that is kept is known, so a clean-up
that ends at any moment leaves a sound store.
"""

import json
import shutil
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapport.errors import StoreError
from rapport.press.run.store import Store
from rapport.press.run.store.leases import SUFFIX


@dataclass(frozen=True)
class Collected:
    """What was removed."""

    n_records: int
    n_objects: int
    n_bytes: int
    """Of records, objects, logs and what was left of failures."""


@dataclass(frozen=True)
class _Record:
    path: Path
    task: str
    needs: frozenset[str]
    """Digests of the objects that it names."""
    age: tuple[int, str]
    """Sorts records of one task, the newest last; the name breaks ties."""


More = Callable[[Collection[str]], Iterable[Path]]
"""Gives further files that nobody needs, of the digests that published runs name."""


def collect(store: Store, *, keep: int, reports: Path, more: More | None = None) -> Collected:
    """Remove what nobody needs, and say how much it was.

    Kept are the newest `keep` executions of each task, what drafts read, and the tables that
    published runs were made of.

    Parameters
    ----------
    keep : executions of each task, at least 1
    reports : the folder of all reports, whose manifests are read
    more : see `More`

    Raises
    ------
    StoreError
        A run is using the store; a manifest, or the list of a draft's tables, is damaged. Nothing
        is removed.
    """
    assert keep >= 1
    if not store.root.is_dir():
        return Collected(0, 0, 0)
    with store.alone():
        records = list(_read_records(store))
        kept = _choose(store, records, keep)
        needed = {digest for record in kept for digest in record.needs}
        named = _read_manifests(reports)
        needed |= _read_current(store) | named
        # All three are lists: what goes is known before anything goes.
        objects = [path for path in _files(store.root / "objects") if path.name not in needed]
        left = [*_list_left_over(store, kept), *(more(named) if more else ())]
        kept_paths = {record.path for record in kept}
        gone = [p for p in _files(store.root / "tasks") if p not in kept_paths]
        n_bytes = sum(_remove(path) for path in [*gone, *objects, *left])
        store.sweep()
    return Collected(len(gone), len(objects), n_bytes)


def _read_records(store: Store) -> Iterator[_Record]:
    """Read the records that can be read: a damaged one counts as not there, so it goes."""
    for path in _files(store.root / "tasks"):
        content = store.read_task(path.stem)
        if content is not None and isinstance(content.get("task"), str):
            needs = frozenset(_needs(content))
            yield _Record(path, content["task"], needs, (path.stat().st_mtime_ns, path.name))


def _needs(record: Mapping[str, Any]) -> Iterator[str]:
    for part in ("tables", "private"):
        yield from (table["digest"] for table in (record.get(part) or {}).values())
    if record.get("notebook"):
        yield record["notebook"]["digest"]


def _choose(store: Store, records: Iterable[_Record], keep: int) -> list[_Record]:
    """Choose the newest of each task, and whatever some task used last.

    Two tasks whose inputs are equal share a record, which names one of them only.
    """
    used = {f"{key}.json" for key in store.list_last_keys()}
    by_task = defaultdict(list)
    for record in records:
        by_task[record.task].append(record)
    kept = []
    for mine in by_task.values():
        mine.sort(key=lambda record: record.age)
        kept += [r for at, r in enumerate(mine) if at >= len(mine) - keep or r.path.name in used]
    return kept


def _read_current(store: Store) -> set[str]:
    """Read the digests of all tables that drafts read."""
    found: set[str] = set()
    for path in sorted((store.root / "current").rglob("*.json")):
        with _named(path, "Run the unit again, then try again."):
            found |= set(json.loads(path.read_bytes())["tables"].values())
    return found


def _read_manifests(reports: Path) -> set[str]:
    """Read the digests of all tables and sources that published runs were made of."""
    found: set[str] = set()
    for path in sorted(reports.glob("*/runs/*/manifest.json")):
        with _named(path, "Restore the report, or remove its folder, then try again."):
            made_of = json.loads(path.read_bytes())["predicate"]
            found |= {table["sha256"] for table in made_of["tables"].values()}
            found |= set(made_of.get("sources", {}).values())
    return found


@contextmanager
def _named(path: Path, mend: str) -> Iterator[None]:
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        name = "/".join(path.parts[-4:])
        raise StoreError(
            f"{name}: is damaged, so nobody can tell what it needs. Nothing was removed. {mend}"
        ) from error


def _list_left_over(store: Store, kept: Iterable[_Record]) -> list[Path]:
    """List failures of tasks that succeeded since, what belongs to no known task, and litter."""
    left, logs = [], set()
    for record in kept:
        failed = store.failed_folder(record.task)
        error = failed / "error.json"
        logs.add(store.log_path(record.task))
        if error.is_file() and error.stat().st_mtime_ns < record.age[0]:
            left.append(failed)
    failures = {path.parent for path in (store.root / "failed").glob("*/*/error.json")}
    logs |= {store.log_path(f"{f.parent.name}/{f.name}") for f in failures - set(left)}
    left += [path for path in (store.root / "logs").glob("*.txt") if path not in logs]
    units = {record.task.partition("/")[0] for record in kept}
    left += [path for path in (store.root / "kept").glob("*") if path.name not in units]
    left += [path for path in (store.root / "standing").glob("*") if path.stem not in units]
    # What has a lease is for `sweep`: it may belong to a worker that outlives its run a little.
    aside = {path.name: path for path in (store.root / "aside").glob("*")}
    left += [p for n, p in aside.items() if not n.endswith(SUFFIX) and n + SUFFIX not in aside]
    return sorted(set(left))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _remove(path: Path) -> int:
    """Remove a file or a folder and give the bytes that it held."""
    if not path.is_dir():
        n_bytes = path.stat().st_size
        path.unlink()
        return n_bytes
    n_bytes = sum(file.stat().st_size for file in _files(path))
    shutil.rmtree(path)
    return n_bytes
