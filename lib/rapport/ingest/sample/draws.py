"""Random integers that are the same on every machine.

Only two things here are not integer arithmetic: the bit stream of PCG64, which numpy
promises never to change (its distributions carry no such promise, so none is used), and the
quantile tables. Those come from scipy's special functions, whose last bits may differ between
processors and releases; they are rounded to 1 / `GRID` before anything is drawn from them, so
a difference of 1e-13 does not reach a file. A table has `N_STEPS` midpoints: what is drawn is
the named distribution up to its 1 / 32,768 quantile at either end.

Every draw names its place (`key.of("hour")`) instead of sharing a stream, so a process that is
added later moves nothing that was planted before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
GRID = 10_000
N_STEPS = 1 << 14
MILLION = 1_000_000


@dataclass(frozen=True)
class Key:
    """The name of a place where something is drawn: a seed and the path to it."""

    words: tuple[int, ...]

    def of(self, name: object) -> Key:
        """Name a place inside this one."""
        return Key((*self.words, crc32(str(name).encode("utf-8"))))


def draw_below(key: Key, bound: int | Ints, size: int) -> Ints:
    """Draw whole numbers from 0 to `bound` - 1 (at most 2^32), each as likely."""
    bits = np.random.PCG64(np.random.SeedSequence(key.words)).random_raw(size)
    # 31 of 64 bits: products stay inside int64; the bias of this map is under 1e-6.
    drawn: Ints = (np.asarray(bits) >> np.uint64(33)).astype(np.int64) * bound >> 31
    return drawn


def draw_chance(key: Key, ppm: int | Ints, size: int) -> Flags:
    """Draw events of a probability given in millionths."""
    return draw_below(key, MILLION, size) < ppm


def draw_weighted(key: Key, weights: Sequence[int] | Ints, size: int) -> Ints:
    """Draw positions with probabilities proportional to whole-number weights."""
    edges = np.cumsum(np.asarray(weights, dtype=np.int64))
    return np.searchsorted(edges, draw_below(key, int(edges[-1]), size), side="right")


def draw_order(key: Key, size: int) -> Ints:
    """Draw an order of `size` things, every order as likely."""
    return np.argsort(draw_below(key, 1 << 31, size), kind="stable")


def draw_from(key: Key, table: Ints, size: int) -> Ints:
    """Draw from a distribution given as its quantile table."""
    return table[draw_below(key, len(table), size)]


def tabulate_gamma(shape: float) -> Ints:
    """Tabulate the quantiles of a gamma distribution of scale 1, in 1 / `GRID`."""
    return _round(_special().gammaincinv(shape, _midpoints()))


def tabulate_beta(a: float, b: float) -> Ints:
    """Tabulate the quantiles of a beta distribution, in 1 / `GRID`."""
    return _round(_special().betaincinv(a, b, _midpoints()))


def tabulate_normal() -> Ints:
    """Tabulate the quantiles of the standard normal distribution, in 1 / `GRID`."""
    return _round(_special().ndtri(_midpoints()))


def tabulate_logistic() -> Ints:
    """Tabulate the quantiles of the standard logistic distribution, in 1 / `GRID`."""
    return _round(_special().logit(_midpoints()))


def _special() -> ModuleType:
    # Checking the files' digests, as every run does, must not pay for loading scipy (.5 CPU s).
    from scipy import special  # noqa: PLC0415

    module: ModuleType = special
    return module


def _midpoints() -> NDArray[np.float64]:
    return (np.arange(N_STEPS) + 0.5) / N_STEPS


def _round(values: Any) -> Ints:
    rounded: Ints = np.rint(np.asarray(values) * GRID).astype(np.int64)
    return rounded
