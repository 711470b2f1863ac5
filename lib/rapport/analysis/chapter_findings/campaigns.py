"""What the chapter on campaigns hands to the summary."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from rapport.analysis.chapter_findings.common import Values
from rapport.analysis.findings import Finding, has_numbers, make_finding, stake_of_mean
from rapport.analysis.measured import Measured

RAISED = ("raised", "lowered")


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
