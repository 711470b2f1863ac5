"""Every experiment read by one rule: what it changed, or why nothing can be said of it.

All experiments of a report are one family (Benjamini and Hochberg), after the variants of one
experiment were adjusted for sharing its control (Holm). An experiment whose split is not the
planned one, whose control was contacted, or whose customers were assigned after they had bought
gets no number at all. Groups are those of the day of assignment: a group of today may itself be
an effect of the campaign.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from rapport.analysis.cuped import Moments
from rapport.analysis.experiment import (
    SRM_LIMIT,
    Arm,
    Effect,
    adjust_holm,
    check_ratio,
    compare_arms,
    compare_groups,
    parse_plan,
)
from rapport.analysis.families import adjust_p_values
from rapport.analysis.resampling import Interval

TOLERATED = 0.05
"""Share of controls that were contacted, or of customers assigned too late, that is borne."""
STAGES = ("new", "growing", "loyal", "at_risk", "churned", "prospect")


@dataclass(frozen=True)
class CampaignRules:
    """What the chapter goes by: confidence, smallest groups, false discovery rate."""

    confidence: float = 0.95
    min_n: int = 30
    min_count: int = 10
    fdr: float = 0.05
    seed: int = 0


@dataclass(frozen=True)
class Experiment:
    """One variant of an experiment against its control, or the reason why nothing is said.

    `reason` is None, no_contacts, no_control, unassigned, split, contaminated, late, twice, open or
    too_few. `ratio_p` is the sample ratio check's, None where the plan is not known. `n_left_out`
    customers are in no arm: window open, assigned late, in two variants. `groups` has a row per
    stage that can be shown; `groups_p` tests that the effect is the same in all. `drawn` is the
    interval of the money by drawing customers (`spend_draws`).
    """

    campaign_id: str
    name: str
    variant: str
    reason: str | None
    n_treated: int
    n_control: int
    n_left_out: int = 0
    n_contaminated: int = 0
    ratio_p: float | None = None
    effect: Effect | None = None
    p_adjusted: float = 1.0
    is_found: bool = False
    groups: pd.DataFrame = field(default_factory=pd.DataFrame, compare=False, repr=False)
    groups_p: float | None = None
    drawn: Interval | None = None

    @property
    def is_skewed(self) -> bool:
        """Whether drawing customers disagrees with Welch on whether money differs at all."""
        if self.effect is None or self.drawn is None:
            return False
        return self.effect.money.is_clear == self.drawn.holds(0.0)

    @property
    def outcome(self) -> str:
        """Give raised, lowered, unclear, or the reason why nothing is said."""
        if self.reason is not None or self.effect is None:
            return self.reason or "too_few"
        if not self.is_found:
            return "unclear"
        return "raised" if self.effect.conversion.value > 0 else "lowered"


def study_experiments(
    funnels: pd.DataFrame, arms: pd.DataFrame, rules: CampaignRules
) -> tuple[Experiment, ...]:
    """Read every experiment: those declared as such, newest first.

    Parameters
    ----------
    funnels : the mart `campaign_funnels`
    arms : the mart `campaign_arms`

    Returns
    -------
    one per experiment and variant; where the whole experiment cannot be read, one for it
    """
    declared = funnels[funnels["design"] == "experiment"]
    declared = declared.sort_values(["started_on", "campaign_id"], ascending=[False, True])
    of_each = dict(list(arms.groupby("campaign_id", sort=True)))
    none = arms.iloc[:0]
    found = [
        one
        for row in declared.itertuples(index=False)
        for one in _read(row, of_each.get(row.campaign_id, none), rules)
    ]
    return _adjust(found, rules.fdr)


def _read(row: Any, arms: pd.DataFrame, rules: CampaignRules) -> list[Experiment]:
    reason, ratio_p = _refuse(row, arms)
    n_counted, n_assigned = int(arms["n"].sum()), int(arms["n_assigned"].sum())
    whole = Experiment(
        campaign_id=row.campaign_id,
        name=row.name,
        variant="",
        reason=reason,
        n_treated=int(row.n_targeted),
        n_control=int(row.n_control),
        n_left_out=n_assigned - n_counted,
        n_contaminated=int(row.n_control_contacted),
        ratio_p=ratio_p,
    )
    if reason is not None:
        return [whole]
    control = arms[arms["is_control"] == 1]
    treated = {str(name): part for name, part in arms[arms["is_control"] == 0].groupby("variant")}
    return [_compare(whole, name, part, control, rules) for name, part in treated.items()]


def _refuse(row: Any, arms: pd.DataFrame) -> tuple[str | None, float | None]:
    """Say why an experiment is not read, and the sample ratio check's p-value."""
    targeted, control = int(row.n_targeted), int(row.n_control)
    if targeted + control == 0:
        return "no_contacts", None
    if control == 0 or targeted == 0:
        return "no_control", None
    if row.n_unassigned:
        return "unassigned", None
    assigned = {str(name): int(part["n_assigned"].sum()) for name, part in arms.groupby("variant")}
    ratio_p = check_ratio(assigned, parse_plan(row.planned_share))
    if ratio_p is not None and ratio_p < SRM_LIMIT:
        return "split", ratio_p
    whole = targeted + control
    ills = {
        "contaminated": (int(row.n_control_contacted), control),
        "late": (int(row.n_late), whole),
        "twice": (int(row.n_twice), whole),
    }
    for name, (n, of) in ills.items():
        if n > TOLERATED * of:
            return name, ratio_p
    is_empty = arms["n"].sum() == 0
    return ("open" if is_empty and row.n_open else None), ratio_p


def _compare(
    whole: Experiment, variant: str, part: pd.DataFrame, held_out: pd.DataFrame,
    rules: CampaignRules,
) -> Experiment:  # fmt: skip
    treated, control = take_arm(part), take_arm(held_out)
    if not is_enough(treated, rules) or not is_enough(control, rules):
        is_waiting = whole.n_left_out > 0 and 0 in (treated.n, control.n)
        return _with(whole, variant, treated, control, reason="open" if is_waiting else "too_few")
    pairs = _pair_stages(part, held_out, rules)
    return _with(
        whole, variant, treated, control,
        effect=compare_arms(treated, control, confidence=rules.confidence),
        groups=_tabulate_groups(pairs, rules),
        groups_p=compare_groups(list(pairs.values())),
    )  # fmt: skip


def _with(whole: Experiment, variant: str, treated: Arm, control: Arm, **others: Any) -> Experiment:
    sizes: dict[str, Any] = {
        "variant": variant, "n_treated": treated.n, "n_control": control.n,
    }  # fmt: skip
    return replace(whole, **sizes, **others)


def is_enough(arm: Arm, rules: CampaignRules) -> bool:
    """Whether an arm is large enough to speak of, and tells of no handful of buyers."""
    return arm.n >= rules.min_n and not 0 < arm.n_converted < rules.min_count


def take_arm(rows: pd.DataFrame) -> Arm:
    """Add up rows of the mart `campaign_arms`; money becomes float after its exact sum."""
    sums = {name: float(sum(rows[name])) for name in (
        "net", "net_squared", "net_before", "net_before_squared", "net_by_before")}  # fmt: skip
    n = int(rows["n"].sum())
    return Arm(n, int(rows["n_converted"].sum()), Moments(n, *sums.values()))


def _pair_stages(
    treated: pd.DataFrame, control: pd.DataFrame, rules: CampaignRules
) -> dict[str, tuple[Arm, Arm]]:
    """Pair the stages that can be shown; no handful of buyers follows from what is left out."""
    pairs = {
        stage: (
            take_arm(treated[treated["stage"] == stage]),
            take_arm(control[control["stage"] == stage]),
        )
        for stage in STAGES
    }
    shown = {s: p for s, p in pairs.items() if all(is_enough(arm, rules) for arm in p)}
    while shown and _tells_few([p for s, p in pairs.items() if s not in shown], rules.min_count):
        smallest = min(shown, key=lambda stage: min(arm.n_converted for arm in shown[stage]))
        del shown[smallest]
    return shown


def _tells_few(hidden: list[tuple[Arm, Arm]], min_count: int) -> bool:
    sums = [sum(arm.n_converted for arm in side) for side in zip(*hidden, strict=True)]
    return any(0 < n < min_count for n in sums)


def _tabulate_groups(pairs: dict[str, tuple[Arm, Arm]], rules: CampaignRules) -> pd.DataFrame:
    rows = []
    for stage, (treated, control) in pairs.items():
        effect = compare_arms(treated, control, confidence=rules.confidence)
        rows.append(
            {
                "stage": stage,
                "n_treated": treated.n,
                "n_control": control.n,
                "share_treated": treated.share,
                "share_control": control.share,
                "difference": effect.conversion.value,
                "low": effect.conversion.interval.low,
                "high": effect.conversion.interval.high,
                "p_value": effect.p_value,
            }
        )
    table = pd.DataFrame(rows)
    if len(table):
        table = table.assign(is_found=adjust_p_values(table["p_value"]) <= rules.fdr)
    return table


def _adjust(found: list[Experiment], fdr: float) -> tuple[Experiment, ...]:
    """Adjust the tests of all experiments as one family, and say which effects stand."""
    raised: dict[int, float] = {}
    for campaign in dict.fromkeys(one.campaign_id for one in found):
        places = [at for at, one in enumerate(found) if one.campaign_id == campaign and one.effect]
        values = adjust_holm([_p(found[at]) for at in places]) if places else []
        raised |= dict(zip(places, values, strict=True))
    adjusted = adjust_p_values(pd.Series(raised, dtype=float))
    return tuple(_mark(one, adjusted.get(at), fdr) for at, one in enumerate(found))


def _p(one: Experiment) -> float:
    return one.effect.p_value if one.effect else 1.0


def _mark(one: Experiment, p_adjusted: float | None, fdr: float) -> Experiment:
    if p_adjusted is None or one.effect is None:
        return one
    is_found = bool(p_adjusted <= fdr and one.effect.conversion.is_clear)
    return Experiment(**{**one.__dict__, "p_adjusted": float(p_adjusted), "is_found": is_found})
