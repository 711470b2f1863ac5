"""The profile's figures and tables: drawn in both languages, and silent where there is nothing."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.change import Change
from rapport.analysis.key_figures import Comparison, KeyFigure
from rapport.analysis.measured import Measured
from rapport.analysis.profiling_groups import list_groups
from rapport.present.chapters.profiling import (
    concentration_figure,
    figure_strip,
    forecast_figure,
    moved_items,
    name_words,
    trend_figure,
    window_table,
)
from rapport.present.chapters.profiling_groups import (
    affinity_figure,
    affinity_words,
    discount_table,
    funnel_figure,
    funnel_words,
    group_table,
    mix_table,
    name_lead,
    role_of,
)
from rapport.present.draw import draw, texts_of
from rapport.present.labels import LANGUAGES
from rapport.present.pieces import describe_figure, describe_table
from rapport.present.tables import render_heads, render_table
from rapport.present.values import Value, date_value, parameter_value, period_value

NBSP = "\u00a0"
MONTHS = [f"2025-{month:02}" for month in range(6, 13)] + [f"2026-{m:02}" for m in range(1, 7)]


@pytest.fixture
def values():
    def count(name, value, unit="customers"):
        return Value(f"profiling.{name}", value, "count", unit)

    def share(name, value):
        return Value(f"profiling.{name}", value, "ratio", "share", n=100, interval=(0.1, 0.9))

    def money(name, value):
        return Value(f"profiling.{name}", value, "money", "GBP")

    forecast = Value("profiling.forecast.value", 17.4e3, "iterative", "GBP",
                     interval=(11e3, 24e3))  # fmt: skip
    return {
        "period": period_value("2026-06"), "as_of": date_value("as_of", dt.date(2026, 6, 30)),
        "confidence": parameter_value("confidence", 0.95, "share"),
        "rfm_days": parameter_value("rfm_days", 365, "days"),
        "funnel_days": parameter_value("funnel_days", 30, "days"),
        "min_count": parameter_value("min_count", 10, "customers"),
        "trend_higher": count("trend.higher", 9, "months"),
        "trend_months": count("trend.months", 12, "months"),
        "forecast_months": count("forecast.months", 36, "months"), "forecast_value": forecast,
        "forecast_period": period_value("2026-07"), "top_share": share("top_share", 0.62),
        "concentration_n": count("concentration.n", 1440),
        "funnel_share": share("funnel.share", 0.4), "funnel_entered": count("entered", 200),
        "active": count("active", 220), "active_change": Value("c", 0.176, "ratio", "change"),
        "aov": money("aov", 43.64), "aov_change": Value("d", 0.1, "ratio", "change"),
        "aov_previous": money("aov.previous", 39.43),
        "repurchase": share("repurchase", 0.767),
        "repurchase_change": Value("e", -0.221, "ratio", "pp"),
    }  # fmt: skip


def figure(name, case, *, n=13):
    change = Change(1, 0.1, None, None, case)
    comparison = Comparison(Measured(name, 1, "count", "customers"), change)
    now = Measured(name, 220, "count", "customers")
    return KeyFigure(
        name, now, {"previous": comparison}, tuple(float(k) for k in range(200, 200 + n))
    )


def windows_of(*, is_whole=True, active=220):
    names = ["current", "previous", *(f"history-{code}" for code in MONTHS)]
    return pd.DataFrame({
        "period": ["2026-06", "2026-05", *MONTHS], "position": range(len(names)),
        "is_whole": is_whole, "n_active": active,
    }, index=names)  # fmt: skip


def assert_drawn(spec):
    for language in LANGUAGES:
        for shape in ("wide", "narrow"):
            assert texts_of(draw(spec, language, shape))
    describe_figure(spec)


def test_the_strip_gives_clear_changes_and_says_where_none_is_clear(values):
    figures = [figure("active", "up"), figure("aov", "unclear"), figure("repurchase", "down")]

    spec = figure_strip(figures, values, windows_of(), min_count=10)

    assert_drawn(spec)
    texts = texts_of(draw(spec, "en", "wide"))
    assert "+17.6%" in texts
    assert "unclear" in texts
    assert f"−22.1{NBSP}pp" in texts
    assert "May 2026" in texts


def test_too_few_customers_have_no_strip_and_small_counts_of_the_past_are_not_drawn(values):
    small = KeyFigure("active", figure("active", "up").now, {}, (5.0, *[40.0] * 12))

    assert figure_strip([small], values, windows_of(active=9), min_count=10) is None
    assert figure_strip([], values, windows_of(), min_count=10) is None
    spec = figure_strip([small], values, windows_of(), min_count=10)
    assert spec.data["value"].isna().tolist() == [True] + [False] * 12


MEASURES = pd.DataFrame({
    "name": ["active", "aov", "return_rate"], "unit": ["customers", "GBP", "share"],
    "current": [220.0, 43.64, 0.051], "low": [None, 39.29, None], "high": [None, 49.61, None],
    "previous": [187.0, 39.43, 0.093], "change": [0.176, None, -0.042],
    "change_unit": ["change", "change", "pp"],
})  # fmt: skip


def test_measures_of_several_units_stand_in_one_table(values):
    spec = window_table(MEASURES, values, is_whole=True)

    rows = render_table(spec, "en")
    assert rows[0] == ["Active customers", "220", "", "187", "+17.6%"]
    assert rows[1] == ["Average order", "£43.64", "£39.29 to £49.61", "£39.43", "unclear"]
    assert rows[2][-1] == f"−4.2{NBSP}pp"
    unknown = window_table(MEASURES.assign(previous=None, change=None), values, is_whole=True)
    assert [row[-1] for row in render_table(unknown, "en")] == ["n/a"] * 3
    assert render_table(spec, "zh")[0][0] == "活跃客户"
    assert len(render_heads(spec, "zh")) == 5
    describe_table(spec)


def test_without_a_measure_there_is_no_table(values):
    assert window_table(MEASURES.iloc[:0], values, is_whole=True) is None


def months_of(net, *, before=None, whole=True):
    return pd.DataFrame({"period": MONTHS[: len(net)], "net": [Decimal(str(x)) for x in net],
                         "net_before": before or [None] * len(net), "is_whole": whole})  # fmt: skip


@pytest.mark.parametrize(
    "months",
    [months_of(range(100, 113), before=[Decimal(90)] * 13), months_of([1, 2]),
     months_of([10**12, -5, 0]), months_of([5, 6, 7], whole=[True, True, False]),
     months_of([0, 0], before=[None, Decimal(4)])],
)  # fmt: skip
def test_months_are_drawn_whatever_they_are(months, values):
    assert_drawn(trend_figure(months, values, case="compared", currency="GBP"))


def test_a_month_that_is_not_whole_is_dashed(values):
    whole = trend_figure(months_of([5, 6, 7]), values, case="alone", currency="GBP")
    part = trend_figure(
        months_of([5, 6, 7], whole=[True, True, False]), values, case="alone", currency="GBP"
    )

    assert "stroke-dasharray" not in draw(whole, "en", "wide")
    assert "stroke-dasharray" in draw(part, "en", "wide")


def test_fewer_than_two_months_are_no_trend(values):
    assert trend_figure(months_of([5]), values, case="none", currency="GBP") is None


def test_the_forecast_is_dashed_and_named_with_its_first_month(values):
    ahead = pd.DataFrame({"period": ["2026-07", "2026-08"], "value": [17400.0, 16000.0],
                          "low": [11000.0, 9000.0], "high": [24000.0, 23000.0]})  # fmt: skip

    spec = forecast_figure(months_of(range(100, 113)), ahead, values, currency="GBP")

    assert_drawn(spec)
    assert "£17.4k" in texts_of(draw(spec, "en", "wide"))
    assert forecast_figure(months_of([1]), ahead.iloc[:0], values, currency="GBP") is None


@pytest.mark.parametrize("power", [1.0, 0.2, 0.02])
def test_the_lorenz_curve_is_drawn_and_its_fifth_named(power, values):
    x = np.linspace(0, 1, 101)
    points = pd.DataFrame({"share_customers": x, "share_spend": x**power})

    spec = concentration_figure(points, values)

    assert_drawn(spec)
    assert "62.0%" in texts_of(draw(spec, "en", "narrow"))
    assert concentration_figure(points.iloc[:0], values) is None


def test_words_name_the_days_that_the_chapter_speaks_of():
    limits = {"rfm_days": 365, "funnel_days": 30, "min_count": 10, "confidence": 0.95}
    snapshot = pd.DataFrame({"data_from": [pd.NaT]})

    words = name_words(windows_of(), snapshot, None, limits=limits)

    assert words["previous"].value == "2026-05"
    assert words["data_from"].value is None
    assert words["rfm_days"].id == "parameter.rfm_days"


def test_what_moved_is_listed_with_what_it_was(values):
    listed = moved_items(["aov"], values)

    assert listed.items[0].text("en") == "Average order £43.64 (before: £39.43)"
    assert listed.items[0].text("zh").startswith("客单价")


SOLD = pd.DataFrame({
    "window": "current", "name": ["web", "other", "<b>", None], "n_customers": [40, 30, 20, 0],
    "gross": [Decimal(n) for n in (90, 80, 70, 20)], "returns": Decimal(0),
    "net": [Decimal(n) for n in (90, 80, 70, 20)],
})  # fmt: skip


def test_groups_are_named_by_our_words_or_by_the_units_own(values):
    rows = list_groups(SOLD, active=60, min_count=10)

    spec = group_table(rows, values, dimension="channel", currency="GBP")

    assert [row[0] for row in render_table(spec, "en")] == [
        "Web", "Other", "<b>", "Unknown", "All net sales",
    ]  # fmt: skip
    assert [row[0] for row in render_table(spec, "zh")][:2] == ["官网", "其他"]
    assert name_lead(rows, "channel")["channel_name"].value == "web"
    describe_table(spec)


def test_a_category_of_the_unit_is_never_one_of_our_words(values):
    rows = list_groups(SOLD, active=60, min_count=10)

    spec = group_table(rows, values, dimension="category", currency="GBP")

    assert [row[0] for row in render_table(spec, "zh")][:3] == ["web", "other", "<b>"]


def test_one_group_alone_is_no_table(values):
    rows = list_groups(SOLD.iloc[:1], active=60, min_count=10)

    assert group_table(rows, values, dimension="channel", currency="GBP") is None
    mix = pd.DataFrame({"name": ["web"], "n_customers": [40], "share": [1.0], "low": [0.9],
                        "high": [1.0]})  # fmt: skip
    assert mix_table(mix, values) is None
    assert name_lead(rows.iloc[-1:], "channel") == {}


STEPS = pd.DataFrame({"name": ["visit", "add_to_cart", "order"], "n_customers": [200, 100, 80],
                      "n_customers_any": [210, 120, 500], "share_step": [1, 0.5, 0.8]})  # fmt: skip


def test_the_funnel_names_kinds_in_our_words_and_pages_in_the_logs(values):
    spec = funnel_figure(STEPS, values)

    assert_drawn(spec)
    texts = texts_of(draw(spec, "zh", "wide"))
    assert {"访问", "add to cart", "下单", "200", "50.0%"} <= set(texts)
    assert funnel_words(("visit", "add_to_cart"))["funnel_to"].value == "add to cart"
    assert funnel_words(None) == {}
    assert funnel_figure(STEPS.iloc[:1], values) is None


def cells_of(groups, categories):
    return pd.DataFrame([
        {"attribute": "gender", "name": group, "category": category, "index": 100.0 + 9 * place,
         "n_customers_group": 120, "is_clear": place % 2 == 0}
        for group in groups for place, category in enumerate(categories)
    ])  # fmt: skip


@pytest.mark.parametrize(
    "categories", [["A", "B"], [f"A rather long category {n}" for n in range(6)], ["长" * 12, "乙"]]
)
def test_affinity_is_drawn_however_long_the_names_are(categories, values):
    cells = cells_of(["female", "male", "a group of the unit's own"], categories)
    words = affinity_words(cells.iloc[0], "gender")

    assert_drawn(affinity_figure(cells, values | words, case="clear"))
    assert affinity_figure(cells, values, case="none") is None


def test_only_clear_cells_are_coloured(values):
    cells = cells_of(["female", "male"], ["A", "B"])
    words = affinity_words(None, "gender")

    level = affinity_figure(cells.assign(is_clear=False), values | words, case="level")
    clear = affinity_figure(cells.assign(index=160.0), values | words, case="clear")

    colours = [draw(spec, "en", "wide").count("fill: #ffffff") for spec in (level, clear)]
    assert colours[0] > colours[1]


def test_a_table_of_discounts_hides_what_too_few_customers_had(values):
    table = pd.DataFrame({
        "band": ["once", "often", "total"], "n_customers": [100, 40, 140],
        "n_orders": [100, 300, 400],
        "share_discounted": [0.4, None, 0.3], "low": [0.3, None, 0.2], "high": [0.5, None, 0.4],
        "aov_with": [9.0, None, 9.5], "aov_without": [10.0, None, 10.5],
    })  # fmt: skip

    rows = render_table(discount_table(table, values, currency="GBP"), "en")

    assert rows[1][3:] == ["n/a", "n/a", "n/a", "n/a"]
    assert discount_table(table.iloc[:0], values, currency="GBP") is None


def test_what_a_unit_lacks_is_a_grey_line():
    assert [role_of(case) for case in ("none", "unknown", "ok", "few")] == [
        "gap", "gap", "paragraph", "paragraph",
    ]  # fmt: skip
