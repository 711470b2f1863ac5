"""What a fitted BG/NBD expects: orders still to come, and the chance that a customer is there.

Both are of the customer as observed (x, t_x, T) and hold no season. They are worked out once for
each distinct history.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from scipy import special

from rapport.analysis.bgnbd import BgNbd
from rapport.analysis.bgnbd_histories import Floats, Histories, Ints
from rapport.analysis.bgnbd_likelihood import UNIT_DAYS

# Where a is 1 the formula is 0 by 0; so near to it the expectation is the same to six digits.
NEAR_ONE = 1e-6


def chance_there(fitted: BgNbd, histories: Histories) -> Floats:
    """Give the probability that a customer has not left, one row per distinct history.

    It is 1 for everybody without a repeat order, which the model assumes and nothing shows: it is
    never printed for them, nor averaged over them.

    References
    ----------
    Fader, Hardie & Lee (2008), Computing P(alive) using the BG/NBD model, note 021.
    """
    return np.asarray(special.expit(-log_odds_gone(np.exp(fitted.logs), histories)))


def log_odds_gone(parameters: Iterable[Any], histories: Histories) -> Floats:
    """Give the logarithm of the odds of having left; parameters may be of many draws."""
    r, alpha, a, b = parameters
    x, last, whole = histories.x, histories.t_x / UNIT_DAYS, histories.T / UNIT_DAYS
    repeats = x > 0
    tail = np.log(a) - np.log(np.where(repeats, b + x - 1, 1.0))
    waited = (r + x) * np.log((alpha + whole) / (alpha + last))
    return np.where(repeats, tail + waited, -np.inf)


def expect_orders(fitted: BgNbd, histories: Histories, days: Sequence[float]) -> Floats:
    """Give the order days expected within each span of days after the end of observation.

    Parameters
    ----------
    days : spans, each from the end of observation, 0 or more

    Returns
    -------
    one row per distinct history, one column per span; never below 0, and rising with the span

    References
    ----------
    Fader, Hardie & Lee (2005), equation 10.
    """
    # Whom x and T make alike, the formula's long part makes alike: it knows no t_x.
    x, whole, place = pair_histories(histories)
    spans = np.asarray(days, dtype=float)[None, :] / UNIT_DAYS
    there = chance_there(fitted, histories)[:, None]
    lasting = expect_lasting(np.exp(fitted.logs), x[:, None], whole[:, None], spans)
    return np.maximum(lasting[place] * there, 0.0)


def pair_histories(histories: Histories) -> tuple[Floats, Floats, Ints]:
    """Give the distinct pairs of x and T (weeks), and the place of each history among them."""
    span = int(histories.T.max(initial=0)) + 1
    codes, place = np.unique(histories.x * span + histories.T, return_inverse=True)
    x, whole = np.divmod(codes, span)
    return x.astype(float), whole / UNIT_DAYS, place


def expect_lasting(parameters: Iterable[Any], x: Any, whole: Any, spans: Any) -> Floats:
    """Give the orders expected of customers who are known to be there, of any shape together.

    The hypergeometric function is taken in Euler's other form, whose terms do not grow with x;
    where a and b are so large that these are no numbers, as in a draw that shows no drop-out, in
    Pfaff's.
    """
    r, alpha, a, b = parameters
    a = np.where(np.abs(a - 1) > NEAR_ONE, a, 1 + NEAR_ONE)
    z = spans / (alpha + whole + spans)
    with np.errstate(invalid="ignore", over="ignore"):
        kept = (1 - z) ** (a - 1) * special.hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, z)
    if not np.isfinite(kept).all():
        pfaff = special.hyp2f1(r + x, a - 1, a + b + x - 1, z / (z - 1))
        kept = np.where(np.isfinite(kept), kept, pfaff)
    return np.asarray((a + b + x - 1) / (a - 1) * (1 - kept))
