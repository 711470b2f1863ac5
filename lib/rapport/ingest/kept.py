"""What was read of a file is kept beside the store, so that the next ingestion reads new files.

A file's rows lie as one Parquet file whose name holds the digest of all that they depend on: the
file's bytes, what the unit says of how it is read, the code of this room and the libraries that
read. Behind it stands the digest of the kept file itself, so that one that is damaged counts as
not kept. An ingestion that succeeds removes what it had no use for: nothing of a delivery that was
withdrawn, or of a person who was erased, lingers here.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rapport.ingest.readers.aside import ROW
from rapport.ingest.sources import digest_of
from rapport.ingest.streamed import CLEAN_KEY, ROWS_IN_PART, name_few, write_plain
from rapport.ingest.text import TextFile
from rapport.params import Source
from rapport.tables import Room

# A smaller file is read again in less time than it takes to find it.
KEPT_FROM = 4 << 20
# The rows of a larger file are never in memory together.
STREAMED_FROM = 256 << 20
SUFFIX = ".kept"


def read_once(
    room: Room | None, source: Source, path: Path, read: Callable[[], TextFile]
) -> TextFile:
    """Read a file, or find what an earlier ingestion read of it.

    Returns
    -------
    as `read` gives it; the table of a large file is a Parquet file in the room's private folder,
    its rows numbered
    """
    if room is None or path.stat().st_size < KEPT_FROM:
        return read()
    key = name_read(source, path)
    found = find(room, key)
    if found is not None:
        return TextFile(found, [], _clean_of(found))
    if path.stat().st_size >= STREAMED_FROM:
        aside = room.folder / f"{key}.part"
        streamed = write_plain(source, path, aside)
        if streamed is not None:
            return TextFile(settle(room, key, aside), [], streamed)
    file = read()
    if not isinstance(file.table, pa.Table) or not _is_plain(file.table):
        return file
    clean = json.dumps(sorted(file.clean)).encode()
    table = _number(file.table).replace_schema_metadata({CLEAN_KEY: clean})
    return TextFile(add(room, key, table), [], file.clean)


def list_columns(file: TextFile) -> list[str]:
    """Name the columns of what was read of a file, none where it has a fault."""
    if file.table is None:
        return []
    if isinstance(file.table, Path):
        return list(pq.read_schema(file.table).names)
    return list(file.table.column_names)


def name_read(source: Source, path: Path) -> str:
    """Name what is read of a file by all that it depends on."""
    how = source.model_dump(mode="json", exclude={"path"})
    return digest([digest_of([path]), how, digest_code(), pa.__version__, duckdb.__version__])


def digest(content: object) -> str:
    """Give the digest of what JSON can hold."""
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:40]


@lru_cache(maxsize=1)
def digest_code() -> str:
    """Give the digest of the modules of this room, samples apart."""
    folder = Path(__file__).parent
    code = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.py"))
        if "sample" not in path.relative_to(folder).parts
    }
    return digest(code)


def find(room: Room, key: str) -> Path | None:
    """Find what is kept under a key, whole and undamaged, and bring it into the private folder.

    Linked there it outlives another ingestion that removes it from what is kept.
    """
    for kept in sorted(room.kept.glob(f"{key}-*{SUFFIX}")) if room.kept else ():
        mine = room.folder / kept.name
        try:
            _link(kept, mine)
        except FileNotFoundError:
            continue
        if kept.name == _name(key, mine):
            return mine
        kept.unlink(missing_ok=True)
        mine.unlink()
    return None


def hold(room: Room, name: str) -> Path | None:
    """Bring what is kept under a whole name into the private folder, unless it is damaged."""
    key, mine = name.partition("-")[0], room.folder / name
    if room.kept is None:
        return None
    try:
        _link(room.kept / name, mine)
    except FileNotFoundError:
        return None
    if name == _name(key, mine):
        return mine
    mine.unlink()
    return None


def hold_reads(room: Room, keys: Collection[str]) -> None:
    """Let what is kept under these keys stay, without a look at it."""
    for path in sorted(room.kept.glob(f"*{SUFFIX}")) if room.kept else ():
        if path.name.partition("-")[0] in keys:
            _link(path, room.folder / path.name)


def add(room: Room, key: str, table: pa.Table) -> Path:
    """Write a table into the room's private folder, and keep it under a key if anything is kept."""
    aside = room.folder / f"{key}.part"
    few = name_few(table)
    pq.write_table(table, aside, compression="lz4", row_group_size=ROWS_IN_PART, use_dictionary=few)
    return settle(room, key, aside)


def settle(room: Room, key: str, aside: Path) -> Path:
    """Keep a written file under a key: it is there whole or not at all, whoever is killed when."""
    mine = room.folder / _name(key, aside)
    # It holds what the source holds, people's names among it.
    aside.chmod(0o600)
    aside.replace(mine)
    if room.kept is not None:
        room.kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        half = room.folder / f"{mine.name}.half"
        _link(mine, half)
        half.replace(room.kept / mine.name)
    return mine


def forget_unused(room: Room) -> None:
    """Remove what is kept and was not found or added by this ingestion."""
    if room.kept is None or not room.kept.is_dir():
        return
    used = {path.name for path in room.folder.glob(f"*{SUFFIX}")}
    for path in sorted(room.kept.glob(f"*{SUFFIX}")):
        if path.name not in used:
            path.unlink(missing_ok=True)


def _name(key: str, path: Path) -> str:
    with path.open("rb") as file:
        return f"{key}-{hashlib.file_digest(file, 'sha256').hexdigest()[:40]}{SUFFIX}"


def _link(path: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    try:
        os.link(path, target)
    except FileNotFoundError:
        raise
    except OSError:  # a file system without links
        shutil.copyfile(path, target)


def _is_plain(table: pa.Table) -> bool:
    """Say whether a file gives back what the engine sees of a table: texts and row numbers."""
    names = {name.lower() for name in table.column_names}
    return len(names) == table.num_columns and all(
        pa.types.is_string(field.type) or field.name == ROW for field in table.schema
    )


def _number(table: pa.Table) -> pa.Table:
    if ROW in table.column_names:
        return table
    return table.append_column(ROW, pa.array(np.arange(1, table.num_rows + 1)))


def _clean_of(path: Path) -> frozenset[str]:
    metadata: Mapping[bytes, bytes] = pq.ParquetFile(path).metadata.metadata or {}
    return frozenset(json.loads(metadata[CLEAN_KEY]))
