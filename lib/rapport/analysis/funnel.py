"""The way from the first contact to the order, step by step, and visits that led to one.

A customer counts at a step only after the step before it, all within `funnel_days` of the first;
entries are those whose days have run out in the period, so all had equally long. Beside it stands
"any order": who was at the step at all in those days, whatever came before. The two differ where
people come in by side doors, and neither says why somebody stopped.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rapport.analysis.change import Change, compare_shares
from rapport.analysis.intervals import clustered_share, quantile_interval, wilson
from rapport.analysis.measured import Measured, share, tabulate

COLUMNS = (
    "step_no", "name", "n_customers", "n_customers_any", "share_step", "low", "high", "share_first",
)  # fmt: skip


def list_steps(
    funnel: pd.DataFrame | None, *, window: str = "current", min_n: int = 30, min_count: int = 10,
    confidence: float = 0.95,
) -> pd.DataFrame:  # fmt: skip
    """Give the funnel of one window, step by step.

    Parameters
    ----------
    funnel : `profile_funnel`: `window`, `step_no`, `name`, `n_customers`, `n_any`; None without a
        log of contacts

    Returns
    -------
    one row per step, the first of them first
        `n_customers` (in order), `n_customers_any`, `share_step` (of the step before, with Wilson's
        `low` and `high`), `share_first` (of the first step). It ends before a step that somebody
        but fewer than `min_count` reached, and at one that nobody did; no rows of fewer than
        `min_n` entries.
    """
    empty = pd.DataFrame({name: [] for name in COLUMNS})
    if funnel is None:
        return empty
    rows = funnel[funnel["window"] == window].sort_values(
        "step_no", kind="stable", ignore_index=True
    )
    counts = rows["n_customers"].astype(int).to_numpy()
    if not len(counts) or counts[0] < max(min_n, min_count):
        return empty
    small = (counts > 0) & (counts < min_count)
    # Nobody goes on from a step that nobody reached.
    ends = [int(np.argmax(small)) if small.any() else len(rows)]
    ends += [int(np.argmax(counts == 0)) + 1] if (counts == 0).any() else []
    rows = rows.iloc[: min(ends)]
    counts = counts[: len(rows)]
    before = np.r_[counts[:1], counts[:-1]]
    spans = [
        wilson(int(k), int(n), confidence=confidence).ends
        for k, n in zip(counts, before, strict=True)
    ]
    made = rows.rename(columns={"n_any": "n_customers_any"}).assign(
        share_step=counts / before,
        share_first=counts / counts[0],
        low=[low for low, _ in spans],
        high=[high for _, high in spans],
    )
    return made[list(COLUMNS)]


def compare_funnels(
    funnel: pd.DataFrame | None, *, min_n: int, min_change: float, confidence: float
) -> Change | None:
    """Compare the share that came through with that of the period before; None where either lacks.

    Parameters
    ----------
    funnel : `profile_funnel`, with `is_observable`: the log reaches back far enough
    """
    if funnel is None:
        return None
    pairs = []
    for window in ("current", "previous"):
        rows = funnel[funnel["window"] == window].sort_values("step_no", kind="stable")
        if rows.empty or not rows["is_observable"].all() or rows["n_customers"].iloc[0] < min_n:
            return None
        pairs.append((int(rows["n_customers"].iloc[-1]), int(rows["n_customers"].iloc[0])))
    return compare_shares(*pairs, min_change=min_change, confidence=confidence)


def measure_funnel(
    steps: pd.DataFrame, change: Change | None, *, confidence: float
) -> list[Measured]:
    """Measure the whole way and its narrowest step; nothing without a funnel."""
    if len(steps) < 2:
        return []
    first, last = steps.iloc[0], steps.iloc[-1]
    narrow = steps.iloc[1:].loc[steps.iloc[1:]["share_step"].idxmin()]
    n = int(first["n_customers"])
    span = wilson(int(last["n_customers"]), n, confidence=confidence).ends
    moved = [] if change is None else [Measured("funnel.change", change.absolute, "ratio", "pp")]
    return [
        Measured("funnel.entered", n, "count", "customers"),
        Measured("funnel.through", int(last["n_customers"]), "count", "customers"),
        share("funnel.share", int(last["n_customers"]), n, interval=span),
        Measured("funnel.narrow", float(narrow["share_step"]), "ratio", "share",
                 n=int(steps["n_customers"][narrow.name - 1]),  # type: ignore[operator]
                 interval=(float(narrow["low"]), float(narrow["high"]))),
        *moved,
    ]  # fmt: skip


def choose_funnel(funnel: pd.DataFrame | None, steps: pd.DataFrame) -> str:
    """Say whether there is a funnel to speak of: ok, few, or none (no log of contacts)."""
    if funnel is None:
        return "none"
    return "ok" if len(steps) > 1 else "few"


def list_change(change: Change | None) -> list[str]:
    """List the case of the sentence on what has changed; none where nothing can be compared."""
    return [] if change is None else [change.case]


def list_visits(measured: list[Measured]) -> list[str]:
    """Name the sentences on visits that the numbers allow."""
    names = {one.name for one in measured}
    needed = {"visits": "visits.contacts", "visits_seconds": "visits.seconds"}
    return [template for template, name in needed.items() if name in names]


def name_narrow(steps: pd.DataFrame) -> tuple[str, str] | None:
    """Name the two steps between which the smallest share goes on; None without a funnel."""
    if len(steps) < 2:
        return None
    at = int(steps.iloc[1:]["share_step"].idxmin())
    return str(steps["name"][at - 1]), str(steps["name"][at])


def measure_visits(
    visits: pd.DataFrame | None, *, min_n: int, confidence: float, seed: int
) -> list[Measured]:
    """Measure how many visits led to an order, and how long and how deep a visit is.

    Parameters
    ----------
    visits : `profile_sessions`: `window`, `measure` (contacts, seconds, visits), `value`,
        `n_ordered`, `n`; None without a log of contacts

    Returns
    -------
    visits of known customers, the share that an order followed (drawing customers, of whom many
    came often), the median contacts and seconds of a visit with their exact intervals; nothing of
    fewer than `min_n` customers
    """
    if visits is None:
        return []
    rows = visits[visits["window"] == "current"]
    each = rows[rows["measure"] == "visits"]
    n_customers = int(each["n"].sum())
    if n_customers < min_n:
        return []
    came, bought = (np.repeat(each[name], each["n"]) for name in ("value", "n_ordered"))
    span = clustered_share(bought, came, confidence=confidence, seed=seed)
    n, k = int(came.sum()), int(bought.sum())
    return [
        Measured("visits.n", n, "count", "sessions"),
        Measured("visits.customers", n_customers, "count", "customers"),
        share("visit_to_order", k, n, interval=span.ends if span else None),
        *(found for name, unit in (("contacts", "contacts"), ("seconds", "seconds"))
          for found in _median(rows[rows["measure"] == name], name, unit, confidence)),
    ]  # fmt: skip


def total_visits(
    log: pd.DataFrame | None,
    sessions: pd.DataFrame | None,
    measured: Sequence[Measured],
    *,
    min_n: int = 30,
    min_count: int = 10,
) -> pd.DataFrame | None:
    """Give what page one of a unit without sales takes from here; None without funnel and visits.

    Parameters
    ----------
    measured : as `measure_funnel` and `measure_visits` give them

    Returns
    -------
    `measured.tabulate` of them, with `funnel.share.previous` and `visits.n.previous` where the log
        reaches back far enough
    """
    if not measured:
        return None
    found, names = list(measured), {one.name for one in measured}
    if log is not None and "funnel.share" in names:
        now, before = (
            list_steps(log, window=window, min_n=min_n, min_count=min_count)
            for window in ("current", "previous")
        )
        is_seen = bool(log.loc[log["window"] == "previous", "is_observable"].all())
        # As far as the same step, or the shares would be of two ways.
        if is_seen and len(before) == len(now):
            first, last = (int(before["n_customers"].iloc[at]) for at in (0, -1))
            found.append(share("funnel.share.previous", last, first, interval=None))
    if sessions is not None and "visits.n" in names:
        each = sessions[(sessions["window"] == "previous") & (sessions["measure"] == "visits")]
        if len(each):
            came = int((each["value"] * each["n"]).sum())
            found.append(Measured("visits.n.previous", came, "count", "sessions"))
    return tabulate(found)


def _median(rows: pd.DataFrame, name: str, unit: str, confidence: float) -> list[Measured]:
    values = np.sort(np.repeat(rows["value"].to_numpy(), rows["n"].to_numpy()))
    if not len(values):
        return []
    span = quantile_interval(values, confidence=confidence)
    middle = float(np.median(values))
    return [Measured(f"visits.{name}", middle, "count", unit, n=len(values),
                     interval=span.ends if span else None)]  # fmt: skip
