"""The churn chapter's figures and tables."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from rapport.present.figures.effects import importance_bars, reliability
from rapport.present.figures.monthly import rate_by_month
from rapport.present.figures.spec import FigureSpec
from rapport.present.figures.survival import survival_curves
from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec, confidence_of, interval_head, withhold
from rapport.present.values import Value, hide_count, label_value, parameter_value
from rapport.privacy import suppress_small

Values = Mapping[str, Value]
FEWEST_POINTS = 3  # fewer groups that may be told draw no line
GROUPS = {"orders": "order_rank", "contracts": "text"}
UNITS = {"orders": "days", "contracts": "months"}


def return_curves(
    points: pd.DataFrame,
    at_risk: pd.DataFrame,
    values: Values,
    *,
    kind: str,
    finding: str | None = None,
) -> FigureSpec | None:
    """Give the curves of the time to the next order or the end of a contract; None without any.

    Parameters
    ----------
    points : `group`, `time`, `survival`, `low`, `high`
    at_risk : those still watched, one row per group, one column per tick of the axis
    values : `spells_n`
    kind : orders or contracts
    finding : what the curves show: orders, orders_sooner or contracts; by default nothing but
        what they are
    """
    if points.empty or at_risk.empty:
        return None
    spec = survival_curves(
        points, at_risk, id="churn.curves", labels=GROUPS[kind], unit=UNITS[kind]
    )
    return spec.entitled(
        Sentence("churn.curves_title", dict(values), case=finding or kind),
        subtitle=Sentence("churn.curves_subtitle", dict(values), case=kind),
        caption=Sentence("churn.curves_caption", dict(values), case=kind),
    )


def return_table(summary: pd.DataFrame, values: Values, *, kind: str) -> TableSpec | None:
    """Give the table behind the curves: one row per group; None without any.

    Parameters
    ----------
    summary : `group`, `n`, `first`, `second`, `low`, `high`, `median`
    """
    if summary.empty:
        return None
    unit = UNITS[kind]
    columns = (
        Column("group", f"churn.head.group.{kind}", "label", GROUPS[kind]),
        Column("n", f"churn.head.n.{kind}", "count", kind),
        Column("first", f"churn.head.first.{kind}", "estimator", "share"),
        Column("second", f"churn.head.second.{kind}", "estimator", "share"),
        Column("interval", interval_head(confidence_of(values)), "estimator", "share",
               style="limits", limits=("low", "high")),
        Column("median", f"churn.head.median.{kind}", "estimator", unit, style="unit reached"),
    )  # fmt: skip
    return TableSpec(
        id="churn.return_table",
        columns=columns,
        frame=summary.assign(group=summary["group"].astype(str), interval=summary["second"]),
        title=Sentence("churn.return_table_title", dict(values), case=kind),
        strong=frozenset({0}) if len(summary) > 1 else frozenset(),
    )


def rate_figure(
    history: pd.DataFrame, values: Values, *, kind: str, min_count: int = 10
) -> FigureSpec | None:
    """Give the churn rate by period; None where fewer than two periods have one to be shown.

    Parameters
    ----------
    history : `period`, `rate`, `low`, `high`, `n_at_start`, `is_whole`
    min_count : a rate of fewer who left leaves a gap
    """
    shown = _hide_few(history, "rate", "n_at_start", min_count)
    if shown["rate"].notna().sum() < 2:
        return None
    what = Sentence("churn.rates_subtitle", dict(values), case=kind)
    spec = rate_by_month(shown, id="churn.rates", what=what)
    # The period itself may have no rate; the title then names what is drawn and no number.
    title = Sentence("churn.rates_title", dict(values)) if "rate" in values else None
    is_whole = shown["rate"].notna().equals(history["rate"].notna())
    return spec.entitled(title, caption=None if is_whole else _note_few(min_count))


def _hide_few(rows: pd.DataFrame, rate: str, whole: str, min_count: int) -> pd.DataFrame:
    """Empty the rates that tell of too few, and the next smallest with a lone one."""
    hits = (rows[rate].astype(float) * rows[whole].astype(float)).round().fillna(0)
    hidden = np.array(suppress_small([int(n) for n in hits], min_count), dtype=bool)
    return rows.assign(**{name: rows[name].mask(hidden) for name in (rate, "low", "high")})


def _note_few(min_count: int) -> Sentence:
    least = parameter_value("min_count", min_count, "customers")
    return Sentence("churn.few", {"min_count": least})


def risk_figures(
    bins: pd.DataFrame | None,
    importance: pd.DataFrame | None,
    values: Values,
    *,
    min_count: int = 10,
) -> tuple[FigureSpec, ...]:
    """Give how well risks were calibrated and what they rest on; nothing without a model.

    Parameters
    ----------
    bins : `predicted`, `observed`, `low`, `high`, `n`
    importance : `features`, `loss`, `sd`
    min_count : a group of which fewer left is not drawn
    """
    if bins is None or importance is None:
        return ()
    ranked = importance.rename(columns={"features": "feature", "loss": "importance"})
    ranked = ranked.assign(
        low=ranked["importance"] - ranked["sd"], high=ranked["importance"] + ranked["sd"]
    )
    told = _hide_few(bins, "observed", "n", min_count).dropna(subset="observed")
    is_drawn = len(told) >= FEWEST_POINTS
    calibration = reliability(told, id="churn.reliability") if is_drawn else None
    caption = None if len(told) == len(bins) else _note_few(min_count)
    weights = importance_bars(ranked, id="churn.importance", labels="term")
    most = {"most": label_value("term", str(weights.data["feature"].iloc[0]))}
    title = Sentence("churn.reliability_title", {**values, **(calibration.alt.slots if calibration
                                                              else {})})  # fmt: skip
    return (
        *([calibration.entitled(title, caption=caption)] if calibration else []),
        weights.entitled(Sentence("churn.importance_title", {**values, **most})),
    )


def band_table(
    bands: pd.DataFrame | None, values: Values, *, kind: str = "orders", min_count: int = 10
) -> TableSpec | None:
    """Give the bands of risk: customers or contracts now, and how many of such left."""
    if bands is None:
        return None
    counted = "contracts" if kind.startswith("contracts") else "customers"
    frame = bands if counted == "customers" else _hide_contracts(bands, min_count)
    columns = (
        Column("band", "churn.head.band", "label", "band"),
        Column("n_score", f"churn.head.now.{counted}", "count", counted),
        Column("n_test", f"churn.head.tested.{counted}", "count", counted),
        Column("observed", "churn.head.left", "ratio", "share"),
        Column("interval", interval_head(confidence_of(values)), "ratio", "share", style="limits",
               limits=("low", "high")),
    )  # fmt: skip
    return TableSpec(
        id="churn.bands",
        columns=columns,
        frame=frame.assign(interval=frame["observed"]),
        title=Sentence("churn.bands_title", dict(values)),
        note=Sentence("churn.bands_note", dict(values), case=kind),
    )


def _hide_contracts(bands: pd.DataFrame, min_count: int) -> pd.DataFrame:
    """Hide counts of few contracts, which are of few customers, and the rates that tell of few."""
    shown = _hide_few(bands, "observed", "n_test", min_count)
    few = (bands["n_test"] > 0) & (bands["n_test"] < min_count)
    for name in ("observed", "low", "high"):
        shown[name] = shown[name].mask(few)
    is_hidden = bands["observed"].notna() & shown["observed"].isna()
    shown = withhold(shown, is_hidden, ["observed"])
    for name in ("n_test", "n_score"):
        counts = [int(n) for n in bands[name]]
        hidden = suppress_small(counts, min_count)
        cells = [
            hide_count(n, min_count) if hide else n for n, hide in zip(counts, hidden, strict=True)
        ]
        shown[name] = pd.Series(cells, index=shown.index, dtype=object)
    return shown
