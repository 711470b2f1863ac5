"""The churn chapter's tables and figures of groups, of what goes with leaving, and of reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from rapport.present.figures.effects import hazard_forest
from rapport.present.figures.groups import Measured, group_dots, name_ends
from rapport.present.figures.spec import FigureSpec
from rapport.present.labels import LANGUAGES, has_label, label
from rapport.present.sentences import Listing, Sentence
from rapport.present.tables import Column, TableSpec, confidence_of, interval_head, withhold
from rapport.present.translated import Translated
from rapport.present.values import Value, has_numbers, label_value

Values = Mapping[str, Value]
MEANS = {"orders": "mean_days", "contracts": "mean_months"}
SIDES = {"orders": ("back_later", "back_sooner"), "contracts": ("end_later", "end_sooner")}


def group_table(rows: pd.DataFrame, values: Values, *, kind: str) -> TableSpec | None:
    """Give the groups side by side, those of one attribute together; None without any.

    Parameters
    ----------
    rows : as `churn_groups.GroupStudy.rows`
    kind : orders or contracts
    """
    if rows.empty:
        return None
    head, unit = interval_head(confidence_of(values)), MEANS[kind]
    columns = (
        Column("group", "churn.head.level", "label", "term"),
        Column("n", f"churn.head.n.{kind}" if kind == "contracts" else "churn.head.customers",
               "count", "contracts" if kind == "contracts" else "customers"),
        Column("share", f"churn.head.at.{kind}", "estimator", "share"),
        Column("interval", head, "estimator", "share", style="limits", limits=("low", "high")),
        Column("mean", f"churn.head.mean.{kind}", "estimator", unit),
        Column("gain", "churn.head.gain", "estimator", unit),
        Column("gain_interval", head, "estimator", unit, style="limits",
               limits=("gain_low", "gain_high")),
    )  # fmt: skip
    frame = rows.assign(interval=rows["share"], gain_interval=rows["gain"])
    return TableSpec(
        id="churn.groups",
        columns=columns,
        frame=withhold(frame, rows["is_few"].astype(bool), ["share", "interval"]),
        title=Sentence("churn.groups_title", dict(values), case=kind),
        subtitle=Sentence("churn.groups_subtitle", dict(values), case=kind),
        note=_note(rows, values),
    )


def group_figure(rows: pd.DataFrame, values: Values, *, kind: str) -> FigureSpec | None:
    """Give the share of each group with its interval, by attribute; None of fewer than two.

    Parameters
    ----------
    rows : as `churn_groups.GroupStudy.rows`; an attribute of which one group alone was watched for
        long enough is not drawn, since there is nothing to hold it against
    kind : orders or contracts
    """
    n_known = rows["share"].notna().groupby(rows["grouping"]).transform("sum")
    rows = rows[n_known > 1]
    if rows.empty:
        return None
    told = rows.assign(attribute=rows["grouping"], name=rows["group"], value=rows["share"])
    heads = {str(name): (label_value("term", str(name)), "level") for name in rows["grouping"]}
    spec = group_dots(told, id="churn.group_shares", heads=heads, measured=Measured("share"))
    ends = name_ends(spec, heads, unit="share")
    return spec.entitled(
        Sentence("churn.group_shares_title", {**values, **ends}, case=kind),
        subtitle=Sentence("churn.group_shares_subtitle", dict(values), case=kind),
        caption=_note(rows, values, is_drawn=bool(rows["share"].notna().all())),
    )


def _note(rows: pd.DataFrame, values: Values, *, is_drawn: bool = False) -> Sentence:
    """Say what is not given, and why: above all where something could be said and is withheld."""
    if is_drawn:
        return Sentence("churn.groups_note", dict(values), case="drawn")
    is_boundless = rows["gain"].notna() & rows["gain_low"].isna()
    is_withheld = bool((rows["is_few"].astype(bool) | is_boundless).any())
    return Sentence("churn.groups_note", dict(values), case="withheld" if is_withheld else "plain")


def driver_figure(effects: pd.DataFrame, values: Values, *, kind: str) -> FigureSpec | None:
    """Give the forest plot of hazard ratios; None without any.

    Parameters
    ----------
    effects : `term`, `hazard_ratio`, `low`, `high`, in the order to be drawn
    """
    if effects.empty:
        return None
    drawn = effects.astype(dict.fromkeys(("hazard_ratio", "low", "high"), float))
    spec = hazard_forest(drawn, id="churn.drivers", labels="term", sides=SIDES[kind])
    is_told = has_numbers(values, "drivers_first_ratio") and "drivers_first" in values
    case = f"{kind}_first" if is_told else kind
    return spec.entitled(
        Sentence("churn.drivers_title", dict(values), case=case),
        subtitle=Sentence("churn.drivers_subtitle", dict(values), case=kind),
        caption=Sentence("churn.drivers_caption", dict(values), case=kind),
    )


def reference_table(terms: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give the terms whose ratio does not hold over time, in both halves; None without any.

    Parameters
    ----------
    terms : `term`, `hazard_ratio`, `early`, `early_low`, `early_high`, `late`, `late_low`,
        `late_high`
    """
    if terms.empty:
        return None
    head = interval_head(confidence_of(values))
    columns = (
        Column("term", "churn.head.term", "label", "term"),
        Column("early", "churn.head.early", "estimator", "hazard_ratio"),
        Column("early_interval", head, "estimator", "hazard_ratio", style="limits",
               limits=("early_low", "early_high")),
        Column("late", "churn.head.late", "estimator", "hazard_ratio"),
        Column("late_interval", head, "estimator", "hazard_ratio", style="limits",
               limits=("late_low", "late_high")),
    )  # fmt: skip
    return TableSpec(
        id="churn.moving",
        columns=columns,
        frame=terms.assign(early_interval=terms["early"], late_interval=terms["late"]),
        title=Sentence("churn.moving_title", dict(values)),
        subtitle=Sentence("churn.moving_subtitle", dict(values)),
    )


def name_columns(names: Sequence[str]) -> Listing:
    """Name columns as parts of one sentence."""
    return Listing(
        tuple(Sentence("churn.column_item", {"column": label_value("term", n)}) for n in names)
    )


def reason_table(reasons: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give the reasons for which contracts ended; None where none is known.

    Parameters
    ----------
    reasons : `reason`, `kind` (chosen, not_chosen), `n`, `share`, `low`, `high`
    """
    if reasons.empty:
        return None
    columns = (
        Column("reason", "churn.head.reason", "label", "end_reason"),
        Column("kind", "churn.head.chosen", "label", "end_kind"),
        Column("n", "churn.head.contracts", "count", "contracts"),
        Column("share", "churn.head.share_of_ends", "ratio", "share"),
        Column("interval", interval_head(confidence_of(values)), "ratio", "share", style="limits",
               limits=("low", "high")),
    )  # fmt: skip
    return TableSpec(
        id="churn.reasons",
        columns=columns,
        frame=reasons.assign(interval=reasons["share"]),
        title=Sentence("churn.reasons_title", dict(values)),
        note=Sentence("churn.reasons_note", dict(values)),
    )


def asked_table(rows: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give tickets of those who left and of those who stayed, by topic; None where not compared.

    Parameters
    ----------
    rows : as `leaver_tickets.compare_leavers` gives them
    """
    if rows.empty:
        return None
    columns = (
        Column("name", "churn.head.ticket", "label", "text"),
        Column("n_left", "churn.head.asked_left", "count", "customers"),
        Column("share_left", "churn.head.share_left", "ratio", "share"),
        Column("n_stayed", "churn.head.asked_stayed", "count", "customers"),
        Column("share_stayed", "churn.head.share_stayed", "ratio", "share"),
        Column("difference", "churn.head.difference", "estimator", "pp"),
        Column("interval", interval_head(confidence_of(values)), "estimator", "pp", style="limits",
               limits=("low", "high")),
    )  # fmt: skip
    frame = rows.assign(
        interval=rows["difference"], name=[_name_topic(str(topic)) for topic in rows["topic"]]
    )
    return TableSpec(
        id="churn.asked",
        columns=columns,
        frame=frame,
        title=Sentence("churn.asked_title", dict(values)),
        note=Sentence("churn.asked_note", dict(values)),
        strong=frozenset(int(at) for at in np.flatnonzero(rows["is_found"].astype(bool))),
    )


def before_table(rows: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give contacts before contracts ended beside those of contracts like them; None without any.

    Parameters
    ----------
    rows : as `leaver_contacts.compare_contacts` gives them
    """
    if rows.empty:
        return None
    columns = (
        Column("name", "churn.head.before", "label", "text"),
        Column("days", "churn.head.before_days", "count", "count"),
        Column("left", "churn.head.before_left", "ratio", "ratio"),
        Column("stayed", "churn.head.before_stayed", "ratio", "ratio"),
        Column("difference", "churn.head.difference", "simulated", "ratio"),
        Column("interval", interval_head(confidence_of(values)), "simulated", "ratio",
               style="limits", limits=("low", "high")),
    )  # fmt: skip
    kept = "some" if has_numbers(values, "before_alone") else "all"
    frame = rows.assign(
        interval=rows["difference"], name=[_name_contact(str(topic)) for topic in rows["topic"]]
    )
    return TableSpec(
        id="churn.before",
        columns=columns,
        frame=frame,
        title=Sentence("churn.before_title", dict(values)),
        note=Sentence("churn.before_note", dict(values), case=kept),
        strong=frozenset(int(at) for at in np.flatnonzero(rows["is_found"].astype(bool))),
    )


def _name_contact(topic: str) -> Translated:
    known = f"leaver_contact.{topic}"
    if has_label(known):
        return Translated({lang: label(known, lang) for lang in LANGUAGES})
    name, about = _name_topic(topic), "leaver_contact.topic"
    texts = {"en": "{about}: {name}", "zh": "{about}：{name}"}
    return Translated(
        {
            lang: texts[lang].format(about=label(about, lang), name=name.words(lang))
            for lang in LANGUAGES
        }
    )


def _name_topic(topic: str) -> Translated:
    """Name a topic of tickets in both languages: a word of ours, or the unit's own."""
    identity = f"ticket_topic.{topic}"
    known = has_label(identity)
    return Translated({lang: label(identity, lang) if known else topic for lang in LANGUAGES})
