"""Hazard ratios that could be anything: of groups that ended always, or never.

Where no end was seen in a level the likelihood rises without a top. A penalty gives a ratio all
the same, and how large it is then says the penalty, not the data: so none is given.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

FARTHEST = 1_000.0  # times, or a thousandth


def part_boundless(terms: pd.DataFrame, *, n_events: int) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Part the terms that have a ratio from those that have none.

    Parameters
    ----------
    terms : `covariate`, `level` (empty of a number), `n_events` of the level, `low`, `high`, and
        `early`, `late` with their own
    n_events : ends of all spells

    Returns
    -------
    the terms whose ratio lies within a thousand, and is not that of a level in which, in all
    others of which, or in whose reference nothing ended; ratios of half the time that may lie
    farther are empty. And the columns of the other terms.
    """
    found = terms.copy()
    for side in ("early", "late"):
        at = [side, f"{side}_low", f"{side}_high"]
        found.loc[~_is_near(found[at[1]], found[at[2]]), at] = np.nan
    told = _is_near(found["low"], found["high"]) & ~_is_without_exception(found, n_events)
    columns = tuple(dict.fromkeys(found.loc[~told, "covariate"].astype(str)))
    return found[told].reset_index(drop=True), columns


def _is_near(low: pd.Series, high: pd.Series) -> pd.Series:
    return (low.astype(float) >= 1 / FARTHEST) & (high.astype(float) <= FARTHEST)


def _is_without_exception(terms: pd.DataFrame, n_events: int) -> pd.Series:
    own = terms["n_events"].astype(int)
    reference = n_events - own.groupby(terms["covariate"]).transform("sum")
    return (terms["level"] != "") & ((own == 0) | (own == n_events) | (reference == 0))
