"""The campaigns chapter's numbers: named, with unit, denominator and interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

import pandas as pd

from rapport.analysis.campaign_changes import BeforeAfter, Targeted
from rapport.analysis.campaign_effects import Experiment
from rapport.analysis.did import Pooled
from rapport.analysis.measured import Measured
from rapport.analysis.pressure import find_typical
from rapport.analysis.response import Response

Campaign: TypeAlias = Experiment | Targeted | BeforeAfter


def measure_all(
    design: str, told: Sequence[tuple[int, Campaign]], *, currency: str
) -> list[Measured]:
    """Give the numbers of the campaigns of a design that are told, named by design and place."""
    named: list[Measured] = []
    for place, campaign in told:
        numbers = _measure(campaign, currency)
        named += [replace(one, name=f"{design}.{place}.{one.name}") for one in numbers]
    return named


def _measure(campaign: Campaign, currency: str) -> list[Measured]:
    if isinstance(campaign, Experiment):
        return measure_experiment(campaign, currency=currency)
    if isinstance(campaign, Targeted):
        return measure_targeted(campaign, currency=currency)
    return measure_broadcast(campaign, currency=currency)


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
        *([Measured("spend_drawn", effect.money.value, "simulated", currency, n=n,
                    interval=one.drawn.ends)] if one.drawn is not None else []),
        Measured("adjusted", effect.adjusted.value, "estimator", currency, n=n,
                 interval=effect.adjusted.interval.ends),
        Measured("explained", effect.explained, "estimator", "share"),
        Measured("detectable", effect.detectable, "estimator", "pp"),
        *([Measured("relative", effect.relative.value, "estimator", "change", n=n,
                    interval=effect.relative.interval.ends)]
          if effect.relative is not None else []),
        Measured("p_adjusted", one.p_adjusted, "estimator", "p"),
        *([Measured("groups_p", one.groups_p, "estimator", "p")] if one.groups_p is not None
          else []),
    ]  # fmt: skip


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


def measure_untold(compared: Sequence[Targeted]) -> list[Measured]:
    """Give how many campaigns without control could not be compared, by reason."""
    reasons = [one.reason for one in compared if one.reason is not None]
    return [
        Measured(f"untold.{name}", reasons.count(name), "count", "campaigns")
        for name in ("running", "no_before", "too_few", "no_others")
    ]
