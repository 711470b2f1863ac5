"""What page one says first: which headline the numbers allow, and which actions they support.

A headline names the part that moved net revenue most, and only if it made more than half of the
change (sales without a customer: a third, and it says how much); otherwise it gives the change
alone. It never claims a cause: parts add up, they do not explain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from rapport.analysis.decomposition import RevenueSplit
from rapport.analysis.key_figures import EARLIER, SHOWN, Comparison, KeyFigure
from rapport.analysis.measured import Measured

PAYMENTS = "mend_payments"
PARTS = ("customers", "frequency", "aov", "unidentified")
SAID = frozenset(["active", "frequency", "churn", "repurchase"])
"""Key figures that sentences name whether they are shown or not."""
LEADING = Decimal(1) / 3
"""Share of the change from which sales without a customer are named; the sentence says how much."""
MOST = Decimal(1) / 2
"""Share from which any other part may be called the main one."""
WORTH_ASKING = 0.05
"""Share of sales without a customer from which asking for the number is an action."""


@dataclass(frozen=True)
class ActionFact:
    """One action that the data support: whom it concerns and what they spent."""

    name: str
    customers: int | None
    money: Decimal | None
    evidence: str


def list_parts(split: RevenueSplit | None) -> pd.DataFrame:
    """Give the parts of a change as a table, in the order of the figure.

    Returns
    -------
    one row per part: `part`, `amount` (Decimal, currency of the unit); they sum to the change. No
    row without a split
    """
    if split is None:
        return pd.DataFrame({"part": [], "amount": []})
    # A unit whose every sale has a customer has no such part; a bar of nothing would say it might.
    amounts = {part: getattr(split, part) for part in PARTS}
    shown = [part for part in PARTS if part != "unidentified" or amounts[part] != 0]
    return pd.DataFrame({"part": shown, "amount": [amounts[part] for part in shown]})


def find_driver(split: RevenueSplit | None) -> tuple[str, Decimal] | None:
    """Find the part that moved revenue most, if it leads: its name and its share of the change.

    Examples
    --------
    >>> d = Decimal
    >>> find_driver(RevenueSplit(d(74), d(128), d(-32), d(169), "lmdi"))[0]
    'unidentified'
    >>> find_driver(RevenueSplit(d(1), d(1), d(1), d(-9), "lmdi"))[0]
    'unidentified'
    """
    if split is None or split.total == 0:
        return None
    parts = {part: getattr(split, part) / split.total for part in PARTS}
    name = max(parts, key=lambda part: (parts[part], -PARTS.index(part)))
    is_leading = parts[name] >= LEADING if name == "unidentified" else parts[name] > MOST
    return (name, parts[name]) if is_leading else None


def choose_headline(
    figures: Sequence[KeyFigure], split: RevenueSplit | None, *, is_whole: bool
) -> str:
    """Choose the wording of the headline that the numbers allow.

    Orders each and the average order are named only if their own change is clear: what the split
    gives them is exact, but a headline must not say what their card calls unclear. Sales without a
    customer are named only as a share of the change, so never if they moved by more than it.

    Parameters
    ----------
    figures : the key figures, net sales first

    Returns
    -------
    a case of the template `summary.headline`: the direction, and for a whole period the part that
    led (`up_customers`); `incomplete_...` for a period that has not ended; `empty` without sales;
    `negative` where returns outweighed sales, `turned` where they did in the period before;
    `year_...` against last year, where the period before cannot be compared;
    `none` (`incomplete_none`) where nothing, or nothing sold, went before
    """
    net = figures[0]
    if net.name != "net":
        return f"unsold_{net.name}"
    if net.now.value == 0:
        return "empty"
    window = next((window for window in EARLIER if window in net.against), "previous")
    earlier = net.against.get(window)
    signs = _read_signs(net, net.against.get("previous"))
    if signs and (is_whole or signs == "negative"):
        return signs if is_whole else f"incomplete_{signs}"
    way = {"up": "up", "down": "down", "none": "unclear", "unclear": "unclear"}
    # After a period of nothing a change has no size, and the headline would have none to tell.
    is_sized = earlier is not None and earlier.change.relative is not None
    direction = way[earlier.change.case] if earlier and is_sized else "none"
    if earlier and window == "last_year":
        # Of a change against last year no part is known, and none from returns can be told.
        is_sold = Decimal(str(earlier.before.value)) > 0
        direction = f"year_{direction}" if is_sold and direction != "none" else "none"
    if not is_whole:
        return f"incomplete_{direction}"
    driver = find_driver(split)
    if direction in ("up", "down") and driver and _can_be_named(driver, figures):
        return f"{direction}_{driver[0]}"
    return direction


def _read_signs(net: KeyFigure, earlier: Comparison | None) -> str:
    """Say where returns outweighed sales: a change from or to such a sum has no size to tell."""
    if Decimal(str(net.now.value)) < 0:
        return "negative"
    return "turned" if earlier and Decimal(str(earlier.before.value)) < 0 else ""


def _can_be_named(driver: tuple[str, Decimal], figures: Sequence[KeyFigure]) -> bool:
    name, share = driver
    if name == "unidentified" and share > 1:
        # Its sentence gives the share: more than the whole is no share of it.
        return False
    earlier = [f.against["previous"] for f in figures if f.name == name and "previous" in f.against]
    return all(one.change.case in ("up", "down") for one in earlier)


def list_told(figures: Sequence[KeyFigure], *, shown: int = SHOWN) -> list[KeyFigure]:
    """Take the figures that page one shows, and those that its sentences name."""
    return [f for place, f in enumerate(figures) if place < shown or f.name in SAID]


def list_measured(figures: Sequence[KeyFigure]) -> list[Measured]:
    """List every number of the key figures under its own name, changes among them.

    `<figure>`, `<figure>.previous`, `<figure>.change` (relative, or percentage points of a share)
    and the same against `last_year`.
    """
    found = []
    for figure in figures:
        found.append(figure.now)
        for window, earlier in figure.against.items():
            found.append(earlier.before)
            tail = "change" if window == "previous" else "change_year"
            found.append(_change(f"{figure.name}.{tail}", figure.now, earlier.change))
    return found


def _change(name: str, now: Measured, change: Any) -> Measured:
    if now.unit == "share":
        ends = None if change.low is None else (change.low, change.high)
        return Measured(name, change.absolute, "ratio", "pp", interval=ends)
    if now.unit == "nps":
        ends = None if change.low is None else (change.low, change.high)
        return Measured(name, change.absolute, "estimator", "nps", interval=ends)
    return Measured(name, change.relative, "ratio", "change")


def list_actions(
    action_lists: pd.DataFrame, contracts: pd.DataFrame | None, current: Any, *,
    min_count: int, most: int = 3,
) -> list[ActionFact]:  # fmt: skip
    """List the actions that the data support, most money first after the one on data.

    Parameters
    ----------
    action_lists : one row per list and customer: `list_name`, `spend_12m` (Decimal)
    contracts : `subscription_months` (`window`, `n_involuntary`); None for a unit without
        contracts. Where there are contracts, invoices are no orders to be won again
    current : the row of `period_measures` of the period: `net`, `unidentified_net`
    min_count : a list of fewer customers is no action

    Returns
    -------
    at most `most` actions, with the customers on their list (None where nobody is known) and what
    these spent in twelve months, or in the period for sales without a customer
    """
    found = []
    lost = current["unidentified_net"]
    if current["net"] > 0 and lost / current["net"] >= Decimal(str(WORTH_ASKING)):
        found.append(ActionFact("ask_for_number", None, lost, "counted"))
    if contracts is not None:
        lapsed = contracts.set_index("window")["n_involuntary"].get("current", 0)
        whose = action_lists[action_lists["list_name"] == PAYMENTS]
        if lapsed >= min_count:
            # Contracts whose customers have no invoice are told by their number alone.
            is_known = len(whose) >= min_count
            money = sum(whose["spend_12m"], Decimal(0)) if is_known else None
            n = len(whose) if is_known else int(lapsed)
            found.append(ActionFact(PAYMENTS, n, money, "counted"))
        return found[:most]
    lists: list[ActionFact] = []
    for name, rows in action_lists.groupby("list_name", sort=True):
        if len(rows) >= min_count:
            money = sum(rows["spend_12m"], Decimal(0))
            lists.append(ActionFact(str(name), len(rows), money, "observed"))
    lists.sort(key=lambda fact: (-(fact.money or 0), fact.name))
    return [*found, *lists][:most]


def table_of(figures: Sequence[KeyFigure], *, unit: str, period: str) -> pd.DataFrame:
    """Give the key figures as a table for the index and for whoever compares units.

    Returns
    -------
    one row per figure, in order: `unit`, `period`, `figure`, `value` (float), `low`, `high`, `n`
    """
    rows = [
        (
            unit, period, figure.name, float(str(figure.now.value)),
            *(figure.now.interval or (None, None)), figure.now.n,
        )
        for figure in figures
    ]  # fmt: skip
    columns = ["unit", "period", "figure", "value", "low", "high", "n"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype({"value": "float64", "low": "float64", "high": "float64", "n": "Int64"})
