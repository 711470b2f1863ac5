"""Risks as a list: a risk, a band and reasons for each customer; and what each band was worth.

Bands are odds that a reader can picture, the same in every report: one in three, two in three.
"""

import numpy as np
import pandas as pd
from scipy import special

from rapport.analysis.intervals import wilson
from rapport.analysis.measures import Floats, sort_by_key
from rapport.analysis.risk_choice import LABEL, Contest
from rapport.analysis.risk_models import score_logits, score_risks
from rapport.analysis.risk_reasons import name_reasons

BAND_LIMITS = (1 / 3, 2 / 3)
BANDS = ("low", "medium", "high")


def name_bands(risks: Floats) -> list[str]:
    """Name each risk: "low" under 1/3, "high" from 2/3 on, else "medium".

    Examples
    --------
    >>> name_bands(np.array([0.2, 0.5, 0.7]))
    ['low', 'medium', 'high']
    """
    places = np.searchsorted(BAND_LIMITS, risks, side="right")
    return [str(band) for band in np.array(BANDS)[places]]


def score_customers(contest: Contest, customers: pd.DataFrame) -> pd.DataFrame:
    """Score customers with the model kept; reasons are the plain model's.

    Returns
    -------
    one row per customer, in the order and with the index given
        `customer_id` if there is one, `order_key`, `risk` (0 to 1), `band`,
        `top_reason_1` to `top_reason_3` (features; empty where fewer raise the risk)
    """
    # In the order of keys, so that the last bits of a product do not hang on a row's place.
    ordered = sort_by_key(customers.reset_index(drop=True))
    names = [name for name in ("customer_id", "order_key") if name in customers]
    risks = score_risks(contest.model, ordered) if len(ordered) else np.zeros(0)
    scores = ordered[names].assign(risk=risks, band=name_bands(risks))
    reasons = name_reasons(contest.logistic, ordered)
    return pd.concat([scores, reasons], axis=1).sort_index().set_axis(customers.index)


def measure_bands(
    contest: Contest, test: pd.DataFrame, scores: pd.DataFrame, *, confidence: float = 0.95
) -> pd.DataFrame:
    """Say for each band how many it holds, and how many of such customers left.

    Returns
    -------
    one row per band, from high to low
        `band`, `above`, `below` (its risks), `n_test`, `observed`, `low`, `high` (share who left
        in the test window with its interval; empty where `n_test` is 0), `n_score`
    """
    return measure_bands_of(score_logits(contest.model, test), test, scores, confidence=confidence)


def measure_bands_of(
    logits: Floats, test: pd.DataFrame, scores: pd.DataFrame, *, confidence: float = 0.95
) -> pd.DataFrame:
    """Say the same of risks that are known as logits, one per row of `test`."""
    bands = pd.Series(name_bands(special.expit(logits)))
    lapsed = test[LABEL].reset_index(drop=True).astype(int)
    edges = (0.0, *BAND_LIMITS, 1.0)
    rows = [
        {
            "band": band,
            "above": edges[place],
            "below": edges[place + 1],
            "n_test": int((bands == band).sum()),
            **_share(lapsed[bands == band], confidence),
            "n_score": int((scores["band"] == band).sum()),
        }
        for place, band in reversed(list(enumerate(BANDS)))
    ]
    return pd.DataFrame(rows)


def _share(lapsed: pd.Series, confidence: float) -> dict[str, float]:
    if lapsed.empty:
        return {"observed": np.nan, "low": np.nan, "high": np.nan}
    interval = wilson(int(lapsed.sum()), len(lapsed), confidence=confidence)
    return {"observed": float(lapsed.mean()), "low": interval.low, "high": interval.high}


def rank_by_expected_loss(scores: pd.DataFrame, values: pd.Series) -> pd.DataFrame:
    """Order scores by what is at stake: risk times the customer's value.

    Parameters
    ----------
    scores : as `score_customers` gives them, with `customer_id`
    values : value of the next twelve months by `customer_id`, in currency (decimals welcome)

    Returns
    -------
    the customers who have a value, largest `expected_loss` first (ties by `order_key`), with
    `value` and `expected_loss`; the list of warnings is its head
    """
    value = scores["customer_id"].map(values.astype(float))
    known = scores.assign(value=value, expected_loss=scores["risk"] * value)[value.notna()]
    ranked = known.sort_values(
        ["expected_loss", "order_key"], ascending=[False, True], kind="stable"
    )
    return ranked.reset_index(drop=True)
