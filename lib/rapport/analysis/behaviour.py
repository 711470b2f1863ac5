"""Ways through visits, and where visits end without an order.

A place is a page, or the kind of contact where the log names no page. Visits are those of known
customers in the period. Where a visit ends says where people stop and never why: a page that
everybody passes ends many visits, so the share of its visits stands beside the count.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rapport.analysis.intervals import share_of_cells
from rapport.analysis.measured import Measured, share

N_SHOWN = 8
ENDS = ("place", "n_customers", "n_visits", "n_dropped", "share", "low", "high")
MOVES = ("place", "next_place", "n_customers", "n_visits", "n_visits_place")


def list_ends(
    ends: pd.DataFrame | None, *, min_n: int, min_count: int, confidence: float, seed: int
) -> pd.DataFrame:
    """Give the places at which visits ended without an order, most visits first.

    Parameters
    ----------
    ends : `session_ends`: `place`, `n_visits`, `n_dropped` (of a customer), `n` (customers alike);
        None without a log of contacts
    min_n, min_count : customers at a place, and customers who ended a visit there, below which it
        is left out

    Returns
    -------
    one row per place, the first eight
        `n_customers`, `n_visits`, `n_dropped` (visits that ended there without an order), `share`
        of the place's visits with the ends of its interval, customers drawn again

    Examples
    --------
    >>> counts = {"n_visits": [2, 1], "n_dropped": [1, 0], "n": [20, 40]}
    >>> ends = pd.DataFrame({"place": "cart", **counts})
    >>> listed = list_ends(ends, min_n=30, min_count=10, confidence=0.95, seed=0)
    >>> listed[["n_visits", "n_dropped", "share"]].to_numpy().tolist()
    [[80.0, 20.0, 0.25]]
    """
    if ends is None:
        return pd.DataFrame({name: [] for name in ENDS})
    rows = []
    for place, of in ends.groupby("place", sort=True):
        n_customers = int(of["n"].sum())
        n_who = int(of.loc[of["n_dropped"] > 0, "n"].sum())
        if n_customers < max(min_n, min_count) or n_who < min_count:
            continue
        visits, dropped = (int((of[c] * of["n"]).sum()) for c in ("n_visits", "n_dropped"))
        span = _interval(of, confidence, seed)
        rows.append((str(place), n_customers, visits, dropped, dropped / visits, *span))
    listed = pd.DataFrame(rows, columns=list(ENDS))
    ordered = listed.sort_values(["n_dropped", "place"], ascending=[False, True])
    return ordered.head(N_SHOWN).reset_index(drop=True)


def _interval(of: pd.DataFrame, confidence: float, seed: int) -> tuple[float, float]:
    ordered = of.sort_values(["n_dropped", "n_visits"])
    cells = ordered[["n_dropped", "n_visits"]].to_numpy(np.int64)
    span = share_of_cells(cells, ordered["n"].to_numpy(np.int64), confidence=confidence, seed=seed)
    assert span is not None, "a place has visits"
    return span.ends


def list_moves(moves: pd.DataFrame | None) -> pd.DataFrame:
    """Give the ways from one place to the next that most visits took, the first eight.

    Parameters
    ----------
    moves : `session_moves`, in which no way of too few customers stands; None without a log

    Returns
    -------
    one row per way
        `n_visits` that took it, of `n_visits_place` visits that were at its beginning
    """
    if moves is None:
        return pd.DataFrame({name: [] for name in MOVES})
    by = ["n_visits", "place", "next_place"]
    ordered = moves.sort_values(by, ascending=[False, True, True])
    return ordered[list(MOVES)].head(N_SHOWN).reset_index(drop=True)


def choose_behaviour(ends: pd.DataFrame, moves: pd.DataFrame) -> list[str]:
    """Name the sentences that the tables allow; none without a log, of which the funnel says it."""
    there = {"ends": len(ends) > 0, "moves": len(moves) > 0}
    return [name for name, is_there in there.items() if is_there]


def measure_behaviour(ends: pd.DataFrame, moves: pd.DataFrame) -> list[Measured]:
    """Measure the place at which most visits ended, and the way that most took."""
    found: list[Measured] = []
    if len(ends):
        top = ends.iloc[0]
        visits, dropped = int(top["n_visits"]), int(top["n_dropped"])
        span = (float(top["low"]), float(top["high"]))
        found += [
            Measured("ends.visits", visits, "count", "sessions"),
            Measured("ends.dropped", dropped, "count", "sessions"),
            share("ends.share", dropped, visits, interval=span),
        ]
    if len(moves):
        found.append(Measured("moves.visits", int(moves["n_visits"].iloc[0]), "count", "sessions"))
        at = int(moves["n_visits_place"].iloc[0])
        found.append(Measured("moves.at", at, "count", "sessions"))
    return found


def name_places(ends: pd.DataFrame, moves: pd.DataFrame) -> dict[str, str]:
    """Name the places that the sentences speak of, by slot."""
    named = {"ends_place": str(ends["place"].iloc[0])} if len(ends) else {}
    if len(moves):
        first = moves.iloc[0]
        named |= {"moves_from": str(first["place"]), "moves_to": str(first["next_place"])}
    return named
