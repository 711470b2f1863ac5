"""Where a report's lists lie, and what the store knows of the customers on one."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rapport.cli.persons import NUMBER, Held
from rapport.errors import DataError, ParameterError, TamperedError
from rapport.ingest.sources import find_sources
from rapport.params import UnitParams
from rapport.params.lists import is_exported
from rapport.press.index.runs import rank_folder
from rapport.press.run.store import Store
from rapport.privacy import pseudonym

FOLDER, MANIFEST = "lists", "manifest.json"


@dataclass(frozen=True)
class Listed:
    """`customers` : pseudonyms in the list's order; `run` : the name of the report's folder."""

    run: str
    customers: tuple[str, ...]


def find_report(reports: Path, unit: str, asked: str | None) -> Path:
    """Find the folder of a report by its period or its record's number; without either the newest.

    Raises
    ------
    ParameterError
        There is no such report of the unit.
    """
    of_unit = reports / unit
    links = {path.name: path for path in of_unit.glob("*") if (path / MANIFEST).is_file()}
    runs = {path.name.rpartition("-")[2]: path for path in sorted(of_unit.glob("runs/*"))}
    if asked is None and links:
        return max(links.values(), key=rank_folder).resolve()
    found = links.get(asked or "") or runs.get(asked or "")
    if found is None or not (found / MANIFEST).is_file():
        known = ", ".join(sorted(links)) or "none yet"
        raise ParameterError(
            f"unit {unit}: there is no such report. Reports: {known}. "
            f"Make one with `rapport run {unit}`."
        )
    return found.resolve()


def read_list(folder: Path, name: str) -> Listed:
    """Read who is on a list of a report, and check that it is the list that was sealed with it.

    Raises
    ------
    ParameterError
        The report has no such list.
    TamperedError
        The file is not the one that the report's manifest names.
    """
    path = folder / FOLDER / f"{name}.csv"
    known = sorted(file.stem for file in (folder / FOLDER).glob("*.csv"))
    if name not in known:
        raise ParameterError(
            f"list {name[:40]}: the report {folder.name} has no such list. "
            f"Lists: {', '.join(known) or 'none'}."
        )
    content = path.read_bytes()
    if _digests(folder).get(f"{FOLDER}/{name}.csv") != hashlib.sha256(content).hexdigest():
        raise TamperedError(
            f"{folder.name}/{FOLDER}/{name}.csv: is not the file that the report's manifest names. "
            "Make the report anew."
        )
    rows = csv.DictReader(io.StringIO(content.decode("utf-8")))
    return Listed(folder.name, tuple(row["customer_id"] for row in rows))


def _digests(folder: Path) -> Mapping[str, str]:
    subjects = json.loads((folder / MANIFEST).read_bytes())["subject"]
    return {one["name"]: one["digest"]["sha256"] for one in subjects}


def check_fresh(unit: UnitParams, root: Path, store: Store) -> None:
    """Check that what the store knows of consents is what the unit's sources say now.

    What exports wrote is left out: it is read from its own files.

    Raises
    ------
    DataError
        Sources changed, or are gone, since they were last read.
    """
    last = store.read_last(f"{unit.name}/all-periods/ingestion") or {}
    then = {name: one["digest"] for name, one in last.get("context", {}).get("sources", {}).items()}
    now = find_sources(unit, root).digests
    moved = {name for name, _ in {*then.items()} ^ {*now.items()}}
    moved = {name for name in moved if not is_exported(name)}
    if moved:
        raise DataError(
            f"unit {unit.name}: {', '.join(sorted(moved))} changed since the sources were last "
            "read, so nobody can tell who agrees now. "
            f"Run `rapport run {unit.name} --format none` first."
        )


def read_frame(held: Held, table: str) -> pd.DataFrame | None:
    """Read a canonical table of the newest ingestion; None where the unit has none."""
    path = held.tables.get(table)
    return None if path is None else pq.read_table(path).to_pandas()


def read_identifiers(held: Held, key: bytes, kinds: list[str], names: list[str]) -> pd.DataFrame:
    """Read numbers and addresses of customers.

    Returns
    -------
    one row per customer of `names`, in that order, indexed by it
        `number` (the one that ingestion makes the pseudonym of, where there are several) and one
        column for each of `kinds`: the first that the sources give; missing where they give none

    Raises
    ------
    DataError
        The store holds no identifiers of the unit.
    """
    if held.identifiers is None:
        raise DataError(
            "the store holds no numbers or addresses of customers. Map them under "
            "`tables.customers` or `privacy.identifiers`, and run the unit anew."
        )
    table = pq.read_table(held.identifiers, columns=["customer_id", "kind", "value"])
    rows = table.filter(pc.is_in(table["kind"], pc.cast([NUMBER, *kinds], "string"))).to_pandas()
    rows = rows[rows["customer_id"].isin(names)].drop_duplicates()
    numbers = rows[rows["kind"] == NUMBER]
    is_own = [pseudonym(key, v) == c for c, v in zip(numbers["customer_id"], numbers["value"],
                                                    strict=True)]  # fmt: skip
    numbers = numbers.assign(is_own=is_own).sort_values("is_own", ascending=False, kind="stable")
    found: dict[str, Any] = {"number": _first(numbers)}
    found |= {kind: _first(rows[rows["kind"] == kind]) for kind in kinds}
    return pd.DataFrame(found, dtype=object).reindex(pd.Index(names, name="customer_id"))


def _first(rows: pd.DataFrame) -> pd.Series:
    return rows.drop_duplicates("customer_id").set_index("customer_id")["value"]
