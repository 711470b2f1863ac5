"""Page one's figure where a unit delivers no sales: plans, products, a funnel, people."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rapport.present.figures.funnel import funnel_bars, step_value
from rapport.present.figures.groups import Measured, group_dots
from rapport.present.figures.pairs import pair_dots
from rapport.present.figures.spec import FigureSpec
from rapport.present.figures.survival import survival_curves
from rapport.present.sentences import Sentence
from rapport.present.values import Value, has_numbers, label_value

Values = Mapping[str, Value]


def plan_figure(points: pd.DataFrame, at_risk: pd.DataFrame, values: Values) -> FigureSpec | None:
    """Give the curves of plans; None without any.

    Parameters
    ----------
    points : `group`, `time`, `survival`, `low`, `high`
    at_risk : those still watched, one row per group, one column per tick of the axis
    """
    if points.empty or at_risk.empty:
        return None
    spec = survival_curves(points, at_risk, id="summary.plans", labels="text", unit="months")
    told = "told" if has_numbers(values, "stay_first", "stay_last") else "plain"
    return spec.entitled(
        Sentence("summary.plans_title", dict(values), case=told),
        subtitle=Sentence("summary.plans_subtitle", dict(values)),
    )


def pair_figure(rules: pd.DataFrame | None, values: Values) -> FigureSpec | None:
    """Give the first pairs of products; None without a rule.

    Parameters
    ----------
    rules : `name_a`, `name_b`, `n_ab`, `n_expected`, most baskets beyond expectation first
    """
    if rules is None or rules.empty or "first_a" not in values:
        return None
    # A pair has a rule each way; it is drawn once.
    pairs = zip(rules["name_a"], rules["name_b"], strict=True)
    both = pd.Series([frozenset(pair) for pair in pairs], index=rules.index)
    spec = pair_dots(rules[~both.duplicated()], id="summary.goods")
    return spec.entitled(
        Sentence("summary.goods_title", dict(values)),
        subtitle=Sentence("summary.goods_subtitle", dict(values)),
    )


def funnel_figure(steps: pd.DataFrame | None, values: Values) -> FigureSpec | None:
    """Give the bars of the funnel; None without one.

    Parameters
    ----------
    steps : `name`, `n_customers`, `n_customers_any`, `share_step`, the first step first
    """
    if steps is None or "funnel_entered" not in values:
        return None
    return funnel_bars(steps, id="summary.funnel").entitled(
        Sentence("summary.funnel_title", dict(values)),
        subtitle=Sentence("summary.funnel_subtitle", dict(values)),
    )


def funnel_words(steps: pd.DataFrame | None) -> dict[str, Value]:
    """Name the two steps between which least go on; nothing without a funnel."""
    if steps is None or len(steps) < 2:
        return {}
    place = int(steps["share_step"].iloc[1:].to_numpy().argmin())
    names = steps["name"].tolist()
    return {"funnel_from": step_value(names[place]), "funnel_to": step_value(names[place + 1])}


def people_figure(people: pd.DataFrame, values: Values) -> FigureSpec | None:
    """Give the shares of customers by what is known of them; None without any.

    Parameters
    ----------
    people : as `page_people.list_people` gives them
    """
    if people.empty or "people_one" not in values:
        return None
    names = people["attribute"].unique()
    heads = {str(name): (label_value("term", str(name)), "level") for name in names}
    spec = group_dots(people, id="summary.people", heads=heads, measured=Measured("share"))
    return spec.entitled(
        Sentence("summary.people_title", dict(values)),
        subtitle=Sentence("summary.people_subtitle", dict(values)),
    )
