"""The comments' part of the satisfaction chapter: topics, words, parts, quotations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from rapport.present.figures.feedback import topic_dots
from rapport.present.figures.spec import FigureSpec
from rapport.present.glyphs import can_draw
from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec, confidence_of, interval_head
from rapport.present.translated import Translated
from rapport.present.values import Suppressed, Value, label_value, parameter_value, text_value

Values = Mapping[str, Value]
LONGEST_QUOTE = 240
WITHHELD = 0.70  # as in `analysis.text_study`
_FULL_WIDTH = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！", "(": "（", ")": "）"}
_BESIDE_HAN = re.compile(
    r"(?<=[\u3400-\u9fff\u3000-\u303f\uff00-\uffef])[,;:?!()]|[,;:?!()](?=[\u3400-\u9fff])"
)


def choose_role(outcome: str) -> str:
    """Say where the sentence stands: what is not there is one grey line."""
    return "gap" if outcome in ("none", "few", "missing") else "paragraph"


def name_limits(days: int, min_count: int) -> dict[str, Value]:
    """Give the parameters that sentences on comments name."""
    return {
        "feedback_days": parameter_value("feedback_days", days, "days"),
        "min_count": parameter_value("min_count", min_count, "customers"),
    }


def name_judgement(language: str, values: Values) -> dict[str, Value]:
    """Give the slots of the sentence on how comments of a language were judged."""
    prefix = f"feedback_{language}_"
    own = {name.removeprefix(prefix): v for name, v in values.items() if name.startswith(prefix)}
    least = Value("parameter.least_auc", WITHHELD, "ratio", "auc")
    return {**own, "language": label_value("language", language), "least": least}


def name_topics(names: Mapping[str, str | None], topics: Mapping[str, Any]) -> dict[str, Value]:
    """Give the unit's names of topics for slots of sentences: slot -> topic, None is left out."""
    return {
        slot: text_value(f"feedback.{slot}", _title(topics, name))
        for slot, name in names.items() if name is not None
    }  # fmt: skip


def _title(topics: Mapping[str, Any], name: object) -> Translated:
    words = topics[str(name)].name
    return Translated({"en": words.en, "zh": words.zh})


def topic_figure(
    table: pd.DataFrame, topics: Mapping[str, Any], values: Values, *, lead: str | None,
    min_count: int = 10,
) -> FigureSpec | None:  # fmt: skip
    """Give the figure of topics by negative share; None where nothing may be drawn.

    Parameters
    ----------
    table : as `analysis.topic_views.hide_topics` gives it
    topics : of the unit's file: name -> `name` (`en`, `zh`)
    values : `feedback_texts`, `confidence`
    lead : the topic that the text speaks of
    """
    drawn = table[table["n_customers"] >= min_count]
    if len(drawn) < 2 or not (drawn["negative"] > 0).any():
        return None
    named = drawn.assign(
        topic=[_title(topics, name) for name in drawn["topic"]],
        low=drawn["negative_low"], high=drawn["negative_high"],
    ).astype({"negative": float, "low": float, "high": float})  # fmt: skip
    shown = None if lead is None else _title(topics, lead)
    spec = topic_dots(named, id="satisfaction.feedback", lead=shown, below=min_count)
    title = Sentence("feedback.figure_title", dict(values))
    has_lead = lead is not None and "lead" in values
    return spec.entitled(
        Sentence("feedback.figure_lead", dict(values)) if has_lead else title,
        subtitle=Sentence(
            "feedback.figure_subtitle",
            dict(values),
            case="some" if drawn["negative"].isna().any() else "all",
        ),
    )


def topic_table(table: pd.DataFrame, topics: Mapping[str, Any], values: Values) -> TableSpec | None:
    """Give the table behind the figure: every topic that enough customers wrote of, or nobody.

    Topics overlap, so a row that is left out cannot be had by subtraction. None without any.
    """
    below = _read_least(values)
    kept = table[~table["n_customers"].between(1, below - 1)] if len(table) else table
    if kept.empty:
        return None
    frame = kept.assign(
        topic=[_title(topics, name) for name in kept["topic"]],
        interval=kept["negative"], negative=_mark_quiet(kept, below),
    ).reset_index(drop=True)  # fmt: skip
    confidence = confidence_of(values)
    change = Column("change", "feedback.head.change", "simulated", "pp",
                    limits=("change_low", "change_high"))  # fmt: skip
    columns = (
        Column("topic", "feedback.head.topic", "label", "text"),
        Column("texts", "feedback.head.texts", "count", "comments"),
        Column("n_customers", "feedback.head.writers", "count", "customers"),
        Column("share", "feedback.head.share", "simulated", "share"),
        Column("negative", "feedback.head.negative", "simulated", "share"),
        Column("interval", interval_head(confidence), "simulated", "share", style="limits",
               limits=("negative_low", "negative_high")),
        *((change,) if table["change"].notna().any() else ()),
    )  # fmt: skip
    return TableSpec(
        id="satisfaction.feedback_topics",
        columns=columns,
        frame=frame,
        title=Sentence("feedback.table_title", dict(values)),
        note=Sentence("feedback.table_note", dict(values)),
    )


def _read_least(values: Values) -> int:
    return int(str(values["min_count"].value)) if "min_count" in values else 10


def _mark_quiet(table: pd.DataFrame, below: int) -> pd.Series:
    """Give negative shares, with the mark of small counts where too few were discontent."""
    cells = [
        Suppressed(below) if quiet else share
        for quiet, share in zip(table["is_quiet"], table["negative"], strict=True)
    ]
    return pd.Series(cells, index=table.index, dtype=object)


def word_table(table: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give the words that go with discontent; None without any."""
    shown = table[table["word"].map(_can_print)] if len(table) else table
    if shown.empty:
        return None
    columns = (
        Column("word", "feedback.head.word", "label", "text"),
        Column("n_customers", "feedback.head.used", "count", "customers"),
        Column("n_negative", "feedback.head.in_negative", "count", "comments"),
        Column("n_positive", "feedback.head.in_positive", "count", "comments"),
        Column("z", "feedback.head.z", "estimator", "points"),
        Column("in_topics", "feedback.head.in_topics", "ratio", "share"),
    )
    return TableSpec(
        id="satisfaction.feedback_words",
        columns=columns,
        frame=shown.reset_index(drop=True),
        title=Sentence("feedback.words_title", dict(values)),
        note=Sentence("feedback.words_note", dict(values)),
    )


def part_table(table: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give the parts that words fall into, for who writes topics; None without any."""
    shown = table[table["words"].map(_can_print)] if len(table) else table
    if shown.empty:
        return None
    columns = (
        Column("words", "feedback.head.words", "label", "text"),
        Column("n_customers", "feedback.head.writers", "count", "customers"),
    )
    return TableSpec(
        id="satisfaction.feedback_parts",
        columns=columns,
        frame=shown[["words", "n_customers"]].reset_index(drop=True),
        title=Sentence("feedback.parts_title", dict(values)),
        note=Sentence("feedback.parts_note", dict(values)),
    )


def quote_table(
    quotes: pd.DataFrame, topics: Mapping[str, Any], values: Values
) -> TableSpec | None:
    """Give quotations as they may stand in a report; None without any.

    Parameters
    ----------
    quotes : `topic`, `sentiment`, `said`, as `analysis.topic_views.pick_quotes` gives them
    """
    printed = [print_quote(text) for text in quotes["said"]]
    kept = [text is not None for text in printed]
    if not any(kept):
        return None
    frame = quotes[kept].assign(
        said=[text for text in printed if text is not None],
        topic=[_title(topics, name) for name in quotes.loc[kept, "topic"]],
    )  # fmt: skip
    columns = (
        Column("topic", "feedback.head.topic", "label", "text"),
        Column("sentiment", "feedback.head.sentiment", "label", "sentiment"),
        Column("said", "feedback.head.said", "label", "words"),
    )
    return TableSpec(
        id="satisfaction.feedback_quotes",
        columns=columns,
        frame=frame[["topic", "sentiment", "said"]].reset_index(drop=True),
        title=Sentence("feedback.quotes_title", dict(values)),
        note=Sentence("feedback.quotes_note", dict(values)),
    )


def print_quote(text: str) -> str | None:
    """Give a comment as a quotation; None where too much of it cannot be set.

    It stands in quotation marks, so that no table program takes its beginning for a formula;
    characters that the fonts lack are left out. Markup needs no care here: whoever sets it
    escapes it.

    Examples
    --------
    >>> print_quote("=1+1 <b>bad</b> 🙂")
    '“=1+1 <b>bad</b>”'
    >>> print_quote("物流很快,第二天就到了!")
    '“物流很快，第二天就到了！”'
    """
    drawn = "".join(c for c in text if can_draw(c))
    if len(drawn) < 0.8 * len(text):
        return None
    full = " ".join(drawn.split())
    for _ in range(2):  # the second mark of two stands beside a mark only
        full = _BESIDE_HAN.sub(lambda found: _FULL_WIDTH[found.group()], full)
    cut = full if len(full) <= LONGEST_QUOTE else full[: LONGEST_QUOTE - 1].rstrip() + "…"
    return f"“{cut}”" if cut else None


def _can_print(text: str) -> bool:
    return all(can_draw(c) for c in text)
