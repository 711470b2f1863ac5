"""Moves between stages and the time to the next order, drawn from chances that are known."""

import numpy as np
import pandas as pd

from planted.planted import MOST_FALSE, check_coverage, count_where
from rapport.analysis.reorder_time import fit_return_time
from rapport.analysis.transitions import compare_months, pool_moves

N = 600
QUIET = 0.2
"""Chance that a loyal customer falls quiet in a month, over all customers."""


def draw_patterns(seed):
    """Draw customers of whom each has a chance of an own, so that month ends are not alike."""
    random = np.random.default_rng(seed)
    months = random.integers(1, 7, N)
    moves = random.binomial(months, random.beta(1, 4, N))
    rows = [("loyal", None, n, 0) for n in months]
    rows += [("loyal", after, n, k) for n, k in zip(months, moves, strict=True) if k
             for after in ("at_risk", "any")]  # fmt: skip
    names = ["stage", "stage_after", "n_months", "n_moves"]
    return pd.DataFrame(rows, columns=names).assign(n_customers=1)


def test_the_interval_of_a_move_holds_the_planted_chance():
    def interval_of(seed):
        pooled = pool_moves(draw_patterns(seed), kind="orders").set_index("stage_after")
        return tuple(pooled.loc["at_risk", ["low", "high"]])

    check_coverage(interval_of, QUIET)


def draw_months(seed, rates):
    random = np.random.default_rng(seed)
    gone = random.binomial(400, rates)
    rows = [(month, "loyal", stage, n) for month, k in enumerate(gone)
            for stage, n in (("loyal", 400 - k), ("at_risk", k))]  # fmt: skip
    return pd.DataFrame(rows, columns=["month_no", "stage_before", "stage", "n_customers"])


def is_seasonal(seed, rates):
    return bool(compare_months(draw_months(seed, rates), first=-1)["is_seasonal"].iloc[0])


def test_steady_rates_are_seldom_called_seasonal():
    assert count_where(lambda seed: is_seasonal(seed, [0.2] * 12)) <= MOST_FALSE


def test_rates_of_an_autumn_peak_are_called_seasonal():
    seasonal = [0.2] * 9 + [0.1] * 3

    assert count_where(lambda seed: not is_seasonal(seed, seasonal)) <= MOST_FALSE


def test_the_time_to_the_next_order_holds_the_planted_share_of_those_who_return():
    # Seven in ten come back, after exponential times of 50 days; watching ends after 365 to 700.
    def interval_of(seed):
        random = np.random.default_rng(seed)
        waits = np.where(random.random(N) < 0.7, random.exponential(50, N), np.inf)
        watched = random.integers(365, 700, N)
        gaps = pd.DataFrame({
            "duration_days": np.ceil(np.minimum(waits, watched)),
            "event_observed": waits <= watched, "n": 1,
        })  # fmt: skip
        points = fit_return_time(gaps).curve.points
        last = points[points["time"] <= 365].iloc[-1]
        return 1 - last["high"], 1 - last["low"]

    check_coverage(interval_of, 0.7 * (1 - np.exp(-365 / 50)))


def test_nine_in_ten_of_those_who_return_are_found_within_a_month_of_the_truth():
    def is_missed(seed):
        random = np.random.default_rng(seed)
        waits = np.where(random.random(3000) < 0.7, random.exponential(50, 3000), np.inf)
        days = np.ceil(np.minimum(waits, 400))
        gaps = pd.DataFrame({"duration_days": days, "event_observed": waits <= 400, "n": 1})
        return not abs(fit_return_time(gaps).most_days - 50 * np.log(10)) <= 30

    assert count_where(is_missed) <= MOST_FALSE
