"""Whether a comment is content: a linear model for Chinese, a lexicon for English, own scores.

Chinese: shipped weights on hashed character pairs (`text_features`), fitted on reviews of books,
hotels and goods; English: the rules and lexicon of VADER. Both order comments from discontent to
content; neither knows irony, nor words that are good in one trade and bad in another. With enough
comments that carry a score of their own the order is learned anew from those, the shipped one as
the start (`sentiment_own`). Other languages are not judged.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module

import numpy as np
import numpy.typing as npt

from rapport.analysis.measures import Floats
from rapport.analysis.text_features import hash_texts
from rapport.errors import DataError

DIGEST = "84b6a1f1059b9178e864d2cb77c1a46223ababf6648aeeb9ed2da1871878a329"
"""Of the file of weights that belongs to this version: another file is another model."""
LEVELS = 127
_STEP = 20_000  # texts at a time: memory does not grow with their number
Reader = Callable[[], tuple[bytes, str]]


@dataclass(frozen=True)
class Weights:
    """A linear model: `scale` times a whole number for each bucket, and the intercept."""

    buckets: npt.NDArray[np.int8]
    scale: float
    intercept: float


def unpack_weights(packed: bytes, told: str) -> Weights:
    """Give the shipped model from its file and what is told of it.

    Raises
    ------
    DataError
        The file is not the one that this version was shipped with.
    """
    if hashlib.sha256(packed).hexdigest() != DIGEST:
        raise DataError(
            "sentiment_zh.bin: not the weights of this version. Install the package anew, or "
            "train them with tools/train_sentiment.py."
        )
    facts = json.loads(told)
    buckets = np.frombuffer(zlib.decompress(packed), dtype=np.int8)
    return Weights(buckets, float(facts["scale"]), float(facts["intercept"]))


def pack_weights(coefficients: Floats) -> tuple[bytes, float]:
    """Round coefficients to whole numbers of one byte; give them packed, and their scale.

    Examples
    --------
    >>> packed, scale = pack_weights(np.array([1.27, -0.5, 0.0]))
    >>> np.frombuffer(zlib.decompress(packed), dtype=np.int8).tolist(), round(scale, 3)
    ([127, -50, 0], 0.01)
    """
    scale = float(np.abs(coefficients).max()) / LEVELS
    rounded = np.round(coefficients / scale).astype(np.int8)
    return zlib.compress(rounded.tobytes(), 9), scale


def score_chinese(texts: Sequence[str], weights: Weights) -> Floats:
    """Give the logit of each text: above 0 content; 0 where nothing of it was ever seen.

    Parameters
    ----------
    texts : as `text_features.hash_texts` takes them

    Examples
    --------
    >>> buckets = np.zeros(65_536, dtype=np.int8)
    >>> buckets[hash_texts(["好"]).indices] = 100
    >>> score_chinese(["好", "坏"], Weights(buckets, 0.02, 0.5)).round(2).tolist()
    [2.5, 0.0]
    """
    coefficients = weights.buckets.astype(np.float64) * weights.scale
    known = (weights.buckets != 0).astype(np.float64)
    scores = np.zeros(len(texts))
    for start in range(0, len(texts), _STEP):
        rows = hash_texts(texts[start : start + _STEP])
        is_known = rows @ known > 0
        scores[start : start + _STEP] = (rows @ coefficients + weights.intercept) * is_known
    return scores


def score_english(texts: Sequence[str]) -> Floats | None:
    """Give the compound score of each text, -1 to 1, above 0 content; None without the extra.

    0 where no word of the lexicon occurs.

    References
    ----------
    Hutto, C. J. & Gilbert, E. (2014), VADER: a parsimonious rule-based model for sentiment
    analysis of social media text, ICWSM.
    """
    try:
        vader = import_module("vaderSentiment.vaderSentiment")
    except ModuleNotFoundError as error:
        if error.name not in ("vaderSentiment", "vaderSentiment.vaderSentiment"):
            raise
        return None
    judge = vader.SentimentIntensityAnalyzer()
    # People write the same few words: each is judged once.
    found = {text: judge.polarity_scores(text)["compound"] for text in sorted(set(texts))}
    return np.array([found[text] for text in texts], dtype=np.float64)
