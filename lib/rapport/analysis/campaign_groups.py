"""Who answers through which channel, and whether the arms of an experiment were alike before.

Both are descriptions. A channel is chosen for those who use it, and a stage of life is what it
was on the day of the contact, so that no answer can have moved it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from rapport.analysis.campaign_effects import STAGES, CampaignRules, Experiment, take_arm
from rapport.analysis.campaign_tables import name_variant
from rapport.analysis.intervals import newcombe
from rapport.analysis.pressure import share_of_kinds

CELLS = ["channel", "stage", "n", "n_customers", "share", "low", "high"]
ENDS = ["difference", "low", "high"]
SPEND_ROWS = ["campaign", "n_customers_treated", "treated", "n_customers_control", "control", *ENDS]
STAGE_ROWS = ["campaign", "stage", *SPEND_ROWS[1:]]


def cross_channels(
    cells: pd.DataFrame, rules: CampaignRules, *, is_drawn: bool, measure: str = "n_bought"
) -> pd.DataFrame:
    """Give the share of contacts that were answered, by channel and stage at the contact.

    Parameters
    ----------
    cells : the mart `contact_groups`
    is_drawn : rows of orders are a draw: who bought cannot be told from them
    measure : n_bought or n_unsubscribed

    Returns
    -------
    one row per channel and stage that enough customers stand behind, the channels by name, the
    stages as life goes: `channel`, `stage`, `n` (contacts), `n_customers`, `share`, `low`, `high`
    (customers are drawn: one has several contacts); no row where fewer than two can be shown

    Examples
    --------
    >>> cells = pd.DataFrame({"channel": ["email", "email", "sms"], "stage": ["new", "new", "new"],
    ...     "n_rows": 1, "n_bought": [0, 1, 1], "n_customers": [60, 40, 50]})
    >>> found = cross_channels(cells, CampaignRules(), is_drawn=False)
    >>> found[["channel", "n", "share"]].to_numpy().tolist()
    [['email', 100, 0.4], ['sms', 50, 1.0]]
    """
    rows = []
    of_buyers = is_drawn and measure == "n_bought"
    for (channel, stage), part in cells.groupby(["channel", "stage"], sort=True):
        n, share, interval = share_of_kinds(
            part, measure, confidence=rules.confidence, seed=rules.seed
        )
        who = int(part["n_customers"].sum())
        is_told = who >= rules.min_n and round(share * n) >= rules.min_count
        if is_told and interval and not of_buyers:
            ends = (interval.low, interval.high)
            rows.append((str(channel), str(stage), n, who, share, *ends))
    table = pd.DataFrame(rows if len(rows) > 1 else [], columns=CELLS)
    place = table["stage"].map(list(STAGES).index).astype("int64")
    ordered = table.assign(place=place).sort_values(["channel", "place"], kind="stable")
    return ordered.drop(columns="place").reset_index(drop=True)


def balance_stages(
    found: tuple[Experiment, ...], arms: pd.DataFrame, rules: CampaignRules
) -> pd.DataFrame:
    """Give the stages of life that both arms of every experiment came from.

    Parameters
    ----------
    arms : the mart `campaign_arms`

    Returns
    -------
    one row per experiment that is read and stage on the day of assignment: `campaign`, `stage`,
    `n_customers_treated`, `treated` (their share of the arm), `n_customers_control`, `control`,
    `difference`, `low`, `high` (Newcombe); a stage with a handful of either arm is left out
    """
    rows: list[tuple[object, ...]] = []
    for one, sent, held in _pair_arms(found, arms):
        for stage in STAGES:
            k, j = (int(side.loc[side["stage"] == stage, "n"].sum()) for side in (sent, held))
            n, m = int(sent["n"].sum()), int(held["n"].sum())
            if min(k, j) < rules.min_count:
                continue
            ends = newcombe(k, n, j, m, confidence=rules.confidence)
            gap = k / n - j / m
            shares = (k, k / n, j, j / m, gap)
            rows.append((name_variant(one, found), stage, *shares, *ends.ends))
    return pd.DataFrame(rows, columns=STAGE_ROWS)


def balance_spend(found: tuple[Experiment, ...], arms: pd.DataFrame) -> pd.DataFrame:
    """Give what a customer of each arm spent in the ninety days before the assignment.

    Returns
    -------
    one row per experiment that is read: `campaign`, `n_customers_treated`, `treated` (mean net
    spend), `n_customers_control`, `control`, `difference`, `low`, `high` (Welch)
    """
    rows = []
    for one, sent, held in _pair_arms(found, arms):
        assert one.effect is not None
        treated, control = take_arm(sent), take_arm(held)
        before = one.effect.before
        rows.append((
            name_variant(one, found), treated.n, treated.spend.before / treated.n, control.n,
            control.spend.before / control.n, before.value, *before.interval.ends,
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=SPEND_ROWS)


def _pair_arms(
    found: tuple[Experiment, ...], arms: pd.DataFrame
) -> Iterator[tuple[Experiment, pd.DataFrame, pd.DataFrame]]:
    for one in found:
        if one.effect is not None:
            own = arms[arms["campaign_id"] == one.campaign_id]
            is_sent = (own["is_control"] == 0) & (own["variant"].astype(str) == one.variant)
            yield one, own[is_sent], own[own["is_control"] == 1]
