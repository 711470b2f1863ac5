"""Churn rates per window, from counts: who left, of those who could have left.

Two definitions that are never mixed. Without contracts: entered churned in the window / not
churned at its start. With contracts: ended in the window / running at its start, ends that
the customer did not choose (payment, death, fraud) apart.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rapport.analysis.intervals import share_of_cells, wilson
from rapport.errors import DataError


def churn_rate_table(
    churn_months: pd.DataFrame, *, min_n: int = 30, confidence: float = 0.95
) -> pd.DataFrame:
    """Give the churn rate of every window with its Wilson interval.

    Parameters
    ----------
    churn_months : one row per window, any columns that name it (`window`, `starts_on` ...)
        `n_at_start` (customers not churned at the window's start), `n_churned` (of those,
        churned by its end)
    min_n : a rate of fewer customers is marked, and no finding may rest on it
    confidence : of the interval

    Returns
    -------
    the rows and columns given, in their order, and
        `rate`, `low`, `high` (shares; empty where `status` is "no_customers") and `status`:
        "enough", "too_few" (fewer than `min_n`) or "no_customers"

    Raises
    ------
    DataError
        A count is missing, negative or larger than its denominator.

    Examples
    --------
    >>> months = pd.DataFrame({"window": ["current"], "n_at_start": [3209], "n_churned": [171]})
    >>> churn_rate_table(months)[["rate", "low", "high"]].round(4).to_numpy().tolist()
    [[0.0533, 0.046, 0.0616]]
    """
    _check(churn_months, "n_at_start", ["n_churned"])
    rates = _rates(churn_months, "n_churned", confidence)
    return churn_months.assign(**rates, status=_status(churn_months["n_at_start"], min_n))


def subscription_rate_table(
    subscription_months: pd.DataFrame, *, min_n: int = 30, confidence: float = 0.95
) -> pd.DataFrame:
    """Give the rate at which contracts ended in every window, chosen and not chosen apart.

    Parameters
    ----------
    subscription_months : one row per window
        `n_at_start` (contracts running), `n_ended` (of those, ended for whatever reason),
        `n_involuntary` (of those ended, not chosen by the customer)

    Returns
    -------
    the rows and columns given, `n_voluntary`, `status` as in `churn_rate_table`, and
        `rate low high` (all ends), `voluntary_rate voluntary_low voluntary_high`,
        `involuntary_rate involuntary_low involuntary_high`, all of `n_at_start`

    Raises
    ------
    DataError
        As in `churn_rate_table`.
    """
    _check(subscription_months, "n_at_start", ["n_ended"])
    _check(subscription_months, "n_ended", ["n_involuntary"])
    ends = subscription_months["n_ended"] - subscription_months["n_involuntary"]
    table = subscription_months.assign(n_voluntary=ends)
    parts = {"": "n_ended", "voluntary_": "n_voluntary", "involuntary_": "n_involuntary"}
    for prefix, column in parts.items():
        rates = _rates(table, column, confidence)
        table = table.assign(**{prefix + name: rate for name, rate in rates.items()})
    return table.assign(status=_status(table["n_at_start"], min_n))


def widen_rates(
    rates: pd.DataFrame, holders: pd.DataFrame | None, *, confidence: float = 0.95
) -> pd.DataFrame:
    """Give the intervals of windows in which some customers held several contracts at once.

    Parameters
    ----------
    rates : as `subscription_rate_table` gives them, with `window`
    holders : `window`, `n_at_start`, `n_ended`, `n_involuntary` of a customer, `n_customers`

    Returns
    -------
    `rates`, with the ends of `intervals.share_of_cells` in those windows; the rest untouched
    """
    if holders is None:
        return rates
    several = set(holders.loc[holders["n_at_start"] > 1, "window"])
    found = rates.reset_index(drop=True).copy()
    parts = {"": "n_ended", "voluntary_": "n_voluntary", "involuntary_": "n_involuntary"}
    told = holders.assign(n_voluntary=holders["n_ended"] - holders["n_involuntary"])
    for place in np.flatnonzero(found["window"].isin(several)):
        own = told[told["window"] == found["window"].iloc[place]]
        for prefix, column in parts.items():
            cells = own.groupby([column, "n_at_start"])["n_customers"].sum().sort_index()
            kinds = np.array(cells.index.to_list(), dtype=np.int64)
            ends = share_of_cells(kinds, cells.to_numpy(), confidence=confidence)
            assert ends is not None
            found.loc[place, [f"{prefix}low", f"{prefix}high"]] = ends.ends
    return found.set_axis(rates.index)


def _check(table: pd.DataFrame, whole: str, parts: Sequence[str]) -> None:
    missing = sorted({whole, *parts} - set(table.columns))
    if missing:
        raise DataError(f"churn counts: no column {', '.join(missing)}. Rebuild the mart.")
    counts = table[[whole, *parts]]
    bad = counts.isna().any(axis=1) | (counts < 0).any(axis=1)
    bad |= counts[list(parts)].gt(counts[whole], axis=0).any(axis=1)
    if bad.any():
        raise DataError(
            f"churn counts: {int(bad.sum())} of {len(table)} windows have counts that are empty, "
            f"below 0 or above {whole}. Rebuild the mart."
        )


def _rates(table: pd.DataFrame, column: str, confidence: float) -> dict[str, np.ndarray]:
    cells = [
        _rate(int(part), int(whole), confidence)
        for part, whole in zip(table[column], table["n_at_start"], strict=True)
    ]
    shares = np.array(cells, dtype=float).reshape(-1, 3)
    return {"rate": shares[:, 0], "low": shares[:, 1], "high": shares[:, 2]}


def _rate(part: int, whole: int, confidence: float) -> tuple[float, float, float]:
    if whole == 0:
        return (np.nan, np.nan, np.nan)
    interval = wilson(part, whole, confidence=confidence)
    return (part / whole, interval.low, interval.high)


def _status(n_at_start: pd.Series, min_n: int) -> np.ndarray:
    few = np.where(n_at_start < min_n, "too_few", "enough")
    return np.where(n_at_start == 0, "no_customers", few)
