"""How long until it happens, when for some it has not happened yet (Kaplan-Meier).

Assumes that those who leave observation early would have fared like those who stay, and
that each row is one spell. Not for spells whose end is known to have happened but not when.
The formulas stand in `docs/methods.md`.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from lifelines import KaplanMeierFitter
from lifelines.exceptions import StatError
from scipy import stats

from rapport.analysis.repeated import covariance_of_log
from rapport.errors import DataError

POINT_COLUMNS = ("time", "survival", "low", "high", "at_risk", "n_events")


@dataclass(frozen=True)
class SurvivalCurve:
    """A survival curve: `points` has one row per distinct duration, `time` 0 first.

    `survival` is the share still without the event after `time`, `low` and `high` its
    interval, `at_risk` the spells watched just before `time`, `n_events` those ending there.
    `pairs`: spells of one customer two by two, where some have several.
    """

    points: pd.DataFrame
    n: int
    n_events: int
    confidence: float
    pairs: pd.DataFrame | None = None


def check_spells(spells: pd.DataFrame) -> pd.DataFrame:
    """Give the spells with plain columns, or say every fault that they have.

    Parameters
    ----------
    spells : one row per spell, or one row per kind of spell with its number `n`
        `duration` (>= 0), `event_observed` (True = it happened, False = censored), optionally
        `n` (whole, >= 0; default 1) and `entry` (duration at which watching began, default 0).

    Returns
    -------
    rows with `n` > 0, sorted, with all four columns as float, bool, int, float

    Raises
    ------
    DataError
        A column is missing, empty, negative, or a spell ends before it is watched.
    """
    missing = sorted({"duration", "event_observed"} - set(spells.columns))
    if missing:
        raise DataError(f"spells: no column {', '.join(missing)}. Rebuild the mart.")
    plain = pd.DataFrame(
        {
            "duration": spells["duration"].astype(float),
            "event_observed": spells["event_observed"],
            "n": spells["n"].astype(float) if "n" in spells else 1.0,
            "entry": spells["entry"].astype(float) if "entry" in spells else 0.0,
        }
    ).reset_index(drop=True)
    _refuse(plain)
    plain = plain[plain["n"] > 0].astype({"event_observed": bool, "n": int})
    return plain.sort_values(["duration", "event_observed", "entry", "n"], kind="stable")


def _refuse(plain: pd.DataFrame) -> None:
    faults = {
        "have an empty cell": plain.isna().any(axis=1),
        "last less than 0": plain["duration"] < 0,
        "have a number that is not whole or below 0": (plain["n"] < 0) | (plain["n"] % 1 != 0),
        "end before they are watched": plain["duration"] < plain["entry"],
    }
    found = [
        f"{int(bad.sum())} of {len(plain)} rows {what}" for what, bad in faults.items() if bad.any()
    ]
    if found:
        raise DataError(f"spells: {'; '.join(found)}. Correct the source or the mart.")


def fit_survival(
    spells: pd.DataFrame, *, confidence: float = 0.95, pairs: pd.DataFrame | None = None
) -> SurvivalCurve:
    """Estimate the share that is still without the event, at every duration.

    The interval is Greenwood's on log(-log S). That formula has no value where nobody has ended
    yet, nor where everybody has. Before the first event the interval is exact (Clopper & Pearson
    1934): up to 1 from what all n still watched going on allows; only at time 0, where watching
    begins, it is [1, 1]. Where the curve reaches 0 it runs from 0 to the upper limit of the step
    before, or, if all end at the first event, to the exact limit.

    Parameters
    ----------
    spells : as in `check_spells`
    confidence : of the pointwise interval, 0 to 1
    pairs : as `repeated.pair_spells` gives them: spells of one customer are not independent, and
        their covariance is added to Greenwood's variance; None changes nothing

    Returns
    -------
    SurvivalCurve; without spells a curve of no rows and `n` 0

    Raises
    ------
    DataError
        As in `check_spells`, or nobody is watched at some time while others enter later.

    References
    ----------
    Kaplan, E. L. & Meier, P. (1958), JASA 53, 457-481. Kalbfleisch, J. D. & Prentice, R. L.
    (2002), The Statistical Analysis of Failure Time Data, 2nd ed., 1.4. Wiley. Clopper, C. J. &
    Pearson, E. S. (1934), Biometrika 26, 404-413.

    Examples
    --------
    >>> spells = pd.DataFrame(
    ...     {"duration": [1, 2, 2, 4], "event_observed": [True, True, False, True]}
    ... )
    >>> fit_survival(spells).points[["time", "survival"]].round(2).to_numpy().tolist()
    [[0.0, 1.0], [1.0, 0.75], [2.0, 0.5], [4.0, 0.0]]
    """
    plain = check_spells(spells)
    if plain.empty:
        return SurvivalCurve(
            pd.DataFrame(columns=list(POINT_COLUMNS), dtype=float), 0, 0, confidence
        )
    n_events = int(plain.loc[plain["event_observed"], "n"].sum())
    points = _points(plain, confidence)
    if pairs is not None and len(pairs):
        points = _widened(points, pairs, confidence)
    points = _closed_at_zero(_bounded_at_one(points, confidence), confidence)
    return SurvivalCurve(points, int(plain["n"].sum()), n_events, confidence, pairs)


def _widened(points: pd.DataFrame, pairs: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Add what spells of one customer have in common to the variance on log(-log S)."""
    share = points["survival"].to_numpy(float)
    at_risk, n_events = points["at_risk"].to_numpy(float), points["n_events"].to_numpy(float)
    is_inside = (share > 0) & (share < 1)
    left = np.where(n_events < at_risk, at_risk * (at_risk - n_events), 1.0)
    variance = (n_events / left).cumsum() + covariance_of_log(points, pairs)
    log = np.log(np.where(is_inside, share, 0.5))
    half = stats.norm.ppf(0.5 + confidence / 2) * np.sqrt(variance) / np.abs(log)
    low, high = (np.exp(log * np.exp(sign * half)) for sign in (1, -1))
    return points.assign(
        low=np.where(is_inside, low, points["low"]), high=np.where(is_inside, high, points["high"])
    )


def _points(plain: pd.DataFrame, confidence: float) -> pd.DataFrame:
    # lifelines switches numpy's warnings off for the whole process (np.seterr); errstate
    # gives them back. Entries at 0 are no late entries, and lifelines treats late ones apart.
    entry = plain["entry"] if (plain["entry"] > 0).any() else None
    fitter = KaplanMeierFitter(alpha=1 - confidence)
    with np.errstate(all="ignore"):
        try:
            fitter.fit(plain["duration"], plain["event_observed"], entry=entry, weights=plain["n"])
        except StatError as error:
            raise DataError(
                "spells: nobody is watched at some duration before later spells enter. "
                "Leave out the spells that ended before it."
            ) from error
    life = fitter.event_table
    late = life["entrance"].where(life.index > life.index[0], 0)
    interval = fitter.confidence_interval_.to_numpy()
    return pd.DataFrame(
        {
            "time": life.index.to_numpy(dtype=float),
            "survival": fitter.survival_function_.iloc[:, 0].to_numpy(),
            "low": interval[:, 0],
            "high": interval[:, 1],
            "at_risk": (life["at_risk"] - late).to_numpy(dtype=int),
            "n_events": life["observed"].to_numpy(dtype=int),
        }
    )


def _bounded_at_one(points: pd.DataFrame, confidence: float) -> pd.DataFrame:
    is_quiet = (points["n_events"].cumsum() == 0) & (points.index > 0)
    return points.assign(low=points["low"].mask(is_quiet, lowest_shares(points, confidence)))


def lowest_shares(points: pd.DataFrame, confidence: float) -> pd.Series:
    """Give the share that n watched, none of whom ends, still allow; n the fewest up to the time.

    Where spells enter late, the hardest to rule out are ends while the fewest are watched.
    """
    watched = points["at_risk"].iloc[1:].cummin().clip(lower=1).reindex(points.index)
    return ((1 - confidence) / 2) ** (1 / watched)


def _closed_at_zero(points: pd.DataFrame, confidence: float) -> pd.DataFrame:
    # exp(log n - log n ...) leaves 1e-17 where the last spells all end in an event.
    gone = (points["n_events"] == points["at_risk"]).cummax() & (points["survival"] < 1e-12)
    if not gone.any():
        return points
    first = int(gone.idxmax())
    is_first_event = not points.loc[: first - 1, "n_events"].any()
    exact = 1 - ((1 - confidence) / 2) ** (1 / points["at_risk"].to_numpy(dtype=float)[first])
    before = exact if is_first_event else points.loc[first - 1, "high"]
    return points.assign(
        survival=points["survival"].mask(gone, 0.0),
        low=points["low"].mask(gone, 0.0),
        high=points["high"].mask(gone, before),
    )
