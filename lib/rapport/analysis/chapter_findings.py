"""Which findings each chapter hands to the summary, and what is at stake in each.

Every function takes the values that its chapter recorded, by slot, and gives the findings that they
allow: those of a value that is hidden are not made (`findings.make_finding`). A change is a finding
only if the chapter calls it clear: one that is not stands on its card, with its interval. What is
compared with nothing (how much the largest fifth bring) is handed on without money.

Figures and experiments are taken by their shape: a chapter is executed again for the code that it
rests on, and none should rest on that of the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from rapport.analysis.findings import (
    Finding,
    has_numbers,
    make_finding,
    stake_of_mean,
    stake_of_part,
    stake_of_points,
    stake_of_shares,
    stake_of_total,
)
from rapport.analysis.measured import Measured

Values = Mapping[str, Any]
CLEAR = ("up", "down")
RAISED = ("raised", "lowered")
LARGE_ERROR = 0.10
"""Of a total that was tested, from which the error is a finding."""
SPEND = "spend_each"
SPREAD = "spread"
"""The fact that two chapters look at: that few customers bring much of the spend."""


def find_in_delivery(values: Values) -> list[Finding]:
    """Find the rows that broke the contract of their table, and their money."""
    slots = ("broken_rows", "broken_money")
    if not has_numbers(values, *slots) or not values["broken_rows"].value:
        return []
    money = values["broken_money"]
    stake = stake_of_total(money) if money.value else None
    return make_finding("ingestion.broken", values, slots, stake=stake)


def find_in_profile(values: Values, figures: Iterable[Any], *, spread: str) -> list[Finding]:
    """Find whether more first orders were followed by a second, and what the largest fifth bring.

    Parameters
    ----------
    values : with `spend_each`, where it is known
    figures : the profile's key figures, of which `repurchase` may be one
    spread : outcome of the share of the largest: ok, few or no_spend
    """
    found = []
    for figure in figures:
        earlier = figure.against.get("previous")
        if figure.name == "repurchase" and earlier is not None:
            case = str(earlier.change.case)
            slots = ("repurchase", "repurchase_previous", "repurchase_days")
            found += _share_finding("profiling.repurchase", values, slots, case, wording=case)
    if spread == "ok":
        found += make_finding("profiling.top", values, ("top_share",), fact=SPREAD)
    return found


def _share_finding(
    name: str, values: Values, slots: Sequence[str], case: str, *, wording: str
) -> list[Finding]:
    """Make the finding of a share that changed clearly; `slots` begin with now and before."""
    if case not in CLEAR or not has_numbers(values, *slots[:2]):
        return []
    stake = None
    if has_numbers(values, SPEND):
        stake = stake_of_shares(values[slots[0]], values[slots[1]], values[SPEND])
    return make_finding(name, values, slots, case=wording, stake=stake)


def find_in_segments(values: Values, *, outcome: str, moved: str) -> list[Finding]:
    """Find what the high-value segment brings, and whether more or fewer customers are in it.

    Parameters
    ----------
    outcome : of the segments; `ok` where high-value customers lead
    moved : their share by fixed borders: up, down or anything else
    """
    found = []
    if outcome == "ok":
        slots = ("best_share", "n", "best_spend_share")
        found += make_finding("segmentation.best", values, slots, fact=SPREAD)
    if moved in CLEAR:
        told = ("sizes_later", "sizes_earlier", "sizes_n_later", "cut")
        stake = _stake_of_best(values) if has_numbers(values, *told[:2]) else None
        found += make_finding("segmentation.sizes", values, told, case=moved, stake=stake)
    return found


def _stake_of_best(values: Values) -> Measured | None:
    """Give the money at stake in a share of high-value customers: at what each of them spends."""
    if not has_numbers(values, "best_spend", "best_n") or values["best_spend"].value <= 0:
        return None
    spend, n = values["best_spend"], int(values["best_n"].value)
    each = Measured(SPEND, Decimal(spend.value) / n, "money", spend.unit)
    return stake_of_shares(values["sizes_later"], values["sizes_earlier"], each)


def find_in_lifecycle(values: Values, *, kind: str) -> list[Finding]:
    """Find who went quiet in the month, and what they had spent in twelve months.

    Parameters
    ----------
    kind : of the stages: orders or contracts
    """
    spent = values.get("entered_spend")
    if spent is None or not has_numbers(values, "entered_spend") or spent.value <= 0:
        return []
    slots = ("entered_n", "entered_spend", "month")
    return make_finding("lifecycle.entered", values, slots, case=kind, stake=stake_of_total(spent))


def find_in_value(values: Values) -> list[Finding]:
    """Find by how much the expected value was off when it was tested, if by more than a tenth."""
    for error in ("holdout_money_error", "renewals_error"):
        if not has_numbers(values, error, "clv") or abs(values[error].value) <= LARGE_ERROR:
            continue
        way = "over" if values[error].value > 0 else "under"
        told = Measured("error", values[error].value, values[error].kind, values[error].unit)
        stake = stake_of_part(told, values["clv"])
        return make_finding("value.error", {**values, "error": told}, ("error", "clv", "horizon"),
                            case=way, stake=stake)  # fmt: skip
    return []


def find_in_churn(values: Values, *, kind: str, change: str) -> list[Finding]:
    """Find how many left against the period before.

    What may be lost with those who may leave is no finding: it is a forecast, which stands there
    every month and is compared with nothing.

    Parameters
    ----------
    kind : what churn is measured on, orders or contracts
    change : of the rate: up, down, or anything that is no clear change
    """
    slots = ("rate", "rate_previous")
    return _share_finding("churn.rate", values, slots, change, wording=f"{kind}_{change}")


def find_in_answers(values: Values, changes: Iterable[str]) -> list[Finding]:
    """Find the net promoter score of the period, and what it changed by.

    Parameters
    ----------
    changes : `period_up`, `period_down`; anything else is not clear, or of waves
    """
    slots = ("nps", "nps_n", "change", "previous")
    found = []
    for case in (wording.removeprefix("period_") for wording in changes):
        if case in CLEAR:
            stake = None
            if has_numbers(values, "change", "nps_n", SPEND):
                stake = stake_of_points(values["change"], values["nps_n"], values[SPEND])
            found += make_finding("satisfaction.nps", values, slots, case=case, stake=stake)
    return found


def find_in_experiments(
    values: Values, told: Iterable[tuple[int, Any]], funnels: pd.DataFrame
) -> list[Finding]:
    """Find what experiments changed; without money where it is not clear what they brought.

    Parameters
    ----------
    values : of the experiment told as the k-th as `experiment_<k>_...`, and `window_days`
    told : the experiments by k
    funnels : `campaign_id`, `started_on`
    """
    began = dict(zip(funnels["campaign_id"], funnels["started_on"], strict=True))
    found = []
    for place, one in told:
        if one.outcome not in RAISED:
            continue
        month = f"{pd.Timestamp(began[one.campaign_id]):%Y-%m}"
        started = Measured("started", month, "date", "period")
        known = {**values, **_own(values, f"experiment_{place}_"), "started": started}
        slots = ["name", "effect", "treated", "control", "window_days", "started"]
        stake, case = None, str(one.outcome)
        if _is_money_clear(one) and has_numbers(known, "spend", "treated"):
            slots.append("spend")
            stake, case = stake_of_mean(known["spend"], known["treated"]), f"{one.outcome}_money"
        found += make_finding(f"campaigns.experiment.{place}", known, slots, case=case, stake=stake)
    return found


def _own(values: Values, prefix: str) -> dict[str, Any]:
    return {slot.removeprefix(prefix): one for slot, one in values.items()
            if slot.startswith(prefix)}  # fmt: skip


def _is_money_clear(one: Any) -> bool:
    # Not where drawing customers disagrees with Welch's interval, or more customers spent less.
    if one.effect is None or one.is_skewed or not one.effect.money.is_clear:
        return False
    return bool((one.effect.money.value > 0) == (one.effect.conversion.value > 0))


def find_in_baskets(values: Values, *, outcome: str) -> list[Finding]:
    """Find how many pairs of products belong together beyond chance; no money can be named."""
    slots = ("rules", "pairs_possible")
    return make_finding("recommendation.rules", values, slots) if outcome == "rules" else []
