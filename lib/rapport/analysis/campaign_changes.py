"""Campaigns without a control group: how contacted customers changed, and what may be said of it.

A campaign sent to chosen customers is compared with all others over the same days, beside the
same estimate one window earlier. One sent to everybody leaves nobody to compare with: its
customers are shown before and after, and no effect is claimed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from rapport.analysis.campaign_effects import CampaignRules
from rapport.analysis.cuped import Moments
from rapport.analysis.did import FEWEST, Changes, Pooled, Windows, compare_changes, pool
from rapport.analysis.experiment import Difference
from rapport.analysis.families import adjust_p_values
from rapport.analysis.resampling import Interval

DAYS_OF_WEEK = 7


@dataclass(frozen=True)
class Targeted:
    """A campaign sent to chosen customers; `reason` is None, or why it cannot be compared.

    running, no_before (the data do not reach back two windows), too_few or no_others (fewer than
    50 contacted or other customers known before).
    """

    campaign_id: str
    name: str
    reason: str | None
    n_contacted: int
    n_others: int
    weeks: float
    changes: Changes | None = None
    is_found: bool = False

    @property
    def outcome(self) -> str:
        """Give withheld, unclear, more or less; or the reason why nothing is said."""
        if self.reason is not None or self.changes is None:
            return self.reason or "too_few"
        told = self.changes.outcome
        return told if told == "withheld" or self.is_found else "unclear"


def study_targeted(
    funnels: pd.DataFrame, changes: pd.DataFrame, rules: CampaignRules, *, is_drawn: bool
) -> tuple[tuple[Targeted, ...], Pooled | None]:
    """Compare every campaign sent to chosen customers, newest first, and all of them together.

    Parameters
    ----------
    funnels, changes : the marts `campaign_funnels` and `campaign_changes`
    is_drawn : rows are a draw of lines: nobody's first order in them is his first, so everybody
        counts as known before
    """
    kept = keep_known(changes, is_drawn=is_drawn)
    found = [_read(row, _of(kept, row), rules) for row in _newest(funnels, "targeted")]
    told = [one.changes for one in found if one.changes is not None]
    return _adjust(found, rules.fdr), pool(told, confidence=rules.confidence)


def keep_known(changes: pd.DataFrame, *, is_drawn: bool) -> pd.DataFrame:
    """Keep the customers who were known before the earliest window; all in a draw of lines."""
    kept = changes if is_drawn else changes[changes["is_known"] == 1]
    assert isinstance(kept, pd.DataFrame)
    return kept


def _of(changes: pd.DataFrame, row: Any) -> pd.DataFrame:
    groups = changes[changes["campaign_id"] == row.campaign_id]
    assert isinstance(groups, pd.DataFrame)
    return groups


def _newest(funnels: pd.DataFrame, design: str) -> list[Any]:
    declared = funnels[(funnels["design"] == design) & (funnels["n_targeted"] > 0)]
    declared = declared.sort_values(["started_on", "campaign_id"], ascending=[False, True])
    return list(declared.itertuples(index=False))


def _read(row: Any, groups: pd.DataFrame, rules: CampaignRules) -> Targeted:
    contacted, others = (groups[groups["is_contacted"] == flag] for flag in (1, 0))
    sizes = int(contacted["n"].sum()), int(others["n"].sum())
    weeks = float(groups["n_days"].iloc[0]) / DAYS_OF_WEEK if len(groups) else 0.0
    one = Targeted(
        row.campaign_id,
        row.name,
        _refuse(groups, sizes),
        *sizes,
        weeks,
    )
    if one.reason is not None:
        return one
    found = compare_changes(
        _take(contacted), _take(others), weeks=weeks, confidence=rules.confidence
    )
    return replace(one, changes=found)


def _refuse(groups: pd.DataFrame, sizes: tuple[int, int]) -> str | None:
    if not len(groups):
        return "too_few"
    if not groups["is_ended"].iloc[0]:
        return "running"
    if not groups["has_before"].iloc[0]:
        return "no_before"
    contacted, others = sizes
    if contacted < FEWEST:
        return "too_few"
    return "no_others" if others < FEWEST else None


def _take(rows: pd.DataFrame) -> Windows:
    n = int(rows["n"].sum())
    of = {name: float(sum(rows[name])) for name in (
        "during", "during_squared", "before", "before_squared", "earlier", "change_squared",
        "change_before_squared")}  # fmt: skip
    return Windows(
        Moments(n, of["during"], of["during_squared"]),
        Moments(n, of["before"], of["before_squared"]),
        Moments(n, of["during"] - of["before"], of["change_squared"]),
        Moments(n, of["before"] - of["earlier"], of["change_before_squared"]),
    )


def _adjust(found: list[Targeted], fdr: float) -> tuple[Targeted, ...]:
    p_values = pd.Series([_p(one.changes) if one.changes else np.nan for one in found], dtype=float)
    adjusted = adjust_p_values(p_values)
    return tuple(
        replace(one, is_found=bool(p <= fdr)) for one, p in zip(found, adjusted, strict=True)
    )


def _p(changes: Changes) -> float:
    if changes.error == 0:
        return 1.0
    return float(2 * stats.norm.sf(abs(changes.estimate.value) / changes.error))


@dataclass(frozen=True)
class BeforeAfter:
    """The customers of a campaign sent to everybody, some days before and after; no effect.

    Net spend per customer: `before`, `after`, `change` with its interval; the same days a year
    earlier (`year_change`, None where the data do not reach back), and the unit's other customers
    (`others_change`, None under 50 of them). `reason` is None, open (days after are not over) or
    too_few.
    """

    campaign_id: str
    name: str
    reason: str | None
    n: int
    before: float = 0.0
    after: float = 0.0
    change: Difference | None = None
    year_change: float | None = None
    others_change: float | None = None
    n_others: int = 0

    @property
    def outcome(self) -> str:
        """Give changed, or the reason why nothing is said; never an effect."""
        return self.reason or "changed"


def study_broadcasts(
    funnels: pd.DataFrame, changes: pd.DataFrame, rules: CampaignRules, *, is_drawn: bool
) -> tuple[BeforeAfter, ...]:
    """Put before and after side by side for every campaign sent to everybody, newest first.

    Parameters
    ----------
    funnels, changes, is_drawn : as in `study_targeted`
    """
    kept = keep_known(changes, is_drawn=is_drawn)
    return tuple(_side_by_side(row, _of(kept, row), rules) for row in _newest(funnels, "broadcast"))


def _side_by_side(row: Any, groups: pd.DataFrame, rules: CampaignRules) -> BeforeAfter:
    mine, others = (groups[groups["is_contacted"] == flag] for flag in (1, 0))
    n = int(mine["n"].sum())
    name = (row.campaign_id, row.name)
    if n < rules.min_n:
        return BeforeAfter(*name, "too_few", n)
    if not groups["is_comparable"].iloc[0]:
        return BeforeAfter(*name, "open", n)
    before, after = float(sum(mine["days_before"])), float(sum(mine["days_after"]))
    moments = Moments(n, after - before, float(sum(mine["days_change_squared"])))
    half = float(stats.norm.ppf((1 + rules.confidence) / 2)) * (moments.variance / n) ** 0.5
    span = Interval(moments.mean - half, moments.mean + half)
    has_year = bool(groups["has_year_before"].iloc[0])
    year = (float(sum(mine["year_after"])) - float(sum(mine["year_before"]))) / n
    n_others = int(others["n"].sum())
    rest = float(sum(others["days_after"])) - float(sum(others["days_before"]))
    return BeforeAfter(
        *name, None, n, before / n, after / n, Difference(moments.mean, span),
        year if has_year else None, rest / n_others if n_others >= FEWEST else None, n_others,
    )  # fmt: skip
