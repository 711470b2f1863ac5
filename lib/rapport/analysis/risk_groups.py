"""Risk by segment: what the model says of each now, and what became of it a horizon ago.

The segment of a horizon ago is made from what was known then, so that it knows nothing of who
came back.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rapport.analysis.intervals import wilson
from rapport.analysis.measured import Measured
from rapport.analysis.rfm import SEGMENTS, assign_segments, take_window

COLUMNS = ("segment", "n", "risk")


def study_segment_risk(
    scores: pd.DataFrame | None, segments: pd.DataFrame | None, *, min_count: int = 10
) -> pd.DataFrame:
    """Average the risk of every segment.

    Parameters
    ----------
    scores : `customer_id`, `risk`; None where no list is made
    segments : `customer_id`, `segment`, as the segmentation chapter publishes them

    Returns
    -------
    one row per segment of `min_count` scored customers or more, highest mean `risk` first:
        `segment`, `n`, `risk`; no rows without both tables
    """
    if scores is None or segments is None:
        return pd.DataFrame(columns=list(COLUMNS))
    joined = scores[["customer_id", "risk"]].merge(
        segments[["customer_id", "segment"]], on="customer_id", validate="1:1"
    )
    # Sorted, so that a sum of floats does not hang on the order of rows.
    ordered = joined.sort_values(["segment", "risk"], kind="stable")
    rows = ordered.groupby("segment").agg(n=("risk", "size"), risk=("risk", "mean")).reset_index()
    large = rows[rows["n"] >= min_count]
    return large.sort_values(["risk", "segment"], ascending=[False, True], ignore_index=True)


def add_outcomes(
    rows: pd.DataFrame, test: pd.DataFrame, periods: pd.DataFrame, *, new_days: int, spend: str,
    confidence: float = 0.95,
) -> pd.DataFrame:  # fmt: skip
    """Add who left, of the customers who were in each segment a horizon ago.

    Parameters
    ----------
    rows : as `study_segment_risk` gives them
    test : the customers of the test window with `is_lapsed` and the mart's columns
    periods : the table of windows

    Returns
    -------
    the rows with `n_test`, `observed`, `low`, `high`; empty where nobody was in the segment
    """
    inside = take_window(test, window="test", spend=spend) if len(test) else test
    if rows.empty or inside.empty:
        return rows
    as_of = pd.Timestamp(periods.loc[periods["window"] == "test", "ends_on"].iloc[0]).date()
    named = assign_segments(inside, new_days=new_days, as_of=as_of)["segment"]
    lapsed = inside["is_lapsed"].astype(int).groupby(named.to_numpy()).agg(["size", "sum"])
    found = lapsed.reindex(rows["segment"]).fillna(0).astype(int)
    ends = [
        wilson(int(k), int(n), confidence=confidence).ends if n else (np.nan, np.nan)
        for n, k in zip(found["size"], found["sum"], strict=True)
    ]
    observed = (found["sum"] / found["size"].where(found["size"] > 0)).to_numpy()
    limits = np.array(ends, dtype=float).reshape(-1, 2)
    sizes = found["size"].to_numpy()
    return rows.assign(n_test=sizes, observed=observed, low=limits[:, 0], high=limits[:, 1])


def measure_segment_risk(rows: pd.DataFrame, *, min_n: int = 30) -> list[Measured]:
    """Name the segment of highest and of lowest mean risk, of those with `min_n` customers."""
    large = rows[(rows["n"] >= min_n) & rows["segment"].isin(SEGMENTS)] if len(rows) else rows
    if len(large) < 2:
        return []
    found = []
    for name, row in (("most", large.iloc[0]), ("least", large.iloc[-1])):
        found += [
            Measured(f"segments.{name}", str(row["segment"]), "label", "segment"),
            Measured(f"segments.{name}.risk", float(row["risk"]), "estimator", "share",
                     int(row["n"])),
        ]  # fmt: skip
    return found


def name_segment_risk(measured: Sequence[Measured]) -> list[str]:
    """Say whether segments can be told apart by risk: as none or one case."""
    return ["ok"] if measured else []
