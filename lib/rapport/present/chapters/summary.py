"""The summary's tables and figures after page one: alerts, targets, decisions, what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heappop, heappush
from typing import Any

import pandas as pd

from rapport.present.figures.bullets import target_bars
from rapport.present.figures.spec import FigureSpec
from rapport.present.labels import LANGUAGES, Language, has_label, label
from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec, by_language
from rapport.present.values import Suppressed, Value, Withheld, hide_count, parameter_value
from rapport.privacy import suppress_small
from rapport.privacy.counts import find_exposed

Values = Mapping[str, Value]
Cell = tuple[int, int]
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
        Column("decision", f"{HEAD}.decision", "label", "text", words=by_language("decision")),
        Column("owner", f"{HEAD}.owner", "label", "text", words=by_language("owner")),
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


def stage_table(
    counts: pd.DataFrame | None, stages: Sequence[str], values: Values, *, min_count: int = 10
) -> TableSpec | None:
    """Give the table of segments by stage of life; None without stages or a segment to show.

    Parameters
    ----------
    counts : one row per segment: `segment`, one column `n_customers_<stage>` a stage, `n_customers`
    stages : those that some customer is in
    min_count : fewer customers are hidden, and what would tell them: how many are in a segment and
        in a stage stands in other tables, so sums of rows and columns are taken as known
    """
    if counts is None or not counts["n_customers"].ge(min_count).any():
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
        frame=_hide_stages(counts, [column.key for column in of_stages], min_count),
        title=Sentence("summary.stages_title", dict(values)),
    )


def _hide_stages(counts: pd.DataFrame, names: Sequence[str], min_count: int) -> pd.DataFrame:
    body = [[int(n) for n in row] for row in counts[list(names)].to_numpy()]
    totals = [int(n) for n in counts["n_customers"]]
    away = suppress_small(totals, min_count)
    # Who adds up the cells of a segment has its sum: none of them is shown where it is hidden.
    whole = {(row, at) for row, is_away in enumerate(away) if is_away for at in range(len(names))}
    hidden = _protect(body, min_count, whole)
    shown: dict[str, Any] = {
        name: [_cell(row[at], (place, at) in hidden, min_count) for place, row in enumerate(body)]
        for at, name in enumerate(names)
    }
    shown["n_customers"] = [
        _cell(n, is_hidden, min_count) for n, is_hidden in zip(totals, away, strict=True)
    ]
    cells = {name: pd.Series(column, counts.index, dtype=object) for name, column in shown.items()}
    return counts.assign(**cells)


def _protect(body: list[list[int]], min_count: int, whole: set[Cell]) -> set[Cell]:
    """Hide small cells, and further ones until none follows from sums of rows and columns.

    `whole`: cells that are hidden in any case, unless they are 0.
    """
    cells = {(r, c): n for r, row in enumerate(body) for c, n in enumerate(row) if n}
    hidden = {cell for cell, n in cells.items() if n < min_count or cell in whole}
    while exposed := find_exposed(hidden, row_totals=True):
        way = _close(exposed[0], cells, hidden)
        if way is None:
            return set(cells)  # nothing is left to hide it with
        hidden |= way
    return hidden


def _close(cell: Cell, cells: Mapping[Cell, int], hidden: set[Cell]) -> set[Cell] | None:
    """Find the cells, of fewest customers, that close a circle of hidden ones through a cell.

    On a circle from row to column to row each can grow by what its neighbours lose.
    """
    start, end = ("row", cell[0]), ("column", cell[1])
    ahead: list[tuple[int, tuple[str, int], frozenset[Cell]]] = [(0, start, frozenset())]
    reached = set()
    while ahead:
        cost, node, way = heappop(ahead)
        if node == end:
            return set(way)
        if node in reached:
            continue
        reached.add(node)
        for edge, n in cells.items():
            ends = (("row", edge[0]), ("column", edge[1]))
            if edge != cell and node in ends:
                other = ends[1] if node == ends[0] else ends[0]
                price = 0 if edge in hidden else n
                heappush(ahead, (cost + price, other, way | {edge}))
    return None


def _cell(n: int, is_hidden: bool, min_count: int) -> Suppressed | Withheld | int:  # noqa: FBT001
    return hide_count(n, min_count) if is_hidden else n


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
        Column("here", f"{HEAD}.here", "label", "text", words=by_language("here")),
        Column("default", f"{HEAD}.default", "label", "text", words=by_language("default")),
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


def backtest_table(
    backtest: pd.DataFrame | None, *, bounds: tuple[float, float]
) -> TableSpec | None:
    """Give the table of earlier predictions against what happened; None where there is none.

    Parameters
    ----------
    backtest : as `analysis.backtest.list_backtests` gives it
    bounds : of happened by predicted, outside of which a prediction is off
    """
    if backtest is None or backtest.empty:
        return None
    least, most = (parameter_value("calibration", bound, "ratio") for bound in bounds)
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
        note=Sentence("summary.backtest_note", {"least": least, "most": most}),
    )
