"""The recommendation chapter's figures and tables."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rapport.present.figures.hits import hit_rates
from rapport.present.figures.pairs import pair_dots
from rapport.present.figures.rules import category_grid
from rapport.present.figures.spec import FigureSpec
from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec, interval_head
from rapport.present.values import Value, text_value

Values = Mapping[str, Value]
GAPS = ("none", "no_level", "sample", "few", "level")


def role_of(outcome: str) -> str:
    """Say what the sentence of an outcome is: a paragraph, or the grey line of a gap."""
    return "gap" if outcome in GAPS else "paragraph"


def rule_table(rules: pd.DataFrame | None, values: Values) -> TableSpec | None:
    """Give the first rules; None without one.

    Parameters
    ----------
    rules : `name_a`, `name_b`, `n_ab`, `confidence`, `low`, `high`, `support`, `lift_adjusted`,
        in the order to be shown
    """
    if rules is None or rules.empty:
        return None
    confidence = float(str(values["confidence"].value))
    columns = (
        Column("name_a", "recommendation.head.a", "label", "text"),
        Column("name_b", "recommendation.head.b", "label", "text"),
        Column("n_ab", "recommendation.head.both", "count", "baskets"),
        Column("n_expected", "recommendation.head.expected", "estimator", "points"),
        Column("share", "recommendation.head.confidence", "ratio", "share"),
        Column("interval", interval_head(confidence), "ratio", "share", style="limits",
               limits=("low", "high")),
        Column("support", "recommendation.head.support", "ratio", "share"),
        Column("lift_adjusted", "recommendation.head.lift", "ratio", "multiple"),
    )  # fmt: skip
    shown = rules.assign(share=rules["confidence"], interval=rules["confidence"])
    return TableSpec(
        id="recommendation.rules",
        columns=columns,
        frame=shown.reset_index(drop=True),
        title=Sentence("recommendation.rules_title", dict(values)),
        note=Sentence("recommendation.rules_note", dict(values)),
        strong=frozenset({0}),
    )


def pair_figure(rules: pd.DataFrame | None, values: Values) -> FigureSpec | None:
    """Give the first rules as baskets expected and found; None without one."""
    if rules is None or rules.empty:
        return None
    # A pair has a rule each way; it is drawn once.
    both = pd.Series([frozenset(pair) for pair in zip(rules["name_a"], rules["name_b"],
                                                      strict=True)], index=rules.index)  # fmt: skip
    spec = pair_dots(rules[~both.duplicated()], id="recommendation.pairs")
    return spec.entitled(
        Sentence("recommendation.pairs_title", dict(values)),
        subtitle=Sentence("recommendation.pairs_subtitle", dict(values)),
    )


def category_figure(pairs: pd.DataFrame | None, values: Values) -> FigureSpec | None:
    """Give the heat map of pairs of categories; None where there are too few."""
    if pairs is None:
        return None
    spec = category_grid(pairs, id="recommendation.categories")
    known = spec.data[spec.data["index"].notna()]
    if known.empty:
        return spec.entitled(subtitle=Sentence("recommendation.grid_subtitle_n", dict(values)))
    top = known.sort_values("index", ascending=False, kind="stable").iloc[0]
    most = {f"most_{side}": text_value(f"category.{side}", str(top[f"category_{side}"]))
            for side in "ab"}  # fmt: skip
    index = Value("recommendation.categories.most", float(top["index"]), "ratio", "index")
    return spec.entitled(
        Sentence("recommendation.grid_title_of", {**values, **most, "most": index}),
        subtitle=Sentence("recommendation.grid_subtitle_n", dict(values)),
    )


def hit_figure(rows: pd.DataFrame | None, values: Values, *, outcome: str) -> FigureSpec | None:
    """Give the hit rates; None where nothing was tested.

    Parameters
    ----------
    rows : `method`, `share`, `low`, `high`, `n`
    outcome : better, popular, better_baskets or popular_baskets
    """
    if rows is None:
        return None
    used = "rules" if outcome.startswith("better") else "popular"
    unit = "baskets" if outcome.endswith("baskets") else "customers"
    shown = rows.assign(is_used=rows["method"] == used)
    spec = hit_rates(shown, id="recommendation.hits", unit=unit)
    return spec.entitled(
        Sentence("recommendation.hits_title_of", dict(values), case=used),
        subtitle=Sentence("recommendation.hits_subtitle_of", dict(values), case=unit),
    )
