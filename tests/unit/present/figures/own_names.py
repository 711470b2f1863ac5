"""Every figure that prints words of a customer's data, made of the names given."""

from decimal import Decimal

import numpy as np
import pandas as pd

from rapport.present.figures import (
    affinity,
    calendar,
    campaigns,
    completeness,
    dots,
    drivers,
    effects,
    feedback,
    flow,
    funnel,
    groups,
    pairs,
    radar,
    ranked,
    rules,
    satisfaction,
    survival,
    tiles,
)
from rapport.present.values import text_value


def segment_bars(names, low=0.05):
    frame = pd.DataFrame({"n_customers": 40, "share_customers": low}, index=names)
    return dots.segment_bars(frame.assign(share_spend=0.4), id="a.b", labels="text")


def sizes_over_time(names, low=0.05):
    frame = pd.DataFrame({"n_earlier": 40, "n_later": 50, "share_earlier": low}, index=names)
    frame = frame.assign(share_later=0.4)
    return dots.sizes_over_time(frame, id="a.b", earlier="2025-12", later="2026-06", labels="text")


def cluster_profile(names, low=5.0):
    rows = [(name, measure, low, 40) for name in names for measure in MEASURES[:3]]
    frame = pd.DataFrame(rows, columns=["cluster", "measure", "percentile", "n"])
    return dots.cluster_profile(frame, id="a.b", labels="text")


MEASURES = ["rfm_days_since", "rfm_order_days", "rfm_spend", "tenure_days", "n_orders"]


def radar_of(names, low=5.0):
    rows = [(name, measure, low, 40) for name in names[:3] for measure in MEASURES]
    frame = pd.DataFrame(rows, columns=["group", "measure", "percentile", "n"])
    return radar.radar(frame, id="a.b")


def hazard_forest(names, low=0.7):
    frame = pd.DataFrame({"term": names, "hazard_ratio": 1.2, "low": low, "high": 2.0})
    return effects.hazard_forest(frame, id="a.b")


def importance_bars(names, low=0.01):
    frame = pd.DataFrame({"feature": names, "importance": 0.1, "low": low, "high": 0.2})
    return effects.importance_bars(frame, id="a.b", labels="text")


def row_flow(names, low=3):
    left = low * len(names)
    steps = ["read", *names, "kept"]
    frame = pd.DataFrame({"step": steps, "n_rows": [9000, *[low] * len(names), 9000 - left]})
    return flow.row_flow(frame, id="a.b", labels="rule")


def coverage_calendar(names, low=2):
    days = pd.date_range("2026-01-01", periods=60)
    frame = pd.concat([pd.DataFrame({"source": name, "on": days}) for name in names])
    return calendar.coverage_calendar(frame.assign(n_rows=low), id="a.b")


def completeness_heat(names, low=0.2):
    frame = pd.DataFrame({"table": "orders", "column": names, "share": low, "n_rows": 90})
    return completeness.completeness_heat(frame, id="a.b")


def affinity_grid(names, low=80.0):
    cells = [(name, other) for name in names[:40] for other in names[:40]]
    frame = pd.DataFrame(cells, columns=["name", "category"])
    frame = frame.assign(index=low, n_customers_group=40, is_clear=True)
    return affinity.affinity_grid(frame, id="a.b", labels="text")


def category_grid(names, low=80.0):
    names = [*names, "other"]
    cells = [(a, b) for at, a in enumerate(names[:40]) for b in names[at + 1 : 40]]
    frame = pd.DataFrame(cells, columns=["category_a", "category_b"]).assign(n_ab=20, index=low)
    return rules.category_grid(frame, id="a.b")


def pair_dots(names, low=4.0):
    frame = pd.DataFrame({"name_a": names, "name_b": names[::-1], "n_ab": 20, "n_expected": low})
    return pairs.pair_dots(frame, id="a.b")


def ranked_bars(names, low=3.0):
    frame = pd.DataFrame({"name": names, "n_customers": 30, "net": Decimal(str(low)), "share": 0.1})
    return ranked.ranked_bars(
        frame, id="a.b", currency="CNY", named=lambda name: text_value("category", name)
    )


def place_bars(names, low=3.0):
    frame = pd.DataFrame(
        {"place": names, "n_customers": 30, "net": Decimal(str(low)), "share": 0.1}
    )
    return tiles.place_bars(frame, id="a.b", currency="CNY")


def group_dots(names, low=0.1):
    frame = pd.DataFrame({"name": names, "value": low, "low": low, "high": 0.5, "n": 30})
    told = pd.concat([frame.assign(attribute="a"), frame.assign(attribute="b")], ignore_index=True)
    heads = {"a": (text_value("a", names[0]), "text"), "b": (text_value("b", "B"), "text")}
    return groups.group_dots(told, id="a.b", heads=heads, measured=groups.Measured("share", 0.2))


def importance_performance(names, low=0.5):
    frame = pd.DataFrame({"attribute": names, "share": 0.1, "performance": low,
                          "is_driver": True, "field": "keep"})  # fmt: skip
    return drivers.importance_performance(frame, id="a.b")


def topic_dots(names, low=0.1):
    frame = pd.DataFrame({"topic": names, "n_customers": 40, "negative": 0.3, "low": low,
                          "high": 0.5})  # fmt: skip
    return feedback.topic_dots(frame, id="a.b", lead=names[0])


def effect_forest(names, low=-0.1):
    frame = pd.DataFrame({"campaign": names, "difference": 0.1, "difference_low": low,
                          "difference_high": 0.2, "is_found": True})  # fmt: skip
    return campaigns.effect_forest(frame, id="a.b")


def placebo_pairs(names, low=-1.0):
    frame = pd.DataFrame({"campaign": names, "outcome": "unclear"})
    for name in ("estimate", "placebo"):
        frame = frame.assign(**{name: 1.0, f"{name}_low": low, f"{name}_high": 2.0})
    return campaigns.placebo_pairs(frame, id="a.b", currency="GBP")


def funnel_bars(names, low=20):
    names = names[:8]  # more steps no unit's file may name
    frame = pd.DataFrame({"name": names, "n_customers": low, "n_customers_any": 30,
                          "share_step": 0.5})  # fmt: skip
    return funnel.funnel_bars(frame, id="a.b")


def survival_curves(names, low=0.4):
    rows = [(name, time, 1 - time / 100) for name in names for time in (0, 30, 60)]
    frame = pd.DataFrame(rows, columns=["group", "time", "survival"]).assign(low=low, high=1.0)
    at_risk = pd.DataFrame([[90, 50, 20]] * len(names), index=names, columns=[0, 30, 60])
    return survival.survival_curves(frame, at_risk, id="a.b", labels="text")


def score_by_wave(names, low=10.0):
    frame = pd.DataFrame({"wave": names, "nps": 20.0, "low": low, "high": 40.0, "n_nps": 50,
                          "is_enough": True})  # fmt: skip
    return satisfaction.score_by_wave(frame, id="a.b", by="wave")


def answer_classes(names, low=0.3):
    frame = pd.DataFrame({"wave": names, "detractor": low, "passive": 0.3})
    frame = frame.assign(promoter=1 - frame["detractor"] - 0.3, n_nps=40)
    return satisfaction.answer_classes(frame, id="a.b", by="wave")


OWN = (
    segment_bars, sizes_over_time, cluster_profile, radar_of, hazard_forest, importance_bars,
    row_flow, coverage_calendar, completeness_heat, affinity_grid, category_grid, pair_dots,
    ranked_bars, place_bars, group_dots, importance_performance, topic_dots, effect_forest,
    placebo_pairs, funnel_bars, survival_curves, score_by_wave, answer_classes,
)  # fmt: skip
MISSING = np.nan
# A measure that may be hidden or unknown: a figure leaves a gap.
GAPS = (
    segment_bars, sizes_over_time, affinity_grid, category_grid, group_dots, topic_dots,
)  # fmt: skip
