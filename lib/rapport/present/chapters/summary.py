"""The summary's tables and figures after page one: alerts, targets, decisions, what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from rapport.present.figures.bullets import target_bars
from rapport.present.figures.spec import FigureSpec
from rapport.present.labels import LANGUAGES, Language, has_label, label
from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec
from rapport.present.values import Value

Values = Mapping[str, Value]
HEAD = "summary.head"


def alert_table(raised: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give the table of key figures that left their limits; None where none did.

    Parameters
    ----------
    raised : as `analysis.alerts.take_raised` gives it
    values : `alerts`, how many figures there are in it
    """
    if raised.empty:
        return None
    mixed: dict[str, Any] = {"kind": "ratio", "unit": "count", "units": "unit"}
    columns = (
        Column("figure", f"{HEAD}.figure", "label", "key_figure"),
        Column("value", f"{HEAD}.value", style="headline", **mixed),
        Column("range", f"{HEAD}.interval", style="limits", limits=("low", "high"), **mixed),
        Column("side", f"{HEAD}.side", "label", "side"),
        Column("limit", f"{HEAD}.limit", style="headline", **mixed),
        Column("rule", f"{HEAD}.rule", "label", "alert"),
    )
    case = "one" if values["alerts"].value == 1 else "several"
    return TableSpec(
        id="summary.alerts",
        columns=columns,
        frame=raised.assign(range=raised["value"]),
        title=Sentence("summary.alerts_title", dict(values), case=case),
        note=Sentence("summary.alerts_note", dict(values)),
    )


def target_figure(targets: pd.DataFrame, values: Values) -> FigureSpec | None:
    """Give the bullet bars of the targets; None where the unit has none.

    Parameters
    ----------
    targets : as `analysis.targets.hold_targets` gives it
    values : `targets`, `targets_met`
    """
    if targets.empty:
        return None
    title = Sentence("summary.targets_title", dict(values))
    return target_bars(targets, id="summary.targets").entitled(title)


def decision_table(decisions: pd.DataFrame) -> TableSpec | None:
    """Give the table of what was decided, by whom, and the measure before and after.

    Parameters
    ----------
    decisions : as `analysis.actions.follow_up` gives it
    """
    if decisions.empty:
        return None
    mixed: dict[str, Any] = {"kind": "ratio", "unit": "count"}
    columns = (
        Column("decision", f"{HEAD}.decision", "label", "text", words=_words("decision")),
        Column("owner", f"{HEAD}.owner", "label", "text", words=_words("owner")),
        Column("decided", f"{HEAD}.decided", "date", "date"),
        Column("due", f"{HEAD}.due", "date", "date"),
        Column("measure", f"{HEAD}.measure", "label", "key_figure"),
        Column("before", f"{HEAD}.before", style="headline", units="unit", **mixed),
        Column("after", f"{HEAD}.after", style="headline", units="unit", **mixed),
        Column("verdict", f"{HEAD}.verdict", "label", "verdict"),
    )
    return TableSpec(
        id="summary.decisions",
        columns=columns,
        frame=decisions,
        title=Sentence("summary.decisions_title"),
        note=Sentence("summary.decisions_note"),
    )


def _words(name: str) -> dict[str, str]:
    return {"en": f"{name}_en", "zh": f"{name}_zh"}


def stage_table(counts: pd.DataFrame | None, stages: Sequence[str], values: Values) -> (
    TableSpec | None
):  # fmt: skip
    """Give the table of segments by stage of life; None where there are no stages.

    Parameters
    ----------
    counts : one row per segment: `segment`, one column `n_customers_<stage>` a stage, `n_customers`
    stages : those that some customer is in
    """
    if counts is None or counts.empty:
        return None
    of_stages = [
        Column(f"n_customers_{stage}", f"stage.{stage}", "count", "customers") for stage in stages
    ]
    columns = (
        Column("segment", f"{HEAD}.segment", "label", "segment"),
        *of_stages,
        Column("n_customers", f"{HEAD}.all", "count", "customers"),
    )
    return TableSpec(
        id="summary.stages",
        columns=columns,
        frame=counts,
        title=Sentence("summary.stages_title", dict(values)),
    )


def parameter_table(differing: pd.DataFrame) -> TableSpec | None:
    """Give the table of parameters that differ from the default; None where none does.

    Parameters
    ----------
    differing : `parameter` (a name of `parameter.*`), `here`, `default`, as text
    """
    if differing.empty:
        return None
    columns = (
        Column("parameter", f"{HEAD}.parameter", "label", "parameter"),
        Column("here", f"{HEAD}.here", "label", "text", words=_words("here")),
        Column("default", f"{HEAD}.default", "label", "text", words=_words("default")),
    )
    title = Sentence("summary.parameters_title")
    told = {
        f"{name}_{language}": [_choice(text, language) for text in differing[name]]
        for name in ("here", "default")
        for language in LANGUAGES
    }
    frame = differing[["parameter"]].assign(**told)
    return TableSpec(id="summary.parameters", columns=columns, frame=frame, title=title)


def _choice(text: str, language: Language) -> str:
    """Give the word of a choice such as net or gross; a number is as it is."""
    return label(f"choice.{text}", language) if has_label(f"choice.{text}") else text


def backtest_table(backtest: pd.DataFrame | None) -> TableSpec | None:
    """Give the table of earlier predictions against what happened; None where there is none.

    Parameters
    ----------
    backtest : as `analysis.backtest.list_backtests` gives it
    """
    if backtest is None or backtest.empty:
        return None
    mixed: dict[str, Any] = {"kind": "ratio", "unit": "count", "units": "unit"}
    columns = (
        Column("prediction", f"{HEAD}.prediction", "label", "prediction"),
        Column("n", f"{HEAD}.n", "count", "count"),
        Column("predicted", f"{HEAD}.predicted", style="headline", **mixed),
        Column("happened", f"{HEAD}.happened", style="headline", **mixed),
        Column("ratio", f"{HEAD}.ratio", "ratio", "ratio"),
        Column("verdict", f"{HEAD}.verdict", "label", "backtest"),
    )
    return TableSpec(
        id="summary.backtest",
        columns=columns,
        frame=backtest,
        title=Sentence("summary.backtest_title"),
        note=Sentence("summary.backtest_note"),
    )
