"""Who was asked and did not answer, and what the score would be were all asked alike heard.

Response is answers of delivered invitations. Weights (`raking`) bring those who answered into the
proportions of those asked, by what is known of both. They cannot mend that the content answer more
readily within every group: a score of few who were asked remains the score of those few.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from rapport.analysis.families import adjust_p_values
from rapport.analysis.intervals import clustered_share
from rapport.analysis.nps import score_counts
from rapport.analysis.raking import Weights, merge_few, rake
from rapport.analysis.satisfaction import Rate, class_of

LARGE_GAP = 3.0
UNKNOWN = "unknown"
GROUP_COLUMNS = ("group", "n_customers", "n_delivered", "n_answered", "rate", "low", "high",
                 "p_value", "p_adjusted", "is_different")  # fmt: skip


@dataclass(frozen=True, eq=False)
class Weighted:
    """The score weighted to those asked, beside the plain one.

    `leads` where they differ by more than three points: the weighted one is then the score.
    `matched` names what was matched (segment, channel); empty means that nothing is known.
    """

    plain: Rate
    score: Rate | None
    weights: Weights | None
    matched: tuple[str, ...]

    @property
    def gap(self) -> float:
        """Weighted less plain, in points; 0 without weights."""
        return 0.0 if self.score is None else self.score.value - self.plain.value

    @property
    def leads(self) -> bool:
        """Whether the weighted score is the one to be told first."""
        return abs(self.gap) > LARGE_GAP


def rate_groups(
    invited: pd.DataFrame, *, by: str, fdr: float = 0.05, confidence: float = 0.95, seed: int = 0
) -> pd.DataFrame:
    """Give the response rate of each group, tested against all the others.

    Parameters
    ----------
    invited : one row per customer reached: `n_delivered`, `n_answered`, and the column `by`
    fdr, confidence, seed : of the family of groups, and of the bootstrap of customers

    Returns
    -------
    one row per group, by name: `GROUP_COLUMNS`; the p-value is of the group's rate against that of
    all others, its variance linearised over customers

    Examples
    --------
    >>> invited = pd.DataFrame({"n_delivered": 1, "n_answered": [1, 0] * 40, "stage": "loyal"})
    >>> float(rate_groups(invited, by="stage")["rate"].iloc[0])
    0.5
    """
    words = invited[by].fillna(UNKNOWN).astype(str)
    found = []
    for name in sorted(set(words)):
        own = words == name
        rows = invited[own]
        n, k = int(rows["n_delivered"].sum()), int(rows["n_answered"].sum())
        ends = clustered_share(rows["n_answered"], rows["n_delivered"], confidence=confidence,
                               seed=seed)  # fmt: skip
        p_value = _test(rows, invited[~own])
        low, high = (np.nan, np.nan) if ends is None else ends.ends
        found.append((name, len(rows), n, k, k / n, low, high, p_value))
    table = pd.DataFrame(found, columns=list(GROUP_COLUMNS[:8]))
    table["p_adjusted"] = adjust_p_values(table["p_value"].astype(float))
    return table.assign(is_different=table["p_adjusted"] <= fdr)


def _test(one: pd.DataFrame, other: pd.DataFrame) -> float:
    """Test two response rates; invitations of one customer are not independent of one another."""
    if min(len(one), len(other)) < 2:
        return np.nan
    rates, variances = [], []
    for rows in (one, other):
        k, n = rows["n_answered"].to_numpy(float), rows["n_delivered"].to_numpy(float)
        rate = k.sum() / n.sum()
        rates.append(rate)
        variances.append(float(((k - rate * n) ** 2).sum()) / n.sum() ** 2)
    error = float(np.sqrt(sum(variances)))
    return 2 * float(stats.norm.sf(abs(rates[0] - rates[1]) / error)) if error else np.nan


def weight_score(
    answers: pd.DataFrame, invited: pd.DataFrame, *, least: int, confidence: float = 0.95
) -> Weighted | None:
    """Give the score plain and weighted to the customers asked, on the margins known of both.

    Parameters
    ----------
    answers : one row per customer with an answer from 0 to 10: `customer_id`, `nps`
    invited : one row per customer reached: `customer_id`, and any of `segment`, `channel`
    least : answers that a group must have to be matched on its own

    Returns
    -------
    both scores; None without answers. No weighted one where invitations or groups are not known,
    or more answered than were asked.
    """
    known = answers[answers["nps"].notna()]
    plain = _score(known["nps"], np.ones(len(known)), confidence)
    if plain is None:
        return None
    asked = pd.concat([invited["customer_id"], known["customer_id"]]).drop_duplicates()
    groups = invited.set_index("customer_id").reindex(asked)
    margins = {}
    heard = known["customer_id"].to_numpy()
    for name in ("segment", "channel"):
        if name in groups:
            every = groups[name].fillna(UNKNOWN).astype(str)
            one, all_asked = merge_few(every.loc[heard], every, least=least)
            if len(set(all_asked)) > 1:
                margins[name] = (one, all_asked)
    if not margins or len(invited) == 0:
        return Weighted(plain, None, None, ())
    weights = rake(
        pd.DataFrame({name: pair[0] for name, pair in margins.items()}),
        pd.DataFrame({name: pair[1] for name, pair in margins.items()}),
    )
    assert weights is not None
    score = _score(known["nps"], weights.weights, confidence)
    return Weighted(plain, score, weights, tuple(margins))


def _score(nps: pd.Series, weights: np.ndarray, confidence: float) -> Rate | None:
    """Score weighted answers: the classes' shares, as sure as so many equal answers."""
    if len(nps) == 0:
        return None
    sums = pd.Series(weights, class_of(nps).to_numpy()).groupby(level=0).sum()
    effective = float(weights.sum() ** 2 / (weights @ weights))
    scale = effective / float(weights.sum())
    low, middle, high = (
        float(sums.get(name, 0.0)) * scale for name in ("detractor", "passive", "promoter")
    )
    score = score_counts((low, middle, high), confidence=confidence)
    assert score is not None
    return Rate(score.value, score.low, score.high, len(nps))


def find_unasked(reach: pd.DataFrame | None, *, min_n: int) -> str:
    """Say whether the survey reached those who bought once: reached, returners_only or unknown.

    Parameters
    ----------
    reach : the mart `survey_reach`: `n_order_days` (3 is three or more), `n_customers`, `n_asked`

    Examples
    --------
    >>> rows = pd.DataFrame({"n_order_days": [1, 2], "n_customers": [300, 200], "n_asked": [0, 90]})
    >>> find_unasked(rows, min_n=30)
    'returners_only'
    """
    if reach is None or reach["n_asked"].sum() < min_n:
        return "unknown"
    once, more = (reach[chosen] for chosen in (reach["n_order_days"] == 1,
                                               reach["n_order_days"] > 1))  # fmt: skip
    n_once, asked_once = int(once["n_customers"].sum()), int(once["n_asked"].sum())
    n_more, asked_more = int(more["n_customers"].sum()), int(more["n_asked"].sum())
    if n_once < min_n or n_more == 0:
        return "unknown"
    # A tenth of the others' chance to be asked is no chance worth the name.
    return "returners_only" if asked_once * n_more * 10 < asked_more * n_once else "reached"
