"""From a unit's source files to its canonical tables, or to one message of all that is wrong."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pyarrow as pa

from rapport.ingest.arrival import count_lags, count_late, list_late_orders
from rapport.ingest.canonical import list_apart, make_tables
from rapport.ingest.completeness import measure_completeness
from rapport.ingest.coverage import (
    add_days,
    count_days,
    count_rows,
    describe_sources,
)
from rapport.ingest.drift import Periods, find_periods, frame_drift
from rapport.ingest.facts import list_facts, list_findings, make_spent
from rapport.ingest.faults import Fault, frame_faults, raise_faults
from rapport.ingest.identifiers import make_identifiers
from rapport.ingest.identity.account import Account
from rapport.ingest.identity.links import name_records
from rapport.ingest.kept import forget_unused
from rapport.ingest.leaving import Erased
from rapport.ingest.listing import list_related, list_set_aside, summarize
from rapport.ingest.mapping import Piece, list_pieces
from rapport.ingest.measured import Tables, measure
from rapport.ingest.names import name_customers
from rapport.ingest.parts import digest_parts
from rapport.ingest.past.cut import choose_cut
from rapport.ingest.past.drift import find_drift, note_drift
from rapport.ingest.past.kept import Past, find_past, forget, name_note
from rapport.ingest.past.people import add_up, part_names, stand_alone, take_net
from rapport.ingest.past.recent import OtherPastError, read_copies
from rapport.ingest.past.split import Split, split
from rapport.ingest.past.write import Made, keep_made
from rapport.ingest.prepare import Prepared, prepare
from rapport.ingest.quality import (
    flow_steps,
    frame_steps,
    list_steps,
    quality_table,
)
from rapport.ingest.sources import ResolvedSources
from rapport.params import UnitParams
from rapport.schema import SCHEMAS
from rapport.tables import Room, TableFile, arrow_schema, measure_length
from rapport.tables.engine import Engine

logger = logging.getLogger(__name__)

# What the engine may hold before it spills into its room: half of the two gigabytes that the
# ingestion of five million orders may take, for Python and Arrow take their part.
MEMORY = "900MB"
# From so many bytes of sources on it may hold more: with less, rows of fifty million orders go to
# the disk and back so often that each costs half as much again, and their sort finds no room.
LARGE_FROM = 512 << 20
MEMORY_OF_LARGE = "1600MB"


@dataclass(frozen=True)
class Delivery:
    """What a unit's sources hold: canonical tables and the account of how they came about.

    Frames: `quality` one row per table and step (rows, money, before and after); `flows` the
    bars from read to kept; `sources` one row per source; `coverage` one row per source and
    calendar day; `completeness` one row per table and column; `quarantine` one row per table,
    source, rule and column of which rows were set aside or are odd; `faults` one row per fault,
    empty unless it comes from `check_unit`; `parts` one row per table and part, with the digest
    of the part's rows; `lags` rows by days until arrival; `late` rows by period; `drift` rows by
    value in the two `periods` compared, if there are two. `facts` are single figures by name.
    """

    tables: Mapping[str, pa.Table | TableFile]
    quality: pd.DataFrame
    flows: pd.DataFrame
    faults: pd.DataFrame
    sources: pd.DataFrame
    coverage: pd.DataFrame
    completeness: pd.DataFrame
    quarantine: pd.DataFrame
    facts: Mapping[str, int | Decimal]
    data_from: date | None
    data_until: date | None
    parts: pd.DataFrame = field(default_factory=pd.DataFrame)
    identity: Account | None = None
    """How records became customers, where more than the number was asked."""
    lags: pd.DataFrame = field(default_factory=pd.DataFrame)
    late: pd.DataFrame = field(default_factory=pd.DataFrame)
    drift: pd.DataFrame = field(default_factory=pd.DataFrame)
    periods: Periods | None = None
    identifiers: pa.Table | None = None
    """What names people: kept apart from everything else."""
    aside: pa.Table | None = None
    """Every row that was set aside, as the canonical table `quarantine` has it."""


def ingest(
    unit: UnitParams,
    sources: ResolvedSources,
    *,
    key: bytes,
    room: Room | None = None,
    threads: int | None = None,
    erased: Collection[str] = (),
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
    erased : digests of the pseudonyms of customers whose rows are left out

    Raises
    ------
    ParameterError
        The unit's mappings name what does not exist.
    DataError
        The sources break their contract: one message with every fault.
    """
    note = name_note(unit, key, erased)
    order = _Order(unit, sources, Erased(key, frozenset(erased)), note)
    past = find_past(room, unit, sources, note)
    delivery = None
    if past is not None and room is not None:
        try:
            delivery = _ingest(order, room, threads, past)
        except OtherPastError as why:
            # Counts and names of sources alone, as in every message.
            logger.warning("unit %s: every file is read again: %s.", unit.name, why)
            forget(room, past)
    if delivery is None:
        delivery = _ingest(order, room, threads, None)
    if room is not None:
        forget_unused(room)
    return delivery


@dataclass(frozen=True)
class _Order:
    """What is to be ingested, for whom, and the name of what is kept of it."""

    unit: UnitParams
    sources: ResolvedSources
    gone: Erased
    note: str


def _ingest(order: _Order, room: Room | None, threads: int | None, past: Past | None) -> Delivery:
    """Ingest all, or what is not of the past."""
    unit, sources = order.unit, order.sources
    with _open(sources, threads, room) as engine:
        pieces = list_pieces(engine, unit)
        ready = prepare(engine, unit, sources, pieces, order.gone, past=past)
        if past is not None and ready.faults:
            # Which rows a fault names depends on all of them.
            raise OtherPastError("something is wrong with the rows")
        raise_faults(unit.name, ready.faults)
        return _deliver(engine, order, ready, past)


def check_unit(
    unit: UnitParams, sources: ResolvedSources, *, threads: int | None = None
) -> Delivery:
    """Do all that `ingest` does short of making tables, and give the faults instead of raising.

    The frames of the account are filled where there is no fault; `tables` is empty.
    """
    with TemporaryDirectory() as folder, _open(sources, threads, Room(Path(folder))) as engine:
        pieces = list_pieces(engine, unit)
        ready = prepare(engine, unit, sources, pieces)
        if ready.faults:
            return _faulty(ready.faults)
        told, _ = _account(engine, unit, sources, ready.pieces, Tables({}))
        return replace(told, identity=ready.identity)


def _open(sources: ResolvedSources, threads: int | None, room: Room | None) -> Engine:
    files = [file for paths in sources.files.values() for file in paths]
    size = sum(file.stat().st_size for file in files)
    limit = (MEMORY if size < LARGE_FROM else MEMORY_OF_LARGE) if room else None
    return Engine({}, files=files, threads=threads, memory_limit=limit, room=room)


def _faulty(faults: Sequence[Fault]) -> Delivery:
    none = pd.DataFrame()
    return Delivery({}, none, none, frame_faults(faults), none, none, none, none, {}, None, None)


def _deliver(engine: Engine, order: _Order, ready: Prepared, past: Past | None) -> Delivery:
    unit, pieces = order.unit, ready.pieces
    name_customers(engine, order.gone.key)
    if unit.identity.is_asked:
        name_records(engine, order.gone.key)
    cut = choose_cut(engine, unit, pieces, past)
    parted = None
    if cut is not None and engine.room is not None:
        parted = split(Split(engine, engine.room, pieces, past, cut, order.note, unit.timezone))
    part_names(engine, past)
    apart = list_apart(engine, unit, pieces)
    tables = dict(make_tables(engine, unit, pieces, apart=apart, past=past))
    made, kept = _account(engine, unit, order.sources, pieces, Tables(tables, past, cut, apart))
    identifiers = make_identifiers(engine, unit, pieces, past)
    if parted is not None and kept is not None:
        known = replace(kept, columns=ready.columns, identifiers=identifiers)
        keep_made(parted, order.sources, known)
    return replace(made, identity=ready.identity, identifiers=identifiers)


def _account(
    engine: Engine,
    unit: UnitParams,
    sources: ResolvedSources,
    pieces: Sequence[Piece],
    tables: Tables,
) -> tuple[Delivery, Made | None]:
    facts = _add_up(engine, pieces, tables.past)
    steps = list_steps(engine, pieces, read_copies(tables.past))
    quality = frame_steps([*steps, *list_findings(engine, pieces)])
    described = describe_sources(unit, sources, pieces, count_rows(engine, sources))
    coverage = count_days(engine, pieces, zone=unit.timezone)
    (span,) = engine.rows("SELECT data_from, data_until FROM span")
    list_related(engine, pieces, steps)
    aside = list_set_aside(engine, pieces)
    periods = find_periods(engine, unit)
    drift = find_drift(engine, unit, pieces, periods, tables.past)
    weights, sums, kept = measure(engine, tables, take_net(facts))
    if kept is not None:
        kept = replace(kept, steps=steps, drift=note_drift(unit, pieces, periods, drift))
    delivery = Delivery(
        tables=_finish(tables.made, span, quality, aside, list_late_orders(engine, unit, pieces)),
        quality=quality,
        flows=flow_steps(quality),
        faults=frame_faults(()),
        sources=add_days(described, coverage),
        coverage=coverage,
        completeness=measure_completeness(weights),
        quarantine=summarize(engine, aside, pieces, quality),
        facts=facts,
        data_from=span["data_from"],
        data_until=span["data_until"],
        parts=digest_parts(sums),
        lags=count_lags(engine, unit, pieces),
        late=count_late(engine, unit, pieces),
        drift=frame_drift(drift),
        periods=periods,
        aside=aside,
    )
    return delivery, kept


def _add_up(engine: Engine, pieces: Sequence[Piece], past: Past | None) -> dict[str, int | Decimal]:
    """Give the facts, and the net spend of all customers where that is known with them."""
    if past is not None and stand_alone(past):
        return add_up(engine, pieces, past)
    make_spent(engine)
    return list_facts(engine, pieces)


def _finish(
    tables: Mapping[str, pa.Table | TableFile],
    span: Mapping[str, Any],
    quality: pd.DataFrame,
    aside: pa.Table,
    late: pa.Table | None,
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
    told = {"snapshot": snapshot, "data_quality": quality_table(quality), "quarantine": aside}
    return {**tables, **told} if late is None else {**tables, **told, "late_orders": late}
