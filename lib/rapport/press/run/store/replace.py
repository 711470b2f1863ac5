"""Objects of one unit replaced or removed, so that nothing of what they held is left.

Whoever does so has the store to itself. Each step leaves a sound store and can be done again: what
drafts read is replaced first; objects go before the records that name them, because a record whose
object is gone counts as not made, and an object without a record would not be found again.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from rapport.press.run.store.store import Store


class New(NamedTuple):
    """An object that stands for another."""

    digest: str
    n_rows: int


def list_objects(store: Store, unit: str, reports: Path) -> list[str]:
    """List the objects that are this unit's, or nobody's; what another unit needs too is left out.

    Parameters
    ----------
    unit : its records, what its drafts read, and its published runs name objects
    reports : the folder of all reports
    """
    mine: set[str] = set()
    others: set[str] = set()
    for owner, digests in _list_named(store, reports):
        (mine if owner == unit else others).update(digests)
    found = {path.name for path in (store.root / "objects").glob("*/*") if path.is_file()}
    return sorted(found - (others - mine))


def list_runs(reports: Path, unit: str) -> Iterator[tuple[Path, frozenset[str]]]:
    """Give each published run of a unit with the digests of the tables that it was made of."""
    for path in sorted(reports.glob(f"{unit}/runs/*/manifest.json")):
        manifest = _read(path)
        tables = manifest.get("predicate", {}).get("tables", {})
        yield path.parent, frozenset(table["sha256"] for table in tables.values())


def replace_objects(store: Store, unit: str, changes: Mapping[str, New | None]) -> None:
    """Let a unit's drafts read new objects for old ones, and remove the old with their records.

    A record with private tables is rewritten, for nothing else leads to them.

    Parameters
    ----------
    changes : digest -> what stands for it, which is in the store; or None
    """
    for period, path in _list_current(store, unit):
        tables = store.read_current(unit, period)
        whole = {name: _follow(digest, changes) for name, digest in tables.items()}
        whole = {name: digest for name, digest in whole.items() if digest}
        if whole != tables:
            store.write_current(unit, whole, period=period)
        assert path.is_file()
    _rewrite_private(store, unit, changes)
    needed = _needed_elsewhere(store, unit)
    for digest in sorted(set(changes) - needed):
        store.object_path(digest).unlink(missing_ok=True)
    _clear_records(store, unit, changes)
    failed = store.root / "failed" / unit
    shutil.rmtree(failed, ignore_errors=True)


def _follow(digest: str, changes: Mapping[str, New | None]) -> str:
    new = changes.get(digest, New(digest, 0))
    return new.digest if new else ""


def _rewrite_private(store: Store, unit: str, changes: Mapping[str, New | None]) -> None:
    for path in sorted((store.root / "tasks").glob("*.json")):
        record = _read(path)
        named = set(_digests_of(record)) & changes.keys()
        if _unit_of(record) != unit or not record.get("private") or not named:
            continue
        if all(changes[digest] for digest in named):
            for part in ("tables", "private"):
                for name, table in record[part].items():
                    record[part][name] = table | _describe(store, table["digest"], changes)
            store.write_task(path.stem, record)


def _describe(store: Store, digest: str, changes: Mapping[str, New | None]) -> dict[str, Any]:
    new = changes.get(digest)
    if new is None:
        return {}
    size = store.object_path(new.digest).stat().st_size
    return {"digest": new.digest, "n_rows": new.n_rows, "size": size}


def _clear_records(store: Store, unit: str, gone: Collection[str]) -> None:
    for path in sorted((store.root / "tasks").glob("*.json")):
        record = _read(path)
        named = set(_digests_of(record))
        lost = {digest for digest in named if not store.object_path(digest).is_file()}
        if _unit_of(record) == unit and (named & set(gone) or lost):
            path.unlink()


def _needed_elsewhere(store: Store, unit: str) -> set[str]:
    found: set[str] = set()
    for owner, digests in _list_named(store, None):
        found |= digests if owner != unit else set()
    return found


def _list_named(store: Store, reports: Path | None) -> Iterator[tuple[str, set[str]]]:
    for path in sorted((store.root / "tasks").glob("*.json")):
        record = _read(path)
        yield _unit_of(record), set(_digests_of(record))
    for path in sorted((store.root / "current").rglob("*.json")):
        owner = path.relative_to(store.root / "current").parts[0].removesuffix(".json")
        yield owner, set(_read(path).get("tables", {}).values())
    for folder in sorted(reports.glob("*/runs")) if reports else ():
        owner = folder.parent.name
        assert reports is not None
        for _, digests in list_runs(reports, owner):
            yield owner, set(digests)


def _list_current(store: Store, unit: str) -> Iterator[tuple[str | None, Path]]:
    whole = store.root / "current" / f"{unit}.json"
    if whole.is_file():
        yield None, whole
    for path in sorted((store.root / "current" / unit).glob("*.json")):
        yield path.stem, path


def _digests_of(record: Mapping[str, Any]) -> Iterator[str]:
    for part in ("tables", "private"):
        yield from (table["digest"] for table in (record.get(part) or {}).values())
    if record.get("notebook"):
        yield record["notebook"]["digest"]


def _unit_of(record: Mapping[str, Any]) -> str:
    return str(record.get("task", "")).partition("/")[0]


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except ValueError:
        return {}  # a damaged record counts as none everywhere
    return content if isinstance(content, dict) else {}
