"""Targets: what a key figure shall reach, how near it is, and whether chance could tell otherwise.

Of churn, returns and concentration less is better; of anything else more. A target is met or
missed only where the interval of the figure lies on one side of it; a complete count has none, and
its value decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from rapport.analysis.key_figures import KeyFigure

LOWER_IS_BETTER = frozenset(["churn", "return_rate", "top_share"])
COLUMNS: dict[str, Any] = {
    "figure": object, "unit": object, "value": float, "low": float, "high": float,
    "target": float, "side": object, "reached": float, "before": float, "verdict": object,
}  # fmt: skip


def hold_targets(
    figures: Sequence[KeyFigure], targets: Mapping[str, float], *, is_whole: bool = True
) -> pd.DataFrame:
    """Hold key figures against their targets.

    Parameters
    ----------
    figures : the key figures of the period
    targets : by name of a figure, above 0, in its unit
    is_whole : a total of a period that has not ended is neither met nor missed

    Returns
    -------
    one row per target whose figure there is, in the order of the figures
        `side`: "at_least" or "at_most"; `reached`, `before`: value now and in the period before
        as shares of the target; `verdict`: "met", "missed", "unclear" (the interval holds the
        target), "open" (the period has not ended)

    Examples
    --------
    >>> from rapport.analysis.measured import Measured
    >>> now = Measured("churn", 0.09, "ratio", "share", n=554, interval=(0.07, 0.12))
    >>> churn = KeyFigure("churn", now, {}, ())
    >>> hold_targets([churn], {"churn": 0.06})[["side", "reached", "verdict"]].to_numpy().tolist()
    [['at_most', 1.5, 'missed']]
    """
    rows = []
    for figure in figures:
        target = targets.get(figure.name)
        if target is None:
            continue
        now = float(str(figure.now.value))
        low, high = figure.now.interval or (now, now)
        side = "at_most" if figure.name in LOWER_IS_BETTER else "at_least"
        is_open = not is_whole and figure.now.kind in ("count", "money")
        verdict = "open" if is_open else _judge(low, high, float(target), side)
        earlier = figure.against.get("previous")
        before = None if earlier is None else float(str(earlier.before.value)) / target
        rows.append((
            figure.name, figure.now.unit, now, *(figure.now.interval or (None, None)),
            float(target), side, now / target, before, verdict,
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _judge(low: float, high: float, target: float, side: str) -> str:
    is_over, is_under = low >= target, high <= target
    if side == "at_most":
        is_over, is_under = is_under, is_over
    if is_over:
        return "met"
    return "missed" if is_under else "unclear"
