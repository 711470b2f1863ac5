"""Which channel is credited with an order: the first met, the last, or all in equal parts.

Bookkeeping, not measurement: the rules share out orders that would partly have come anyway, and
none of them says what a channel added.
"""

from __future__ import annotations

import pandas as pd

RULES = ("first", "last", "linear")


def attribute(touches: pd.DataFrame) -> pd.DataFrame:
    """Credit channels with orders by three rules; each rule shares out every order once.

    Parameters
    ----------
    touches : one row per channel and length of path: `channel`, `n_touches` (of the path),
        `n_first`, `n_last` (orders whose path begins or ends there), `n_on_path` (touches on
        paths, times the orders that each path led to)

    Returns
    -------
    one row per channel, most linear credit first (ties by name): `channel`, `first`, `last`,
    `linear`

    References
    ----------
    Altomare, D. & Loris, D. (2023), ChannelAttribution (heuristic models), for the three rules.

    Examples
    --------
    >>> paths = pd.DataFrame({"channel": ["a", "b"], "n_touches": [2, 2], "n_first": [1, 0],
    ...                       "n_last": [0, 1], "n_on_path": [1, 1]})
    >>> attribute(paths)[["channel", "first", "last", "linear"]].to_numpy().tolist()
    [['a', 1, 0, 0.5], ['b', 0, 1, 0.5]]
    """
    met = touches[touches["n_touches"] > 0]
    parts = met.assign(linear=met["n_on_path"].astype(float) / met["n_touches"].astype(float))
    parts = parts.sort_values(["channel", "n_touches"], kind="stable")
    sums = parts.groupby("channel", sort=True).agg(
        first=("n_first", "sum"), last=("n_last", "sum"), linear=("linear", "sum")
    )
    return sums.sort_values("linear", ascending=False, kind="stable").reset_index()


def count_paths(touches: pd.DataFrame) -> tuple[int, int]:
    """Give the orders that a path led to, and those before which no contact is known.

    Examples
    --------
    >>> count_paths(pd.DataFrame({"n_touches": [0, 1], "n_last": [3, 5]}))
    (5, 3)
    """
    met = touches["n_touches"] > 0
    return int(touches.loc[met, "n_last"].sum()), int(touches.loc[~met, "n_last"].sum())
