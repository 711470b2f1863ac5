"""Scores of surveys: promoters less detractors, share content, share for whom it was easy.

Every score is of those who answered, one answer a customer and period (the last). Who did not
answer may think otherwise: response and weights stand in `nonresponse`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from rapport.analysis.intervals import wilson
from rapport.analysis.measured import Measured
from rapport.analysis.nps import Counts, score_counts

CONTENT, EASY = 4, 5
CLASSES = ("detractor", "passive", "promoter")


@dataclass(frozen=True)
class Rate:
    """A score with its interval and the number of answers behind it."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Scores:
    """The three scores of one set of answers, each None where nobody gave such an answer.

    `nps` in points; `csat` the share that answered 4 or 5 of 5, `csat_mean` the mean; `ces` the
    share that answered 5 to 7 of 7. `counts`: detractors, passives, promoters.
    """

    nps: Rate | None
    csat: Rate | None
    csat_mean: float | None
    ces: Rate | None
    counts: Counts


def score_answers(answers: pd.DataFrame, *, confidence: float = 0.95) -> Scores:
    """Score answers, one row per customer.

    Parameters
    ----------
    answers : `nps` (0 to 10), `csat` (1 to 5), `ces` (1 to 7); empty cells are no answers

    Examples
    --------
    >>> answers = pd.DataFrame({"nps": [9, 10, 3, 8], "csat": [5, 4, 2, None], "ces": [None] * 4})
    >>> scores = score_answers(answers)
    >>> scores.nps.value, round(scores.csat.value, 3), scores.ces
    (25.0, 0.667, None)
    """
    nps, csat, ces = (pd.to_numeric(answers[name]).dropna() for name in ("nps", "csat", "ces"))
    row = {
        "n_nps": len(nps), "n_detractors": int((nps <= 6).sum()),
        "n_promoters": int((nps >= 9).sum()), "n_csat": len(csat),
        "n_content": int((csat >= CONTENT).sum()), "csat_sum": int(csat.sum()),
        "n_ces": len(ces), "n_easy": int((ces >= EASY).sum()),
    }  # fmt: skip
    return score_row(row, confidence=confidence)


def score_row(row: Mapping[str, Any], *, confidence: float = 0.95) -> Scores:
    """Score answers that were counted before, as a row of the mart `survey_windows` gives them."""
    counts = count_classes(row)
    score = score_counts(counts, confidence=confidence)
    nps = None if score is None else Rate(score.value, score.low, score.high, score.n)
    n_csat = int(row["n_csat"])
    mean = float(row["csat_sum"]) / n_csat if n_csat else None
    return Scores(
        nps,
        rate(int(row["n_content"]), n_csat, confidence=confidence),
        mean,
        rate(int(row["n_easy"]), int(row["n_ces"]), confidence=confidence),
        counts,
    )


def count_classes(row: Mapping[str, Any]) -> Counts:
    """Give detractors, passives and promoters of a row that counts answers.

    Examples
    --------
    >>> count_classes({"n_nps": 6, "n_detractors": 1, "n_promoters": 3})
    (1, 2, 3)
    """
    n, low, high = (int(row[name]) for name in ("n_nps", "n_detractors", "n_promoters"))
    return (low, n - low - high, high)


def measure_nps(name: str, counts: Counts, *, confidence: float = 0.95) -> Measured:
    """Give a net promoter score of counted answers as a measured number; None of none.

    Examples
    --------
    >>> measure_nps("nps", (1, 2, 3)).n
    6
    """
    score = score_counts(counts, confidence=confidence)
    if score is None:
        return Measured(name, None, "estimator", "nps", 0)
    return Measured(name, score.value, "estimator", "nps", score.n, (score.low, score.high))


def rate(k: int, n: int, *, confidence: float = 0.95) -> Rate | None:
    """Give a share of customers with Wilson's interval; None of nobody.

    Examples
    --------
    >>> rate(0, 0) is None
    True
    """
    if n == 0:
        return None
    ends = wilson(k, n, confidence=confidence)
    return Rate(k / n, ends.low, ends.high, n)


def class_of(nps: pd.Series) -> pd.Series:
    """Name the class of each answer: detractor, passive or promoter; empty where there is none.

    Examples
    --------
    >>> class_of(pd.Series([6, 7, 9])).tolist()
    ['detractor', 'passive', 'promoter']
    """
    numbers = pd.to_numeric(nps)
    words = pd.Series(None, index=nps.index, dtype=object)
    words = words.mask(numbers <= 6, CLASSES[0]).mask(numbers.between(7, 8), CLASSES[1])
    return words.mask(numbers >= 9, CLASSES[2])
