"""Bring every row to where it can be counted, or say everything that stands in the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from rapport.ingest.arrival import date_files
from rapport.ingest.checks import Wrong, check_pieces
from rapport.ingest.coverage import count_rows, make_span
from rapport.ingest.currency import convert, make_rates
from rapport.ingest.documents import make_documents, make_identities, make_lines
from rapport.ingest.faults import Fault
from rapport.ingest.identity.account import Account
from rapport.ingest.identity.staged import label_numbers, resolve_customers
from rapport.ingest.keys import check_fingerprint, check_keys
from rapport.ingest.leaving import Erased, Left, leave_erased, leave_old
from rapport.ingest.listing import add_related
from rapport.ingest.mapping import Piece, flag_by_reader
from rapport.ingest.past.kept import Past
from rapport.ingest.past.people import find_people, stand_alone
from rapport.ingest.past.recent import (
    check_columns,
    check_listed,
    join_recent,
    open_known,
    open_past,
    part_pieces,
    see_rows,
)
from rapport.ingest.quality import read_money
from rapport.ingest.quarantine import (
    Broken,
    check_limits,
    check_unparsed,
    count_broken,
    find_torn,
    limit_of,
    open_list,
    set_aside,
    set_lost_aside,
    set_twice_aside,
)
from rapport.ingest.read import open_sources
from rapport.ingest.rounded import flag_rounded
from rapport.ingest.sources import ResolvedSources
from rapport.ingest.staging import stage
from rapport.params import UnitParams
from rapport.tables.engine import Engine


@dataclass(frozen=True)
class Prepared:
    """The staged pieces of a unit; `faults` is all that stands in the way of its tables."""

    pieces: Sequence[Piece]
    faults: Sequence[Fault]
    identity: Account | None = None
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Of every source, with their types."""


def prepare(
    engine: Engine,
    unit: UnitParams,
    sources: ResolvedSources,
    pieces: Sequence[Piece],
    erased: Erased | None = None,
    *,
    past: Past | None = None,
) -> Prepared:
    """Open, stage and check every source, set broken rows aside, and join what is left.

    Raises
    ------
    OtherPastError
        Not with `past`: something in the way depends on all rows, or a new row is of the past.
    """
    open_past(engine, past)
    columns, faults = _open(engine, unit, sources, past)
    torn, faults = find_torn(engine, unit, pieces, faults)
    closed = {*sources.missing, *(fault.table for fault in faults)}
    reached = [piece for piece in pieces if piece.source not in closed]
    unrated = make_rates(engine, unit, columns)
    staged, found = _stage(engine, unit, sources, reached, columns, past=past)
    faults += [*unrated, *label_numbers(engine, unit, staged)]
    # Values of what could be staged are told beside what could not.
    incomplete = bool(faults or found)
    has_rates = unit.rates is not None and not unrated and unit.rates.source not in closed
    staged = convert(engine, unit, staged, has_rates=has_rates)
    gone = leave_erased(engine, staged, erased, zone=unit.timezone)
    open_list(engine)
    wrong = check_pieces(engine, unit, staged, torn)
    told = [*faults, *found, *check_unparsed(engine, unit, staged), *set_aside(engine, unit, wrong)]
    told += set_twice_aside(engine, unit, check_keys(engine, staged), staged)
    set_lost_aside(engine, staged)
    limited = [piece for piece in staged if limit_of(unit, piece) is not None]
    broken, account = count_broken(engine, limited), None
    if not incomplete:
        staged, account = resolve_customers(engine, unit, staged)
        told += _relate(engine, unit, sources, staged, gone, past=past)
        broken = add_related(engine, limited, broken)
        part_pieces(engine, staged, past)
    return Prepared(staged, [*told, *_over(unit, limited, broken, wrong)], account, columns)


def _open(
    engine: Engine, unit: UnitParams, sources: ResolvedSources, past: Past | None
) -> tuple[dict[str, Mapping[str, str]], list[Fault]]:
    faults = [_missing(unit, name) for name in sources.missing]
    columns: dict[str, Mapping[str, str]] = {}
    known = {name: len(files) for name, files in past.files.items()} if past else {}
    for name, opened in open_sources(engine, unit, sources.files, known):
        faults += opened.faults
        columns[name] = opened.columns
    if past is not None:
        unread = [name for name in past.files if name not in columns]
        columns |= {name: open_known(engine, name, past).columns for name in unread}
        check_columns(past, columns)
    return columns, faults


def _over(
    unit: UnitParams, pieces: Sequence[Piece], broken: Mapping[str, Broken], wrong: Sequence[Wrong]
) -> list[Fault]:
    """Say which limits are passed, and what is wrong with the rows that pass them."""
    over = check_limits(unit, pieces, broken)
    passed = {(fault.table, fault.source) for fault in over}
    why = [w.fault for w in wrong if (w.piece.table, w.piece.source) in passed]
    return [*over, *why]


def _stage(
    engine: Engine,
    unit: UnitParams,
    sources: ResolvedSources,
    pieces: Sequence[Piece],
    columns: Mapping[str, Mapping[str, str]],
    *,
    past: Past | None,
) -> tuple[list[Piece], list[Fault]]:
    staged, faults = [], []
    for piece in pieces:
        files, known = sources.files[piece.source], columns[piece.source]
        flagged = flag_rounded(engine, flag_by_reader(piece, known), known)
        dated, undated = date_files(flagged, files)
        n_files = len(past.new_files(piece.source, files) if past else files)
        left, found = stage(engine, dated, known, zone=unit.timezone, n_files=n_files)
        if past is not None and left and piece.makes_orders:
            join_recent(engine, left, past, zone=unit.timezone)
        staged += [left] if left else []
        faults += [*undated, *found]
    return staged, faults


def _relate(
    engine: Engine,
    unit: UnitParams,
    sources: ResolvedSources,
    pieces: Sequence[Piece],
    gone: Left,
    *,
    past: Past | None,
) -> list[Fault]:
    """Join what the tables say of each other; needs every piece staged whole."""
    leave_old(engine, unit, pieces)
    if past is not None:
        check_listed(engine, pieces)
        see_rows(engine, pieces, past)
    faults = make_documents(engine, pieces, zone=unit.timezone, past=past)
    make_lines(engine, pieces, past=past)
    if stand_alone(past):
        find_people(engine)
    else:
        make_identities(engine, pieces, zone=unit.timezone)
    make_span(engine, pieces, zone=unit.timezone)
    return faults + check_fingerprint(unit, _fingerprint(engine, unit, sources, pieces, gone))


def _missing(unit: UnitParams, name: str) -> Fault:
    if unit.sources[name].is_remote:
        return Fault(name, "", "was not read yet", f"Read it: rapport data fetch {unit.name}.")
    place = "data/sample" if unit.sample else "data/raw"
    advice = f"Put it into {place} or into a folder that RAPPORT_DATA_PATH names."
    return Fault(name, "", f"the file {unit.sources[name].path} is absent", advice)


def _fingerprint(
    engine: Engine, unit: UnitParams, sources: ResolvedSources, pieces: Sequence[Piece], gone: Left
) -> dict[str, Any]:
    """Give what the unit expects of its sources: erased customers' rows are still in them."""
    counts = count_rows(engine, sources) if unit.expect.rows else {}
    found: dict[str, Any] = {f"rows.{name}": n for name, n in counts.items()}
    for table in unit.expect.money:
        found[f"money.{table}"] = sum(
            (read_money(engine, p) for p in pieces if p.table == table),
            gone.money.get(table, Decimal(0)),
        )
    (span,) = engine.rows("SELECT data_from AS first_day, data_until AS last_day FROM span")
    first = [day for day in (span["first_day"], gone.first_day) if day is not None]
    last = [day for day in (span["last_day"], gone.last_day) if day is not None]
    span = {"first_day": min(first, default=None), "last_day": max(last, default=None)}
    return found | span
