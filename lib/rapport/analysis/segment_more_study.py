"""What else is known of segments: who moved between them, what they answer, and how they differ.

Moves are counted between the end of the period before and as_of, both scored by the borders of the
later day: with each day's own borders, customers would move because the borders do.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from rapport.analysis.intervals import wilson
from rapport.analysis.measured import Measured
from rapport.analysis.nps import score_nps
from rapport.analysis.profiles import choose_radar, profile_groups
from rapport.analysis.rfm import ABSENT, SEGMENTS, assign_segments, rfm_cuts, take_window
from rapport.analysis.segmentation_study import BEST, Segmentation, SegmentRules
from rapport.analysis.segments import migration

# Whom a radar shows, in this order, as far as they are many enough.
SHOWN = ("high_value", "must_keep", "potential", "new", "at_risk")
AXES = (
    "rfm_order_days", "rfm_spend", "tenure_days", "median_gap_days", "n_categories", "n_channels",
    "share_discounted",
)  # fmt: skip
MORE_COLUMNS = ("segment", "n", "tenure", "gap", "n_answers", "nps", "low", "high")


def study_moves(
    measures: pd.DataFrame, periods: pd.DataFrame, rules: SegmentRules
) -> pd.DataFrame | None:
    """Count who was in which segment at the end of the period before, and is in which now.

    Returns
    -------
    as `segments.migration`; None where the data do not reach back to the period before, or where
    nobody bought
    """
    rows = periods[(periods["window"] == "previous") & periods["is_comparable"].astype(bool)]
    if rows.empty:
        return None
    then = take_window(measures, window="previous", spend=rules.spend)
    now = take_window(measures, spend=rules.spend)
    if then.empty or now.empty:
        return None
    cuts, day = rfm_cuts(now), pd.Timestamp(rows["ends_on"].iloc[0]).date()
    earlier = assign_segments(then, new_days=rules.new_days, as_of=day, cuts=cuts)
    later = assign_segments(now, new_days=rules.new_days, as_of=rules.as_of, cuts=cuts)
    return migration(earlier["segment"], later["segment"])


def name_moves(moves: pd.DataFrame | None, *, min_n: int = 30) -> str:
    """Say what can be said of moves: none (no earlier day), few, or ok."""
    if moves is None:
        return "none"
    return "ok" if int(moves.loc[BEST].sum()) >= min_n else "few"


def measure_moves(
    moves: pd.DataFrame | None, *, min_n: int = 30, confidence: float = 0.95
) -> list[Measured]:
    """Name how many of the high-value customers still are, and how many of all stayed put."""
    if moves is None or name_moves(moves, min_n=min_n) != "ok":
        return []
    row = moves.loc[BEST]
    n, stay = int(row.sum()), int(row[BEST])
    both = moves.loc[list(SEGMENTS), list(SEGMENTS)].to_numpy()
    n_both, same = int(both.sum()), int(both.trace())
    return [
        Measured("moves.n", n, "count", "customers"),
        Measured("moves.stay", stay / n, "ratio", "share", n,
                 wilson(stay, n, confidence=confidence).ends),
        Measured("moves.same", same / n_both, "ratio", "share", n_both,
                 wilson(same, n_both, confidence=confidence).ends),
    ]  # fmt: skip


def list_moves(moves: pd.DataFrame | None) -> pd.DataFrame:
    """Give the table of moves: a row per earlier segment, `absent` last; no rows without moves."""
    if moves is None:
        return pd.DataFrame(columns=["earlier", *SEGMENTS, ABSENT])
    return moves.rename_axis("earlier").reset_index()


def join_habits(found: Segmentation, habits: pd.DataFrame | None) -> pd.DataFrame:
    """Give the customers of the window with their habits, in their order.

    Returns
    -------
    the columns of both; `share_discounted` (orders); habits are empty where none are known
    """
    customers = found.customers
    if habits is None:
        return customers
    own = habits[habits["window"] == "current"].set_index("customer_id")
    more = own.drop(columns=["window", "order_key"]).reindex(customers.index)
    joined = customers.join(more[[name for name in more if name not in customers]])
    orders = joined["n_orders"].astype(float)
    discounted = joined["n_discounted_orders"].astype(float)
    return joined.assign(share_discounted=discounted / orders.where(orders > 0))


def study_more(found: Segmentation, joined: pd.DataFrame, rules: SegmentRules) -> pd.DataFrame:
    """Give tenure, the usual gap between orders, and the net promoter score of every segment.

    Returns
    -------
    one row per segment of `min_n` customers or more: `segment`, `n`, `tenure` (median days),
        `gap` (median days between orders, of those with two), `n_answers`, `nps` with `low` and
        `high`, all three empty under `min_n` answers
    """
    rows: list[dict[str, Any]] = []
    for name in SEGMENTS:
        own = joined[(found.scores["segment"] == name).to_numpy()]
        if not found.is_shown or len(own) < rules.min_n:
            continue
        row: dict[str, Any] = {"segment": name, "n": len(own)}
        row["tenure"] = float(own["tenure_days"].median())
        row["gap"] = _median(own, "median_gap_days")
        if "last_nps" in own:
            score = score_nps(own["last_nps"], confidence=rules.confidence)
            row["n_answers"] = 0 if score is None else score.n
            if score is not None and score.n >= rules.min_n:
                row |= {"nps": score.value, "low": score.low, "high": score.high}
        rows.append(row)
    return pd.DataFrame(rows, columns=list(MORE_COLUMNS))


def _median(rows: pd.DataFrame, name: str) -> float | None:
    known = rows[name].dropna() if name in rows else pd.Series(dtype=float)
    return float(known.astype(float).median()) if len(known) else None


def name_answers(more: pd.DataFrame) -> list[str]:
    """Say whether segments answer apart, close, or none of two can be told; nothing unshown."""
    if more.empty:
        return []
    known = more[more["nps"].notna()].sort_values("nps", kind="stable")
    if len(known) < 2:
        return ["none"]
    # Beyond doubt only where the two intervals lie apart.
    return ["apart" if known["low"].iloc[-1] > known["high"].iloc[0] else "close"]


def measure_more(more: pd.DataFrame) -> list[Measured]:
    """Name the segments of highest and lowest net promoter score, where two have one."""
    known = more[more["nps"].notna()].sort_values(["nps", "segment"], kind="stable")
    if len(known) < 2:
        return []
    found = []
    for name, row in (("lowest", known.iloc[0]), ("highest", known.iloc[-1])):
        ends = (float(row["low"]), float(row["high"]))
        size = int(row["n_answers"])
        found += [
            Measured(f"nps.{name}", str(row["segment"]), "label", "segment"),
            Measured(f"nps.{name}.score", float(row["nps"]), "estimator", "nps", size, ends),
        ]
    return found


def place_segments(found: Segmentation, joined: pd.DataFrame, rules: SegmentRules) -> pd.DataFrame:
    """Give what the radar of segments shows: at most three, on five measures or more."""
    if not found.is_shown:
        return profile_groups(joined.iloc[:0], pd.Series(dtype=object), measures=())
    segments = found.scores["segment"]
    sizes = segments.value_counts()
    shown = [name for name in SHOWN if sizes.get(name, 0) >= rules.min_n][:3]
    groups = segments.where(segments.isin(shown))
    known = [name for name in AXES if name in joined and joined[name].notna().sum() > 0]
    return choose_radar(profile_groups(joined, groups, measures=known, min_n=rules.min_n))
