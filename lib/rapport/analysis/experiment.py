"""What an experiment changed: everyone as assigned, against those held out at random.

Counts and sums of each arm suffice, so no customer is looked at twice. An effect is a matter of
assignment, not of who opened what. Assumes that assignment was random (the sample ratio is
tested, and the spend before it compared) and that customers do not sway one another.
Not for groups that were chosen, whatever they are called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from scipy import stats

from rapport.analysis.cuped import Moments, adjust
from rapport.analysis.intervals import newcombe
from rapport.analysis.resampling import Interval

SRM_LIMIT = 0.001
POWER = 0.8


@dataclass(frozen=True)
class Arm:
    """One variant as assigned: customers, those of them who bought, and moments of spend."""

    n: int
    n_converted: int
    spend: Moments

    @property
    def share(self) -> float:
        """Share who bought inside the window."""
        return self.n_converted / self.n

    def __add__(self, other: Arm) -> Arm:
        """Put two arms together."""
        return Arm(self.n + other.n, self.n_converted + other.n_converted, self.spend + other.spend)


@dataclass(frozen=True)
class Difference:
    """A difference with its interval; None where it has none, and then nothing is said of it."""

    value: float
    interval: Interval

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves 0 out."""
        return not self.interval.holds(0.0)


@dataclass(frozen=True)
class Effect:
    """A variant against control: shares, money a customer, and what could have been seen.

    `p_value` is of the pooled z-test of the shares. `relative` is the ratio of the shares less 1,
    None where one of them is 0. `money` is the plain difference, `adjusted` the same less what
    the spend before explains; `before` the difference there was before. `detectable` is the
    smallest difference of shares that would be found four times in five.
    """

    treated: Arm
    control: Arm
    conversion: Difference
    p_value: float
    relative: Difference | None
    money: Difference
    adjusted: Difference
    explained: float
    before: Difference
    detectable: float


def parse_plan(text: str | None) -> dict[str, float]:
    """Read planned shares, `control=0.5;mail=0.5`; nothing where they cannot be read.

    Examples
    --------
    >>> parse_plan("control=0.25; mail=0.75")
    {'control': 0.25, 'mail': 0.75}
    >>> parse_plan("half and half")
    {}
    """
    parts = [part.split("=") for part in (text or "").replace(",", ";").split(";") if part.strip()]
    try:
        plan = {name.strip(): float(share) for name, share in parts}
    except ValueError:
        return {}
    whole = sum(plan.values())
    is_plan = len(plan) > 1 and min(plan.values()) > 0 and abs(whole - 1) < 0.01
    return {name: share / whole for name, share in plan.items()} if is_plan else {}


def check_ratio(assigned: Mapping[str, int], plan: Mapping[str, float]) -> float | None:
    """Give the p-value of the sample ratio check; None where the plan is not of these variants.

    Parameters
    ----------
    assigned : variant -> customers assigned, everyone, whether reached or not
    plan : variant -> planned share

    References
    ----------
    Fabijan, A. et al. (2019), KDD '19, 2156-2164.

    Examples
    --------
    >>> check_ratio({"control": 500, "mail": 500}, {"control": 0.5, "mail": 0.5})
    1.0
    >>> check_ratio({"control": 400, "mail": 600}, {"control": 0.5, "mail": 0.5}) < 0.001
    True
    """
    if set(assigned) != set(plan) or sum(assigned.values()) == 0:
        return None
    names = sorted(plan)
    seen = np.array([assigned[name] for name in names], dtype=float)
    expected = seen.sum() * np.array([plan[name] for name in names])
    return float(stats.chisquare(seen, expected).pvalue)


def compare_arms(treated: Arm, control: Arm, *, confidence: float = 0.95) -> Effect:
    """Compare a variant with control, everyone as assigned.

    Parameters
    ----------
    treated, control : at least two customers each

    References
    ----------
    Newcombe (1998), Welch (1947) as in `intervals`; Deng et al. (2013) as in `cuped`.

    Examples
    --------
    >>> one = Arm(1000, 120, Moments.of([1.0] * 1000, [0.0] * 1000))
    >>> other = Arm(1000, 100, Moments.of([1.0] * 1000, [0.0] * 1000))
    >>> effect = compare_arms(one, other)
    >>> round(effect.conversion.value, 3), round(effect.detectable, 3)
    (0.02, 0.038)
    """
    span = newcombe(
        treated.n_converted, treated.n, control.n_converted, control.n, confidence=confidence
    )
    adjusted, explained = adjust(treated.spend, control.spend, confidence=confidence)
    return Effect(
        treated,
        control,
        Difference(treated.share - control.share, span),
        _pooled_p(treated, control),
        compare_shares(treated, control, confidence=confidence),
        _welch(treated.spend, control.spend, confidence),
        Difference(*adjusted),
        explained,
        _welch(treated.spend.swapped, control.spend.swapped, confidence),
        find_detectable(control.share, treated.n, control.n, confidence=confidence),
    )


def _pooled_p(one: Arm, two: Arm) -> float:
    share = (one.n_converted + two.n_converted) / (one.n + two.n)
    error = sqrt(share * (1 - share) * (1 / one.n + 1 / two.n))
    if error == 0:
        return 1.0
    return float(2 * stats.norm.sf(abs(one.share - two.share) / error))


def _welch(one: Moments, two: Moments, confidence: float) -> Difference:
    parts = [moments.variance / moments.n for moments in (one, two)]
    value, spread = one.mean - two.mean, sum(parts)
    if spread == 0:
        return Difference(value, Interval(value, value))
    sizes = zip(parts, (one, two), strict=True)
    freedom = spread**2 / sum(part**2 / (moments.n - 1) for part, moments in sizes)
    half = float(stats.t.ppf((1 + confidence) / 2, freedom)) * sqrt(spread)
    return Difference(value, Interval(value - half, value + half))


def compare_shares(one: Arm, two: Arm, *, confidence: float = 0.95) -> Difference | None:
    """Give the relative difference of two shares with the interval of the log of their ratio.

    References
    ----------
    Katz, D. et al. (1978), Biometrics 34, 469-474.
    """
    if not one.n_converted or not two.n_converted:
        return None
    middle = log(one.share / two.share)
    error = sqrt(1 / one.n_converted - 1 / one.n + 1 / two.n_converted - 1 / two.n)
    half = float(stats.norm.ppf((1 + confidence) / 2)) * error
    span = Interval(exp(middle - half) - 1, exp(middle + half) - 1)
    return Difference(exp(middle) - 1, span)


def find_detectable(share: float, n_one: int, n_two: int, *, confidence: float = 0.95) -> float:
    """Give the difference of shares that arms of this size would show four times in five."""
    z = float(stats.norm.ppf((1 + confidence) / 2) + stats.norm.ppf(POWER))
    # With nobody converted there is no spread to go by; one in the arm is the least there is.
    least = max(share, 1 / n_two)
    return z * sqrt(least * (1 - min(least, 1 - 1e-9)) * (1 / n_one + 1 / n_two))


def adjust_holm(p_values: Sequence[float]) -> list[float]:
    """Adjust the p-values of variants that share one control.

    References
    ----------
    Holm, S. (1979), Scandinavian Journal of Statistics 6, 65-70.

    Examples
    --------
    >>> adjust_holm([0.01, 0.04])
    [0.02, 0.04]
    """
    order = np.argsort(p_values, kind="stable")
    raised = np.array(p_values)[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(raised), 1.0)
    return [float(value) for value in adjusted]


def compare_groups(pairs: Sequence[tuple[Arm, Arm]]) -> float | None:
    """Give the p-value of the test that the effect on shares is the same in every group.

    Parameters
    ----------
    pairs : treated and control of each group; None under two groups

    References
    ----------
    Cochran, W. G. (1954), Biometrics 10, 101-129 (Q). Half a customer is added to each count,
    so that a group in which nobody bought has a variance, too.

    Examples
    --------
    >>> none = Moments(0, 0.0, 0.0)
    >>> alike = [(Arm(500, 60, none), Arm(500, 50, none))] * 2
    >>> compare_groups(alike)
    1.0
    """
    if len(pairs) < 2:
        return None
    shares = [[(arm.n_converted + 0.5) / (arm.n + 1) for arm in pair] for pair in pairs]
    gaps = np.array([one - two for one, two in shares])
    spreads = [
        sum(share * (1 - share) / (arm.n + 1) for share, arm in zip(of, pair, strict=True))
        for of, pair in zip(shares, pairs, strict=True)
    ]
    weights = 1 / np.array(spreads)
    middle = float((weights * gaps).sum() / weights.sum())
    return float(stats.chi2.sf(float((weights * (gaps - middle) ** 2).sum()), len(pairs) - 1))
