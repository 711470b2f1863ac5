"""One customer's data in a unit's store: under which names they stand, and in which rows."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rapport.errors import DataError
from rapport.params import UnitParams
from rapport.press.run.store import Store
from rapport.privacy import SAMPLE_KEY, is_pseudonym, pseudonym, read_key

NUMBER = "customer_number"


@dataclass(frozen=True)
class Held:
    """What a unit's store holds now: tables by name, and the one that names people."""

    tables: Mapping[str, Path]
    identifiers: Path | None


def key_of(unit: UnitParams) -> bytes:
    """Give the key of a unit's pseudonyms."""
    return SAMPLE_KEY if unit.sample else read_key(os.environ)


def find_held(store: Store, unit: str) -> Held:
    """Find the tables of a unit's newest ingestion and of its newest complete periods.

    Raises
    ------
    DataError
        Its sources were never read, or what that gave is no longer there.
    """
    last = store.read_last(f"{unit}/all-periods/ingestion") or {}
    record = store.read_task(last.get("key", "")) or {}
    digests = {name: table["digest"] for name, table in record.get("tables", {}).items()}
    for path in sorted((store.root / "current" / unit).glob("*.json")):
        named = store.read_current(unit, path.stem)
        digests |= {f"{path.stem}/{name}": digest for name, digest in named.items()}
    digests = {**store.read_current(unit), **digests}
    private = [table["digest"] for table in record.get("private", {}).values()]
    paths = {name: store.object_path(digest) for name, digest in digests.items()}
    found = {name: path for name, path in paths.items() if path.is_file()}
    if not found:
        raise DataError(f"unit {unit}: its sources were not read yet. Run `rapport run {unit}`.")
    identifiers = [path for path in map(store.object_path, private) if path.is_file()]
    return Held(found, identifiers[0] if identifiers else None)


def find_names(held: Held, key: bytes, given: Sequence[str]) -> list[frozenset[str]]:
    """Give the pseudonyms under which each customer stands: as a customer, and as each record.

    Parameters
    ----------
    given : numbers as a source writes them, or pseudonyms

    Raises
    ------
    DataError
        Two sources know different people by one number.
    """
    numbers = _read_numbers(held, [one for one in given if not is_pseudonym(one)])
    links = _read_links(held)
    found = []
    for at, one in enumerate(given, start=1):
        known = numbers.get(one, set())
        if len(known) > 1:
            raise DataError(
                f"customer {at} of {len(given)}: {len(known)} customers have this number in "
                "different sources. Give the pseudonym, or the number as `source:number`."
            )
        name = one if is_pseudonym(one) else pseudonym(key, one)
        customers = {*known, *(c for s, c in links if name in (s, c))} or {name}
        found.append(frozenset({name, *customers, *(s for s, c in links if c in customers)}))
    return found


def _read_numbers(held: Held, given: Sequence[str]) -> dict[str, set[str]]:
    if held.identifiers is None or not given:
        return {}
    table = pq.read_table(held.identifiers, columns=["customer_id", "kind", "value"])
    asked = pc.and_(
        pc.equal(table["kind"], NUMBER), pc.is_in(table["value"], pa.array(list(given)))
    )
    found: dict[str, set[str]] = {}
    for row in table.filter(asked).to_pylist():
        if row["customer_id"] is not None:
            found.setdefault(row["value"], set()).add(row["customer_id"])
    return found


def _read_links(held: Held) -> list[tuple[str, str]]:
    if "identity_links" not in held.tables:
        return []
    columns = ["source_id", "customer_id"]
    table = pq.read_table(held.tables["identity_links"], columns=columns)
    pairs = zip(table["source_id"].to_pylist(), table["customer_id"].to_pylist(), strict=True)
    return sorted({(source, customer) for source, customer in pairs if source != customer})


def mark_rows(table: pa.Table, names: Collection[str]) -> pa.ChunkedArray | None:
    """Say of each row whether it names one of these customers; None where no column could."""
    wanted = pa.array(sorted(names), pa.string())
    marked = None
    for column in table.columns:
        if pa.types.is_string(column.type):
            is_named = pc.fill_null(pc.is_in(column, value_set=wanted), fill_value=False)
            marked = is_named if marked is None else pc.or_(marked, is_named)
    return marked


def read_rows(path: Path, names: Collection[str]) -> pa.Table:
    """Read the rows of a table that name one of these customers."""
    table = pq.read_table(path)
    marked = mark_rows(table, names)
    return table.slice(0, 0) if marked is None else table.filter(marked)
