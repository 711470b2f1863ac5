"""`rapport access`: everything that is held on one customer, for those entitled; it is logged."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from rapport.cli.persons import find_held, find_names, key_of, read_rows
from rapport.errors import DataError
from rapport.params import find_root, load_unit
from rapport.press.proof import log
from rapport.press.run.store import Store


def access(arguments: argparse.Namespace) -> int:
    """Print what a unit's store holds on one customer; the log says that somebody asked.

    Raises
    ------
    DataError
        Nothing is held, or the sources were never read.
    """
    root = find_root(Path.cwd())
    unit = load_unit(root, arguments.unit)
    key = key_of(unit)
    given = sys.stdin.readline() if arguments.customer == "-" else arguments.customer
    store = Store(root / "data" / "store")
    with store.shared():
        held = find_held(store, unit.name)
        (names,) = find_names(held, key, [given.strip()])
        tables = {name: read_rows(path, names) for name, path in sorted(held.tables.items())}
        filled = {name: table.to_pylist() for name, table in tables.items() if table.num_rows}
        apart = read_rows(held.identifiers, names).to_pylist() if held.identifiers else []
    entry = {"event": "accessed", "unit": unit.name, "found": bool(filled or apart)}
    log.append(root / "reports" / "log.jsonl", entry)
    if not filled and not apart:
        raise DataError(f"unit {unit.name}: nothing is held on this customer.")
    known = sorted({(row["kind"], row["value"], row["source"]) for row in apart})
    _print(unit.name, known, filled, as_json=arguments.json)
    return 0


def _print(
    unit: str,
    known: list[tuple[str, str, str]],
    tables: dict[str, list[dict[str, Any]]],
    *,
    as_json: bool,
) -> None:
    if as_json:
        names = ("kind", "value", "source")
        identifiers = [dict(zip(names, one, strict=True)) for one in known]
        described = {"unit": unit, "identifiers": identifiers, "tables": tables}
        sys.stdout.write(json.dumps(described, ensure_ascii=False, default=str) + "\n")
        return
    sys.stdout.write(f"unit {unit}\n\nidentifiers, kept apart: {len(known)}\n")
    for kind, value, source in known:
        sys.stdout.write(f"  {kind}: {value} (source {source})\n")
    for name, rows in tables.items():
        sys.stdout.write(f"\n{name}: {len(rows)}\n")
        for row in rows:
            filled = (f"{column}={value}" for column, value in row.items() if value is not None)
            sys.stdout.write(f"  {', '.join(filled)}\n")
