"""`rapport data compare`: in which parts the data of two reports differ, by digests alone."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import pandas as pd

from rapport.errors import ParameterError
from rapport.ingest.parts import compare_parts
from rapport.params import find_root
from rapport.press.run.store import Store

TABLE = "data_parts"
MANIFEST = "manifest.json"


def compare(arguments: argparse.Namespace) -> int:
    """Print the months and buckets of customers in which two reports' tables differ.

    Raises
    ------
    ParameterError
        A folder is no report of this project, or its data are no longer in the store.
    """
    store = Store(find_root(Path.cwd()) / "data" / "store")
    before, after = (_read_parts(store, folder) for folder in (arguments.before, arguments.after))
    moved = compare_parts(before, after)
    for row in moved.itertuples(index=False):
        where = " ".join(str(part) for part in (row.table, row.kind, row.part) if part)
        counts = f"{row.n_rows_before:,} rows, {row.n_rows_after:,} after"
        sys.stdout.write(f"{where}: {counts}\n")
    if moved.empty:
        sys.stdout.write("the same rows in every part of every table\n")
    return 0


def _read_parts(store: Store, folder: Path) -> pd.DataFrame:
    path = folder / MANIFEST
    try:
        tables = json.loads(path.read_bytes())["predicate"]["tables"]
        file = store.object_path(tables[TABLE]["sha256"])
    except (OSError, ValueError, KeyError) as error:
        raise ParameterError(
            f"{folder.name}: holds no record of a report's tables. Name the folder of a report, "
            "such as reports/shop/2026-06."
        ) from error
    if not file.is_file():
        raise ParameterError(
            f"{folder.name}: the data of this report are no longer in data/store. Restore them."
        )
    return pd.read_parquet(file)
