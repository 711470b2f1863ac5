"""`rapport store`: look after what the press keeps."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from rapport.ingest.fetched import list_unneeded
from rapport.ingest.remote.readings import list_unread
from rapport.params import find_root, list_units, load_unit
from rapport.press.run.store import Store
from rapport.press.run.store.collect import collect


def gc(arguments: argparse.Namespace) -> int:
    """Remove what no newer execution, draft or published report needs; say how much it was."""
    root, keep = find_root(Path.cwd()), arguments.keep
    store = Store(root / "data" / "store")
    units = [load_unit(root, name) for name in list_units(root)]
    gone = collect(
        store,
        keep=keep,
        reports=root / "reports",
        more=lambda named: [
            *list_unneeded(root, units, named, keep=keep),
            *list_unread(root, units, named, keep=keep),
        ],
    )
    sys.stdout.write(
        f"removed {gone.n_records:,} records, {gone.n_objects:,} objects, {gone.n_bytes:,} bytes\n"
    )
    n_tables = _forget(store)
    if n_tables is not None:
        sys.stdout.write(f"dropped {n_tables:,} tables of the engine\n")
    return 0


def _forget(store: Store) -> int | None:
    """Drop the tables of a PostgreSQL engine whose files are gone; None where none is named."""
    if not os.environ.get("RAPPORT_ENGINE_URL", "").startswith("postgres"):
        return None
    # Hardly a project has one.
    from rapport.tables.elsewhere import open_engine  # noqa: PLC0415

    engine = open_engine("postgresql")
    return engine.forget(lambda digest: store.object_path(digest).is_file())
