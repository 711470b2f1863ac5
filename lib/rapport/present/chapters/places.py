"""Figure and table of places."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rapport.present.figures.spec import FigureSpec
from rapport.present.figures.tiles import APART, has_map, place_bars, place_map, place_value
from rapport.present.sentences import Listing, Sentence
from rapport.present.tables import Column, TableSpec, confidence_of, interval_head, withhold
from rapport.present.translated import Translated
from rapport.present.values import Value, label_value

Values = Mapping[str, Value]


def name_places(values: Values) -> dict[str, Value]:
    """Give places named by their codes as words: a country or province that we know, else as is."""
    named = {}
    for slot, value in values.items():
        if slot.startswith("places_") and slot.endswith("_name"):
            named[slot] = place_value(str(value.value))
    return named


def choose_role(outcome: str) -> str:
    """Say where the sentence stands: what is not there is one grey line."""
    return "gap" if outcome == "none" else "paragraph"


def choose_lead(outcome: str, values: Values) -> str:
    """Say which sentence the leading place gets: few where its spend per customer is not told."""
    if outcome != "places":
        return outcome
    per_customer = values["places_lead_per_customer"].value
    return "few" if per_customer is None else outcome


def place_figure(table: pd.DataFrame, values: Values, *, currency: str) -> FigureSpec | None:
    """Give the tile map of China's provinces, else ranked bars; None under two named places.

    Parameters
    ----------
    table : as `analysis.regions.sum_places` gives it
    values : `places_lead_name`, `places_lead_share`
    """
    named = table[~table["place"].isin(APART)]
    if len(named) < 2:
        return None
    draw = place_map if has_map(table) else place_bars
    spec = draw(table, id="profiling.places", currency=currency)
    if values["places_lead_share"].value is None:
        return spec
    return spec.entitled(Sentence("places.figure_title", dict(values)))


def place_table(
    table: pd.DataFrame, values: Values, *, currency: str, has_before: bool
) -> TableSpec | None:
    """Give customers, money, spend per customer and change of each place; None without places."""
    if table["place"].isin(APART).all():
        return None
    few = [str(name) for name in table.loc[table["is_few"], "place"] if name != "unidentified"]
    frame = table.assign(
        place=[_name(str(place)) for place in table["place"]],
        per_customer=table["per_customer"].mask(table["is_few"]),
        interval=table["per_customer"].mask(table["is_few"]),
    )
    # Of nobody, and of who is not known, there is no spend per customer to hide.
    is_hidden = table["is_few"] & table["per_customer"].notna()
    frame = withhold(frame, is_hidden, ["per_customer", "interval"])
    columns = _columns(
        confidence_of(values), currency, has_before=has_before, has_index="index" in table
    )
    items = tuple(Sentence("places.few_item", {"place": _value(name)}) for name in few)
    return TableSpec(
        id="profiling.place_table",
        columns=columns,
        frame=frame,
        title=Sentence("places.table_title", dict(values)),
        note=Sentence(
            "places.table_note", {**values, "few": Listing(items)}, case="few" if items else "plain"
        ),
        strong=frozenset({0}),
    )


def _columns(
    confidence: float, currency: str, *, has_before: bool, has_index: bool
) -> tuple[Column, ...]:
    compared = [Column("change", "places.head.change", "ratio", "change")]
    indexed = [Column("index", "places.head.index", "ratio", "index")]
    return (
        Column("place", "places.head.place", "label", "text"),
        Column("n_customers", "places.head.customers", "count", "customers"),
        Column("net", "places.head.net", "money", currency),
        Column("share", "places.head.share", "ratio", "share"),
        Column("per_customer", "places.head.per_customer", "money", currency),
        Column("interval", interval_head(confidence), "ratio", "ratio", style="limits",
               limits=("low", "high")),
        *(compared if has_before else ()),
        *(indexed if has_index else ()),
    )  # fmt: skip


def _value(place: str) -> Value:
    return label_value("place", place) if place in APART else place_value(place)


def _name(place: str) -> Translated:
    """Name a place in both languages, so that codes without a word stand beside names."""
    value = _value(place)
    texts = {
        language: Sentence("places.few_item", {"place": value}).text(language)
        for language in ("en", "zh")
    }
    return Translated(texts)
