"""One realistic example of every figure; used by the tests of figures."""

from decimal import Decimal

import numpy as np
import pandas as pd

from rapport.present.figures import (
    bridge,
    bullets,
    calendar,
    cohorts,
    completeness,
    dots,
    drivers,
    effects,
    flow,
    grids,
    hits,
    monthly,
    rules,
    satisfaction,
    sizes,
    survival,
    transitions,
)
from rapport.present.figures import stages as stages_figure
from rapport.present.values import Value


def money(name, amount):
    return Value(name, Decimal(amount), "money", "GBP")


def change_parts(amounts=("74312.12", "127901.55", "-32311.10", "168704.99")):
    names = ["customers", "frequency", "aov", "unidentified"]
    parts = pd.DataFrame({"part": names, "amount": [Decimal(amount) for amount in amounts]})
    before = ("2010-10", money("summary.revenue.previous", "1084100.10"))
    after = ("2010-11", money("summary.revenue", "1422707.66"))
    return bridge.change_parts(
        parts, id="summary.parts", currency="GBP", before=before, after=after
    )


def survival_curves(halves=(105, 80, 55, 22)):
    rows, watched = [], {}
    times = np.arange(181)
    for number, half in enumerate(halves, start=1):
        left = 0.5 ** (times / half)
        low, high = np.clip(left - 0.02, 0, 1), np.clip(left + 0.02, 0, 1)
        rows.append(
            pd.DataFrame(
                {
                    "group": str(number),
                    "time": times,
                    "survival": left,
                    "low": low,
                    "high": high,
                }
            )
        )
        watched[str(number)] = [int(1500 * 0.5 ** (tick / half)) for tick in range(0, 151, 30)]
    at_risk = pd.DataFrame.from_dict(watched, orient="index", columns=list(range(0, 151, 30)))
    return survival.survival_curves(
        pd.concat(rows), at_risk, id="churn.survival", labels="order_rank"
    )


def rate_by_month(rates=(0.070, 0.050, 0.065, 0.079, 0.064, 0.053), **columns):
    rate = pd.Series(rates, dtype=float)
    frame = pd.DataFrame({"rate": rate, "low": rate - 0.008, "high": rate + 0.01})
    periods = pd.period_range(end="2010-11", periods=len(frame), freq="M")
    return monthly.rate_by_month(
        frame.assign(period=periods.astype(str), n_at_start=3209, **columns), id="churn.rate"
    )


def rfm_grid():
    rng = np.random.default_rng(0)
    recency = rng.integers(1, 6, 4000)
    frequency = np.clip(np.round(recency * 0.6 + rng.normal(1.2, 1.1, 4000)), 1, 5).astype(int)
    scores = pd.DataFrame({"r_score": recency, "f_score": frequency})
    return grids.rfm_grid(scores, id="segmentation.rfm", min_count=10)


def completeness_heat():
    filled = {
        "orders": {"customer_id": 0.7962, "order_id": 1.0, "channel": 0.0, "discount": 0.35},
        "order_lines": {"product_id": 0.9983, "quantity": 1.0, "discount": 0.12},
        "customers": {"country": 0.999, "age_band": 0.42, "a_wishes": 0.005},
        "products": {"category_1": 0.88, "list_price": 0.61},
    }
    rows = [(table, name, share, 1000) for table in filled for name, share in filled[table].items()]
    frame = pd.DataFrame(rows, columns=["table", "column", "share", "n_rows"])
    return completeness.completeness_heat(frame, id="ingestion.completeness")


SEGMENTS = ["high_value", "must_keep", "new", "potential", "general", "at_risk", "dormant"]
COUNTS = [848, 408, 282, 994, 412, 566, 738]


def segment_bars(shares=(0.627, 0.12, 0.02, 0.145, 0.018, 0.045, 0.025)):
    table = pd.DataFrame({"n_customers": COUNTS, "share_spend": shares}, index=SEGMENTS)
    table["share_customers"] = table["n_customers"] / table["n_customers"].sum()
    return dots.segment_bars(table, id="segmentation.shares")


def sizes_over_time():
    table = pd.DataFrame({"n_earlier": COUNTS[::-1], "n_later": COUNTS}, index=SEGMENTS)
    table["share_earlier"] = table["n_earlier"] / table["n_earlier"].sum()
    table["share_later"] = table["n_later"] / table["n_later"].sum()
    return dots.sizes_over_time(table, id="segmentation.sizes", earlier="2009-12", later="2010-11")


def size_panels(hidden=("dormant",)):
    rows = []
    for place in range(13):
        period = f"{2025 + (place + 5) // 12}-{(place + 5) % 12 + 1:02}"
        for at, name in enumerate(SEGMENTS):
            share = 0.05 + 0.03 * at + 0.004 * place * (-1) ** at
            is_hidden = name in hidden and place in (0, 4)
            told = (None, None, None) if is_hidden else (share, share - 0.02, share + 0.02)
            rows.append((period, name, 900 + place, *told))
    columns = ["period", "segment", "n_all", "share", "low", "high"]
    return sizes.size_panels(
        pd.DataFrame(rows, columns=columns), id="segmentation.months", lead="high_value",
        mark="2025-12",
    )  # fmt: skip


def cluster_profile():
    measures = ["rfm_days_since", "rfm_order_days", "rfm_gross", "tenure_days"]
    places = {"1": (12, 92, 94, 80), "2": (40, 61, 58, 55), "3": (76, 22, 24, 40)}
    rows = [
        (cluster, measure, place, 700)
        for cluster in places
        for measure, place in zip(measures, places[cluster], strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["cluster", "measure", "percentile", "n"])
    return dots.cluster_profile(frame, id="segmentation.clusters")


def hazard_forest():
    terms = pd.DataFrame(
        {
            "term": ["n_orders", "tenure_days", "country"],
            "hazard_ratio": [0.204, 1.75, 1.03],
            "low": [0.17, 1.55, 0.93],
            "high": [0.25, 1.98, 1.14],
        }
    )
    return effects.hazard_forest(terms, id="churn.hazard", labels="measure_name")


def importance_bars():
    importance = pd.DataFrame(
        {
            "feature": ["n_orders", "tenure_days", "country"],
            "importance": [0.0092, 0.0812, -0.0004],
            "low": [0.0072, 0.0752, -0.0014],
            "high": [0.0112, 0.0872, 0.0006],
        }
    )
    return effects.importance_bars(importance, id="churn.importance")


def reliability():
    predicted = np.linspace(0.08, 0.83, 10)
    frame = pd.DataFrame({"predicted": predicted, "observed": predicted - 0.01, "n": 320})
    frame = frame.assign(low=frame["observed"] - 0.05, high=frame["observed"] + 0.05)
    return effects.reliability(frame, id="churn.reliability")


def row_flow():
    steps = ["read", "bad_debt", "no_price", "fee_codes", "kept"]
    frame = pd.DataFrame({"step": steps, "n_rows": [525461, 3, 3687, 2500, 519271]})
    return flow.row_flow(frame, id="ingestion.flow")


def coverage_calendar(sources=("invoices",), last="2010-12-09"):
    days = pd.date_range("2009-12-01", last)
    n_rows = np.where(days.weekday == 5, 0, 1800 + np.arange(len(days)))
    frames = [pd.DataFrame({"source": source, "on": days, "n_rows": n_rows}) for source in sources]
    return calendar.coverage_calendar(pd.concat(frames), id="ingestion.calendar")


def target_bars():
    rows = [
        ("net", "GBP", 17900.0, 18000.0, "at_least", 0.994, 0.775, "missed"),
        ("churn", "share", 0.09, 0.08, "at_most", 1.125, 1.09, "unclear"),
        ("active", "customers", 220.0, 200.0, "at_least", 1.1, 0.93, "met"),
    ]
    columns = ["figure", "unit", "value", "target", "side", "reached", "before", "verdict"]
    return bullets.target_bars(pd.DataFrame(rows, columns=columns), id="summary.targets")


def stage_bars():
    stages = ["prospect", "new", "growing", "loyal", "at_risk", "churned"]
    months = pd.period_range(end="2010-11", periods=13, freq="M").astype(str)
    rows = [
        (month, stage, 40 * (place + 1)) for month in months for place, stage in enumerate(stages)
    ]
    sizes = pd.DataFrame(rows, columns=["period", "stage", "n_customers"])
    return stages_figure.stage_bars(sizes.assign(share=sizes["n_customers"] / 840), id="l.stages")


def transition_heat():
    rows = [
        ("new", "growing", 1492, 1437), ("new", "at_risk", 1492, 28),
        ("loyal", "loyal", 4168, 3625), ("loyal", "at_risk", 4168, 543),
        ("at_risk", "at_risk", 7174, 6084), ("at_risk", "churned", 7174, 1090),
    ]  # fmt: skip
    cells = pd.DataFrame(rows, columns=["stage", "stage_after", "n", "n_moves"])
    columns = ["growing", "loyal", "at_risk", "churned"]
    shares = cells.assign(share=cells["n_moves"] / cells["n"])
    return transitions.transition_heat(shares, id="l.moves", columns=columns)


def cohort_triangle():
    months = pd.period_range(end="2010-11", periods=13, freq="M").astype(str)
    rows = [
        (month, since, 955 - 40 * place, 0.43 - 0.01 * since, place + since < 12)
        for place, month in enumerate(months) for since in range(1, 13 - place)
    ]  # fmt: skip
    names = ["cohort", "months_since", "size", "share", "is_whole"]
    return cohorts.cohort_triangle(pd.DataFrame(rows, columns=names), id="l.cohorts")


def category_grid():
    names = ["Bathroom and laundry", "Bedroom", "Garden", "Kitchen", "Lighting", "Stationery"]
    pairs = [(a, b) for place, a in enumerate(names) for b in names[place + 1 :]]
    frame = pd.DataFrame(pairs, columns=["category_a", "category_b"])
    index = [*np.linspace(60, 240, len(pairs) - 1), None]
    return rules.category_grid(frame.assign(n_ab=range(40, 40 + len(pairs)), index=index), id="r.g")


def hit_rates():
    rows = [
        ("rules", 0.269, 0.258, 0.281, 1543, True),
        ("popular", 0.254, 0.243, 0.265, 1543, False),
    ]
    columns = ["method", "share", "low", "high", "n", "is_used"]
    return hits.hit_rates(pd.DataFrame(rows, columns=columns), id="r.hits", unit="baskets")


def score_by_wave(n=13):
    months = [f"2025-{month:02}" for month in range(6, 13)]
    months += [f"2026-{month:02}" for month in range(1, 7)]
    score = np.array([30, 24, 42, 41, 30, 16, 41, 33, 51, 53, 16, 36, 5.0])
    rows = pd.DataFrame({
        "wave": months, "nps": score, "low": score - 26, "high": score + 22,
        "n_nps": range(30, 43), "is_enough": [False] + [True] * 12,
    })  # fmt: skip
    return satisfaction.score_by_wave(rows.tail(n), id="satisfaction.waves", by="period")


def answer_classes():
    rows = pd.DataFrame({
        "wave": ["2026-04", "2026-05", "2026-06"], "detractor": [0.27, 0.17, 0.36],
        "passive": [0.31, 0.31, 0.24], "promoter": [0.42, 0.52, 0.4],
    })  # fmt: skip
    return satisfaction.answer_classes(rows, id="satisfaction.classes", by="period")


def importance_performance():
    rows = pd.DataFrame({
        "attribute": ["Delivery", "Quality", "Service", "Website", "Packaging", "Price"],
        "share": [0.594, 0.171, 0.138, 0.048, 0.026, 0.023],
        "performance": [0.576, 0.602, 0.602, 0.578, 0.596, 0.608],
        "is_driver": [True, True, True, False, False, False],
        "field": ["fix_first", "keep", "leave", "watch", "leave", "leave"],
    })  # fmt: skip
    return drivers.importance_performance(rows, id="satisfaction.fields")


SAMPLES = (
    change_parts, survival_curves, rate_by_month, rfm_grid, completeness_heat, segment_bars,
    sizes_over_time, size_panels, cluster_profile, hazard_forest, importance_bars, reliability,
    row_flow, coverage_calendar, target_bars, stage_bars, transition_heat, cohort_triangle,
    category_grid, hit_rates, score_by_wave, answer_classes, importance_performance,
)  # fmt: skip
