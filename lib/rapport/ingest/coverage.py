"""Which days the sources cover, and what lies in each source."""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from rapport.ingest.documents import EMPTY_DAY, day_of
from rapport.ingest.mapping import Piece
from rapport.ingest.numbering import merged
from rapport.ingest.past.relations import LATEST, RECENT, past_of
from rapport.ingest.read import relation_of
from rapport.ingest.sources import ResolvedSources
from rapport.params import UnitParams
from rapport.params.lists import is_exported
from rapport.tables import to_frame
from rapport.tables.engine import Engine, identifier, quote

EVENTS = ("orders", "order_lines", "interactions", "surveys", "campaign_contacts")
# Only where nothing else happens do contracts say how far the data reach: an end may lie ahead.
CONTRACTS = ("subscriptions", "consents")


def make_span(engine: Engine, pieces: Sequence[Piece], *, zone: str) -> None:
    """Make the one-row relation `span`: the first and last day on which something happened."""
    parts = [f"SELECT ordered_on AS day FROM {RECENT} WHERE rule IS NULL"]
    parts += [f"SELECT {end} FROM {past_of('orders')}" for end in ("data_from", "data_until")]
    for piece in pieces:
        days = _days(piece, zone)
        # A list may be sent on a day that the data have not reached.
        if piece.table not in {"orders", "order_lines"} and not is_exported(piece.source):
            parts += [
                f"SELECT {day} FROM {identifier(piece.relation)} WHERE rule IS NULL" for day in days
            ]
    engine.run(
        "CREATE TEMP TABLE span AS SELECT min(day) AS data_from, max(day) AS data_until "
        f"FROM ({' UNION ALL '.join(parts)})"
    )


def _days(piece: Piece, zone: str) -> list[str]:
    if piece.table == "subscriptions":
        return [name for name in ("started_on", "ended_on") if piece.has(name)]
    if piece.table in (*EVENTS, *CONTRACTS):
        return [day_of(piece, zone)]
    return []


def count_days(engine: Engine, pieces: Sequence[Piece], *, zone: str) -> pd.DataFrame:
    """Count each source's rows by day, days without a row included.

    Returns
    -------
    one row per source and calendar day from its first to its last
        `source`, `day`, `n_rows`.
    """
    dated: dict[str, str] = {}
    for piece in pieces:
        day = day_of(piece, zone)
        if day != EMPTY_DAY and piece.source not in dated:
            rows = f"{day} AS day FROM {identifier(piece.latest)} WHERE NOT {merged()}"
            if piece.table == "orders":
                # Their days are known; to cut them again is the dearest part of counting.
                rows = f"ordered_on AS day FROM {LATEST} WHERE piece = {piece.number}"
            counted = f"SELECT day, count(*) AS n FROM (SELECT {rows}) GROUP BY day"
            if piece.makes_orders:
                days = f"SELECT day, n FROM {past_of('days')} WHERE piece = {piece.number}"
                counted = f"{counted} UNION ALL {days}"
            dated[piece.source] = f"SELECT {quote(piece.source)} AS source, * FROM ({counted})"
    none = f"SELECT CAST(NULL AS VARCHAR) AS source, {EMPTY_DAY} AS day, 0 AS n WHERE false"
    rows = " UNION ALL ".join(dated.values()) or none
    return to_frame(
        engine.fetch(
            "WITH days AS MATERIALIZED (SELECT source, day, CAST(sum(n) AS BIGINT) AS n "
            f"FROM ({rows}) GROUP BY source, day), "
            "ends AS (SELECT source, min(day) AS first, max(day) AS last FROM days "
            "GROUP BY source), calendar AS (SELECT source, CAST(unnest(generate_series("
            "CAST(first AS TIMESTAMP), CAST(last AS TIMESTAMP), INTERVAL 1 DAY)) AS DATE) AS day "
            "FROM ends) SELECT c.source, c.day, coalesce(d.n, 0) AS n_rows FROM calendar AS c "
            "LEFT JOIN days AS d ON c.source = d.source AND c.day = d.day ORDER BY 1, 2"
        )
    )


def count_rows(engine: Engine, sources: ResolvedSources) -> dict[str, int]:
    """Count the rows of every source, by its name."""
    counts = [
        f"SELECT {quote(name)} AS source, count(*) AS n FROM {identifier(relation_of(name))}"
        for name in sources.files
    ]
    if not counts:
        return {}
    counts.append(f"SELECT source, n FROM {past_of('sources')}")
    found = engine.rows(
        f"SELECT source, CAST(sum(n) AS BIGINT) AS n FROM ({' UNION ALL '.join(counts)}) "
        "GROUP BY source"
    )
    return {row["source"]: row["n"] for row in found}


def describe_sources(
    unit: UnitParams,
    sources: ResolvedSources,
    pieces: Sequence[Piece],
    n_rows: Mapping[str, int],
) -> pd.DataFrame:
    """List the sources, one row each, with the `n_rows` of each.

    Returns
    -------
    by name: `source`, `form`, `n_files`, `n_rows`, `digest`, `tables` (which it fills)
    """
    rows = []
    for name, paths in sources.files.items():
        fills = ", ".join(sorted({piece.table for piece in pieces if piece.source == name}))
        form = unit.sources[name].format
        rows.append((name, form, len(paths), n_rows[name], sources.digests[name], fills))
    columns = ["source", "form", "n_files", "n_rows", "digest", "tables"]
    return pd.DataFrame(rows, columns=columns)


def add_days(described: pd.DataFrame, coverage: pd.DataFrame) -> pd.DataFrame:
    """Add to each source its days: `first_day`, `last_day`, `n_days`, `n_days_expected`.

    `n_days` are days with a row, of those expected: every calendar day from first to last.
    """
    filled = coverage[coverage["n_rows"] > 0]
    days = filled.groupby("source")["day"].agg(first_day="min", last_day="max", n_days="count")
    days["n_days_expected"] = (days["last_day"] - days["first_day"]).dt.days + 1
    joined = described.merge(days, how="left", left_on="source", right_index=True)
    whole = ["n_days", "n_days_expected"]
    joined[whole] = joined[whole].fillna(0).astype("int64")
    return joined.reset_index(drop=True)
