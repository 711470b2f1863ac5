"""`rapport store`: look after what the press keeps."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rapport.params import find_root
from rapport.press.run.store import Store
from rapport.press.run.store.collect import collect


def gc(arguments: argparse.Namespace) -> int:
    """Remove what no newer execution, draft or published report needs; say how much it was."""
    root = find_root(Path.cwd())
    gone = collect(Store(root / "data" / "store"), keep=arguments.keep, reports=root / "reports")
    sys.stdout.write(
        f"removed {gone.n_records:,} records, {gone.n_objects:,} objects, {gone.n_bytes:,} bytes\n"
    )
    return 0
