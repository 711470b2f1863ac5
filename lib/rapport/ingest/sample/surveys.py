"""Surveys after orders: answers with known drivers, halo, and non-response by satisfaction.

Satisfaction is an ordered logit of the attribute scores with the coefficients of `EFFECTS`; two
attributes have none and are correlated with the others by a common impression (halo). Who is
content answers more often. In the last month the first attribute (delivery) is pushed down.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from rapport.ingest.sample.draws import (
    GRID,
    Flags,
    Ints,
    Key,
    draw_below,
    draw_chance,
    draw_from,
    tabulate_logistic,
    tabulate_normal,
)

EFFECTS = (8_000, 5_000, 3_500, 2_000, 0, 0)  # per point of score, in 1 / GRID
HALO_PERCENT = 55
SCORE_CUTS = (-17_000, -10_000, -2_000, 8_000)
CSAT_CUTS = (-30_000, -18_000, -5_000, 13_000)
NPS_CUTS = (-46_000, -40_000, -34_000, -28_000, -22_000, -15_000, -7_000, 3_000, 14_000, 24_000)
ANSWER_PPM = (260_000, 300_000, 340_000, 400_000, 470_000)  # by satisfaction 1 to 5
TOPICS = ("delivery", "quality", "service", "price")
WRITES_PPM = 550_000


def describe_answers() -> dict[str, Any]:
    """Say what is planted in the answers, for the truth of a unit."""
    return {
        "csat_by_score": [effect / GRID for effect in EFFECTS],
        "halo_percent": HALO_PERCENT,
        "answered_ppm_by_csat": ANSWER_PPM,
        "comment_ppm": WRITES_PPM,
    }


def draw_surveys(
    key: Key, orders: pd.DataFrame, *, invited_ppm: int, last_day: int, slump_from: int
) -> pd.DataFrame:
    """Draw who is asked five days after an order, who answers, and what.

    Parameters
    ----------
    orders : one row per order of a known customer
        `customer`, `day`, `minute`.
    slump_from : the day from which the first attribute is worse by one point or so

    Returns
    -------
    one row per invitation, by day
        `customer`, `day`, `minute`, `is_answered`, `answer_day`, `csat`, `nps`, `s_0` to
        `s_5`, `topic` (position in `TOPICS`), `is_good`, `writes`. Scores are drawn for
        everybody; only answered ones reach a file.
    """
    asked = draw_chance(key.of("asked"), invited_ppm, len(orders))
    asked &= (orders["day"] + 5 <= last_day).to_numpy()
    surveys = orders.loc[asked, ["customer", "day", "minute"]].reset_index(drop=True)
    surveys["day"] += 5
    n = len(surveys)
    scores = _draw_scores(key, n, late=(surveys["day"] >= slump_from).to_numpy())
    liking = (scores - 3) @ np.array(EFFECTS)
    csat = _grade(liking + draw_from(key.of("csat"), tabulate_logistic(), n), CSAT_CUTS) + 1
    mood = liking + (csat - 4) * GRID + draw_from(key.of("nps"), tabulate_logistic(), n)
    answers = draw_chance(key.of("answers"), np.array(ANSWER_PPM)[csat - 1], n)
    wait = draw_below(key.of("wait"), 9, n)
    is_good = (csat > 3) | ((csat == 3) & draw_chance(key.of("good"), 500_000, n))
    four = scores[:, : len(TOPICS)] * 10 + draw_below(key.of("tie"), 9, 4 * n).reshape(n, 4)
    surveys = surveys.assign(
        answer_day=surveys["day"] + wait,
        is_answered=answers & (surveys["day"] + wait <= last_day).to_numpy(),
        csat=csat,
        nps=_grade(mood, NPS_CUTS),
        topic=np.where(is_good, four.argmax(axis=1), four.argmin(axis=1)),
        is_good=is_good,
        writes=draw_chance(key.of("writes"), WRITES_PPM, n),
        **{f"s_{j}": scores[:, j] for j in range(len(EFFECTS))},
    )
    return surveys.sort_values(["day", "minute", "customer"], kind="stable", ignore_index=True)


def _draw_scores(key: Key, n: int, *, late: Flags) -> Ints:
    normal = tabulate_normal()
    common = draw_from(key.of("halo"), normal, n)
    scores = []
    for j in range(len(EFFECTS)):
        own = draw_from(key.of(f"score {j}"), normal, n)
        felt = (common * HALO_PERCENT + own * 84) // 100  # .55^2 + .84^2 is about 1
        scores.append(_grade(felt - (9_000 * late if j == 0 else 0), SCORE_CUTS) + 1)
    return np.stack(scores, axis=1)


def _grade(values: Ints, cuts: tuple[int, ...]) -> Ints:
    return np.searchsorted(np.array(cuts), values, side="right")


def pick_comments(
    key: Key, surveys: pd.DataFrame, *, words: Mapping[str, Any], other_ppm: int
) -> tuple[list[str], Flags]:
    """Pick a comment for every answer that holds one, and say which are in the other language.

    `other_ppm` is the share, in millionths, written in the language that is not the unit's own.
    """
    n = len(surveys)
    other = draw_chance(key.of("other"), other_ppm, n)
    pick = draw_below(key.of("pick"), 1 << 20, n)
    carried = zip(
        other.tolist(),
        surveys["is_good"].tolist(),
        surveys["topic"].tolist(),
        pick.tolist(),
        (surveys["writes"] & surveys["is_answered"]).tolist(),
        strict=True,
    )
    texts = []
    for is_other, is_good, topic, number, writes in carried:
        kind = words["comments_other" if is_other else "comments"]["good" if is_good else "bad"]
        choice = kind[TOPICS[topic]]
        texts.append(choice[number % len(choice)] if writes else "")
    return texts, other
