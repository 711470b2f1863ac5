"""The satisfaction chapter's figures and tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import pandas as pd

from rapport.present.attributes import name_attribute, translate
from rapport.present.figures.drivers import importance_performance
from rapport.present.figures.groups import Measured, group_dots, name_ends
from rapport.present.figures.satisfaction import CLASSES, answer_classes, score_by_wave
from rapport.present.figures.spec import FigureSpec
from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec, interval_head
from rapport.present.translated import Translated
from rapport.present.values import Value, label_value, text_value

Values = Mapping[str, Value]
SHORTEST = 2
ROLES = {"none": "gap"}


class Waves(Protocol):
    """What is shown of waves."""

    @property
    def table(self) -> pd.DataFrame:
        """Give one row per wave."""

    @property
    def by(self) -> str:
        """Say what a wave is: period or wave."""

    @property
    def case(self) -> str:
        """Say what may be said of the last change."""


def wave_figures(
    trend: Waves, values: Values, *, is_told: bool, min_count: int
) -> tuple[FigureSpec, ...]:
    """Give the score by wave and what it is made of; nothing with fewer than two waves.

    Parameters
    ----------
    is_told : False where the scale is in doubt or the answers are too few to tell a score
    min_count : answers below which a wave is not drawn
    """
    rows = trend.table[trend.table["n_nps"] >= min_count].reset_index(drop=True)
    if not is_told or len(rows) < SHORTEST:
        return ()
    scores = score_by_wave(rows, id="satisfaction.waves", by=trend.by)
    case = trend.case if trend.case in ("up", "down") and "change" in values else "plain"
    figures = [scores.entitled(Sentence("satisfaction.waves_title", dict(values), case=case))]
    whole = rows[rows["is_enough"].astype(bool)].reset_index(drop=True)
    if len(whole) >= SHORTEST:
        shares = {
            name: whole[f"n_{name}s"].astype(float) / whole["n_nps"].astype(float)
            for name in CLASSES
        }
        classes = answer_classes(whole.assign(**shares), id="satisfaction.classes", by=trend.by)
        last = classes.data.iloc[-1]
        ends = {name: Value(f"satisfaction.classes.{name}", float(last[name]), "ratio", "share")
                for name in CLASSES}  # fmt: skip
        slots = {**values, **classes.subtitle.slots, **ends}
        figures.append(classes.entitled(Sentence("satisfaction.classes_title", slots, case="told")))
    return tuple(figures)


def group_table(rows: pd.DataFrame, values: Values, *, by: str) -> TableSpec | None:
    """Give response and score of each segment or stage; None where there are fewer than two.

    Parameters
    ----------
    rows : as `satisfaction_groups.compare_groups` gives them
    by : segment or stage
    """
    if len(rows) < SHORTEST:
        return None
    head = interval_head(_confidence(values))
    frame = rows.assign(
        name=[name_group(by, group) for group in rows["group"]],
        rate_limits=rows["rate"], nps_limits=rows["nps"],
    )  # fmt: skip
    columns = [
        Column("name", f"satisfaction.head.{by}", "label", "text"),
        Column("n_customers", "satisfaction.head.asked", "count", "customers"),
    ]
    if rows["rate"].notna().any():
        columns += [
            Column("rate", "satisfaction.head.response", "estimator", "share"),
            Column(
                "rate_limits", head, "estimator", "share", style="limits", limits=("low", "high")
            ),
        ]
    if rows["nps"].notna().any():
        columns += [
            Column("n_answers", "satisfaction.head.answers", "count", "answers"),
            Column("nps", "satisfaction.head.nps", "estimator", "nps"),
            Column("nps_limits", head, "estimator", "nps", style="limits",
                   limits=("nps_low", "nps_high")),
        ]  # fmt: skip
    apart = rows["is_different"].astype(bool) | rows["is_apart"].astype(bool)
    return TableSpec(
        id=f"satisfaction.by_{by}",
        columns=tuple(columns),
        frame=frame,
        title=Sentence(f"satisfaction.by_{by}_title", dict(values)),
        note=Sentence("satisfaction.groups_note", dict(values)),
        strong=frozenset(int(at) for at in np.flatnonzero(apart)),
    )


def group_figure(
    by_segment: pd.DataFrame, by_stage: pd.DataFrame, values: Values
) -> FigureSpec | None:
    """Give the score of each segment and stage with its interval; None of fewer than two."""
    parts = {"segment": by_segment, "stage": by_stage}
    shown = [
        rows.assign(
            attribute=by, name=[name_group(by, group) for group in rows["group"]],
            value=rows["nps"], low=rows["nps_low"], high=rows["nps_high"], n=rows["n_answers"],
            is_clear=rows["is_apart"],
        )
        for by, rows in parts.items() if len(rows) >= SHORTEST and rows["nps"].notna().any()
    ]  # fmt: skip
    told = pd.concat(shown, ignore_index=True) if shown else pd.DataFrame({"value": []})
    if told["value"].notna().sum() < SHORTEST or "year_nps" not in values:
        return None
    heads = {by: (label_value("satisfaction.head", by), "text") for by in parts}
    whole = float(str(values["year_nps"].value))
    spec = group_dots(told, id="satisfaction.groups", heads=heads, measured=Measured("nps", whole))
    ends = name_ends(spec, heads, unit="nps")
    return spec.entitled(
        Sentence("satisfaction.groups_title", {**values, **ends}),
        subtitle=Sentence("satisfaction.groups_subtitle", dict(values)),
        caption=Sentence("satisfaction.groups_note", dict(values)),
    )


def name_group(labels: str, group: object) -> Translated:
    """Name a group in both languages: a word of ours, or the unit's own."""
    return translate(str(group), f"{labels}.{group}", f"word.{group}")


def name_words(attributes: Mapping[str, str]) -> dict[str, Value]:
    """Give the attributes that sentences name as values, by slot: `drivers_first`."""
    return {
        f"drivers_{place}": text_value(f"satisfaction.drivers.{place}", name_attribute(name))
        for place, name in attributes.items()
    }


def driver_figure(table: pd.DataFrame, values: Values, *, case: str) -> FigureSpec | None:
    """Give importance against performance; None without attributes.

    Parameters
    ----------
    table : as `drivers.find_drivers` gives it
    case : as `satisfaction_views.name_drivers` names it
    """
    if table.empty:
        return None
    named = table.assign(attribute=[name_attribute(str(name)) for name in table["attribute"]])
    spec = importance_performance(named, id="satisfaction.fields")
    words = case if case in ("fix", "keep", "matters") else "plain"
    return spec.entitled(Sentence("satisfaction.fields_title", dict(values), case=words))


def driver_table(table: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give each attribute's odds, importance and performance; None without attributes."""
    if table.empty:
        return None
    head = interval_head(_confidence(values))
    odds = {name: np.exp(table[of].astype(float)) for name, of in
            (("odds", "coefficient"), ("odds_low", "low"), ("odds_high", "high"))}  # fmt: skip
    frame = table.assign(
        **odds, name=[name_attribute(str(name)) for name in table["attribute"]],
        verdict=np.where(table["is_driver"].astype(bool), "driver", "none"),
        odds_limits=odds["odds"], share_limits=table["share"],
    )  # fmt: skip
    columns = (
        Column("name", "satisfaction.head.attribute", "label", "text"),
        Column("odds", "satisfaction.head.odds", "iterative", "ratio"),
        Column("odds_limits", head, "iterative", "ratio", style="limits",
               limits=("odds_low", "odds_high")),
        Column("verdict", "satisfaction.head.verdict", "label", "driver_verdict"),
        Column("share", "satisfaction.head.share", "simulated", "share"),
        Column("share_limits", head, "simulated", "share", style="limits",
               limits=("share_low", "share_high")),
        Column("performance", "satisfaction.head.performance", "ratio", "share"),
        Column("field", "satisfaction.head.field", "label", "driver_field"),
    )  # fmt: skip
    is_driver = table["is_driver"].astype(bool)
    return TableSpec(
        id="satisfaction.drivers",
        columns=columns,
        frame=frame,
        title=Sentence("satisfaction.drivers_title", dict(values)),
        note=Sentence("satisfaction.drivers_note", dict(values)),
        strong=frozenset(int(at) for at in np.flatnonzero(is_driver)),
    )


def topic_table(rows: pd.DataFrame | None, values: Values) -> TableSpec | None:
    """Give tickets by topic; None without any."""
    if rows is None or rows.empty:
        return None
    head = interval_head(_confidence(values))
    columns = (
        Column("name", "satisfaction.head.topic", "label", "text"),
        Column("n", "satisfaction.head.tickets", "count", "tickets"),
        Column("share", "satisfaction.head.share_tickets", "estimator", "share"),
        Column("limits", head, "estimator", "share", style="limits", limits=("low", "high")),
        Column("reply_hours", "satisfaction.head.reply", "estimator", "points"),
        Column("close_hours", "satisfaction.head.close", "estimator", "points"),
    )
    frame = rows.assign(
        limits=rows["share"], name=[name_group("ticket_topic", topic) for topic in rows["topic"]]
    )
    return TableSpec(
        id="satisfaction.topics",
        columns=columns,
        frame=frame,
        title=Sentence("satisfaction.topics_title", dict(values)),
    )


def link_table(
    rows: pd.DataFrame | None, values: Values, *, currency: str, min_count: int
) -> TableSpec | None:
    """Give what customers of each class bought before and after; None without classes to show."""
    if rows is None:
        return None
    shown = rows[rows["n"] >= min_count].reset_index(drop=True)
    if len(shown) < SHORTEST:
        return None
    columns = (
        Column("nps_class", "satisfaction.head.class", "label", "nps_class"),
        Column("n", "satisfaction.head.customers", "count", "customers"),
        Column("orders_before", "satisfaction.head.orders_before", "estimator",
               "orders_per_customer"),
        Column("orders_after", "satisfaction.head.orders_after", "estimator",
               "orders_per_customer"),
        Column("spend_before", "satisfaction.head.spend_before", "estimator", currency),
        Column("spend_after", "satisfaction.head.spend_after", "estimator", currency),
        Column("limits", interval_head(_confidence(values)), "estimator", currency,
               style="limits", limits=("low", "high")),
    )  # fmt: skip
    return TableSpec(
        id="satisfaction.followed",
        columns=columns,
        frame=shown.assign(limits=shown["spend_after"]),
        title=Sentence("satisfaction.followed_title", dict(values)),
        note=Sentence("satisfaction.followed_note", dict(values)),
    )


def _confidence(values: Values) -> float:
    return float(str(values["confidence"].value))
