"""What page one of a unit without sales draws instead, and the numbers that these pictures tell.

Steps of a funnel, curves of plans, or pairs of products, each as its own chapter has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from rapport.analysis.churn_study import (
    Returns,
    list_at_risk,
    list_points,
    measure_returns,
    study_returns,
    summarise_returns,
)
from rapport.analysis.key_figures import KeyFigure
from rapport.analysis.measured import Measured


def take_steps(steps: pd.DataFrame | None, figures: Sequence[KeyFigure]) -> pd.DataFrame | None:
    """Give the funnel's steps for page one, as the chapter on profiling has them; None without."""
    return steps if any(figure.name == "funnel_share" for figure in figures) else None


def draw_plans(plans: Returns | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the points of the curves of plans and how many are still watched; empty without."""
    if plans is None:
        return pd.DataFrame(), pd.DataFrame()
    return list_points(plans), list_at_risk(plans)


def list_plans(
    durations: pd.DataFrame | None,
    figures: Sequence[KeyFigure],
    *,
    pairs: pd.DataFrame | None = None,
    confidence: float,
) -> Returns | None:
    """Give the curves of plans, as the chapter on churn draws them; None if page one has none."""
    if durations is None or not any(figure.name == "stay_year" for figure in figures):
        return None
    return study_returns(pd.DataFrame(), durations, pairs=pairs, confidence=confidence)


def measure_plans(plans: Returns | None) -> list[Measured]:
    """Name the share of the first and the last plan that still ran; nothing without plans."""
    if plans is None:
        return []
    return measure_returns(summarise_returns(plans), plans)


def measure_pair(rules: pd.DataFrame | None, figures: Sequence[KeyFigure]) -> list[Measured]:
    """Name the first rule: its products, the baskets that hold both, and how many chance gives."""
    if rules is None or rules.empty or not any(figure.name == "rules" for figure in figures):
        return []
    row: Any = rules.iloc[0]
    ends = (float(row["low"]), float(row["high"]))
    return [
        Measured("first.a", str(row["name_a"]), "label", "text"),
        Measured("first.b", str(row["name_b"]), "label", "text"),
        Measured("first.both", int(row["n_ab"]), "count", "baskets"),
        Measured("first.expected", float(row["n_expected"]), "estimator", "points"),
        Measured("first.confidence", int(row["n_ab"]) / int(row["n_a"]), "ratio", "share",
                 n=int(row["n_a"]), interval=ends),
    ]  # fmt: skip
