"""Alerts: key figures that left the limits set for them, or those that their past leads to expect.

A limit is left only beyond chance: where the figure has an interval, the interval must leave the
limit out, and a figure of fewer than `min_n` customers raises nothing. Control limits are three
standard deviations about the mean of the twelve periods before; a figure with a strong season has
wide ones, so they miss what a person would see, and never raise an alarm for December alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd

from rapport.analysis.key_figures import KeyFigure

N_PERIODS, FEWEST_PERIODS = 12, 8
N_SIGMA = 3.0
COLUMNS: dict[str, Any] = {
    "figure": object, "unit": object, "rule": object, "side": object, "value": float,
    "low": float, "high": float, "n": "Int64", "limit": float, "n_periods": "Int64",
    "is_raised": bool,
}  # fmt: skip


class Bounds(Protocol):
    """Limits that somebody set for a figure; None is no limit."""

    @property
    def below(self) -> float | None:
        """The least that raises nothing."""

    @property
    def above(self) -> float | None:
        """The most that raises nothing."""


def list_alerts(
    figures: Sequence[KeyFigure], limits: Mapping[str, Bounds], *,
    min_n: int = 30, is_whole: bool = True,
) -> pd.DataFrame:  # fmt: skip
    """Hold every key figure against its limits.

    Parameters
    ----------
    figures : the key figures of the period
    limits : by name of a figure
    min_n : a share or mean of fewer customers raises nothing
    is_whole : totals of a period that has not ended are held against nothing

    Returns
    -------
    one row per figure and limit, in the order given
        `rule`: "threshold" (set by somebody) or "control" (three standard deviations about the
        mean of the twelve periods before, where there are eight or more); `side`: "below" or
        "above"; `is_raised`

    References
    ----------
    Shewhart, W. A. (1931), Economic Control of Quality of Manufactured Product, Van Nostrand.
    """
    rows = []
    for figure in figures:
        if figure.now.kind in ("count", "money") and not is_whole:
            continue
        now = float(str(figure.now.value))
        ends = figure.now.interval
        low, high = ends or (now, now)
        n = figure.now.n
        is_enough = n is None or n >= min_n
        for rule, side, limit, n_periods in _limits(figure, limits.get(figure.name)):
            is_beyond = high < limit if side == "below" else low > limit
            rows.append((
                figure.name, figure.now.unit, rule, side, now, *(ends or (None, None)), n, limit,
                n_periods, bool(is_beyond and is_enough),
            ))  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _limits(
    figure: KeyFigure, bounds: Bounds | None
) -> Iterator[tuple[str, str, float, int | None]]:
    if bounds is not None:
        for side, limit in (("below", bounds.below), ("above", bounds.above)):
            if limit is not None:
                yield "threshold", side, float(limit), None
    control = control_limits(figure.history[:-1])
    if control is not None:
        low, high, n_periods = control
        yield "control", "below", low, n_periods
        yield "control", "above", high, n_periods


def control_limits(history: Sequence[float | None]) -> tuple[float, float, int] | None:
    """Give mean less and plus three standard deviations of the last twelve periods.

    Parameters
    ----------
    history : one value a period, oldest first, the newest being the period before; None missing

    Returns
    -------
    lower limit, upper limit, number of periods; None under eight periods, or where all are equal

    Examples
    --------
    >>> low, high, n_periods = control_limits([10, 12, 11, 9, 10, 11, 12, 9])
    >>> round(low, 2), round(high, 2), n_periods
    (6.91, 14.09, 8)
    >>> control_limits([1, 2, 3]) is None
    True
    """
    known = np.array([value for value in history[-N_PERIODS:] if value is not None], dtype=float)
    if len(known) < FEWEST_PERIODS:
        return None
    spread = float(known.std(ddof=1))
    if spread == 0:
        # A figure that never moved says nothing of how far it may.
        return None
    middle = float(known.mean())
    return middle - N_SIGMA * spread, middle + N_SIGMA * spread, len(known)


def take_raised(alerts: pd.DataFrame) -> pd.DataFrame:
    """Take the alerts that are raised, limits that somebody set before those of the past."""
    raised = alerts[alerts["is_raised"]]
    order = raised["rule"].map({"threshold": 0, "control": 1})
    return raised.iloc[np.argsort(order.to_numpy(), kind="stable")].reset_index(drop=True)
