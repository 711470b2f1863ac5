"""`rapport data`: look at a unit's sources; make the sample units' files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

from rapport.cli.quarantine import describe_aside, list_aside, write_aside
from rapport.cli.review import write_review
from rapport.cli.work import make_sample
from rapport.errors import ParameterError
from rapport.ingest import Delivery, check_unit, find_sources
from rapport.ingest.faults import Fault, raise_faults
from rapport.ingest.fetched import fetch_sources
from rapport.ingest.sample import write_load, write_sample
from rapport.ingest.sources import ResolvedSources
from rapport.params import UnitParams, find_root, load_unit
from rapport.press.run.store import Store


def check(arguments: argparse.Namespace) -> int:
    """Read a unit's sources, say what they hold, or everything that is wrong with them."""
    root = find_root(Path.cwd())
    unit = load_unit(root, arguments.unit)
    make_sample(root, [unit])
    fetch_sources(unit, root, Store(root / "data" / "store").lease_folder)
    sources = find_sources(unit, root)
    delivery = check_unit(unit, sources)
    raise_faults(unit.name, [_fault(row) for row in delivery.faults.to_dict("records")])
    for row in delivery.sources.to_dict("records"):
        sys.stdout.write(f"{row['source']}: {row['n_rows']:,} rows -> {row['tables']}\n")
    for row in delivery.quality.to_dict("records"):
        if row["action"] not in ("read", "kept") and row["n_rows"]:
            sys.stdout.write(
                f"  {row['table']}: {row['n_rows']:,} {row['action']}: {row['rule']}\n"
            )
    _say_looks(unit, sources)
    _say_aside(arguments, delivery, sources)
    if delivery.identity is not None:
        found = delivery.identity
        sys.stdout.write(f"{found.n_records:,} records -> {found.n_customers:,} customers\n")
    if arguments.review is not None:
        sys.stdout.write(f"{write_review(delivery.identity, arguments.review)}\n")
    sys.stdout.write(f"unit {unit.name}: days from {delivery.data_from} to {delivery.data_until}\n")
    return 0


def fetch(arguments: argparse.Namespace) -> int:
    """Read a unit's databases and object stores anew, all or nothing, and say what was read."""
    from rapport.ingest.remote.fetch import fetch_remote  # noqa: PLC0415 - few units have any
    from rapport.ingest.remote.readings import list_remote  # noqa: PLC0415

    root = find_root(Path.cwd())
    unit = load_unit(root, arguments.unit)
    if not list_remote(unit):
        raise ParameterError(
            f"unit {unit.name}: no source lies in a database or an object store, so nothing can be "
            "read anew. docs/data.md says how to declare one."
        )
    found = fetch_remote(unit, root, Store(root / "data" / "store").lease_folder, anew=True)
    for line in found.said:
        sys.stdout.write(f"{line}\n")
    for reading in found.readings:
        size, n_files = sum(file.size for file in reading.files), len(reading.files)
        state = "changed" if reading.source in found.changed else "as before"
        files = "1 file" if n_files == 1 else f"{n_files:,} files"
        sys.stdout.write(f"{reading.source}: {files}, {size:,} bytes, {state}\n")
    sys.stdout.write(f"unit {unit.name}: read. Next: rapport run {unit.name}\n")
    return 0


def _say_looks(unit: UnitParams, sources: ResolvedSources) -> None:
    """Say what workbooks show and their values do not."""
    for name, paths in sources.files.items():
        if unit.sources[name].format == "excel":
            from rapport.ingest.excel import describe_looks  # noqa: PLC0415 - few have any

            for line in (
                line for path in paths for line in describe_looks(unit.sources[name], path)
            ):
                sys.stdout.write(f"{name}: {line}\n")


def _say_aside(arguments: argparse.Namespace, delivery: Delivery, sources: ResolvedSources) -> None:
    rows = list_aside(delivery.aside, sources.files) if delivery.aside is not None else []
    if rows:
        sys.stdout.write("rows set aside, counted from 1 in each file, its head apart:\n")
    for line in describe_aside(rows):
        sys.stdout.write(f"  {line}\n")
    if arguments.quarantine is not None:
        sys.stdout.write(f"{write_aside(rows, arguments.quarantine)}\n")


def _fault(row: Mapping[Hashable, Any]) -> Fault:
    known = {str(name): value for name, value in row.items()}
    rows = tuple(part for part in str(known.pop("rows")).split(", ") if part)
    return Fault(**known, rows=rows)


def sample(arguments: argparse.Namespace) -> int:
    """Write the sample units' source files, or those of one large unit for load."""
    folder = arguments.folder or find_root(Path.cwd()) / "data" / "sample"
    if arguments.rows is None:
        written = write_sample(folder)
    else:
        written = write_load(folder, rows=arguments.rows)
    for name in written:
        sys.stdout.write(f"{folder / name}\n")
    return 0
