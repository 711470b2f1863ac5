"""From a unit's source files to its canonical tables, or to one message of all that is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pyarrow as pa

from rapport.ingest.canonical import make_tables, name_customers
from rapport.ingest.checks import check_fingerprint, check_keys, check_pieces
from rapport.ingest.coverage import (
    add_days,
    count_days,
    count_rows,
    describe_sources,
    make_span,
)
from rapport.ingest.documents import make_documents, make_identities, make_lines
from rapport.ingest.facts import list_facts, list_findings, list_nets
from rapport.ingest.faults import Fault, frame_faults, raise_faults
from rapport.ingest.mapping import Piece, list_pieces
from rapport.ingest.quality import (
    flow_steps,
    frame_steps,
    list_steps,
    measure_completeness,
    quality_table,
    read_money,
)
from rapport.ingest.read import open_source
from rapport.ingest.sources import ResolvedSources
from rapport.ingest.staging import stage
from rapport.params import UnitParams
from rapport.schema import SCHEMAS
from rapport.tables import Room, TableFile, arrow_schema, measure_length
from rapport.tables.engine import Engine

# What the engine may hold before it spills into its room: half of the two gigabytes that the
# ingestion of five million orders may take, for Python and Arrow take their part.
MEMORY = "900MB"


@dataclass(frozen=True)
class Delivery:
    """What a unit's sources hold: canonical tables and the account of how they came about.

    Frames: `quality` one row per table and step (rows, money, before and after); `flows` the
    bars from read to kept; `sources` one row per source; `coverage` one row per source and
    calendar day; `completeness` one row per table and column; `faults` one row per fault, empty
    unless it comes from `check_unit`. `facts` are single figures by name.
    """

    tables: Mapping[str, pa.Table | TableFile]
    quality: pd.DataFrame
    flows: pd.DataFrame
    faults: pd.DataFrame
    sources: pd.DataFrame
    coverage: pd.DataFrame
    completeness: pd.DataFrame
    facts: Mapping[str, int | Decimal]
    data_from: date | None
    data_until: date | None


def ingest(
    unit: UnitParams,
    sources: ResolvedSources,
    *,
    key: bytes,
    room: Room | None = None,
    threads: int | None = None,
) -> Delivery:
    """Read, check and clean a unit's sources into its canonical tables.

    Parameters
    ----------
    unit : the unit's parameters: sources, mappings, rules
    sources : where its files lie (`find_sources`)
    key : of the pseudonyms; it changes `customer_id` and nothing else
    room : where large tables are made; canonical tables then come as files in its private
        folder, of the bytes that `write_table` gives. Without it all is in memory
    threads : of the engine; no result depends on it. Without it there are two where the files
        are large, else one

    Raises
    ------
    ParameterError
        The unit's mappings name what does not exist.
    DataError
        The sources break their contract: one message with every fault.
    """
    with _open(sources, threads, room) as engine:
        pieces = list_pieces(engine, unit)
        staged, faults = _prepare(engine, unit, sources, pieces)
        raise_faults(unit.name, faults)
        return _deliver(engine, unit, sources, staged, key)


def check_unit(
    unit: UnitParams, sources: ResolvedSources, *, threads: int | None = None
) -> Delivery:
    """Do all that `ingest` does short of making tables, and give the faults instead of raising.

    The frames of the account are filled where there is no fault; `tables` is empty.
    """
    with TemporaryDirectory() as folder, _open(sources, threads, Room(Path(folder))) as engine:
        pieces = list_pieces(engine, unit)
        staged, faults = _prepare(engine, unit, sources, pieces)
        if faults:
            return _faulty(faults)
        return _account(engine, unit, sources, staged, {})


def _open(sources: ResolvedSources, threads: int | None, room: Room | None) -> Engine:
    files = [file for paths in sources.files.values() for file in paths]
    limit = MEMORY if room else None
    return Engine({}, files=files, threads=threads, memory_limit=limit, room=room)


def _prepare(
    engine: Engine, unit: UnitParams, sources: ResolvedSources, pieces: Sequence[Piece]
) -> tuple[list[Piece], list[Fault]]:
    """Bring every row to where it can be counted, and tell all that stands in the way."""
    faults = [_missing(unit, name) for name in sources.missing]
    closed = set(sources.missing)
    columns: dict[str, Mapping[str, str]] = {}
    for name, paths in sources.files.items():
        opened = open_source(engine, name, unit.sources[name], paths)
        closed |= {name} if opened.faults else set()
        faults += opened.faults
        columns[name] = opened.columns
    reached = [piece for piece in pieces if piece.source not in closed]
    staged, found = _stage(engine, unit, sources, reached, columns)
    # Values of what could be staged are told beside what could not.
    incomplete = bool(faults or found)
    faults += found
    faults += check_pieces(engine, unit, staged)
    faults += check_keys(engine, staged)
    return staged, faults if incomplete else faults + _relate(engine, unit, sources, staged)


def _stage(
    engine: Engine,
    unit: UnitParams,
    sources: ResolvedSources,
    pieces: Sequence[Piece],
    columns: Mapping[str, Mapping[str, str]],
) -> tuple[list[Piece], list[Fault]]:
    staged, faults = [], []
    for piece in pieces:
        n_files, known = len(sources.files[piece.source]), columns[piece.source]
        left, found = stage(engine, piece, known, zone=unit.timezone, n_files=n_files)
        staged += [left] if left else []
        faults += found
    return staged, faults


def _relate(
    engine: Engine, unit: UnitParams, sources: ResolvedSources, pieces: Sequence[Piece]
) -> list[Fault]:
    """Join what the tables say of each other; needs every piece staged whole."""
    faults = make_documents(engine, pieces, zone=unit.timezone)
    make_lines(engine, pieces)
    make_identities(engine, pieces, zone=unit.timezone)
    make_span(engine, pieces, zone=unit.timezone)
    return faults + check_fingerprint(unit, _fingerprint(engine, unit, sources, pieces))


def _missing(unit: UnitParams, name: str) -> Fault:
    place = "data/sample" if unit.sample else "data/raw"
    advice = f"Put it into {place} or into a folder that RAPPORT_DATA_PATH names."
    return Fault(name, "", f"the file {unit.sources[name].path} is absent", advice)


def _fingerprint(
    engine: Engine, unit: UnitParams, sources: ResolvedSources, pieces: Sequence[Piece]
) -> dict[str, Any]:
    counts = count_rows(engine, sources) if unit.expect.rows else {}
    found: dict[str, Any] = {f"rows.{name}": n for name, n in counts.items()}
    for table in unit.expect.money:
        found[f"money.{table}"] = sum(
            (read_money(engine, p) for p in pieces if p.table == table), Decimal(0)
        )
    return found | engine.rows("SELECT data_from AS first_day, data_until AS last_day FROM span")[0]


def _faulty(faults: Sequence[Fault]) -> Delivery:
    none = pd.DataFrame()
    return Delivery({}, none, none, frame_faults(faults), none, none, none, {}, None, None)


def _deliver(
    engine: Engine, unit: UnitParams, sources: ResolvedSources, pieces: Sequence[Piece], key: bytes
) -> Delivery:
    name_customers(engine, key)
    return _account(engine, unit, sources, pieces, dict(make_tables(engine, unit, pieces)))


def _account(
    engine: Engine,
    unit: UnitParams,
    sources: ResolvedSources,
    pieces: Sequence[Piece],
    tables: Mapping[str, pa.Table | TableFile],
) -> Delivery:
    steps = list_steps(engine, pieces)
    quality = frame_steps([*steps, *list_findings(engine, pieces)])
    described = describe_sources(unit, sources, pieces, count_rows(engine, sources))
    coverage = count_days(engine, pieces, zone=unit.timezone)
    (span,) = engine.rows("SELECT data_from, data_until FROM span")
    return Delivery(
        tables=_finish(tables, span, quality),
        quality=quality,
        flows=flow_steps(quality),
        faults=frame_faults(()),
        sources=add_days(described, coverage),
        coverage=coverage,
        completeness=measure_completeness(tables, list_nets(engine)),
        facts=list_facts(engine, pieces),
        data_from=span["data_from"],
        data_until=span["data_until"],
    )


def _finish(
    tables: Mapping[str, pa.Table | TableFile], span: Mapping[str, Any], quality: pd.DataFrame
) -> Mapping[str, pa.Table | TableFile]:
    """Add what tells of the tables themselves, if there are any."""
    if not tables:
        return {}
    counts = {
        f"n_{table}": measure_length(tables[table]) if table in tables else 0
        for table in ("customers", "orders")
    }
    schema = arrow_schema(SCHEMAS["snapshot"])
    snapshot = pa.Table.from_pylist([{**span, **counts}], schema=schema)
    return {**tables, "snapshot": snapshot, "data_quality": quality_table(quality)}
