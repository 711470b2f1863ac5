"""How long after an experiment's assignment the first order came, by arm (Kaplan-Meier).

A conversion within some days does not tell whether orders were added or only came sooner. Both
arms are watched from the day after the assignment, for up to ninety days; whoever had not ordered
when the data end is censored there. Assumes what the experiment does: random assignment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rapport.analysis.campaign_effects import CampaignRules, Experiment
from rapport.analysis.campaign_tables import name_variant
from rapport.analysis.families import adjust_p_values
from rapport.analysis.measured import Measured
from rapport.analysis.survival import SurvivalCurve
from rapport.analysis.survival_groups import compare_survival, count_at_risk_by, fit_survival_by
from rapport.analysis.survival_reading import longest_time, survival_at

WATCHED_DAYS = 90
CLOSE_DAYS = 12
TICKS = (0, 15, 30, 45, 60, 75, 90)
ARMS = ("assigned", "held_out")
SHARES = ["share", "share_low", "share_high"]


@dataclass(frozen=True, eq=False)
class FirstOrders:
    """One experiment's arms, followed to the first order.

    `curves` is by arm: assigned and held_out. `days` is the last day on which at least `min_n` of
    each arm are watched; None where there is none, or fewer than `min_count` of an arm had ordered
    by then, and then nothing is said. `p_value` is the
    log-rank test's, `p_adjusted` after Benjamini and Hochberg over the experiments of the report.
    """

    place: int
    name: str
    curves: dict[str, SurvivalCurve]
    days: int | None
    p_value: float | None
    p_adjusted: float = 1.0
    fdr: float = 0.05

    @property
    def ordered(self) -> pd.DataFrame:
        """Share that has ordered by `days`, with its interval: one row per arm."""
        last = [float(self.days or 0)]
        rows = [survival_at(self.curves[arm], last).assign(arm=arm) for arm in ARMS]
        table = pd.concat(rows).set_index("arm")
        return table.assign(share=1 - table["survival"], share_low=1 - table["high"],
                            share_high=1 - table["low"])  # fmt: skip

    @property
    def outcome(self) -> str:
        """Give sooner, later or alike; `short` where too few are watched to say anything."""
        if self.days is None or self.p_value is None:
            return "short"
        if self.p_adjusted > self.fdr:
            return "alike"
        last = self.ordered["share"]
        return "sooner" if last["assigned"] > last["held_out"] else "later"


def follow_experiments(
    tested: Sequence[Experiment], waits: pd.DataFrame, rules: CampaignRules
) -> tuple[FirstOrders, ...]:
    """Follow every experiment that could be read to the first order of its customers.

    Parameters
    ----------
    tested : as `campaign_effects.study_experiments` gives them; those without an effect are left
        out: what may not be compared in a week may not be compared in ninety days
    waits : the mart `campaign_waits`

    Returns
    -------
    one per experiment and variant, numbered from 1 in the order given

    References
    ----------
    Kaplan, E. L. & Meier, P. (1958), JASA 53, 457-481. Peto, R. & Peto, J. (1972), JRSS A 135,
    185-207 (log-rank).
    """
    readable = [one for one in tested if one.effect is not None]
    found = [_follow(place, one, waits, rules) for place, one in enumerate(readable, 1)]
    p_values = pd.Series([np.nan if one.p_value is None else one.p_value for one in found],
                         dtype=float)  # fmt: skip
    adjusted = adjust_p_values(p_values).fillna(1.0)
    return tuple(
        FirstOrders(one.place, one.name, one.curves, one.days, one.p_value, float(p), rules.fdr)
        for one, p in zip(found, adjusted, strict=True)
    )


def _follow(place: int, one: Experiment, waits: pd.DataFrame, rules: CampaignRules) -> FirstOrders:
    own = waits[(waits["campaign_id"] == one.campaign_id)
                & ((waits["is_control"] == 1) | (waits["variant"] == one.variant))]  # fmt: skip
    spells = pd.DataFrame({
        "duration": own["duration"].astype(float), "event_observed": own["is_event"] == 1,
        "n": own["n"].astype(int),
        "arm": np.where(own["is_control"] == 1, ARMS[1], ARMS[0]),
    })  # fmt: skip
    curves = fit_survival_by(spells, by="arm", confidence=rules.confidence)
    firm = [longest_time(curves[arm], min_n=rules.min_n) for arm in ARMS if arm in curves]
    known = [time for time in firm if time is not None]
    days = int(min(known)) if len(known) == len(ARMS) else 0
    # Those who ordered later are in no share, and do not make one of too few safe to tell.
    ordered = [int(curve.points.loc[curve.points["time"] <= days, "n_events"].sum())
               for curve in curves.values()]  # fmt: skip
    days = days if min(ordered, default=0) >= rules.min_count else 0
    test = compare_survival(spells, by="arm") if days else None
    return FirstOrders(place, one.name, curves, days or None, test.p_value if test else None)


def pick_followed(
    followed: Sequence[FirstOrders], tested: Sequence[Experiment]
) -> list[FirstOrders]:
    """Give the one experiment whose curves are drawn: the first that is clear, else the first.

    Parameters
    ----------
    tested : the experiments that `followed` was made from
    """
    readable = [one for one in tested if one.effect is not None]
    told = [(one, test.outcome) for one, test in zip(followed, readable, strict=True)
            if one.outcome != "short"]  # fmt: skip
    clear = [one for one, outcome in told if outcome in ("raised", "lowered")]
    return (clear or [one for one, _ in told])[:1]


def measure_followed(picked: Sequence[FirstOrders]) -> list[Measured]:
    """Name the numbers of the experiment whose curves are drawn; nothing where there is none."""
    named = []
    for one in picked:
        named += [Measured("first_order.name", one.name, "label", "text"),
                  Measured("first_order.days", one.days, "count", "days")]  # fmt: skip
        for arm in ARMS:
            share, low, high = one.ordered.loc[[arm], SHARES].to_numpy(float)[0]
            named.append(Measured(f"first_order.{arm}", float(share), "estimator", "share",
                                  one.curves[arm].n, (float(low), float(high))))  # fmt: skip
        if one.p_value is not None:
            named.append(Measured("first_order.p", one.p_adjusted, "estimator", "p"))
    return named


def list_curves(one: FirstOrders) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the points of both curves and those still watched, as far as enough are watched."""
    last = one.days or 0
    # The last day is always told; a tick close before it would lie under its number.
    ticks = [day for day in TICKS if not day or last - day >= CLOSE_DAYS] + [last]
    points = pd.concat(
        [one.curves[arm].points.assign(group=arm) for arm in ARMS], ignore_index=True
    )
    at_risk = count_at_risk_by({arm: one.curves[arm] for arm in ARMS}, ticks)
    return points[points["time"] <= last].reset_index(drop=True), at_risk


def tabulate_followed(
    followed: Sequence[FirstOrders], tested: Sequence[Experiment]
) -> pd.DataFrame:
    """Give every experiment's money by drawing and its first orders, one row per variant.

    Returns
    -------
    `campaign`, `spend`, `drawn_low`, `drawn_high` (empty where not drawn), `days`, and by arm
    `<arm>` (share that ordered by then), `<arm>_watched` (still watched), `p`
    """
    readable = [one for one in tested if one.effect is not None]
    rows = []
    for one, test in zip(followed, readable, strict=True):
        assert test.effect is not None
        row = {"campaign": name_variant(test, readable), "spend": test.effect.money.value,
               "drawn_low": test.drawn.low if test.drawn else np.nan,
               "drawn_high": test.drawn.high if test.drawn else np.nan,
               "days": one.days, "p": one.p_adjusted if one.days else np.nan}  # fmt: skip
        for arm in ARMS:
            last = one.ordered.loc[arm] if one.days else None
            row[arm] = np.nan if last is None else float(last["share"])
            row[f"{arm}_watched"] = None if last is None else int(last["at_risk"])
        rows.append(row)
    table = pd.DataFrame(rows)
    whole = {name: "Int64" for name in table.columns if name == "days" or name.endswith("_watched")}
    return table.astype(whole)
