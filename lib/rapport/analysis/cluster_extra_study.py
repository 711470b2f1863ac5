"""What groups are sought by beside recency, frequency and spend, where a unit asks for more.

A measure that is the same for all tells nobody apart, and one that is not known for some would
leave these out or need a guess: both are left out, with the reason. No value is ever filled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from rapport.analysis.segmentation_groups import TAKEN

# Above this (moment) skewness a measure that is never negative is taken as log(1 + x), as spend is.
SKEWED = 1.0


@dataclass(frozen=True)
class Sought:
    """Measures that groups are sought by, those taken as they are, and why others are not.

    `left_out`: measure -> "absent" (not delivered), "partial" (not known for all customers) or
    "constant" (the same for all).
    """

    measures: tuple[str, ...]
    plain: tuple[str, ...]
    left_out: Mapping[str, str]

    @property
    def extra(self) -> tuple[str, ...]:
        """The measures beside those of RFM."""
        return tuple(name for name in self.measures if name not in TAKEN)


def add_measures(joined: pd.DataFrame) -> pd.DataFrame:
    """Add what it takes a division to say: `mean_order`, the mean amount of a sale."""
    if not {"gross", "n_orders"} <= set(joined):
        return joined
    orders = joined["n_orders"].astype(float)
    return joined.assign(mean_order=joined["gross"].astype(float) / orders.where(orders > 0))


def choose_measures(joined: pd.DataFrame, asked: str) -> Sought:
    """Say by which measures groups can be sought.

    Parameters
    ----------
    joined : one row per customer, with the measures; of nobody nothing is said
    asked : names of measures, by comma

    Examples
    --------
    >>> people = pd.DataFrame({"tenure_days": [1, 2, 3], "n_channels": [1, 1, 1]})
    >>> found = choose_measures(people, "tenure_days, n_channels, n_visits_30d")
    >>> found.extra, found.plain, dict(found.left_out)
    (('tenure_days',), ('tenure_days',), {'n_channels': 'constant', 'n_visits_30d': 'absent'})
    """
    names = [name.strip() for name in asked.split(",") if name.strip() and len(joined)]
    reasons = {name: _why_not(joined, name) for name in names}
    taken = [name for name in names if not reasons[name]]
    return Sought(
        (*TAKEN, *taken),
        tuple(name for name in taken if not _is_skewed(joined[name])),
        {name: reason for name, reason in reasons.items() if reason},
    )


def _why_not(joined: pd.DataFrame, name: str) -> str:
    if name not in joined or joined[name].isna().all():
        return "absent"
    if joined[name].isna().any():
        return "partial"
    return "constant" if joined[name].nunique() < 2 else ""


def _is_skewed(values: pd.Series) -> bool:
    numbers = values.astype(float)
    apart = numbers - numbers.mean()
    spread = float((apart**2).mean()) ** 0.5
    return bool(numbers.min() >= 0) and float((apart**3).mean()) > SKEWED * spread**3


def list_said(sought: Sought) -> list[tuple[str, list[str]]]:
    """Name what must be said of the measures asked for, each with those it is true of."""
    said = {"taken": list(sought.extra)}
    for name, reason in sought.left_out.items():
        said.setdefault(reason, []).append(name)
    return [(case, names) for case, names in said.items() if names]
