"""What comments are about: the unit's own topics, how often each, and how often in discontent.

A comment may be about several topics, or about none that the unit has named, so shares do not add
up. A customer may write often: intervals come from draws of customers, not of comments. Comments
are those of customers who wrote; what the silent think is not known from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from rapport.analysis.families import adjust_p_values
from rapport.analysis.intervals import wilson
from rapport.analysis.measures import Floats

N_DRAWS = 1_000
NEAR = 0.004
"""How far the quantiles beside one lie that an end of an interval is the mean of."""
JOINT = ","
COLUMNS = (
    "topic", "n_texts", "n_customers", "share", "low", "high", "n_felt", "n_negative",
    "n_contents", "negative", "negative_low", "negative_high", "change", "change_low",
    "change_high", "is_change",
)  # fmt: skip
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class TopicSettings:
    """How intervals and changes are told."""

    confidence: float = 0.95
    fdr: float = 0.05
    seed: int = 0


@dataclass(frozen=True)
class Part:
    """A share with its interval, of comments; None without any."""

    value: float | None
    low: float | None
    high: float | None


def count_topics(
    texts: pd.DataFrame, names: Sequence[str], settings: TopicSettings
) -> pd.DataFrame:
    """Count the comments of each topic and say how discontent they are.

    Parameters
    ----------
    texts : one row per comment: `feedback_id`, `customer_id` (empty: nobody known), `topics`
        (names parted by commas), `feeling` (1, 0, -1, empty where it is not known), `is_late`
        (in the later half of the days; all empty where halves cannot be compared)
    names : the unit's topics

    Returns
    -------
    one row per topic, the most discontent first
        `n_texts`, `n_customers`, `share` of all comments with `low` and `high`; of those whose
        feeling is known (`n_felt` comments) `negative` with its interval, and how many
        customers were discontent with it at least once (`n_negative`) and never (`n_contents`);
        `change` of the share from the earlier half to the later, with its interval, and
        `is_change`: whether it survives among all topics. What nobody wrote of is empty.

    Examples
    --------
    >>> texts = pd.DataFrame({"feedback_id": range(4), "customer_id": ["a", "b", "c", "d"],
    ...     "topics": ["price", "price", None, None], "feeling": [-1, 1, 1, 1],
    ...     "is_late": [True, False, True, False]})
    >>> table = count_topics(texts, ["price"], TopicSettings())
    >>> [float(table.loc[0, name]) for name in ("n_texts", "share", "negative", "change")]
    [2.0, 0.5, 0.5, 0.0]
    """
    if texts.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    whose = find_writers(texts)
    counted = [_count(texts, whose, name, settings) for name in sorted(names)]
    table = pd.DataFrame(counted, columns=[*COLUMNS[:-1], "p_value"])
    p_values = table.pop("p_value").astype(float)
    table["is_change"] = (adjust_p_values(p_values) <= settings.fdr).to_numpy(dtype=bool)
    order = table.assign(rank=-table["negative"].astype(float).fillna(-1))
    return order.sort_values(["rank", "topic"], ignore_index=True)[list(COLUMNS)]


def find_writers(texts: pd.DataFrame) -> Counts:
    """Give each comment the number of who wrote it; who is not known is alone."""
    known = texts["customer_id"].notna()
    whose = texts["customer_id"].where(known, "?" + texts["feedback_id"].astype(str))
    numbers: Counts = np.unique(whose.to_numpy(dtype=str), return_inverse=True)[1]
    return numbers


def holds(texts: pd.DataFrame, topic: str) -> npt.NDArray[np.bool_]:
    """Say which comments are about a topic."""
    padded = JOINT + texts["topics"].fillna("").astype(str) + JOINT
    found: npt.NDArray[np.bool_] = padded.str.contains(JOINT + topic + JOINT, regex=False).to_numpy(
        dtype=bool
    )
    return found


def estimate_part(
    part: npt.NDArray[np.bool_], among: npt.NDArray[np.bool_], whose: Counts,
    settings: TopicSettings,
) -> Part:  # fmt: skip
    """Give the share of some comments among others, by draws of those who wrote.

    Of none and of all every draw is alike: there the interval is Wilson's, of customers.
    """
    if len(among) == 0 or not among.any():
        return Part(None, None, None)
    n, n_among = int((part & among).sum()), int(among.sum())
    if n in (0, n_among):
        writers = len(np.unique(whose[among]))
        ends = wilson(writers if n else 0, writers, confidence=settings.confidence).ends
        return Part(n / n_among, *ends)
    sums = _draw(_add_up([part & among, among], whose), settings.seed)
    low, high = _limits(_divide(sums[:, 0], sums[:, 1]), settings.confidence)
    return Part(n / n_among, low, high)


def _count(
    texts: pd.DataFrame, whose: Counts, topic: str, settings: TopicSettings
) -> tuple[object, ...]:
    about, everything = holds(texts, topic), np.ones(len(texts), dtype=bool)
    feeling = texts["feeling"].to_numpy(dtype=float)
    felt, bad = about & ~np.isnan(feeling), about & (feeling < 0)
    share = estimate_part(about, everything, whose, settings)
    negative = estimate_part(bad, felt, whose, settings)
    n_negative = len(np.unique(whose[bad]))
    n_contents = len(np.setdiff1d(whose[felt], whose[bad]))
    change = _compare(about, texts["is_late"], whose, settings)
    n_customers = len(np.unique(whose[about]))
    return (
        topic, int(about.sum()), n_customers, share.value, share.low, share.high,
        int(felt.sum()), n_negative, n_contents, negative.value, negative.low, negative.high,
        *change,
    )  # fmt: skip


def _compare(
    about: npt.NDArray[np.bool_], is_late: pd.Series, whose: Counts, settings: TopicSettings
) -> tuple[float, float, float, float]:
    """Give the later share less the earlier, its interval and p-value; empty without halves."""
    nothing = (np.nan, np.nan, np.nan, np.nan)
    if len(is_late) == 0 or is_late.isna().any():
        return nothing
    late = is_late.to_numpy(dtype=bool)
    if late.all() or not late.any():
        return nothing
    cells = _add_up([about & late, late, about & ~late, ~late], whose)
    sums = _draw(cells, settings.seed)
    drawn = _divide(sums[:, 0], sums[:, 1]) - _divide(sums[:, 2], sums[:, 3])
    low, high = _limits(drawn, settings.confidence)
    value, spread = float(about[late].mean() - about[~late].mean()), float(np.nanstd(drawn))
    p_value = float(2 * stats.norm.sf(abs(value) / spread)) if spread > 0 else np.nan
    return value, low, high, p_value


def _add_up(flags: Sequence[npt.NDArray[np.bool_]], whose: Counts) -> Counts:
    n = int(whose.max()) + 1
    sums = [np.bincount(whose, weights=flag, minlength=n).astype(np.int64) for flag in flags]
    return np.column_stack(sums)


def _draw(cells: Counts, seed: int) -> Counts:
    # Writers with the same counts are one cell of a multinomial: the same distribution of draws.
    alike, n_alike = np.unique(cells, axis=0, return_counts=True)
    weights = np.random.default_rng(seed).multinomial(
        n_alike.sum(), n_alike / n_alike.sum(), size=N_DRAWS
    )
    sums: Counts = weights @ alike
    return sums


def _divide(parts: Counts, wholes: Counts) -> Floats:
    return np.where(wholes > 0, parts / np.maximum(wholes, 1), np.nan)


def _limits(drawn: Floats, confidence: float) -> tuple[float, float]:
    # Of few customers the draws lie on few values, and a quantile jumps from one to the next:
    # the mean of three neighbours does not, nor does it tell a count when times a denominator.
    tail = (1 - confidence) / 2
    near = np.array([-NEAR, 0.0, NEAR])
    ends = np.nanquantile(drawn, [tail + near, 1 - tail + near]).mean(axis=1)
    return float(ends[0]), float(ends[1])
