"""A unit's own scores as teachers of sentiment: the shipped order as the start, learned anew.

Comments that carry a score of their own say how this unit's customers speak. A logistic regression
takes the score that the shipped model gave and adds what characters (of English, words) say beyond
it, held small. Each scored comment is judged by a fit that saw no comment of the same customer, so
what is printed of its accuracy is not of its own making.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, sparse, special

from rapport.analysis.measures import Floats
from rapport.analysis.text_features import N_BUCKETS, hash_texts

LEAST = 300
"""Scored comments of a language from which they teach."""
MOST = 4_000
"""More teach no more, and cost: those of the smallest digests are taken."""
N_FOLDS = 5
STRENGTH = 4.0
_WORD = re.compile(r"[a-z']+")


@dataclass(frozen=True)
class Taught:
    """Logits by the unit's own model: of the scored comments cross-fitted, and of the others."""

    scored: Floats
    others: Floats


def learn_own(scored: pd.DataFrame, others: pd.DataFrame, *, language: str) -> Taught:
    """Learn from scored comments and judge both them, by folds of customers, and the others.

    Parameters
    ----------
    scored : one row per comment: `said`, `base` (the shipped score), `score` (1 or -1),
        `customer_id` (empty: nobody known), `feedback_id`
    others : one row per comment without a score: `said`, `base`
    language : zh or en

    Returns
    -------
    logits in the orders given, above 0 content
    """
    rows, labels = _features(scored["said"].tolist(), language), (scored["score"] > 0).to_numpy()
    base = scored["base"].to_numpy(dtype=float)
    teaches = take_few(scored["feedback_id"])
    fold = _fold(scored)
    judged = np.zeros(len(scored))
    for number in range(N_FOLDS):
        left_out = fold == number
        taken = teaches & ~left_out
        if left_out.any():
            model = _fit(rows[taken], base[taken], labels[taken])
            judged[left_out] = _judge(model, rows[left_out], base[left_out])
    final = _fit(rows[teaches], base[teaches], labels[teaches])
    told = _judge(
        final, _features(others["said"].tolist(), language), others["base"].to_numpy(dtype=float)
    )
    return Taught(judged, told)


def _features(texts: list[str], language: str) -> sparse.csr_matrix:
    return hash_texts(texts) if language == "zh" else _hash_words(texts)


def _hash_words(texts: list[str]) -> sparse.csr_matrix:
    """Give the words of texts and their pairs, hashed as characters are."""
    found = []
    for text in texts:
        words = _WORD.findall(text.lower())
        terms = {*words, *(f"{one} {two}" for one, two in pairwise(words))}
        found.append(sorted({zlib.crc32(term.encode()) % N_BUCKETS for term in terms}))
    lengths = np.array([len(terms) for terms in found], dtype=np.int64)
    edges = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    places = np.array([at for terms in found for at in terms], dtype=np.int64)
    weights = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths)
    return sparse.csr_matrix((weights, places, edges), shape=(len(texts), N_BUCKETS))


def take_few(names: pd.Series) -> npt.NDArray[np.bool_]:
    """Say of each comment whether it is among those of the smallest digests, at most `MOST`."""
    digests = pd.Series([zlib.crc32(str(name).encode()) for name in names])
    return (digests.rank(method="first") <= MOST).to_numpy()


def _fold(scored: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Put all comments of a customer into one fold."""
    whose = scored["customer_id"].where(scored["customer_id"].notna(), scored["feedback_id"])
    return np.array([zlib.crc32(str(one).encode()) % N_FOLDS for one in whose], dtype=np.int64)


def _fit(rows: sparse.csr_matrix, base: Floats, labels: npt.NDArray[np.bool_]) -> Floats:
    """Fit the weight of the shipped score, an intercept, and what each bucket adds."""
    used = np.unique(rows.indices)
    features, signs = rows[:, used], np.where(labels, 1.0, -1.0)

    def cost(b: Floats) -> tuple[float, Floats]:
        margin = signs * (b[0] * base + b[1] + features @ b[2:])
        pull = -signs * special.expit(-margin) * STRENGTH
        slope = np.concatenate([[pull @ base, pull.sum()], features.T @ pull + b[2:]])
        return float(STRENGTH * np.logaddexp(0, -margin).sum() + b[2:] @ b[2:] / 2), slope

    # Not scikit-learn's, which would hold the weight of the shipped score small, too.
    start = np.zeros(len(used) + 2)
    start[0] = 1.0
    found = optimize.minimize(cost, start, jac=True, method="L-BFGS-B", options={"maxiter": 200})
    whole = np.zeros(N_BUCKETS + 2)
    whole[:2], whole[2 + used] = found.x[:2], found.x[2:]
    return whole


def _judge(model: Floats, rows: sparse.csr_matrix, base: Floats) -> Floats:
    judged: Floats = model[0] * base + model[1] + rows @ model[2:]
    return judged
