"""What moved net revenue: customers, orders each, net per order, and sales of nobody known.

The identified part is customers x orders a customer x net an order. Its change is split by the
logarithmic mean Divisia index (LMDI), which leaves no rest and does not depend on the order of the
factors. Logarithms need positive numbers; what happens without is told by `method`. The parts add
up exactly, to the last decimal that amounts have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import permutations
from math import log, log1p
from typing import Any, Literal

# Four decimals, as order lines have.
GRAIN = Decimal("0.0001")
Factors = tuple[float, float, float]


@dataclass(frozen=True)
class RevenueSplit:
    """The parts of a change of net revenue, in currency; they sum to `total` exactly.

    `method`: "lmdi"; "entry" if in one of the two periods nobody known bought, so that all of the
    identified change is one of customers; "shapley" if returns outweighed sales in one of them.
    """

    customers: Decimal
    frequency: Decimal
    aov: Decimal
    unidentified: Decimal
    method: Literal["lmdi", "entry", "shapley"]

    @property
    def identified(self) -> Decimal:
        """The change of net revenue from identified customers."""
        return self.customers + self.frequency + self.aov

    @property
    def total(self) -> Decimal:
        """The change of net revenue."""
        return self.identified + self.unidentified


def split_revenue(current: Mapping[Any, Any], previous: Mapping[Any, Any]) -> RevenueSplit:
    """Split the change of net revenue between two windows into four parts.

    Parameters
    ----------
    current, previous : rows of `period_measures`
        `identified_net`, `unidentified_net` (Decimal), `n_active`, `identified_orders`

    Returns
    -------
    the four parts, each rounded to 4 decimals, their sum the exact change

    References
    ----------
    Ang, B. W. (2005), Energy Policy 33, 867-871 (additive LMDI-I).

    Examples
    --------
    >>> then = {"identified_net": Decimal(100), "unidentified_net": Decimal(0), "n_active": 5,
    ...         "identified_orders": 10}
    >>> now = then | {"identified_net": Decimal(200), "n_active": 10, "identified_orders": 20}
    >>> split = split_revenue(now, then)
    >>> split.customers, split.aov, split.total
    (Decimal('100.0000'), Decimal('0.0000'), Decimal('100.0000'))
    """
    identified = _money(current["identified_net"]) - _money(previous["identified_net"])
    unidentified = _money(current["unidentified_net"]) - _money(previous["unidentified_net"])
    one, zero = _factors(current), _factors(previous)
    if one is None or zero is None:
        nothing = Decimal(0).quantize(GRAIN)
        return RevenueSplit(identified, nothing, nothing, unidentified, "entry")
    is_positive = one[2] > 0 and zero[2] > 0
    parts = _lmdi(one, zero) if is_positive else _shapley(one, zero)
    customers, frequency = (Decimal(repr(part)).quantize(GRAIN) for part in parts[:2])
    # The last part takes what rounding leaves (under .0001), so that the sum is exact.
    rest = identified - customers - frequency
    method: Literal["lmdi", "shapley"] = "lmdi" if is_positive else "shapley"
    return RevenueSplit(customers, frequency, rest, unidentified, method)


def _money(amount: Any) -> Decimal:
    return Decimal(amount).quantize(GRAIN)


def _factors(row: Mapping[Any, Any]) -> Factors | None:
    customers, orders = int(row["n_active"]), int(row["identified_orders"])
    if customers == 0 or orders == 0:
        return None
    net = _money(row["identified_net"])
    return float(customers), orders / customers, float(net) / orders


def _lmdi(one: Factors, zero: Factors) -> tuple[float, ...]:
    weight = _log_mean(_product(one), _product(zero))
    return tuple(weight * log(x1 / x0) for x1, x0 in zip(one, zero, strict=True))


def _log_mean(one: float, zero: float) -> float:
    # (v1 - v0) / ln(v1 / v0) loses its digits where the two are close; log1p keeps them.
    difference = one - zero
    return zero if difference == 0 else difference / log1p(difference / zero)


def _shapley(one: Factors, zero: Factors) -> tuple[float, ...]:
    parts = [0.0, 0.0, 0.0]
    orders = list(permutations(range(3)))
    for order in orders:
        state = list(zero)
        for place in order:
            before = _product(state)
            state[place] = one[place]
            parts[place] += (_product(state) - before) / len(orders)
    return tuple(parts)


def _product(factors: Factors | list[float]) -> float:
    return factors[0] * factors[1] * factors[2]
