"""What the model says of a set of records is kept, so that it is fitted again only for others.

An increment that brings orders alone finds every score of the ingestion before. One that brings
records fits anew: the chances of agreement are those of all records, whichever came first, so
customers depend on what was delivered and never on in how many parts it was.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import version

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rapport.ingest.identity.model import Scored, score_pairs
from rapport.ingest.identity.sounds import load_extra
from rapport.ingest.kept import add, digest, digest_code, find
from rapport.tables import Room

COLUMNS = ("a", "b", "probability")
UNFIT = b"rapport.unfit"


def score_once(room: Room | None, records: pa.Table, *, seed: int) -> Scored | None:
    """Score the pairs of records, or find what an earlier ingestion found of the same records.

    Parameters
    ----------
    room : where scores are kept, by numbers of records alone; None where nothing is
    records, seed : as `score_pairs` takes them

    Returns
    -------
    as `score_pairs` gives it
    """
    if room is None:
        return score_pairs(records, seed=seed)
    key = name_scores(records, seed=seed)
    found = find(room, key)
    if found is not None:
        return _read(pq.read_table(found))
    scored = score_pairs(records, seed=seed)
    add(room, key, _write(scored))
    return scored


def name_scores(records: pa.Table, *, seed: int) -> str:
    """Name the scores of records by all that they depend on."""
    load_extra("splink")
    content = hashlib.sha256()
    for name in records.column_names:
        content.update(name.encode())
        for text in records[name].cast(pa.string()).fill_null("\x00").to_pylist():
            content.update(text.encode() + b"\x1f")
    libraries = [version("splink"), version("duckdb")]
    return digest([content.hexdigest(), seed, digest_code(), *libraries])


def _write(scored: Scored | None) -> pa.Table:
    columns = [np.empty(0)] * 3 if scored is None else list(scored)
    kinds = (pa.int64(), pa.int64(), pa.float64())
    pairs = zip(columns, kinds, strict=True)
    made = pa.table([pa.array(column).cast(kind) for column, kind in pairs], names=COLUMNS)
    return made.replace_schema_metadata({UNFIT: b""}) if scored is None else made


def _read(table: pa.Table) -> Scored | None:
    if UNFIT in (table.schema.metadata or {}):
        return None
    return Scored(*(np.asarray(table[name]) for name in COLUMNS))
