"""Customers drawn from BG/NBD and Gamma-Gamma, as their authors define them."""

import numpy as np

TRUE = {"r": 0.6, "alpha": 8.0, "a": 0.8, "b": 2.5}
DAYS = 546


def draw_buyers(seed, n, *, r=0.6, alpha=8.0, a=0.8, b=2.5, days=DAYS, rest=0):
    """Draw histories: x, t_x and T in days, and order days in the `rest` days after them.

    First orders fall in the first third of the days; orders of one day are one.
    """
    random = np.random.default_rng(seed)
    start = random.integers(0, days // 3, n)
    rates, drops = random.gamma(r, 1 / (7 * alpha), n), random.beta(a, b, n)
    end = np.full(n, days + rest)
    clock, last = start.astype(float), start.copy()
    x, after, final = np.zeros(n, int), np.zeros(n, int), start.copy()
    there = np.ones(n, bool)
    while there.any():
        clock[there] += random.exponential(1 / np.maximum(rates[there], 1e-12))
        there &= clock < end
        day = np.floor(np.minimum(clock, end)).astype(int)
        is_new = there & (day > last)
        before = is_new & (day <= days)
        x += before
        after += is_new & (day > days)
        final = np.where(before, day, final)
        last = np.where(is_new, day, last)
        there &= random.random(n) >= drops
    return x, final - start, days - start, after


def draw_amounts(seed, x, *, p=6.0, q=4.0, v=15.0):
    """Draw the mean amount of each customer's repeat days."""
    random = np.random.default_rng(seed + 1_000_003)
    scale = random.gamma(q, 1 / v, len(x))
    repeats = np.maximum(x, 1)
    return np.where(x > 0, random.gamma(p * repeats) / (scale * repeats), 0.0)
