"""`rapport store`: look after what the press keeps."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rapport.ingest.fetched import list_unneeded
from rapport.params import find_root, list_units, load_unit
from rapport.press.run.store import Store
from rapport.press.run.store.collect import collect


def gc(arguments: argparse.Namespace) -> int:
    """Remove what no newer execution, draft or published report needs; say how much it was."""
    root, keep = find_root(Path.cwd()), arguments.keep
    units = [load_unit(root, name) for name in list_units(root)]
    gone = collect(
        Store(root / "data" / "store"),
        keep=keep,
        reports=root / "reports",
        more=lambda named: list_unneeded(root, units, named, keep=keep),
    )
    sys.stdout.write(
        f"removed {gone.n_records:,} records, {gone.n_objects:,} objects, {gone.n_bytes:,} bytes\n"
    )
    return 0
