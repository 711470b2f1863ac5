"""Planted truth: data drawn from known parameters, and how often the printed interval holds them.

Each room adds a file `test_planted_<method>.py`: a test draws from a seeded generator, runs the
method as a chapter does, and hands `check_coverage` its function from a seed to an interval.
`nox -s tests` takes 5 seeds, `nox -s thorough` 100. A 95 % interval that keeps its word holds the
truth in 90 of 100 seeds or more with a chance of 98.9 %, and in 3 of 5 or more with 99.9 %; seeds
are fixed, so a run says the same each time.
"""

import os
from collections.abc import Callable

IS_THOROUGH = os.environ.get("RAPPORT_TEST_SHARE") == "1"
SEEDS = range(100 if IS_THOROUGH else 5)
FEWEST = 90 if IS_THOROUGH else 3
"""Seeds whose interval must hold the truth."""
MOST_FALSE = 10 if IS_THOROUGH else 1
"""Seeds that may find, at the 5 % level, what was not planted."""


def check_coverage(
    interval_of: Callable[[int], tuple[float, float] | None], truth: float, *, fewest: int = FEWEST
) -> None:
    """Check that the interval of enough seeds holds the truth.

    Parameters
    ----------
    interval_of : from a seed to the ends of the interval; None is an interval that holds nothing
    truth : the planted value
    fewest : seeds that must hold it
    """
    missed = []
    for seed in SEEDS:
        ends = interval_of(seed)
        if ends is None or not ends[0] <= truth <= ends[1]:
            missed.append((seed, ends))
    told = f"{len(SEEDS) - len(missed)} of {len(SEEDS)} intervals hold {truth}; not {missed[:5]}"
    assert len(SEEDS) - len(missed) >= fewest, told


def count_where(happens: Callable[[int], bool]) -> int:
    """Count the seeds of which something holds: a decoy called a driver, an alarm without cause."""
    return sum(happens(seed) for seed in SEEDS)
