"""The churn chapter's tables of risk: rules, segments, and what is at stake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from rapport.present.figures.gains import gain_curve
from rapport.present.figures.spec import FigureSpec
from rapport.present.numbers import Layout, as_decimal, write
from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec, confidence_of, interval_head, withhold
from rapport.present.values import Value

Values = Mapping[str, Value]
PLACES = ("rule_1", "rule_2", "rule_3")


def rule_table(
    rules: pd.DataFrame | None, values: Values, *, kind: str, min_count: int = 10
) -> TableSpec | None:
    """Give the rules of risk, one row each, highest share first; None without any.

    Parameters
    ----------
    rules : one row per condition: `rule`, `n`, `share`, `measure`, `above`, `at_most`
    """
    if rules is None or rules.empty:
        return None
    named = rules.assign(
        term=[
            write_condition(str(measure), above, at_most)
            for measure, above, at_most in zip(
                rules["measure"], rules["above"], rules["at_most"], strict=True
            )
        ]
    )
    frame = named.groupby("rule", sort=True).agg(n=("n", "first"), share=("share", "first"))
    told = named.groupby("rule", sort=True)["term"].apply(list)
    for place, name in enumerate(PLACES):
        frame[name] = [terms[place] if place < len(terms) else "" for terms in told]
    columns = (
        *(Column(name, f"churn.head.{name}", "label", "term") for name in PLACES),
        Column("n", "churn.head.contracts" if kind == "contracts" else "churn.head.customers",
               "count", "contracts" if kind == "contracts" else "customers"),
        Column("share", "churn.head.left", "estimator", "share"),
    )  # fmt: skip
    return TableSpec(
        id="churn.rules",
        columns=columns,
        frame=hide_few(frame, ("share",), "n", min_count).reset_index(),
        title=Sentence("churn.rules_title", dict(values), case=kind),
        note=Sentence("churn.rules_note", dict(values), case=kind),
    )


def hide_few(rows: pd.DataFrame, shares: Sequence[str], whole: str, min_count: int) -> pd.DataFrame:
    """Withhold a share of fewer than `min_count`, the first of `shares`; the others are limits."""
    hits = (rows[shares[0]].astype(float) * rows[whole].astype(float)).round()
    is_few = (hits > 0) & (hits < min_count)
    limits = {name: rows[name].astype(float).mask(is_few) for name in shares[1:]}
    return withhold(rows.assign(**limits), is_few, shares[:1])


def write_condition(measure: str, above: float, at_most: float) -> str:
    """Write a condition of a rule as a term: `plan=Basic`, `plan≠Basic`, `tenure_days>45≤90`.

    Examples
    --------
    >>> write_condition("plan=Basic", 0.0, float("nan"))
    'plan=Basic'
    >>> write_condition("tenure_days", 45.0, 90.0)
    'tenure_days>45≤90'
    """
    if "=" in measure:
        return measure if not pd.isna(above) else measure.replace("=", "≠", 1)
    low = "" if pd.isna(above) else f">{_number(above)}"
    return measure + low + ("" if pd.isna(at_most) else f"≤{_number(at_most)}")


def _number(bound: float) -> str:
    decimals = 0 if float(bound).is_integer() else 2
    return write(as_decimal(float(bound)), Layout(decimals=decimals))


def segment_table(rows: pd.DataFrame, values: Values, *, min_count: int = 10) -> TableSpec | None:
    """Give risk by segment; None without segments or a list.

    Parameters
    ----------
    rows : `segment`, `n`, `risk`, `expected`, and where the segment of a horizon ago is known
        `n_test`, `observed`, `low`, `high`
    """
    if rows.empty:
        return None
    columns = [
        Column("segment", "segmentation.head.segment", "label", "segment"),
        Column("n", "churn.head.customers", "count", "customers"),
        Column("risk", "churn.head.mean_risk", "estimator", "share"),
    ]
    if "observed" in rows:
        columns += [
            Column("n_test", "churn.head.tested_then", "count", "customers"),
            Column("observed", "churn.head.left_then", "ratio", "share"),
            Column("interval", interval_head(confidence_of(values)), "ratio", "share",
                   style="limits", limits=("low", "high")),
        ]  # fmt: skip
        rows = hide_few(rows, ("observed", "low", "high"), "n_test", min_count)
        rows = rows.assign(interval=rows["observed"])
    return TableSpec(
        id="churn.by_segment",
        columns=tuple(columns),
        frame=rows,
        title=Sentence("churn.segments_title", dict(values)),
        note=Sentence(
            "churn.segments_note", dict(values), case="tested" if "observed" in rows else "plain"
        ),
    )


def loss_table(lists: pd.DataFrame, values: Values, *, currency: str) -> TableSpec | None:
    """Give what the lists of largest expected loss hold; None where no value is known.

    Parameters
    ----------
    lists : `list` (top 5 % ...), `n`, `value`, `loss`, `share`
    """
    if lists.empty:
        return None
    columns = (
        Column("list", "churn.head.list", "label", "loss_list"),
        Column("n", "churn.head.customers", "count", "customers"),
        Column("value", "churn.head.value", "money", currency),
        Column("loss", "churn.head.loss", "money", currency),
        Column("share", "churn.head.share_of_loss", "estimator", "share"),
    )
    return TableSpec(
        id="churn.loss",
        columns=columns,
        frame=lists,
        title=Sentence("churn.loss_title", dict(values)),
        note=Sentence("churn.loss_note", dict(values)),
    )


def cost_figure(points: pd.DataFrame | None, values: Values, *, currency: str) -> FigureSpec | None:
    """Give what contacts bring, less their cost, by how many of the list; None if none pays.

    Parameters
    ----------
    points : `n`, `gain`, `is_best`; None without parameters
    """
    if points is None or not bool((points["is_best"] & (points["n"] > 0)).any()):
        return None
    spec = gain_curve(points, id="churn.cost", unit=currency)
    return spec.entitled(
        Sentence("churn.cost_title", dict(values)),
        subtitle=Sentence("churn.cost_subtitle", dict(values)),
    )
