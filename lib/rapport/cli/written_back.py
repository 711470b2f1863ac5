"""What exports of lists tell the next ingestion: the campaign, and who was assigned to what.

Two files of the unit, `campaigns.csv` and `contacts.csv`, are read as sources from the first export
on. Each is written aside and put in place whole; contacts before campaigns are never seen, as a
campaign without contacts is read as one that reached nobody. An export that is made again adds who
is new and leaves everybody else as assigned.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from rapport.errors import DataError
from rapport.params.lists import EXPORTED, exported_columns, exported_path

Rows = list[dict[str, str]]
KEYS = {"campaigns": ("campaign_id",), "campaign_contacts": ("campaign_id", "customer_id")}


def read_back(root: Path, unit: str, table: str, *, is_sample: bool) -> Rows:
    """Read what exports wrote of a table so far.

    Raises
    ------
    DataError
        The file was changed by hand in its columns.
    """
    path = exported_path(root, unit, table, is_sample=is_sample)
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != exported_columns(table):
            raise DataError(
                f"{path.name}: its columns are not those that exports write. Take it from its "
                "backup, or move it away."
            )
        return list(reader)


def add_rows(
    root: Path, unit: str, added: Mapping[str, Iterable[Mapping[str, str]]], *, is_sample: bool
) -> None:
    """Add rows to the files, campaigns first; a row whose key is there stays as it is."""
    for table in EXPORTED:
        rows = read_back(root, unit, table, is_sample=is_sample)
        known = {_key(table, row) for row in rows}
        new = [dict(row) for row in added[table] if _key(table, row) not in known]
        path = exported_path(root, unit, table, is_sample=is_sample)
        if new or not path.is_file():
            write_whole(path, _spell(table, [*rows, *new]))


def _key(table: str, row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in KEYS[table])


def _spell(table: str, rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, exported_columns(table), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def write_whole(path: Path, content: bytes) -> None:
    """Write a file for this user alone, whole or not at all, and on the disk before it is seen."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.fresh")
    aside.unlink(missing_ok=True)
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
