"""Quantities with more decimals than a table keeps: rounded, and counted so that it is known.

The row stays and so does its money, which is delivered and not computed. To set the row aside
would lose both for less than a thousandth of a piece.
"""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rapport.ingest.casts import CLEAN, NARROW, SQL_TYPES, TEXT, WIDE
from rapport.ingest.mapping import Field, Piece
from rapport.ingest.read import relation_of
from rapport.ingest.rules import ROUNDED
from rapport.tables.engine import Engine, identifier, quote

# Nine decimals tell 0.30000000000000004, which is 0.3 in a file of floats, from 0.3005.
EXACT = "DECIMAL(38, 9)"
FLOATS = ("DOUBLE", "FLOAT")


def flag_rounded(engine: Engine, piece: Piece, known: Mapping[str, str]) -> Piece:
    """Count the rows whose quantity is rounded, where there are any.

    Parameters
    ----------
    known : the columns of the piece's source with their types

    Returns
    -------
    the piece, with a rule that flags these rows; a rule of the unit's own with that name stays
    """
    for field in piece.fields:
        kind = known.get(field.reads[0]) if field.reads and not field.computed else None
        if field.column.type != "quantity" or kind is None:
            continue
        condition = _loses(field, kind)
        if condition and _any(engine, piece, condition):
            mapping = piece.mapping.model_copy(
                update={"flag": {ROUNDED: condition, **piece.mapping.flag}}
            )
            conditions = {ROUNDED: field.reads, **piece.conditions}
            return replace(piece, mapping=mapping, conditions=conditions)
    return piece


def _loses(field: Field, kind: str) -> str | None:
    """Give SQL that is true where a value has more decimals than are kept; None for whole ones."""
    is_text = kind in (TEXT, CLEAN)
    if not is_text and kind not in FLOATS and not kind.startswith("DECIMAL"):
        return None
    digits = field.sql
    if kind == TEXT:
        digits = f"translate({digits}, {quote(WIDE)}, {quote(NARROW)})"
    lost = f"try_cast({digits} AS {EXACT}) <> try_cast({digits} AS {SQL_TYPES['quantity']})"
    # Most quantities are whole: to look for the point is cheaper than to cast twice.
    return f"(contains({digits}, '.') AND {lost})" if is_text else f"({lost})"


def _any(engine: Engine, piece: Piece, condition: str) -> bool:
    source = identifier(relation_of(piece.source))
    return bool(engine.rows(f"SELECT 1 AS found FROM {source} WHERE {condition} LIMIT 1"))
