"""The churn chapter's tables of the appendix: later times of its curves, checks of its models."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec, confidence_of, interval_head
from rapport.present.values import Value

Values = Mapping[str, Value]
GROUPS = {"orders": "order_rank", "contracts": "text"}
UNITS = {"orders": "days", "contracts": "months"}
MEANS = {"orders": "mean_days", "contracts": "mean_months"}


def later_table(rows: pd.DataFrame, values: Values, *, kind: str) -> TableSpec | None:
    """Give the shares at later times; None where nobody was watched for so long.

    Parameters
    ----------
    rows : as `churn_evidence.tabulate_later` gives them
    kind : orders or contracts
    """
    if rows.empty:
        return None
    head = interval_head(confidence_of(values))
    parts = [name for name in ("first", "second") if name in rows]
    columns = [Column("group", f"churn.head.group.{kind}", "label", GROUPS[kind])]
    for name in parts:
        columns += [
            Column(name, f"churn.head.later_{name}.{kind}", "estimator", "share"),
            Column(f"{name}_interval", head, "estimator", "share", style="limits",
                   limits=(f"{name}_low", f"{name}_high")),
        ]  # fmt: skip
    frame = rows.assign(
        group=rows["group"].astype(str), **{f"{name}_interval": rows[name] for name in parts}
    )
    return TableSpec(
        id="churn.later",
        columns=tuple(columns),
        frame=frame,
        title=Sentence("churn.later_title", dict(values), case=kind),
        note=Sentence("churn.later_note", dict(values)),
    )


def typical_table(rows: pd.DataFrame, values: Values, *, kind: str) -> TableSpec | None:
    """Give medians and restricted means; None without any group.

    Parameters
    ----------
    rows : as `churn_evidence.tabulate_typical` gives them
    kind : orders or contracts
    """
    if rows.empty:
        return None
    unit = UNITS[kind]
    columns = (
        Column("group", f"churn.head.group.{kind}", "label", GROUPS[kind]),
        Column("median", "churn.head.median", "estimator", unit, style="unit reached"),
        Column("median_low", "churn.head.median_low", "estimator", unit, style="unit reached"),
        Column("median_high", "churn.head.median_high", "estimator", unit, style="unit reached"),
        Column("within", "churn.head.within", "estimator", unit, style="unit"),
        Column("mean", f"churn.head.mean.{kind}", "estimator", MEANS[kind]),
        Column("interval", interval_head(confidence_of(values)), "estimator", MEANS[kind],
               style="limits", limits=("mean_low", "mean_high")),
    )  # fmt: skip
    return TableSpec(
        id="churn.typical",
        columns=columns,
        frame=rows.assign(group=rows["group"].astype(str), interval=rows["mean"]),
        title=Sentence("churn.typical_title", dict(values), case=kind),
        note=Sentence("churn.typical_note", dict(values)),
    )


def check_table(rows: pd.DataFrame | None, values: Values) -> TableSpec | None:
    """Give what the models of risk were worth; None without a model.

    Parameters
    ----------
    rows : as `churn_evidence.tabulate_checks` gives them
    """
    if rows is None:
        return None
    columns = (
        Column("check", "churn.head.check", "label", "risk_check"),
        Column("auc", "churn.head.auc", "estimator", "auc"),
        Column("interval", interval_head(confidence_of(values)), "estimator", "auc", style="limits",
               limits=("low", "high")),
        Column("brier", "churn.head.brier", "estimator", "score"),
        Column("base_brier", "churn.head.base_brier", "estimator", "score"),
        Column("slope", "churn.head.slope", "estimator", "ratio"),
        Column("in_the_large", "churn.head.in_the_large", "estimator", "ratio",
               style="table signed"),
        Column("ece", "churn.head.ece", "estimator", "score"),
    )  # fmt: skip
    return TableSpec(
        id="churn.checks",
        columns=columns,
        frame=rows.assign(interval=rows["auc"]),
        title=Sentence("churn.checks_title", dict(values)),
        note=Sentence("churn.checks_note", dict(values)),
    )
