"""The profile: planted months lie in their interval, and groups that lean are found."""

from decimal import Decimal

import numpy as np
import pandas as pd
from tests.planted.planted import MOST_FALSE, SEEDS, check_coverage, count_where

from rapport.analysis.affinity import measure_affinity
from rapport.analysis.forecast import forecast_months
from rapport.analysis.trend_season import choose_season, part_season

N = 60
YEAR = 12 * np.array([5.0, 3, 2, 1, 0, 1, 2, 3, 4, 6, 9, 12])
NOISE = 12.0
GROUPS = {"gold": (300, (0.5, 0.3, 0.2)), "silver": (600, (0.3, 0.3, 0.4))}


def months(seed, *, season=YEAR, n=N):
    """Draw months of a line, a season and noise."""
    noise = np.random.default_rng(seed).normal(0, NOISE, n)
    return 1000 + 6.0 * np.arange(n) + np.resize(season, n) + noise


def lines(seed, groups=None):
    """Draw the order lines of two groups, 2 to 9 a customer, as the mart sums them."""
    random = np.random.default_rng(seed)
    rows = []
    for name, (n, shares) in (groups or GROUPS).items():
        counts = np.stack([random.multinomial(k, shares) for k in random.integers(2, 10, n)])
        whole = counts.sum(axis=1)
        for place, category in enumerate("abc"):
            mine = counts[:, place]
            rows.append(
                {"attribute": "loyalty_tier", "name": name, "category": category,
                 "n_customers": int((mine > 0).sum()), "n_customers_group": n,
                 "net": Decimal(int(10 * mine.sum())), "n_lines": int(mine.sum()),
                 "n_squared": int((mine**2).sum()), "n_crossed": int((mine * whole).sum()),
                 "n_lines_group": int(whole.sum()), "n_squared_group": int((whole**2).sum()),
                 "n_largest": int(mine.max()), "n_largest_group": int(whole.max())}
            )  # fmt: skip
    return pd.DataFrame(rows)


def test_the_next_month_lies_in_its_interval():
    # What comes is drawn anew with each seed; its distance to the forecast is what is looked at.
    def ends(seed):
        drawn = months(seed, n=N + 1)
        found = forecast_months(drawn[:N], last_month=24311)
        first = found.table.iloc[0]
        return first["low"] - drawn[N], first["high"] - drawn[N]

    check_coverage(ends, 0.0)


def test_a_planted_season_is_clear_and_noise_hardly_ever_is():
    flat = np.zeros(12)

    assert count_where(lambda seed: choose_season(part_season(months(seed))) == "clear") == len(
        SEEDS
    )
    noise = count_where(
        lambda seed: choose_season(part_season(months(seed, season=flat))) == "clear"
    )
    assert noise <= MOST_FALSE


def test_the_share_of_lines_of_a_group_lies_in_its_interval():
    def ends(seed):
        cells = measure_affinity(lines(seed)).shown.set_index(["name", "category"])
        return tuple(cells.loc[("gold", "a"), ["low", "high"]].astype(float))

    check_coverage(ends, 0.5)


def test_groups_that_lean_are_found_and_groups_alike_are_rarely_called_different():
    alike = {name: (n, (0.4, 0.3, 0.3)) for name, (n, _) in GROUPS.items()}

    def leans(seed, groups=None):
        return measure_affinity(lines(seed, groups)).outcome == "clear"

    assert count_where(leans) == len(SEEDS)
    assert count_where(lambda seed: leans(seed, alike)) <= MOST_FALSE
