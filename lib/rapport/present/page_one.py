"""Page one as bundles: cards of key figures, rows of actions, the lead in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import pandas as pd

from rapport.present.chapters.findings import PREFIX, say_finding
from rapport.present.figures.bridge import change_parts
from rapport.present.figures.spec import FigureSpec
from rapport.present.pieces import Action, Actions, Card, Cards
from rapport.present.sentences import Listing, Sentence
from rapport.present.tables import Column, TableSpec
from rapport.present.values import Value, date_value, label_value, parameter_value, period_value

Values = Mapping[str, Value]

ALONE = {"value": "forecast", "visit_orders": "not_compared", "visit_contacts": "not_compared"}
"""Figures that are held against nothing, whatever went before, and what their card says."""


class Figure(Protocol):
    """A key figure as `analysis` gives it."""

    @property
    def name(self) -> str:
        """The name of the measure."""

    @property
    def against(self) -> Mapping[str, Any]:
        """Earlier windows that can be compared."""

    @property
    def history(self) -> tuple[float | None, ...]:
        """One value a period, oldest first."""


def time_words(windows: pd.DataFrame, data_from: Any) -> dict[str, Value]:
    """Give the days and periods that page one speaks of, where the data carry any.

    Parameters
    ----------
    windows : one row per window, by its name: `period`, `starts_on`
    data_from : first day of the data; NaT in a unit without days
    """
    starts_on = windows["starts_on"].get("current")
    words = {
        "starts_on": date_value("starts_on", None if pd.isna(starts_on) else starts_on.date()),
        "data_from": date_value("data_from", None if pd.isna(data_from) else data_from.date()),
    }
    if "previous" in windows.index:
        words["previous"] = period_value(windows["period"]["previous"], name="period.previous")
    return words


def key_cards(figures: Sequence[Figure], values: Values, *, periods: Values) -> Cards:
    """Give the key figures as cards.

    Parameters
    ----------
    figures : the key figures in order
    values : their numbers by slot: `net`, `net_previous`, `net_change`, `net_change_year` ...
    periods : the period before, as `previous`
    """
    return Cards(tuple(_card(figure, values, periods) for figure in figures))


def _card(figure: Figure, values: Values, periods: Values) -> Card:
    value = values[figure.name]
    case, arrow = _movement(figure, values)
    tails = (("change", "change"), ("before", "previous"), ("year", "change_year"))
    slots = {
        slot: values[f"{figure.name}_{tail}"]
        for slot, tail in tails
        if f"{figure.name}_{tail}" in values
    }
    history = figure.history if sum(point is not None for point in figure.history) > 1 else None
    return Card(
        id=value.id,
        name=f"key_figure.{figure.name}",
        value=value,
        change=Sentence("summary.card_change", {**slots, **periods}, case=case),
        arrow=arrow,
        small=_small(figure, value, values, has_told_year=case.startswith("year_")),
        points=history,
    )


def _movement(figure: Figure, values: Values) -> tuple[str, str]:
    # Last year stands in only where the period before cannot be compared: four weeks beside five.
    window = "previous" if "previous" in figure.against else "last_year"
    earlier = figure.against.get(window)
    if earlier is None:
        # What is forecast is not forecast again from where the period before ended, nor are visits
        # drawn again whose customers came in both periods.
        return ALONE.get(figure.name, "nothing_earlier"), "none"
    case, is_year = earlier.change.case, window == "last_year"
    if case in ("up", "down"):
        # After a period of nothing a change has no size to tell; the headline is silent too.
        size = values.get(f"{figure.name}_{'change_year' if is_year else 'change'}")
        has_size = size is not None and size.value is not None
        moved = f"{'year' if is_year else 'moved'}_{case}"
        return (moved, case) if has_size else ("nothing_earlier", "none")
    return f"{'year_' if is_year else ''}{'small' if case == 'none' else 'unclear'}", "none"


def target_words(figures: Sequence[Any], targets: Mapping[str, float]) -> dict[str, Value]:
    """Give the targets of key figures as values, by slot: `net_target`.

    Parameters
    ----------
    figures : each with `name` and `now`, which has a `unit`
    targets : by name of a figure, in its unit
    """
    return {
        f"{figure.name}_target": Value(
            f"parameter.target.{figure.name}", targets[figure.name], "ratio", figure.now.unit
        )
        for figure in figures
        if figure.name in targets
    }


def _small(figure: Figure, value: Value, values: Values, *, has_told_year: bool) -> Sentence:
    target = values.get(f"{figure.name}_target")
    if target is not None:
        of = "share" if value.unit == "share" and value.n is not None else "estimate"
        case = f"{'count' if value.interval is None else of}_target"
        return Sentence("summary.card_small", {"value": value, "target": target}, case=case)
    tested = values.get("value_test") if figure.name == "value" else None
    if value.interval is not None and tested is not None:
        return Sentence("summary.card_small", {"value": value, "test": tested}, case="tested")
    if value.interval is not None:
        case = "share" if value.unit == "share" else "ratio"
        return Sentence("summary.card_small", {"value": value}, case=case)
    year = values.get(f"{figure.name}_change_year")
    has_year = year is not None and year.value is not None and not has_told_year
    slots = {"year": year} if year is not None and has_year else {}
    if figure.name == "active" and "new" in values:
        case = "new_year" if has_year else "count_new"
        return Sentence("summary.card_small", {**slots, "new": values["new"]}, case=case)
    if has_year:
        return Sentence("summary.card_small", slots, case="count_year")
    complete = value.kind in ("count", "money") or value.n is None
    return Sentence("summary.card_small", {}, case="count" if complete else "too_few")


def action_rows(facts: Sequence[Any], values: Values) -> Actions:
    """Give the actions as a table: what to do, customers, money concerned, evidence.

    Parameters
    ----------
    facts : each with `name` and `evidence`; lists are numbered in their order
    values : by slot: `<name>_customers`, `<name>_money`, and what the sentences ask for
    """
    rows = []
    n_lists = 0
    for fact in facts:
        slots = dict(values)
        if fact.evidence == "observed":
            n_lists += 1
            # Page two says who is on it, and whom to ask for it.
            slots["list"] = parameter_value(f"list.{n_lists}", n_lists, "count")
            slots["customers"] = values[f"{fact.name}_customers"]
        cells = (
            values[f"{fact.name}_customers"],
            (values[f"{fact.name}_money"], "headline"),
            label_value("evidence", fact.evidence),
        )
        rows.append(Action(Sentence(f"summary.action_{fact.name}", slots), cells))
    head = ("head.action", "head.customers", "head.money_concerned", "head.evidence")
    return Actions(head, tuple(rows), Sentence("summary.action_note", dict(values)))


def lead(names: Sequence[tuple[str, str | None]], values: Values) -> Listing:
    """Join sentences of the summary into one paragraph: (template, case) each.

    Findings of chapters are named `finding.<chapter>.<what>`; they are said in short.
    """
    return Listing(
        tuple(_say(name, case, values) for name, case in names), joint="word.sentence_joint"
    )


def _say(name: str, case: str | None, values: Values) -> Sentence:
    if name.startswith(f"{PREFIX}."):
        return say_finding(name.removeprefix(f"{PREFIX}."), case, values, is_short=True)
    return Sentence(f"summary.{name}", values, case=case)


def parts_figure(
    parts: pd.DataFrame, values: Values, *, case: str, currency: str
) -> FigureSpec | None:
    """Give the figure of what moved net sales; None where nothing earlier can be compared.

    Parameters
    ----------
    parts : `part`, `amount` (Decimal); they sum to the change
    values : `net`, `net_previous`, `period`, `previous`, and `known_share` where a part leads
    case : the headline's case
    """
    if parts.empty:
        return None
    before = (str(values["previous"].value), values["net_previous"])
    after = (str(values["period"].value), values["net"])
    spec = change_parts(parts, id="summary.parts", currency=currency, before=before, after=after)
    if case.startswith("incomplete"):
        same_days = Sentence("summary.parts_same_days", dict(values))
        return spec.entitled(
            Sentence("summary.parts_title", dict(values), case="other"), subtitle=same_days
        )
    title = case if "_" in case else "other"
    return spec.entitled(Sentence("summary.parts_title", dict(values), case=title))


def segment_overview(
    segments: pd.DataFrame | None, values: Values, *, currency: str
) -> TableSpec | None:
    """Give page two's table of segments; None where the unit has none.

    Parameters
    ----------
    segments : `segment`, `n_customers`, `share_customers`, `spend`, `share_spend`
    """
    if segments is None:
        return None
    columns = (
        Column("segment", "segmentation.head.segment", "label", "segment"),
        Column("n_customers", "segmentation.head.customers", "count", "customers"),
        Column("share_customers", "segmentation.head.share_customers", "ratio", "share"),
        Column("spend", "segmentation.head.spend", "money", currency),
        Column("share_spend", "segmentation.head.share_spend", "ratio", "share"),
    )
    return TableSpec(
        id="summary.segments",
        columns=columns,
        frame=segments,
        title=Sentence("summary.segments_title", dict(values)),
    )
