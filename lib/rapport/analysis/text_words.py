"""The words and parts of a unit's comments, in the language that most of them are written in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from rapport.analysis.measured import Measured
from rapport.analysis.new_words import COLUMNS, find_cutter, rank_words
from rapport.analysis.text_parts import find_parts

LEAST_OF_A_KIND = 30
"""Discontent comments, and content ones, from which words are ranked."""
MOST_WORDS = 12
_NO_PARTS = ("part", "words", "n_customers")


@dataclass(frozen=True)
class WordStudy:
    """Words that go with discontent, and parts; `outcome` says why there are none.

    `outcome`: ok, plain (no word survives), few (comments of a kind), or missing (Chinese cannot
    be cut without the extra).
    """

    language: str
    outcome: str
    words: pd.DataFrame
    parts: pd.DataFrame
    n_negative: int = 0
    n_positive: int = 0


def study_words(
    texts: pd.DataFrame, *, min_count: int = 10, fdr: float = 0.05, seed: int = 0
) -> WordStudy:
    """Rank the words of discontent and look for parts.

    Parameters
    ----------
    texts : one row per comment: `said`, `language`, `feeling`, `topics`, `writer`
    min_count : customers who must have used a word
    """
    known = texts[texts["feeling"].notna()]
    n_zh, n_en = (int((known["language"] == language).sum()) for language in ("zh", "en"))
    language = "zh" if n_zh > n_en else "en"
    own = known[known["language"] == language].reset_index(drop=True)
    n_bad, n_good = int((own["feeling"] < 0).sum()), int((own["feeling"] > 0).sum())
    nothing = pd.DataFrame(columns=list(COLUMNS)), pd.DataFrame(columns=list(_NO_PARTS))
    if min(n_bad, n_good) < LEAST_OF_A_KIND:
        return WordStudy(language, "few", *nothing, n_bad, n_good)
    cut = find_cutter(language)
    if cut is None:
        return WordStudy(language, "missing", *nothing, n_bad, n_good)
    words: Sequence[Sequence[str]] = cut(own["said"].tolist())
    ranked = rank_words(words, own, min_count=min_count, fdr=fdr).head(MOST_WORDS)
    parts = find_parts(words, own["writer"].tolist(), min_count=min_count, seed=seed)
    return WordStudy(language, "ok" if len(ranked) else "plain", ranked, parts, n_bad, n_good)


def name_words(study: WordStudy, texts: pd.DataFrame) -> list[str]:
    """Name what is said of words; nothing without comments."""
    return [study.outcome] if len(texts) else []


def measure_words(study: WordStudy) -> list[Measured]:
    """Name the numbers of words: how many survive, the first, and of how many comments."""
    if study.outcome not in ("ok", "plain"):
        return []
    found = [
        Measured("feedback.words", len(study.words), "count", "count"),
        Measured("feedback.words.negative", study.n_negative, "count", "comments"),
        Measured("feedback.words.positive", study.n_positive, "count", "comments"),
    ]
    if study.outcome == "ok":
        found.append(Measured("feedback.words.first", str(study.words["word"].iloc[0]), "label",
                              "text"))  # fmt: skip
    return found
