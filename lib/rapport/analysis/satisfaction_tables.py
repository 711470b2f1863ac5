"""The satisfaction chapter's answers as numbers that it tells and tables that it publishes."""

from __future__ import annotations

from typing import Any

import pandas as pd

from rapport.analysis.drivers import Drivers
from rapport.analysis.measured import Measured
from rapport.analysis.satisfaction import Scores
from rapport.analysis.satisfaction_study import SCALES, Study, StudyRules
from rapport.analysis.waves import Trend


def measure_answers(study: Study, trend: Trend) -> list[Measured]:
    """Name the scores, the response, the weights and the change."""
    found = [Measured("answers", study.n, "count", "customers")]
    for where, scores in (("year.", study.year), ("", study.period)):
        found += _measure_scores(where, scores, study.rules)
    if study.response is not None:
        response = study.response
        asked = study.people[study.people["n_delivered"] > 0]
        found += [
            Measured("response", response.value, "ratio", "share", response.n,
                     (response.low, response.high)),
            Measured("delivered", response.n, "count", "count"),
            Measured("asked", len(asked), "count", "customers"),
        ]  # fmt: skip
    return found + _measure_weights(study) + _measure_change(trend)


def _measure_scores(where: str, scores: Scores, rules: StudyRules) -> list[Measured]:
    found = []
    for name, unit, kind in (("nps", "nps", "estimator"), ("csat", "share", "ratio"),
                             ("ces", "share", "ratio")):  # fmt: skip
        score = getattr(scores, name)
        if score is not None and score.n >= rules.min_n:
            ends = (score.low, score.high)
            found += [Measured(f"{where}{name}", score.value, kind, unit, score.n, ends),
                      Measured(f"{where}{name}.n", score.n, "count", "customers")]  # fmt: skip
    if scores.csat is not None and scores.csat.n >= rules.min_n:
        found.append(Measured(f"{where}csat.mean", scores.csat_mean, "estimator", "points",
                              scores.csat.n))  # fmt: skip
    if scores.nps is not None and scores.nps.n >= rules.min_n:
        for name, k in zip(("detractors", "passives", "promoters"), scores.counts, strict=True):
            found.append(Measured(f"{where}{name}", k / scores.nps.n, "ratio", "share",
                                  scores.nps.n))  # fmt: skip
    return found


def _measure_weights(study: Study) -> list[Measured]:
    weighted = study.weighted
    if weighted is None or weighted.score is None or weighted.weights is None:
        return []
    score = weighted.score
    if score.n < study.rules.min_n:
        return []
    return [
        Measured("weighted.nps", score.value, "iterative", "nps", score.n, (score.low, score.high)),
        Measured("weighted.gap", weighted.gap, "iterative", "points", score.n),
        Measured("weighted.effective_n", weighted.weights.effective_n, "iterative", "answers",
                 score.n),
        *_measure_weights_now(study),
    ]  # fmt: skip


def _measure_weights_now(study: Study) -> list[Measured]:
    now = study.weighted_now
    if now is None or now.score is None or now.score.n < study.rules.min_n:
        return []
    score, ends = now.score, (now.score.low, now.score.high)
    return [
        Measured("weighted.now.nps", score.value, "iterative", "nps", score.n, ends),
        Measured("weighted.now.gap", now.gap, "iterative", "points", score.n),
    ]


def tabulate_weights(study: Study) -> pd.DataFrame:
    """Give what weighting to those asked does to the score of the year and of the period.

    Returns
    -------
    one row per span (year, period) with enough answers: `span`, `n` (answers), `plain`, `nps`,
        `low`, `high` (weighted), `effective_n`, `least`, `most` (weights as multiples of their
        mean), `n_trimmed` (held at a bound)
    """
    rows = []
    for span, found in (("year", study.weighted), ("period", study.weighted_now)):
        if found is None or found.score is None or found.weights is None:
            continue
        if found.score.n < study.rules.min_n:
            continue
        scaled = found.weights.weights / found.weights.weights.mean()
        rows.append({
            "span": span, "n": found.score.n, "plain": found.plain.value,
            "nps": found.score.value, "low": found.score.low, "high": found.score.high,
            "effective_n": found.weights.effective_n, "least": float(scaled.min()),
            "most": float(scaled.max()), "n_trimmed": found.weights.n_trimmed,
        })  # fmt: skip
    return pd.DataFrame(rows)


def _measure_change(trend: Trend) -> list[Measured]:
    change = trend.change
    if change is None:
        return []
    ends = (change.low, change.high)
    found: list[Any] = [
        Measured("change", change.value, "estimator", "nps", interval=ends),
        Measured("change.p", change.p_value, "estimator", "p"),
    ]
    if trend.by == "wave":
        last, before = (trend.table.iloc[at] for at in (-1, -2))
        for name, row in (("wave", last), ("wave.before", before)):
            found += [
                Measured(f"{name}.nps", float(row["nps"]), "estimator", "nps", int(row["n_nps"]),
                         (float(row["low"]), float(row["high"]))),
                Measured(f"{name}.name", str(row["wave"]), "label", "text"),
            ]  # fmt: skip
    return found


def take_published(study: Study) -> pd.DataFrame:
    """Give the last answer of each customer of the year, to be published.

    Returns
    -------
    one row per customer, by `order_key`: `customer_id`, `order_key`, `nps`, `csat`, `ces`,
        `answered_at`, `wave`
    """
    columns = ["customer_id", "order_key", "nps", "csat", "ces", "answered_at", "wave"]
    rows = study.answers[columns].sort_values("order_key", kind="stable", ignore_index=True)
    whole = dict.fromkeys(SCALES, "Int64")
    return rows.astype(whole)


def take_periods(windows: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Give the score and its counts by window, for page one; no row of a doubted scale."""
    columns = ["window", "position", "period", "is_whole", "is_comparable", "n_nps",
               "n_detractors", "n_promoters"]  # fmt: skip
    rows = windows[columns].reset_index(drop=True)
    if "nps" in study.doubted:
        return rows.iloc[:0].assign(nps=pd.Series(dtype=float))
    low, high, n = (rows[name] for name in ("n_detractors", "n_promoters", "n_nps"))
    return rows.assign(nps=(100 * (high - low) / n.where(n > 0)).astype(float))


def take_drivers(found: Drivers) -> pd.DataFrame | None:
    """Give the attributes to be published; None where nothing could be said of them."""
    return None if found.table.empty else found.table
