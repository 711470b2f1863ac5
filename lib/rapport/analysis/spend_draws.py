"""Money of an experiment by drawing customers anew, beside Welch's interval (the bootstrap).

Spend has heavy tails: most customers spend nothing and a few spend much. Welch's interval trusts
the mean to be nearly normal, which the draws do not. Customers who spent the same are drawn
together, so that it costs by the sums that occur, not by customers. Not for arms of which a few
customers bought: no method tells more of them than they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from rapport.analysis.campaign_effects import CampaignRules, Experiment
from rapport.analysis.measures import Floats
from rapport.analysis.resampling import MANY, N_DRAWS, Interval, to_floats


def draw_difference(
    treated: pd.DataFrame, control: pd.DataFrame, *, confidence: float = 0.95, seed: int = 0
) -> Interval | None:
    """Give the percentile interval of the difference of two means, each arm drawn by itself.

    Parameters
    ----------
    treated, control : one row per sum spent: `net`, `n` (customers who spent it)
    seed : of the draws, 2,000 of them

    Returns
    -------
    the interval; None with an empty arm, and with more than 5,000 different sums in an arm, where
    it agrees with Welch's and would cost seconds

    References
    ----------
    Efron, B. & Tibshirani, R. J. (1993), An Introduction to the Bootstrap, 8.3 and 13.3. Chapman &
    Hall.

    Examples
    --------
    >>> one = pd.DataFrame({"net": [0.0, 10.0], "n": [50, 50]})
    >>> two = pd.DataFrame({"net": [0.0, 10.0], "n": [90, 10]})
    >>> found = draw_difference(one, two)
    >>> round(found.low, 1), round(found.high, 1)
    (2.9, 5.1)
    """
    if not (treated["n"].sum() and control["n"].sum()) or max(len(treated), len(control)) > MANY:
        return None
    random = np.random.default_rng(seed)
    gaps = _draw_means(treated, random) - _draw_means(control, random)
    low, high = np.quantile(gaps, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(low), float(high))


def _draw_means(arm: pd.DataFrame, random: np.random.Generator) -> Floats:
    ordered = arm.sort_values("net", kind="stable")
    counts = ordered["n"].to_numpy(np.int64)
    n = int(counts.sum())
    drawn = random.multinomial(n, counts / n, size=N_DRAWS)
    means: Floats = drawn @ to_floats(ordered["net"]) / n
    return means


def add_draws(
    found: Iterable[Experiment], spends: pd.DataFrame, rules: CampaignRules
) -> tuple[Experiment, ...]:
    """Put the drawn interval beside Welch's in every experiment with an effect.

    Parameters
    ----------
    spends : the mart `campaign_spends`
    """
    return tuple(
        one if one.effect is None else replace(one, drawn=_draw(one, spends, rules))
        for one in found
    )


def _draw(one: Experiment, spends: pd.DataFrame, rules: CampaignRules) -> Interval | None:
    own = spends[spends["campaign_id"] == one.campaign_id]
    held_out = own["is_control"] == 1
    treated = own[~held_out & (own["variant"] == one.variant)]
    return draw_difference(treated, own[held_out], confidence=rules.confidence, seed=rules.seed)
