"""The campaigns chapter's questions put to its methods: what was sent, and what did it change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TypeVar

import pandas as pd

from rapport.analysis.campaign_changes import BeforeAfter, Targeted
from rapport.analysis.campaign_effects import Experiment
from rapport.analysis.campaign_returns import Return
from rapport.analysis.clv import Margin
from rapport.analysis.did import Pooled
from rapport.analysis.response import Response

One = TypeVar("One", Experiment, Targeted, BeforeAfter)
FIRST = ("raised", "lowered", "more", "less", "unclear", "withheld", "changed")
MOST_TOLD = 4
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


def list_told(found: Sequence[One], *, most: int = MOST_TOLD) -> list[tuple[int, One]]:
    """Give the campaigns that are told in sentences, numbered from 1.

    Those that say something come first, the newest first among them; of experiments, a reason why
    nothing can be said is a result, too. Where there is nothing but reasons, the newest of them.
    """
    telling: list[One] = [one for one in found if one.outcome in FIRST]
    quiet: list[One] = [one for one in found if one.outcome not in FIRST]
    if not any(isinstance(one, Experiment) for one in found) and telling:
        quiet = []
    return list(enumerate((telling + quiet)[:most], 1))


def name_best(
    tested: Sequence[tuple[int, Experiment]], compared: Sequence[tuple[int, Targeted]]
) -> str:
    """Name whose values the headline takes: `experiment_1`, `targeted_2`; or none."""
    for word in CLEAR:
        for place, one in tested:
            if one.outcome == word:
                return f"experiment_{place}"
    if any(one.outcome == "unclear" for _, one in tested):
        return "none"
    for word in ("more", "less"):
        for place, other in compared:
            if other.outcome == word:
                return f"targeted_{place}"
    return "none"


def name_data(funnels: pd.DataFrame) -> str:
    """Name what there is to look at: some campaigns, or none."""
    return "some" if len(funnels) else "none"


def list_steps(funnels: pd.DataFrame) -> list[str]:
    """Name how steps are to be read: with deliveries or without; nothing without contacts."""
    if not int(funnels["n_targeted"].sum()):
        return []
    return ["delivered" if int(funnels["n_delivered"].sum()) else "undelivered"]


def list_lacking(found: Sequence[object]) -> list[str]:
    """Give one item where there is no campaign of a design."""
    return [] if found else ["none"]


def list_remarks(funnels: pd.DataFrame, *, is_drawn: bool) -> Iterator[str]:
    """Name what must be known beside the table of steps."""
    ills = {
        "without_contacts": bool((funnels["n_targeted"] == 0).any()),
        "unordered": bool(funnels["n_broken"].sum()),
        "open": bool(funnels["n_open"].sum()),
        "drawn": is_drawn,
    }
    yield from (name for name, is_so in ills.items() if is_so)


def list_notes(one: Experiment, *, fdr: float) -> Iterator[tuple[str, str]]:
    """Name what else is said of an experiment with an effect: money, doubts, groups."""
    if one.effect is None:
        return
    if one.is_found and one.effect.relative is not None:
        yield "relative", "raised" if one.effect.conversion.value > 0 else "lowered"
    plain, adjusted = one.effect.money, one.effect.adjusted
    yield "money", "agree" if plain.is_clear == adjusted.is_clear else "differ"
    doubts = {
        "contaminated": one.n_contaminated > 0,
        "left_out": one.n_left_out > 0,
        "no_plan": one.ratio_p is None,
        "unbalanced": one.effect.before.is_clear,
        "skewed": one.is_skewed,
    }
    yield from (("doubt", name) for name, is_so in doubts.items() if is_so)
    if one.groups_p is None:
        yield "groups", "none"
    else:
        yield "groups", "differ" if one.groups_p <= fdr else "alike"


def name_broadcast(one: BeforeAfter) -> str:
    """Name how a campaign sent to everybody is told: beside others, alone, or why not."""
    if one.change is None:
        return one.reason or "too_few"
    beside = "others" if one.others_change is not None else "alone"
    return f"{beside}_year" if one.year_change is not None else beside


def list_untold(compared: Sequence[Targeted]) -> list[str]:
    """Give one item where some campaigns could be compared and others not."""
    n = sum(one.reason is not None for one in compared)
    return ["some"] if 0 < n < len(compared) else []


def list_pooled(pooled: Pooled | None) -> list[str]:
    """Name what all campaigns without control say together; nothing under two."""
    return [] if pooled is None else [pooled.outcome]


def name_returns(returns: Sequence[Return], *, is_drawn: bool = False) -> str:
    """Name what can be said of returns: incremental ones, attributed ones alone, or why none."""
    if not returns:
        return "drawn" if is_drawn else "no_cost"
    return "incremental" if any(one.roi is not None for one in returns) else "attributed"


def list_answers(cells: pd.DataFrame, *, is_drawn: bool) -> list[str]:
    """Name what counts as an answer: redemptions where there are any, else orders, if told.

    Who left the list is told beside it, where anybody did.
    """
    if cells.empty:
        return []
    has_left = int((cells["n_unsubscribed"] * cells["n_customers"]).sum()) > 0
    left = ["n_unsubscribed"] if has_left else []
    if int((cells["n_redeemed"] * cells["n_customers"]).sum()):
        return ["n_redeemed", *left]
    return left if is_drawn else ["n_bought", *left]


def name_pressure(cells: pd.DataFrame, kinds: pd.DataFrame) -> str:
    """Name how contacts lay: upon one another (overlapping), apart, or none at all."""
    if cells.empty:
        return "none"
    return "overlapping" if int(kinds["n_overlapping"].sum()) else "apart"


def name_role(returns: Sequence[Return]) -> str:
    """Name how the sentence on returns is set: a grey line where there are none."""
    return "paragraph" if returns else "gap"


def list_margins(returns: Sequence[Return], margin: Margin) -> list[str]:
    """Name where the margin is from, if there is a return at all."""
    return [margin.source] if returns else []


def take_touches(touches: pd.DataFrame | None) -> pd.DataFrame:
    """Give the mart `touch_paths`, without a row where the unit has none."""
    names = ["channel", "n_touches", "n_first", "n_last", "n_on_path"]
    return pd.DataFrame({name: [] for name in names}) if touches is None else touches[names]


def name_paths(credit: pd.DataFrame) -> str:
    """Name whether any path to an order is known."""
    return "some" if len(credit) else "none"


def name_path_role(credit: pd.DataFrame) -> str:
    """Name how the sentence on paths is set."""
    return "paragraph" if len(credit) else "gap"


def name_response_role(found: Response) -> str:
    """Name how the sentence on answers is set."""
    return "paragraph" if found.quality is not None else "gap"


def take_scores(found: Response, *, as_of: dt.date | None) -> pd.DataFrame | None:
    """Give the scores to be published: chance of an answer, and whether in the first tenth."""
    if found.scores is None:
        return None
    ordered = found.scores.sort_values("order_key", kind="stable")
    return ordered.assign(scored_on=as_of).reset_index(drop=True)
