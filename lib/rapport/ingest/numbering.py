"""One number for every order, by time, then source, then number of the order as delivered."""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Sequence

from rapport.ingest.casts import local_day
from rapport.ingest.mapping import Piece
from rapport.ingest.staging import MERGES
from rapport.tables.engine import Engine, identifier, quote


def merged() -> str:
    """Give SQL that is true for a staged row that is a copy of another."""
    return f"coalesce(rule IN ({', '.join(quote(rule) for rule in MERGES)}), false)"


def gathered_of(piece: Piece) -> str:
    """Name the relation of a piece's orders, one row each."""
    return identifier(piece.relation if piece.table == "orders" else f"gathered {piece.number}")


def _keyed(piece: Piece) -> str:
    return identifier(f"keyed {piece.number}")


def select_numbered(piece: Piece, rows: str) -> str:
    """Give the SELECT of a piece's rows, as they lie, with the numbers and days of their orders."""
    return f"SELECT * FROM {rows} POSITIONAL JOIN {_keyed(piece)}"


def number_orders(engine: Engine, pieces: Sequence[Piece], *, zone: str, after: int) -> None:
    """Give every order its number behind `after`; those of a piece lie as its rows do.

    Only what orders are sorted by goes through the sort: whole rows would be spilled to the disk
    and back. Copies of other rows come last and are never read. Of two rows of one number the one
    that stays comes first, wherever they stand in the file.
    """
    places = " UNION ALL ".join(
        f"SELECT {piece.number} AS piece, rowid AS place, ordered_at, order_id, "
        f"{merged()} AS is_merged, rule IS NOT NULL AS has_left FROM {_dated(piece)}"
        for piece in pieces
    )
    if not places:
        return
    # Sorted rows are numbered as they lie: to number them in a window took twice as long
    # where there was no room for all of them.
    engine.run(
        "CREATE TEMP TABLE keyed AS SELECT piece, place, "
        f"{local_day('ordered_at', zone)} AS ordered_on FROM (SELECT * FROM ({places}) "
        "ORDER BY is_merged, ordered_at NULLS LAST, piece, length(order_id), order_id, has_left)"
    )
    for piece in pieces:
        engine.run(
            f"CREATE TEMP TABLE {_keyed(piece)} AS SELECT {after + 1} + rowid AS order_key, "
            f"ordered_on FROM keyed WHERE piece = {piece.number} ORDER BY place"
        )
    engine.run("DROP TABLE keyed")


def _dated(piece: Piece) -> str:
    rows = gathered_of(piece)
    if piece.table != "orders" or piece.has("ordered_at"):
        return rows
    return f"(SELECT *, rowid, CAST(NULL AS TIMESTAMP) AS ordered_at FROM {rows})"
