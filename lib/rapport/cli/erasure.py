"""`rapport erase`: rows of customers go from every table, and never come back from the sources.

What is to be done is written down first and removed last, so an erasure that is cut off anywhere
is finished by the next `rapport erase` or `rapport run`. Aggregates of reports stay; the reports
are marked, for nobody can make them again.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rapport.cli.archive import list_archives
from rapport.cli.persons import find_held, find_names, key_of, mark_rows
from rapport.cli.written_back import write_whole
from rapport.errors import ParameterError
from rapport.params import UnitParams, find_root, load_unit
from rapport.press.index import MARK, write_index
from rapport.press.proof import log
from rapport.press.proof.log_entries import sign_entry
from rapport.press.proof.signing import read_signer
from rapport.press.run.store import Store
from rapport.press.run.store.replace import New, list_objects, list_runs, replace_objects
from rapport.privacy.erased import add_erased, erased_path, read_erased, write_private
from rapport.tables import write_table

PENDING = ".pending.json"
PARQUET = b"PAR1"
SNAPSHOT, COUNTED = "snapshot", ("customers", "orders")


def erase(arguments: argparse.Namespace) -> int:
    """Erase the customers whom a file lists, one number or pseudonym a line.

    Raises
    ------
    ParameterError
        The file cannot be read or lists nobody.
    DataError
        The unit's sources were never read, or a number is that of several customers.
    """
    root = find_root(Path.cwd())
    unit = load_unit(root, arguments.unit)
    given = _read_list(arguments.customers)
    finish_erasures(root)
    key = key_of(unit)
    # Before anything is written down that could not be finished.
    read_erased(root, unit.name, lambda: key)
    read_signer(os.environ)
    store = Store(root / "data" / "store")
    held = find_held(store, unit.name)
    found = find_names(held, key, given)
    names = frozenset().union(*found)
    pending = {"v": 1, "erasure": secrets.token_hex(6), "names": sorted(names), "n": len(found)}
    write_private(_pending_path(root, unit.name), pending)
    told = _finish(root, unit, pending)
    sys.stdout.write(
        f"unit {unit.name}: left out from now on: {len(found):,} listed. "
        f"Removed: {told['rows']:,} rows of {told['tables']} tables. "
        f"Marked: {told['reports']} reports.\n"
        f"The source files{_name_fetched(root, unit.name)} and their copies still hold them: "
        f"remove them there, too, and run `rapport run {unit.name}`.\n"
        f"{_name_archives(root, unit.name)}"
    )
    return 0


def _name_archives(root: Path, unit: str) -> str:
    made = list_archives(root / "reports", unit)
    named = ", ".join(digest[:12] for digest in made)
    return f"Archives made before hold them, too (SHA-256 {named}): remove those.\n" if made else ""


def _name_fetched(root: Path, unit: str) -> str:
    folder = root / "data" / "store" / "fetched" / unit
    return f", what was fetched into data/store/fetched/{unit}" if folder.is_dir() else ""


def finish_erasures(root: Path) -> None:
    """Finish what an erasure that was cut off left undone; costs one look if there is none."""
    folder = root / "data" / "erased"
    for left in folder.glob(f".*{PENDING}.fresh"):
        # Of one that was killed as it wrote down what it was to do: it never began, and names some.
        left.unlink(missing_ok=True)
    for path in sorted(folder.glob(f"*{PENDING}")):
        unit = load_unit(root, path.name.removesuffix(PENDING))
        _finish(root, unit, json.loads(path.read_bytes()))


def _read_list(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterError(
            f"{path.name}: cannot be read as UTF-8 text. Write one customer a line."
        ) from error
    given = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if not given:
        raise ParameterError(f"{path.name}: lists nobody. Write one customer a line.")
    return list(dict.fromkeys(given))


def _pending_path(root: Path, unit: str) -> Path:
    return erased_path(root, unit).with_name(f"{unit}{PENDING}")


def _finish(root: Path, unit: UnitParams, pending: dict[str, Any]) -> dict[str, int]:
    """Do the whole erasure, or what is left of it."""
    names = frozenset(pending["names"])
    store, reports = Store(root / "data" / "store"), root / "reports"
    with store.alone():
        store.sweep()
        add_erased(root, unit.name, key_of(unit), names)
        changes, n_rows = _rewrite(store, unit.name, names, reports)
        pending = _note_objects(root, unit.name, pending, changes)
        runs = _mark(reports, unit.name, frozenset(changes), pending["erasure"])
        _shorten_lists(reports, unit.name, names)
        replace_objects(store, unit.name, changes)
        _remove_copies(root, unit.name, names)
        _tell(reports, unit.name, pending, runs)
        _pending_path(root, unit.name).unlink(missing_ok=True)
    return {"rows": n_rows, "tables": len(changes), "reports": len(runs)}


def _note_objects(
    root: Path, unit: str, pending: dict[str, Any], changes: Mapping[str, New | None]
) -> dict[str, Any]:
    """Note what stands for which object, before it does: one cut off on the way must still tell."""
    objects = {
        old: {"sha256": new.digest, "rows": new.n_rows} if new else None
        for old, new in sorted(changes.items())
    }
    noted = {**pending, "objects": {**pending.get("objects", {}), **objects}}
    write_private(_pending_path(root, unit), noted)
    return noted


def _rewrite(
    store: Store, unit: str, names: Collection[str], reports: Path
) -> tuple[dict[str, New | None], int]:
    """Give every object that names one of these customers what stands for it without them."""
    changes: dict[str, New | None] = {}
    n_rows = 0
    for digest in list_objects(store, unit, reports):
        path = store.object_path(digest)
        if not _is_parquet(path):
            text = path.read_bytes()
            if any(name.encode("ascii") in text for name in names):
                changes[digest] = None
            continue
        left = _without(path, names)
        if left is not None:
            table, n_gone = left
            n_rows += n_gone
            is_private = path.stat().st_mode & 0o077 == 0
            changes[digest] = New(_add(store, table, is_private=is_private), table.num_rows)
    return changes | _count_anew(store, unit, changes), n_rows


def _count_anew(
    store: Store, unit: str, changes: Mapping[str, New | None]
) -> dict[str, New | None]:
    """Give the snapshot's row anew, which says how many customers and orders there are."""
    current = store.read_current(unit)
    moved = {name: changes[current[name]] for name in COUNTED if current.get(name) in changes}
    counts = {f"n_{name}": new.n_rows for name, new in moved.items() if new}
    if not counts or SNAPSHOT not in current or current[SNAPSHOT] in changes:
        return {}
    told = pq.read_table(store.object_path(current[SNAPSHOT]))
    for name, n in counts.items():
        at = told.schema.get_field_index(name)
        told = told.set_column(at, told.schema.field(at), pa.array([n], told.schema.field(at).type))
    return {current[SNAPSHOT]: New(_add(store, told, is_private=False), told.num_rows)}


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(PARQUET)) == PARQUET


def _without(path: Path, names: Collection[str]) -> tuple[pa.Table, int] | None:
    table = pq.read_table(path)
    marked = mark_rows(table, names)
    n_gone = pc.sum(marked).as_py() if marked is not None and len(marked) else 0
    if not n_gone:
        return None
    return table.filter(pc.invert(marked)).combine_chunks(), n_gone


def _add(store: Store, table: pa.Table, *, is_private: bool) -> str:
    with store.lease_folder() as lease:
        file = write_table(table, lease.folder / "table.parquet")
        return store.add_file(file.path, mode=0o400 if is_private else 0o444)


def _mark(reports: Path, unit: str, gone: frozenset[str], erasure: str) -> list[str]:
    """Mark every run that was made of what is erased now; give the numbers of those marked."""
    marked = []
    for folder, digests in list_runs(reports, unit):
        path = folder / MARK
        known: list[str] = json.loads(path.read_bytes())["erasures"] if path.is_file() else []
        if digests & gone and erasure not in known:
            known.append(erasure)
            aside = path.with_name(f".{MARK}.fresh")
            aside.write_text(json.dumps({"v": 1, "erasures": known}) + "\n", encoding="ascii")
            aside.replace(path)
        if erasure in known:
            marked.append(folder.name)
    return marked


def _shorten_lists(reports: Path, unit: str, names: Collection[str]) -> None:
    """Take customers out of the lists of reports; their manifests, which are marked, stay."""
    for path in sorted((reports / unit).glob("runs/*/lists/*.csv")):
        lines = path.read_text(encoding="ascii").splitlines(keepends=True)
        left = [line for line in lines if line.rstrip("\n").rpartition(",")[2] not in names]
        if len(left) < len(lines):
            write_whole(path, "".join(left).encode("ascii"))


def _remove_copies(root: Path, unit: str, names: Collection[str]) -> None:
    """Remove what drafts left of these customers, and what was read of the sources."""
    shutil.rmtree(Store(root / "data" / "store").kept_folder(unit), ignore_errors=True)
    for path in _list_drafts(root, unit):
        if _without(path, names) is not None:
            path.unlink()


def _list_drafts(root: Path, unit: str) -> Iterator[Path]:
    yield from sorted((root / "data" / "drafts" / unit).rglob("*.parquet"))


def _tell(reports: Path, unit: str, pending: dict[str, Any], runs: list[str]) -> None:
    """Write the erasure into the log, once, and the marks into the index."""
    journal = reports / "log.jsonl"
    entry = {"event": "erased", "unit": unit, "erasure": pending["erasure"],
             "customers": pending["n"], "reports": runs,
             "objects": pending["objects"]}  # fmt: skip
    with log.lock(journal):
        is_told = journal.is_file() and pending["erasure"].encode() in journal.read_bytes()
        if not is_told:
            log.append_locked(journal, sign_entry(entry, read_signer(os.environ)))
        write_index(reports)
