"""Periods of few customers: what page one does not tell of them.

A sum of sales is the spending of whoever bought. Where 1 to `min_count` - 1 known customers bought
or returned something in a period, what is said of customers alone (parts of the change, averages,
shares of known sales) is withheld for it, and every comparison with it; and where hardly anybody
else bought either, so are its sales. Sales without a customer number count as one customer each,
which they may be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from rapport.analysis.key_figures import EARLIER, HISTORY, KeyFigure
from rapport.analysis.measured import Measured
from rapport.analysis.page_one import ActionFact

SOLD = ("net", "active")
"""What the key figures of a unit with sales begin with; `net` unless it is withheld."""
OF_SALES = frozenset(["net", "return_rate"])
OF_CUSTOMERS = frozenset(
    ["active", "aov", "frequency", "spend_per_customer", "top_share", "identified_share"]
)
OF_KNOWN = ("unidentified", "unidentified.share", "identified.share")
"""What the story tells of sales without a customer: the rest is that of those who are known."""


@dataclass(frozen=True)
class Few:
    """Windows of too few customers."""

    known: frozenset[str]
    """Windows in which too few known customers bought or returned something."""
    anybody: frozenset[str]
    """Those of them in which hardly anybody else bought either."""
    past: tuple[str, ...] = ()
    """The windows of the history, oldest first."""

    @property
    def can_split(self) -> bool:
        """Whether the change since the period before can be split by customers."""
        return not self.known & {"current", "previous"}


NOWHERE = Few(frozenset(), frozenset())
"""No window is of too few."""


def find_few(periods: pd.DataFrame, buyers: pd.DataFrame, *, min_count: int) -> Few:
    """Find the windows of too few customers.

    Parameters
    ----------
    periods : `period_measures`, one row per window: `n_active`, `n_orders`, `identified_orders`
    buyers : `customer_periods`, one row per window and customer who bought or returned
    min_count : customers that may be told of

    Examples
    --------
    >>> rows = pd.DataFrame({"window": ["current", "previous"], "position": [0, 1],
    ...     "n_active": [2, 20], "n_orders": [2, 20], "identified_orders": [2, 20]})
    >>> some = pd.DataFrame({"window": ["current"] * 2 + ["previous"] * 20,
    ...                      "customer_id": [*"ab", *"abcdefghijklmnopqrst"]})
    >>> sorted(find_few(rows, some, min_count=10).anybody)
    ['current']
    """
    counted = buyers.groupby("window")["customer_id"].nunique()
    known, anybody = set(), set()
    rows = periods.set_index("window")[["n_active", "n_orders", "identified_orders"]].astype(int)
    for window, row in zip(map(str, rows.index), rows.to_dict("records"), strict=True):
        # Of the history it is known who bought, not who only returned something.
        n = max(int(counted.get(window, 0)), row["n_active"])
        if 0 < n < min_count:
            known.add(window)
            if n + row["n_orders"] - row["identified_orders"] < min_count:
                anybody.add(window)
    past = periods[periods["window"].str.startswith(HISTORY)].sort_values("position", kind="stable")
    return Few(frozenset(known), frozenset(anybody), tuple(past["window"]))


def withhold_figures(figures: Sequence[KeyFigure], few: Few) -> list[KeyFigure]:
    """Leave out what key figures would tell of too few: figures, comparisons, points."""
    found = []
    for figure in figures:
        hidden = _hidden(figure.name, few)
        if not hidden:
            found.append(figure)
        elif "current" not in hidden:
            found.append(_without(figure, hidden, few))
        elif figure.name == "active":  # too few is hidden as a count, and nobody is not
            found.append(replace(figure, against={}, history=(), past={}))
    return found


def _hidden(name: str, few: Few) -> frozenset[str]:
    if name in OF_SALES:
        return few.anybody
    return few.known if name in OF_CUSTOMERS else frozenset()


def _without(figure: KeyFigure, hidden: frozenset[str], few: Few) -> KeyFigure:
    against = {window: one for window, one in figure.against.items() if window not in hidden}
    points = zip(few.past, figure.history, strict=True) if figure.history else ()
    history = tuple(None if window in hidden else point for window, point in points)
    past = {code: one for code, one in figure.past.items() if f"{HISTORY}{code}" not in hidden}
    return replace(figure, against=against, history=history, past=past)


def withhold_story(told: Sequence[Measured], few: Few) -> list[Measured]:
    """Leave out what the story of page one would tell of too few."""
    away = set(OF_KNOWN) if "current" in few.known else set()
    for window in EARLIER:
        if few.anybody & {"current", window}:
            away.add("net.per_day.change" if window == "previous" else "net.per_day.change_year")
    return [one for one in told if one.name not in away]


def withhold_actions(facts: Sequence[ActionFact], few: Few) -> list[ActionFact]:
    """Leave out the action that names the money of sales without a customer."""
    is_told = "current" not in few.known
    return [fact for fact in facts if is_told or fact.name != "ask_for_number"]


def mind_few(found: Sequence[tuple[str, str | None]], few: Few) -> list[tuple[str, str | None]]:
    """Put in front of what is to be minded of the data that customers were too few."""
    if "current" in few.known:
        case = "current" if "current" in few.anybody else "known"
        rest = [one for one in found if one[0] != "mind_unidentified"]
        return [("mind_few", case), *rest]
    return [*([("mind_few", "previous")] if "previous" in few.known else []), *found]
