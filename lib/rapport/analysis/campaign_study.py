"""The campaigns chapter's questions put to its methods: what was sent, and what did it change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from rapport.analysis.campaign_changes import BeforeAfter, Targeted
from rapport.analysis.campaign_effects import Experiment
from rapport.analysis.campaign_returns import Return
from rapport.analysis.did import Pooled
from rapport.analysis.measured import Measured
from rapport.analysis.pressure import find_typical
from rapport.analysis.response import Response

MOST_TOLD = 3
"""Campaigns of a design that are told in sentences; tables hold the others."""
CLEAR = ("raised", "lowered")


def name_headline(
    tested: Sequence[Experiment], compared: Sequence[Targeted], shown: Sequence[BeforeAfter]
) -> str:
    """Name the headline: the strongest design that says something decides."""
    outcomes = {one.outcome for one in tested}
    for word in CLEAR:
        if word in outcomes:
            return word
    if "unclear" in outcomes:
        return "unclear"
    told = {one.outcome for one in compared}
    for word in ("more", "less"):
        if word in told:
            return word
    if "unclear" in told:
        return "targeted_unclear"
    if outcomes or told:
        return "withheld"
    return "broadcast" if shown else "none"


def find_best(tested: Sequence[Experiment], compared: Sequence[Targeted]) -> int:
    """Give the place of the campaign that the headline speaks of, 0 if of none."""
    for word in CLEAR:
        for place, one in enumerate(tested):
            if one.outcome == word:
                return place + 1
    for word in ("more", "less"):
        for place, other in enumerate(compared):
            if other.outcome == word:
                return place + 1
    return 0


def measure_campaigns(funnels: pd.DataFrame, kinds: pd.DataFrame) -> list[Measured]:
    """Give how many campaigns and contacts there were, and how many lay upon one another."""
    of = funnels["design"].value_counts()
    n_contacts = int(funnels["n_targeted"].sum())
    overlapping = int((kinds["n_overlapping"] * kinds["n_customers"]).sum())
    return [
        Measured("all", len(funnels), "count", "campaigns"),
        *(
            Measured(name, int(of.get(name, 0)), "count", "campaigns")
            for name in ("experiment", "targeted", "broadcast")
        ),
        Measured("contacts", n_contacts, "count", "contacts"),
        Measured("overlapping", overlapping, "count", "contacts", n=n_contacts),
        Measured("overlapping.share", overlapping / n_contacts if n_contacts else None,
                 "ratio", "share", n=n_contacts),
        Measured("without_contacts", int((funnels["n_targeted"] == 0).sum()), "count",
                 "campaigns"),
        Measured("unordered", int(funnels["n_broken"].sum()), "count", "contacts"),
        Measured("open", int(funnels["n_open"].sum()), "count", "contacts"),
    ]  # fmt: skip


def list_remarks(funnels: pd.DataFrame) -> Iterator[str]:
    """Name what must be known beside the table of steps."""
    ills = {
        "without_contacts": bool((funnels["n_targeted"] == 0).any()),
        "unordered": bool(funnels["n_broken"].sum()),
        "open": bool(funnels["n_open"].sum()),
    }
    yield from (name for name, is_so in ills.items() if is_so)


def measure_experiment(one: Experiment, *, currency: str) -> list[Measured]:
    """Give the numbers of one experiment, of those that it allows."""
    sizes = [
        Measured("name", one.name, "label", "text"),
        Measured("treated", one.n_treated, "count", "customers"),
        Measured("control", one.n_control, "count", "customers"),
        Measured("left_out", one.n_left_out, "count", "customers"),
        Measured("contaminated", one.n_contaminated, "count", "customers"),
    ]
    if one.ratio_p is not None:
        sizes.append(Measured("ratio_p", one.ratio_p, "estimator", "p"))
    if one.effect is None:
        return sizes
    effect = one.effect
    n = one.n_treated + one.n_control
    return [
        *sizes,
        Measured("share_treated", effect.treated.share, "ratio", "share", n=one.n_treated),
        Measured("share_control", effect.control.share, "ratio", "share", n=one.n_control),
        Measured("effect", effect.conversion.value, "estimator", "pp", n=n,
                 interval=effect.conversion.interval.ends),
        Measured("spend", effect.money.value, "estimator", currency, n=n,
                 interval=effect.money.interval.ends),
        Measured("adjusted", effect.adjusted.value, "estimator", currency, n=n,
                 interval=effect.adjusted.interval.ends),
        Measured("explained", effect.explained, "estimator", "change"),
        Measured("detectable", effect.detectable, "estimator", "pp"),
        Measured("p_adjusted", one.p_adjusted, "estimator", "p"),
        *([Measured("groups_p", one.groups_p, "estimator", "p")] if one.groups_p is not None
          else []),
    ]  # fmt: skip


def list_notes(one: Experiment) -> Iterator[tuple[str, str]]:
    """Name what else is said of an experiment with an effect: money, doubts, groups."""
    if one.effect is None:
        return
    plain, adjusted = one.effect.money, one.effect.adjusted
    yield "money", "agree" if plain.is_clear == adjusted.is_clear else "differ"
    if one.n_contaminated:
        yield "doubt", "contaminated"
    if one.n_left_out:
        yield "doubt", "left_out"
    if one.ratio_p is None:
        yield "doubt", "no_plan"
    if one.effect.before.is_clear:
        yield "doubt", "unbalanced"
    if one.groups_p is None:
        yield "groups", "none"
    else:
        yield "groups", "differ" if one.groups_p < 0.05 else "alike"


def measure_targeted(one: Targeted, *, currency: str) -> list[Measured]:
    """Give the numbers of one campaign without control, its placebo among them."""
    sizes = [
        Measured("name", one.name, "label", "text"),
        Measured("contacted", one.n_contacted, "count", "customers"),
        Measured("others", one.n_others, "count", "customers"),
    ]
    if one.changes is None:
        return sizes
    found = one.changes
    placebo = Measured("placebo", found.placebo.value, "estimator", currency,
                       n=one.n_contacted, interval=found.placebo.interval.ends)  # fmt: skip
    selection = Measured("naive_before", found.naive_before.value, "estimator", currency,
                         n=one.n_contacted, interval=found.naive_before.interval.ends)  # fmt: skip
    if one.outcome == "withheld":
        return [*sizes, placebo, selection]
    estimate = Measured("estimate", found.estimate.value, "estimator", currency,
                        n=one.n_contacted, interval=found.estimate.interval.ends)  # fmt: skip
    return [*sizes, estimate, placebo, selection]


def measure_pooled(pooled: Pooled | None, *, currency: str) -> list[Measured]:
    """Give the numbers of all campaigns without control together; nothing under two."""
    if pooled is None:
        return []
    return [
        Measured("pooled.campaigns", pooled.n_campaigns, "count", "campaigns"),
        Measured("pooled.estimate", pooled.estimate.value, "estimator", currency,
                 interval=pooled.estimate.interval.ends),
        Measured("pooled.placebo", pooled.placebo.value, "estimator", currency,
                 interval=pooled.placebo.interval.ends),
        Measured("pooled.naive", pooled.naive_before, "estimator", currency),
    ]  # fmt: skip


def measure_broadcast(one: BeforeAfter, *, currency: str) -> list[Measured]:
    """Give the numbers of one campaign sent to everybody."""
    sizes = [
        Measured("name", one.name, "label", "text"),
        Measured("contacted", one.n, "count", "customers"),
    ]
    if one.change is None:
        return sizes
    return [
        *sizes,
        Measured("before", one.before, "estimator", currency, n=one.n),
        Measured("after", one.after, "estimator", currency, n=one.n),
        Measured("change", one.change.value, "estimator", currency, n=one.n,
                 interval=one.change.interval.ends),
        Measured("others_change", one.others_change, "estimator", currency, n=one.n_others),
        Measured("year_change", one.year_change, "estimator", currency, n=one.n),
    ]  # fmt: skip


def name_broadcast(one: BeforeAfter) -> str:
    """Name how a campaign sent to everybody is told: beside others, alone, or why not."""
    if one.change is None:
        return one.reason or "too_few"
    beside = "others" if one.others_change is not None else "alone"
    return f"{beside}_year" if one.year_change is not None else beside


def list_pooled(pooled: Pooled | None) -> list[str]:
    """Name what all campaigns without control say together; nothing under two."""
    return [] if pooled is None else [pooled.outcome]


def name_returns(returns: Sequence[Return]) -> str:
    """Name what can be said of returns: incremental ones, attributed ones alone, or none."""
    if not returns:
        return "no_cost"
    return "incremental" if any(one.roi is not None for one in returns) else "attributed"


def measure_pressure(cells: pd.DataFrame) -> list[Measured]:
    """Give how often customers were contacted within thirty days; nothing without contacts."""
    if cells.empty:
        return []
    median, most = find_typical(cells)
    n = int((cells["n_rows"] * cells["n_customers"]).sum())
    return [
        Measured("pressure.median", median, "count", "contacts", n=n),
        Measured("pressure.p95", most, "count", "contacts", n=n),
    ]


def choose_answer(cells: pd.DataFrame, *, is_drawn: bool) -> str | None:
    """Choose what counts as an answer: redemptions where there are any, else orders, if told."""
    if cells.empty:
        return None
    if int((cells["n_redeemed"] * cells["n_customers"]).sum()):
        return "n_redeemed"
    return None if is_drawn else "n_bought"


def measure_response(found: Response) -> list[Measured]:
    """Give what the model of answers is worth out of campaign; nothing without one."""
    if found.quality is None:
        return []
    auc = found.quality.auc
    return [
        Measured("response.auc", auc.value, "estimator", "auc", n=found.n_test,
                 interval=(auc.low, auc.high)),
        Measured("response.test", found.n_test, "count", "customers"),
        Measured("response.train", found.n_train, "count", "customers"),
        Measured("response.base", found.quality.n_events / found.quality.n, "ratio", "share",
                 n=found.n_test),
        Measured("response.lift", found.quality.lift, "estimator", "ratio"),
    ]  # fmt: skip
