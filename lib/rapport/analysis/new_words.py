"""Which words go with discontent: log-odds of words under a prior drawn from all comments.

A word that is rare in both kinds says little whatever its ratio; the prior pulls it to nought, and
the z-score ranks by what is known. Words are counted once a comment. A word that goes with
discontent and is in no topic yet is one that a topic may lack; that a word goes with discontent
does not make it the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module

import numpy as np
import pandas as pd
from scipy import sparse, stats

from rapport.analysis.families import adjust_p_values

PRIOR = 500.0
"""Words that the prior is worth, shared by their frequency in all comments (Monroe et al.)."""
COLUMNS = ("word", "n_customers", "n_negative", "n_positive", "log_odds", "z", "in_topics")
_ENGLISH = re.compile(r"[a-z][a-z']{2,}")
_HAN = re.compile(r"[\u3400-\u9fff]{2,}")
# Words that are in every sentence say nothing of it.
_SAYS_LITTLE = """
    about after again all also and any are because been before being but can could did does doing
    down during each few for from further had has have having her here hers him his how i'm i've
    into it's its itself just more most much must myself nor not now off once one only other our
    ours out over own same she should some such than that that's the their theirs them then there
    these they they're this those through too two under until upon very was wasn't were what when
    where which while who whom whose why will with would you your yours yourself came come get got
    still twice even ever never nobody nothing
    我们 你们 他们 她们 这个 那个 这样 那样 一个 没有 就是 还是 但是 因为 所以 如果 而且 不过 可以
    已经 一直 什么 怎么 自己 时候 非常 比较 真的 感觉 觉得 还有 一样 一下 不是
"""
_STOP = frozenset(_SAYS_LITTLE.split())
Cut = Callable[[Sequence[str]], list[list[str]]]


def find_cutter(language: str) -> Cut | None:
    """Give what cuts comments of a language into words; None for Chinese without the extra."""
    if language == "en":
        return cut_english
    return cut_chinese if has_cutter() else None


@cache
def has_cutter() -> bool:
    """Say whether Chinese can be cut: loads the dictionary, which takes a third of a second."""
    try:
        import_module("rjieba")
    except ModuleNotFoundError as error:
        if error.name != "rjieba":
            raise
        return False
    return True


def cut_english(texts: Sequence[str]) -> list[list[str]]:
    """Give the words of each text that say something, each once.

    Examples
    --------
    >>> cut_english(["The parcel came late, and the parcel was wet."])
    [['late', 'parcel', 'wet']]
    """
    return [sorted(set(_ENGLISH.findall(text.lower())) - _STOP) for text in texts]


def cut_chinese(texts: Sequence[str]) -> list[list[str]]:
    """Give the words of each text of two characters and more, each once; needs the extra."""
    cut = import_module("rjieba").cut
    found = {text: set(cut(text)) - _STOP for text in sorted(set(texts))}
    return [sorted(word for word in found[text] if _HAN.fullmatch(word)) for text in texts]


def rank_words(
    words: Sequence[Sequence[str]], texts: pd.DataFrame, *, min_count: int = 10, fdr: float = 0.05
) -> pd.DataFrame:
    """Rank the words that go with discontent rather than content.

    Parameters
    ----------
    words : of each comment, each once
    texts : one row per comment, in the same order: `feeling` (below 0 discontent, above 0
        content, others only count for the prior), `topics` (empty: none), `writer` (a number)
    min_count : customers who must have used a word for it to be told

    Returns
    -------
    one row per word that survives among all that were used by enough, most telling first
        `word`, `n_customers`, `n_negative`, `n_positive` (comments), `log_odds`, `z`, `in_topics`
        (share of its comments that are about a topic of the unit's)

    References
    ----------
    Monroe, B. L., Colaresi, M. P. & Quinn, K. M. (2008), Fightin' words, Political Analysis 16,
    372-403, equations 16 to 23.
    """
    terms, counts = count_terms(words)
    feeling = texts["feeling"].to_numpy(dtype=float)
    bad, good = counts[feeling < 0].sum(axis=0).A1, counts[feeling > 0].sum(axis=0).A1
    if not len(terms) or not bad.any() or not good.any():
        return pd.DataFrame(columns=list(COLUMNS))
    everything = counts.sum(axis=0).A1
    prior = PRIOR * everything / everything.sum()
    odds = [np.log((y + prior) / (y.sum() + PRIOR - y - prior)) for y in (bad, good)]
    difference = odds[0] - odds[1]
    z = difference / np.sqrt(1 / (bad + prior) + 1 / (good + prior))
    rows, columns = counts.nonzero()
    writers = texts["writer"].to_numpy()
    pairs = np.unique(np.column_stack([columns, writers[rows]]), axis=0)
    n_customers = np.bincount(pairs[:, 0], minlength=len(terms))
    is_topical = texts["topics"].notna().to_numpy(dtype=float)
    table = pd.DataFrame({
        "word": terms, "n_customers": n_customers, "n_negative": bad.astype(int),
        "n_positive": good.astype(int), "log_odds": difference, "z": z,
        "in_topics": np.asarray(counts.T @ is_topical).ravel() / everything,
    })  # fmt: skip
    told = table[table["n_customers"] >= min_count]
    survives = adjust_p_values(pd.Series(stats.norm.sf(told["z"]), told.index)) <= fdr
    kept = told[survives].sort_values(["z", "word"], ascending=[False, True], kind="stable")
    return kept[list(COLUMNS)].reset_index(drop=True)


def count_terms(words: Sequence[Sequence[str]]) -> tuple[list[str], sparse.csr_matrix]:
    """Give the different words in order, and comments by words, 1 where one is used."""
    terms = sorted({word for each in words for word in each})
    place = {word: at for at, word in enumerate(terms)}
    columns = [place[word] for each in words for word in each]
    edges = np.concatenate([[0], np.cumsum([len(each) for each in words])]).astype(np.int64)
    ones = np.ones(len(columns))
    return terms, sparse.csr_matrix((ones, columns, edges), shape=(len(words), len(terms)))
