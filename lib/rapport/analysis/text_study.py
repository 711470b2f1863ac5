"""What a unit's comments are put through: how content they are, and how far that can be trusted.

A comment's own score is what it says; only a comment without one is judged, and how well that goes
is measured on those that have one. Under an AUC of .70 nothing is said of the judged ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from rapport.analysis.consent import Consenting, keep_consenting
from rapport.analysis.measured import Measured
from rapport.analysis.measures import Floats
from rapport.analysis.risk_checks import Estimate, estimate_auc
from rapport.analysis.sentiment import Reader, score_chinese, score_english, unpack_weights
from rapport.analysis.sentiment_own import LEAST, learn_own, take_few
from rapport.analysis.topics import TopicSettings, estimate_part, find_writers

LANGUAGES = ("zh", "en")
WITHHELD = 0.70
CHECKED = 30
"""Scored comments from which accuracy is told, ten of either kind among them."""
CHECKED_OF_A_KIND = 10
_MONTH = pd.Timedelta(days=31)


@dataclass(frozen=True)
class Judgement:
    """How the comments of a language without a score were judged.

    `by`: shipped, own (learned from the unit's scores) or missing (the extra is not installed).
    `auc` and `accuracy` are of `n_checked` comments that carry a score; None of too few.
    """

    language: str
    by: str
    n_judged: int
    n_checked: int = 0
    auc: Estimate | None = None
    accuracy: float | None = None

    @property
    def outcome(self) -> str:
        """What can be said: missing, withheld, unchecked, shipped or own."""
        if self.by == "missing":
            return "missing"
        if self.auc is None:
            return "unchecked"
        return "withheld" if self.auc.value < WITHHELD else self.by


@dataclass(frozen=True)
class Judged:
    """All comments with their `feeling` (1, 0, -1, empty: not known), and how they got it."""

    texts: pd.DataFrame
    judgements: tuple[Judgement, ...]


COLUMNS = (
    "feedback_id", "source", "customer_id", "said_on", "language", "said", "score", "topics",
    "is_cut",
)  # fmt: skip


def take_agreed(
    said: pd.DataFrame | None, consents: pd.DataFrame | None, *, default: Mapping[str, str]
) -> Consenting:
    """Give the comments of customers who agreed to analysis; none where the unit has none."""
    rows = pd.DataFrame(columns=list(COLUMNS)) if said is None else said
    return keep_consenting(rows, consents, purpose="analysis", default=default)


def judge_texts(said: pd.DataFrame, read_weights: Reader, *, confidence: float = 0.95) -> Judged:
    """Say of each comment whether it is content.

    Parameters
    ----------
    said : one row per comment: `feedback_id`, `customer_id`, `language`, `said`, `score` (1, 0,
        -1, empty)
    read_weights : gives the shipped model; asked only where a Chinese comment has no score

    Returns
    -------
    the rows with `feeling`, and one judgement per language that had comments without a score
    """
    feeling = said["score"].astype(float).copy()
    judgements = []
    for language in LANGUAGES:
        own = (said["language"] == language).to_numpy()
        asked = own & feeling.isna().to_numpy()
        if not asked.any():
            continue
        scored = said[own & (said["score"].abs() == 1).to_numpy()]
        judgement, signs = _judge(scored, said[asked], read_weights, language, confidence)
        judgements.append(judgement)
        feeling = feeling.mask(asked, np.nan) if signs is None else _fill(feeling, asked, signs)
    return Judged(said.assign(feeling=feeling), tuple(judgements))


def _fill(feeling: pd.Series, asked: npt.NDArray[np.bool_], signs: Floats) -> pd.Series:
    filled = feeling.to_numpy(dtype=float).copy()
    filled[asked] = signs
    return pd.Series(filled, feeling.index)


def _judge(
    scored: pd.DataFrame, asked: pd.DataFrame, read_weights: Reader, language: str,
    confidence: float,
) -> tuple[Judgement, Floats | None]:  # fmt: skip
    n_scored = len(scored)
    scored = scored[take_few(scored["feedback_id"])].reset_index(drop=True)
    texts = [*scored["said"], *asked["said"]]
    base = _score(texts, read_weights, language)
    if base is None:
        return Judgement(language, "missing", len(asked)), None
    known, judged = base[: len(scored)], base[len(scored) :]
    counts = scored["score"].value_counts()
    is_enough = n_scored >= LEAST and counts.min() >= CHECKED and len(counts) == 2
    if is_enough:
        taught = learn_own(scored.assign(base=known), asked.assign(base=judged), language=language)
        known, judged = taught.scored, taught.others
    by = "own" if is_enough else "shipped"
    judgement = _check(Judgement(language, by, len(asked)), scored, known, confidence)
    return judgement, None if judgement.outcome == "withheld" else np.sign(judged)


def _score(texts: list[str], read_weights: Reader, language: str) -> Floats | None:
    if language == "en":
        return score_english(texts)
    return score_chinese(texts, unpack_weights(*read_weights()))


def _check(
    judgement: Judgement, scored: pd.DataFrame, logits: Floats, confidence: float
) -> Judgement:
    labels = np.where(scored["score"] > 0, 1, 0)
    n, n_good = len(labels), int(labels.sum())
    if n < CHECKED or min(n_good, n - n_good) < CHECKED_OF_A_KIND:
        return judgement
    auc = estimate_auc(labels, logits, confidence=confidence)
    accuracy = float(((logits > 0) == (labels == 1)).mean())
    return Judgement(judgement.language, judgement.by, judgement.n_judged, n, auc, accuracy)


def take_days(texts: pd.DataFrame, *, as_of: date | None, days: int) -> pd.DataFrame:
    """Take the comments of the days up to the last, and say which lie in their later half.

    Parameters
    ----------
    texts : one row per comment of the last two years: `said_on`
    as_of : None where the unit's tables carry no day: all comments are taken
    days : how many

    Returns
    -------
    the rows with `is_late`, empty where the unit had no comments yet in the first month of the
    days: halves of which one is not whole cannot be compared; and with `writer`, a number
    """
    if as_of is None or texts.empty:
        taken = texts.assign(is_late=None)
    else:
        end = pd.Timestamp(as_of)
        start = end - pd.Timedelta(days=days)
        taken = texts[(texts["said_on"] > start) & (texts["said_on"] <= end)]
        is_whole = bool(texts["said_on"].min() <= start + _MONTH)
        late = taken["said_on"] > end - pd.Timedelta(days=days // 2)
        taken = taken.assign(is_late=late if is_whole else None)
    taken = taken.reset_index(drop=True)
    return taken.assign(writer=find_writers(taken))


def name_feedback(texts: pd.DataFrame, *, min_count: int) -> str:
    """Name what can be said: none, few (too few wrote), plain (no sentiment known), or ok."""
    if texts.empty:
        return "none"
    if texts["writer"].nunique() < min_count:
        return "few"
    return "ok" if texts["feeling"].notna().any() else "plain"


def keep_enough(texts: pd.DataFrame, *, min_count: int) -> pd.DataFrame:
    """Give the comments of which something may be said: none where too few customers wrote."""
    is_told = name_feedback(texts, min_count=min_count) in ("ok", "plain")
    return texts if is_told else texts.iloc[:0]


def measure_feedback(
    judged: Judged, texts: pd.DataFrame, settings: TopicSettings
) -> list[Measured]:
    """Name the numbers of comments: how many, by how many, how many discontent, how judged.

    Parameters
    ----------
    texts : those of which something may be said, as `keep_enough` gives them
    """
    if texts.empty:
        return []
    feeling = texts["feeling"].to_numpy(dtype=float)
    felt, n_writers = ~np.isnan(feeling), int(texts["writer"].nunique())
    bad = estimate_part(feeling < 0, felt, texts["writer"].to_numpy(), settings)
    is_known = texts["score"].notna().to_numpy()
    found = [
        Measured("feedback.texts", len(texts), "count", "comments"),
        Measured("feedback.scored", int(is_known.sum()), "count", "comments"),
        Measured("feedback.writers", n_writers, "count", "customers"),
        Measured("feedback.other", _count(texts, texts["language"] == "other"), "count",
                 "customers"),
        Measured("feedback.cut", _count(texts, texts["is_cut"].astype(bool)), "count", "customers"),
    ]  # fmt: skip
    if bad.value is not None and bad.low is not None and bad.high is not None:
        ends = (bad.low, bad.high)
        negative = Measured(
            "feedback.negative", bad.value, "simulated", "share", int(felt.sum()), ends
        )
        found.append(negative)
    return found + [part for one in _list_asked(judged, texts) for part in _measure(one, texts)]


def _count(texts: pd.DataFrame, where: pd.Series) -> int:
    # Customers, not comments: of few customers they would tell.
    return int(texts.loc[where, "writer"].nunique())


def _measure(one: Judgement, texts: pd.DataFrame) -> list[Measured]:
    name = f"feedback.{one.language}"
    asked = (texts["language"] == one.language) & texts["score"].isna()
    found = [Measured(f"{name}.judged", _count(texts, asked), "count", "customers")]
    if one.auc is None or one.accuracy is None:
        return found
    ends = (one.auc.low, one.auc.high)
    return [
        *found,
        Measured(f"{name}.auc", one.auc.value, "iterative", "auc", one.n_checked, ends),
        Measured(f"{name}.accuracy", one.accuracy, "iterative", "share", one.n_checked),
        Measured(f"{name}.checked", one.n_checked, "count", "comments"),
    ]


def list_judgements(judged: Judged, texts: pd.DataFrame) -> list[tuple[str, str]]:
    """Give language and outcome of each judgement, for the sentence about it."""
    return [(one.language, one.outcome) for one in _list_asked(judged, texts)]


def _list_asked(judged: Judged, texts: pd.DataFrame) -> list[Judgement]:
    """Give the judgements of languages that have a comment without a score among these."""
    asked = set(texts.loc[texts["score"].isna(), "language"])
    return [one for one in judged.judgements if one.language in asked]


def list_remarks(texts: pd.DataFrame, *, min_count: int) -> list[str]:
    """Name what else must be said: scored (all by themselves), other (languages), cut.

    Of a handful of customers it is said without their number: `other_few`, `cut_few`.
    """
    said = ["scored"] if len(texts) and bool(texts["score"].notna().all()) else []
    held = {"other": texts["language"] == "other", "cut": texts["is_cut"].astype(bool)}
    writers = {name: _count(texts, rows) for name, rows in held.items()}
    return said + [name if n >= min_count else f"{name}_few" for name, n in writers.items() if n]


def publish_feedback(texts: pd.DataFrame) -> pd.DataFrame | None:
    """Give the table that is published: what was said is not in it; None without a comment.

    Returns
    -------
    one row per comment: `feedback_id`, `language`, `sentiment` (positive, neutral, negative;
        empty where it is not known), `topics` (names, parted by commas)
    """
    if texts.empty:
        return None
    words: Mapping[float, str] = {1.0: "positive", 0.0: "neutral", -1.0: "negative"}
    named = texts[["feedback_id", "language"]].assign(
        sentiment=texts["feeling"].astype(float).map(words), topics=texts["topics"]
    )
    return named.astype({"sentiment": object, "topics": object}).reset_index(drop=True)
