"""Measure what fitting BG/NBD takes against lifetimes, on the same drawn customers.

Customers are drawn from known parameters with days for a time grain. Both get the same rows and
fit from their own start; the peer runs once where a run takes long. The goals are 15, 12 and 15
times less processor time at ten thousand, a hundred thousand and a million customers, with
parameters within 1e-5 of the peer's. Both compute as a chapter's kernel does, with one numeric
thread: with two, the sums of so few rows cost ten times as much, most of it waiting.

Usage: bench_bgnbd.py [CUSTOMERS ...]
"""

import os
import sys
import warnings
from collections.abc import Sequence

from measuring import ROOT, cost_of_call, median, print_table

sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "lib"))

from rapport.press.run.kernels.settings import ENFORCED

# Before numpy, which reads them once.
os.environ.update(ENFORCED)

from lifetimes import BetaGeoFitter
from tests.planted.buyers import draw_buyers

from rapport.analysis.bgnbd import BgNbd, fit_bgnbd
from rapport.analysis.bgnbd_histories import collapse

SIZES = (10_000, 100_000, 1_000_000)
GOALS = {10_000: 15, 100_000: 12, 1_000_000: 15}
NAMES = ("r", "alpha", "a", "b")
SLOW = 50_000


def measure(n: int) -> tuple[str, ...]:
    """Fit the same customers by both, and give a row of the table."""
    x, t_x, T, _ = draw_buyers(1, n)
    few = n < SLOW

    def fit_ours() -> BgNbd:
        return fit_bgnbd(collapse(x, t_x, T))

    def fit_theirs() -> BetaGeoFitter:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return BetaGeoFitter().fit(x.astype(float), t_x / 7, T / 7)

    ours, peer = fit_ours(), fit_theirs()
    apart = max(abs(getattr(ours, name) / peer.params_[name] - 1) for name in NAMES)
    one = median([cost_of_call(fit_ours) for _ in range(25 if few else 3)]).cpu
    other = median([cost_of_call(fit_theirs) for _ in range(9 if few else 1)]).cpu
    return (
        f"{n:,}", f"{len(collapse(x, t_x, T).x):,}", f"{one:.3f}", f"{other:.3f}",
        f"{other / one:.1f}", str(GOALS.get(n, "-")), f"{apart:.1e}",
    )  # fmt: skip


def main(sizes: Sequence[int]) -> None:
    """Print the table."""
    head = ("customers", "histories", "ours, CPU s", "lifetimes, CPU s", "times", "goal", "apart")
    print_table("BG/NBD against lifetimes", head, [measure(n) for n in sizes])


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or SIZES)
