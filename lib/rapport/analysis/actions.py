"""What was decided, and the figure that it was to move, before and after.

Before is the last whole period that ended before the day of the decision; after is the period of
the report, if it began on that day or later. The comparison describes: a figure moves for many
reasons, and only a trial with a control group tells what a decision did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

import pandas as pd

from rapport.analysis.change import compare_shares, compare_totals
from rapport.analysis.key_figures import HISTORY, KeyFigure, Rules
from rapport.analysis.measured import Measured

COLUMNS = (
    "decision_en", "decision_zh", "owner_en", "owner_zh", "measure", "decided", "due", "unit",
    "before", "after", "change", "change_unit", "verdict",
)  # fmt: skip


class Words(Protocol):
    """A line in both languages."""

    @property
    def en(self) -> str:
        """In English."""

    @property
    def zh(self) -> str:
        """In Chinese."""


class Decision(Protocol):
    """One decision as the unit's file holds it."""

    @property
    def decision(self) -> Words:
        """What was decided."""

    @property
    def owner(self) -> Words:
        """By whom: a role."""

    @property
    def measure(self) -> str:
        """Name of a key figure."""

    @property
    def decided(self) -> date:
        """On which day."""

    @property
    def due(self) -> date:
        """When it shall have shown."""


@dataclass(frozen=True)
class Moved:
    """A figure before and after a day, and which sentence may be said of the difference."""

    before: Any
    after: Any
    change: float | None
    verdict: str


def follow_up(
    decisions: Sequence[Decision], figures: Sequence[KeyFigure], periods: pd.DataFrame, *,
    rules: Rules, min_count: int = 10,
) -> pd.DataFrame:  # fmt: skip
    """List the decisions taken by the end of the period, each with its figure before and after.

    Parameters
    ----------
    decisions : of the unit, in the order of its file
    figures : all key figures of the period
    periods : `period_measures`: `window`, `period`, `starts_on`, `ends_on`, `is_whole`
    rules : smallest change and confidence
    min_count : fewer customers are not shown

    Returns
    -------
    one row per decision, the newest first
        `before`, `after` in `unit`; `change` relative, or a difference of shares, of scores in
        points; `verdict`:
        "up", "down", "unclear" (interval holds 0), "none" (too small), "unjudged" (a mean of
        customers without an interval that far back), "early" (decided in the period, or the
        period has not ended), "unknown" (no number then or now)
    """
    current = periods.set_index("window").loc["current"]
    as_of = current["ends_on"]
    known = {figure.name: figure for figure in figures}
    told = [one for one in decisions if pd.notna(as_of) and one.decided <= _day(as_of)]
    rows = []
    for one in sorted(told, key=lambda each: each.decided, reverse=True):
        figure = known.get(one.measure)
        unit = "count" if figure is None else figure.now.unit
        moved = _move(one, figure, periods, rules)
        if unit == "customers":
            moved = _hide(moved, min_count)
        words = (one.decision.en, one.decision.zh, one.owner.en, one.owner.zh)
        change_unit = {"share": "pp", "nps": "nps"}.get(unit, "change")
        rows.append((
            *words, one.measure, one.decided, one.due, unit, moved.before, moved.after,
            moved.change, change_unit, moved.verdict,
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _day(moment: Any) -> date:
    return moment.date() if isinstance(moment, pd.Timestamp) else moment


def _move(one: Decision, figure: KeyFigure | None, periods: pd.DataFrame, rules: Rules) -> Moved:
    current = periods.set_index("window").loc["current"]
    code = _period_before(one.decided, periods)
    then = figure.past.get(code) if figure is not None and code is not None else None
    before = None if then is None else then.value
    if figure is None:
        return Moved(None, None, None, "unknown")
    is_after = _day(current["starts_on"]) >= one.decided and bool(current["is_whole"])
    if not is_after:
        return Moved(before, None, None, "early")
    if then is None:
        return Moved(None, figure.now.value, None, "unknown")
    change, verdict = judge(figure, then, code, rules, periods)
    return Moved(before, figure.now.value, change, verdict)


def _period_before(day: date, periods: pd.DataFrame) -> str | None:
    past = periods[periods["window"].str.startswith(HISTORY)].sort_values("position", kind="stable")
    ended = past[past["ends_on"].map(_day) < day]
    return None if ended.empty else str(ended["period"].iloc[-1])


def judge(
    figure: KeyFigure, then: Measured, code: str | None, rules: Rules, periods: pd.DataFrame
) -> tuple[float | None, str]:
    """Give the change of a figure since a period, and what may be said of it.

    Returns
    -------
    relative change, or difference of shares or scores; and the case (see `follow_up`)
    """
    now, before = figure.now, then.value
    if now.unit == "share" and now.n is not None and then.n is not None:
        pairs = [(round(float(str(one.value)) * (one.n or 0)), one.n or 0) for one in (now, then)]
        change = compare_shares(
            pairs[0], pairs[1], min_change=rules.min_change, confidence=rules.confidence
        )
        return _float(change.absolute), change.case
    if now.unit == "nps" and now.interval is not None and then.interval is not None:
        return _judge_scores(now, then, rules)
    if now.kind in ("count", "money") or now.n is None:
        total = compare_totals(_exact(now.value), _exact(before), min_change=rules.min_change)
        size = total.absolute if now.unit == "share" else total.relative
        return _float(size), total.case
    for window, earlier in figure.against.items():
        if code is not None and periods.set_index("window")["period"].get(window) == code:
            return _float(earlier.change.relative), earlier.change.case
    relative = float(str(now.value)) / float(str(before)) - 1 if before else None
    return relative, "unjudged"


def _judge_scores(now: Measured, then: Measured, rules: Rules) -> tuple[float, str]:
    """Judge a difference of two scores in points, as unsure as both together."""
    difference = float(str(now.value)) - float(str(then.value))
    wide = [(ends[1] - ends[0]) / 2 for ends in (now.interval, then.interval) if ends is not None]
    if abs(difference) <= sum(half**2 for half in wide) ** 0.5:
        return difference, "unclear"
    if abs(difference) <= 100 * rules.min_change:
        return difference, "none"
    return difference, "up" if difference > 0 else "down"


def _exact(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(repr(value))


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _hide(moved: Moved, min_count: int) -> Moved:
    few = [n is not None and 0 < n < min_count for n in (moved.before, moved.after)]
    if not any(few):
        return moved
    # The change would tell the hidden count by the other one.
    before, after = (None if is_few else n for n, is_few in zip(
        (moved.before, moved.after), few, strict=True))  # fmt: skip
    return Moved(before, after, None, moved.verdict)
