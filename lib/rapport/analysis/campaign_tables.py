"""What campaigns did, as tables: steps with their denominators, effects, changes, returns.

Shares whose numerator is a handful of customers are left empty, and so are steps of which the
unit tells nothing: an empty step is not a step that nobody took.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from rapport.analysis.campaign_changes import BeforeAfter, Targeted
from rapport.analysis.campaign_effects import CampaignRules, Experiment
from rapport.analysis.campaign_returns import Return
from rapport.analysis.experiment import Difference
from rapport.analysis.intervals import wilson
from rapport.analysis.pressure import share_of_kinds

MOST_ROWS = 15
"""Campaigns that a page shows; the tables beside the report hold all."""
STEPS = {
    # step: numerator, denominator where delivery is told, and where it is not
    "reach": ("n_delivered", "n_targeted", "n_targeted"),
    "opened": ("n_opened", "n_delivered", "n_targeted"),
    "clicked": ("n_clicked", "n_delivered", "n_targeted"),
    "unsubscribed": ("n_unsubscribed", "n_delivered", "n_targeted"),
    "redeemed": ("n_redeemed", "n_delivered", "n_targeted"),
}


def describe_campaigns(
    funnels: pd.DataFrame, rules: CampaignRules, *, is_drawn: bool
) -> pd.DataFrame:
    """Give the steps of every campaign, newest first.

    Parameters
    ----------
    funnels : the mart `campaign_funnels`
    is_drawn : rows of orders are a draw: who bought cannot be told from them

    Returns
    -------
    one row per campaign: `campaign_id`, `campaign`, `design`, `started_on`, `n_customers`
    (targeted), the shares `reach`, `opened`, `clicked`, `redeemed`, `unsubscribed`, `bought`,
    `low`, `high`, and `aov`
    """
    ordered = funnels.sort_values(["started_on", "campaign_id"], ascending=[False, True])
    told = {step: bool(funnels[column].sum()) for step, (column, _, _) in STEPS.items()}
    rows = [
        _describe(row, told, rules, is_drawn=is_drawn) for row in ordered.itertuples(index=False)
    ]
    names = ["campaign_id", "campaign", "design", "started_on", "n_customers", *STEPS, "bought",
             "low", "high", "aov"]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def _describe(
    row: Any, told: dict[str, bool], rules: CampaignRules, *, is_drawn: bool
) -> dict[str, Any]:
    is_delivered = row.n_delivered > 0
    shares = {
        step: _share(getattr(row, top), getattr(row, below if is_delivered else other), rules)
        if told[step] and not (step == "reach" and not is_delivered) else np.nan
        for step, (top, below, other) in STEPS.items()
    }  # fmt: skip
    k, n = (
        (row.n_delivered_bought, row.n_delivered_closed)
        if is_delivered
        else (row.n_bought, row.n_closed)
    )
    bought = np.nan if is_drawn else _share(k, n, rules)
    is_told = bool(np.isfinite(bought))
    span = wilson(int(k), int(n), confidence=rules.confidence) if is_told else None
    return {
        "campaign_id": row.campaign_id,
        "campaign": row.name,
        "design": row.design,
        "started_on": row.started_on,
        "n_customers": int(row.n_targeted),
        **shares,
        "bought": bought,
        "low": span.low if span else np.nan,
        "high": span.high if span else np.nan,
        "aov": float(row.net) / int(row.n_orders) if is_told and row.n_bought else np.nan,
    }


def _share(k: int, n: int, rules: CampaignRules) -> float:
    if n < rules.min_n or 0 < k < rules.min_count:
        return np.nan
    return int(k) / int(n)


def tabulate_experiments(found: tuple[Experiment, ...]) -> pd.DataFrame:
    """Give every experiment that could be read, one row per variant."""
    rows = [
        {
            "campaign": name_variant(one, found),
            "n_customers_treated": one.n_treated,
            "n_customers_control": one.n_control,
            "treated": one.effect.treated.share,
            "control": one.effect.control.share,
            **_ends("difference", one.effect.conversion),
            **_ends("spend", one.effect.money),
            **_ends("adjusted", one.effect.adjusted),
            "detectable": one.effect.detectable,
            "is_found": one.is_found,
        }
        for one in found
        if one.effect is not None
    ]
    return pd.DataFrame(rows)


def name_variant(one: Experiment, found: Sequence[Experiment]) -> str:
    """Name an experiment, with its variant where it has several."""
    n = sum(other.campaign_id == one.campaign_id for other in found)
    return one.name if n == 1 else f"{one.name} · {one.variant}"


def _ends(name: str, found: Difference | None) -> dict[str, float]:
    if found is None:
        return dict.fromkeys((name, f"{name}_low", f"{name}_high"), np.nan)
    low, high = found.interval.ends
    return {name: found.value, f"{name}_low": low, f"{name}_high": high}


def tabulate_targeted(found: tuple[Targeted, ...]) -> pd.DataFrame:
    """Give every campaign that was compared with others, its placebo beside it."""
    rows = [
        {
            "campaign": one.name,
            "n_customers": one.n_contacted,
            "n_customers_others": one.n_others,
            **_ends("estimate", one.changes.estimate),
            **_ends("placebo", one.changes.placebo),
            "naive_before": one.changes.naive_before.value,
            "outcome": one.outcome,
        }
        for one in found
        if one.changes is not None
    ]
    return pd.DataFrame(rows)


def tabulate_broadcasts(found: tuple[BeforeAfter, ...]) -> pd.DataFrame:
    """Give every campaign sent to everybody, some days before and after."""
    rows = [
        {
            "campaign": one.name,
            "n_customers": one.n,
            "before": one.before,
            "after": one.after,
            **_ends("change", one.change),
            "others_change": np.nan if one.others_change is None else one.others_change,
            "year_change": np.nan if one.year_change is None else one.year_change,
        }
        for one in found
        if one.change is not None
    ]
    return pd.DataFrame(rows)


def tabulate_returns(found: tuple[Return, ...]) -> pd.DataFrame:
    """Give the return of every campaign with a cost: incremental where the design allows it."""
    rows = [
        {
            "campaign": one.name,
            "cost": one.cost,
            "per_buyer": one.per_buyer,
            **_ends("roi", one.roi),
            "attributed": one.attributed,
        }
        for one in found
    ]
    return pd.DataFrame(rows)


def tabulate_kinds(kinds: pd.DataFrame, rules: CampaignRules) -> pd.DataFrame:
    """Give redemptions by type of campaign; customers, who have many contacts, are drawn.

    Parameters
    ----------
    kinds : the mart `contact_kinds`

    Returns
    -------
    one row per type: `campaign_type`, `n` (contacts), `n_customers` (who redeemed is never a
    handful), `share`, `low`, `high`; no row where nothing was redeemed or no type is told
    """
    rows = []
    if int(kinds["n_redeemed"].sum()):
        for name, part in kinds.groupby("campaign_type", sort=True):
            n, share, interval = share_of_kinds(
                part, "n_redeemed", confidence=rules.confidence, seed=rules.seed
            )
            who = int(part["n_customers"].sum())
            if who >= rules.min_n and interval and round(share * n) >= rules.min_count:
                ends = dict(zip(("low", "high"), interval.ends, strict=True))
                rows.append(
                    {"campaign_type": name, "n": n, "n_customers": who, "share": share, **ends}
                )
    names = ["campaign_type", "n", "n_customers", "share", "low", "high"]
    return pd.DataFrame(rows, columns=names)


def publish_effects(
    tested: tuple[Experiment, ...], compared: tuple[Targeted, ...],
    shown: tuple[BeforeAfter, ...], returns: tuple[Return, ...],
) -> pd.DataFrame:  # fmt: skip
    """Give every campaign with what may be said of it, for later chapters: numbers only if so.

    Returns
    -------
    one row per campaign and variant: `campaign_id`, `campaign`, `variant`, `design`, `outcome`,
    `measure` (conversion: difference of shares; spend_week: net spend per customer and week),
    `estimate`, `low`, `high`, `n_customers`, `n_customers_compared`, `placebo`, `placebo_low`,
    `placebo_high`, `roi`, `roi_low`, `roi_high`
    """
    of = {one.campaign_id: one.roi for one in returns}
    rows = [_effect_row(one, "experiment", one.variant) for one in tested]
    rows += [_effect_row(one, "targeted", "") for one in compared]
    rows += [
        {"campaign_id": one.campaign_id, "campaign": one.name, "variant": "",
         "design": "broadcast", "outcome": one.reason or "changed", "n_customers": one.n}
        for one in shown
    ]  # fmt: skip
    rows = [row | _ends("roi", of.get(row["campaign_id"])) for row in rows]
    names = [
        "campaign_id", "campaign", "variant", "design", "outcome", "measure", "estimate", "low",
        "high", "n_customers", "n_customers_compared", "placebo", "placebo_low", "placebo_high",
        "roi", "roi_low", "roi_high",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=names)
    kinds = dict.fromkeys(names[6:], "float64")
    kinds |= dict.fromkeys(("n_customers", "n_customers_compared"), "Int64")
    return table.astype(kinds)


def _effect_row(one: Experiment | Targeted, design: str, variant: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "campaign_id": one.campaign_id, "campaign": one.name, "variant": variant,
        "design": design, "outcome": one.outcome,
    }  # fmt: skip
    if isinstance(one, Experiment):
        row |= {"n_customers": one.n_treated, "n_customers_compared": one.n_control}
        if one.effect is None:
            return row
        ends = _ends("estimate", one.effect.conversion)
        row |= {"measure": "conversion"}
    else:
        row |= {"n_customers": one.n_contacted, "n_customers_compared": one.n_others}
        if one.changes is None:
            return row
        row |= {"measure": "spend_week"} | _ends("placebo", one.changes.placebo)
        # What its own placebo contradicts is no estimate of an effect.
        ends = _ends("estimate", None if one.outcome == "withheld" else one.changes.estimate)
    return row | {"estimate": ends["estimate"], "low": ends["estimate_low"],
                  "high": ends["estimate_high"]}  # fmt: skip


def hide_few(table: pd.DataFrame, min_count: int) -> pd.DataFrame:
    """Empty the counts of a handful of customers, whatever column they stand in."""
    names = [name for name in table.columns if name.startswith("n_customers")]
    small = {name: table[name].mask((table[name] > 0) & (table[name] < min_count))
             for name in names}  # fmt: skip
    return table.assign(**small)
