"""What comments speak of when nobody names topics: eight parts of non-negative factors, an aid.

Words that occur together make a part; each comment is a sum of parts. Parts are an aid for who
writes a unit's topics, not a measure: their number is fixed, their names are their words, and
another month may part them otherwise. No rate is printed of them.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from rapport.analysis.new_words import count_terms

N_PARTS = 8
N_WORDS = 6
LEAST = 100
"""Comments of a language from which parts are looked for."""
MOST = 2_000
"""More say no more of it: the first in the order given are taken."""
_STEPS = 200


def find_parts(words: Sequence[Sequence[str]], writers: Sequence[int], *, min_count: int = 10,
               seed: int = 0) -> pd.DataFrame:  # fmt: skip
    """Find the parts of comments.

    Parameters
    ----------
    words : of each comment, each once
    writers : the number of who wrote it
    min_count : customers who must have used a word, and written in a part, for it to be told

    Returns
    -------
    one row per part that enough customers wrote in, the largest first
        `part` (from 1), `words` (up to six, parted by blanks), `n_customers` (whose comments lie
        in it more than in any other)

    References
    ----------
    Lee, D. D. & Seung, H. S. (1999), Nature 401, 788-791. Boutsidis, C. & Gallopoulos, E. (2008),
    Pattern Recognition 41, 1350-1362 (the start, nndsvda).
    """
    empty = pd.DataFrame({"part": [], "words": [], "n_customers": []})
    terms, counts = count_terms(words[:MOST])
    whose = np.asarray(writers)[:MOST]
    used = _count_users(counts, whose) >= min_count if len(terms) else np.zeros(0, dtype=bool)
    if counts.shape[0] < LEAST or used.sum() <= N_PARTS:
        return empty
    kept = counts[:, used]
    idf = np.log((1 + kept.shape[0]) / (1 + kept.sum(axis=0).A1)) + 1
    loads, parts = _factor(kept @ sparse.diags(idf), seed)
    leads, has_any = loads.argmax(axis=1), loads.max(axis=1) > 0
    names = np.array(terms, dtype=object)[used]
    rows = [
        (" ".join(_name(parts[at], names)), len(np.unique(whose[has_any & (leads == at)])))
        for at in range(N_PARTS)
    ]
    table = pd.DataFrame(rows, columns=["words", "n_customers"])
    told = table[(table["n_customers"] >= min_count) & (table["words"] != "")]
    ranked = told.assign(rank=-told["n_customers"]).sort_values(["rank", "words"])
    return ranked.assign(part=range(1, len(ranked) + 1)).reset_index(drop=True)[list(empty.columns)]


def _count_users(counts: sparse.csr_matrix, whose: np.ndarray) -> np.ndarray:
    rows, columns = counts.nonzero()
    pairs = np.unique(np.column_stack([columns, whose[rows]]), axis=0)
    return np.bincount(pairs[:, 0], minlength=counts.shape[1])


def _factor(rows: sparse.csr_matrix, seed: int) -> tuple[np.ndarray, np.ndarray]:
    # Loaded only where there are comments enough.
    from sklearn.decomposition import non_negative_factorization  # noqa: PLC0415
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415

    with warnings.catch_warnings():
        # The steps are fixed: an aid need not be exact to be the same twice.
        warnings.simplefilter("ignore", ConvergenceWarning)
        loads, parts, _ = non_negative_factorization(
            rows, n_components=N_PARTS, init="nndsvda", max_iter=_STEPS, random_state=seed
        )
    return loads, parts


def _name(part: np.ndarray, names: np.ndarray) -> list[str]:
    first = np.lexsort((names.astype(str), -part))[:N_WORDS]
    return [str(names[at]) for at in first if part[at] > 0]
