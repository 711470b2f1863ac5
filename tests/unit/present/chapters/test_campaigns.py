"""The words, tables and figures of the campaigns chapter, in both languages and shapes."""

import re
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from rapport.assets.files import locale_paths
from rapport.present.chapters import campaigns as show
from rapport.present.chapters import campaigns_more as more
from rapport.present.draw import draw, texts_of
from rapport.present.sentences import compose, slots_of, text_of
from rapport.present.tables import render_heads, render_table
from rapport.present.values import Value, date_value, parameter_value, text_value

CURRENCY = "GBP"
VALUES = {
    "confidence": parameter_value("confidence", 0.95, "share"),
    "window_days": parameter_value("window_days", 7, "days"),
    "compare_days": parameter_value("compare_days", 7, "days"),
    "as_of": date_value("as_of", date(2026, 6, 30)),
    "name": text_value("campaigns.name", "Spring voucher"),
    "relative": Value("campaigns.relative", 3.6, "estimator", "change", interval=(1.6, 7.2)),
    "first_order_name": text_value("campaigns.first_order.name", "Spring voucher"),
    "first_order_days": Value("campaigns.first_order.days", 90, "count", "days"),
    **{f"first_order_{arm}": Value(f"campaigns.first_order.{arm}", 0.4, "estimator", "share",
                                   interval=(0.35, 0.45)) for arm in ("assigned", "held_out")},
}  # fmt: skip
MONEY = ("spend", "spend_drawn", "adjusted", "estimate", "placebo", "change", "before", "after",
         "others_change", "year_change", "pooled_estimate", "pooled_placebo",
         "pooled_naive")  # fmt: skip
PP = ("effect", "detectable")
SHARES = ("share_treated", "share_control", "explained", "margin", "overlapping_share",
          "response_base")  # fmt: skip
P = ("ratio_p", "groups_p", "first_order_p")
COUNTS = {"contacts": "contacts", "open": "contacts", "unordered": "contacts",
          "overlapping": "contacts", "pressure_median": "contacts", "pressure_p95": "contacts",
          "on_path": "orders", "off_path": "orders", "all": "campaigns"}  # fmt: skip


def value_of(name):
    """Give a value for a slot of a sentence: money, differences, shares, else counts."""
    if name in VALUES:
        return VALUES[name]
    if name in MONEY:
        return Value(f"campaigns.{name}", -1.25, "estimator", CURRENCY, interval=(-2.0, -0.5))
    if name in PP:
        return Value(f"campaigns.{name}", 0.02, "estimator", "pp", interval=(0.01, 0.03))
    if name in SHARES:
        return Value(f"campaigns.{name}", 0.25, "ratio", "share")
    if name in P:
        return Value(f"campaigns.{name}", 0.0004, "estimator", "p")
    if name == "response_auc":
        return Value(f"campaigns.{name}", 0.7, "estimator", "auc", interval=(0.66, 0.74))
    if name == "response_lift":
        return Value(f"campaigns.{name}", 2.4, "estimator", "ratio")
    is_campaigns = name.startswith(("untold", "pooled", "without")) or name in (
        "experiment", "targeted", "broadcast")  # fmt: skip
    unit = COUNTS.get(name, "campaigns" if is_campaigns else "customers")
    return Value(f"campaigns.{name}", 1200, "count", unit)


def read_sentences():
    (path,) = (p for p in locale_paths("sentences.") if p.name == "sentences.campaigns.yml")
    entries = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    for identity, forms in entries.items():
        for case, words in (forms.get("cases") or {None: forms}).items():
            yield identity, case, words


DRAWN = ("effects_alt", "placebo_alt", "placebo_item", "pressure_alt", "pressure_subtitle")


@pytest.mark.parametrize(("identity", "case", "words"), list(read_sentences()))
def test_a_sentence_takes_the_same_values_in_both_languages_and_reads_through(
    identity, case, words
):
    slots = slots_of(words["en"])
    assert slots == slots_of(words["zh"])
    if identity.split(".")[1] in DRAWN:
        return

    for language in ("en", "zh"):
        text = text_of(compose(identity, language, {s: value_of(s) for s in slots}, case=case))
        assert text
        assert "{" not in text


@pytest.mark.parametrize("case", ["raised", "lowered", "more", "less"])
def test_a_headline_stays_within_two_lines(case):
    for language, most in (("en", 75), ("zh", 40)):
        words = {"name": VALUES["name"], "effect": value_of("effect")}
        text = text_of(compose("campaigns.headline", language, words, case=case))
        assert len(text) <= most


def test_only_experiments_raise_and_lower():
    for identity, case, words in read_sentences():
        if identity in ("campaigns.compared", "campaigns.pooled", "campaigns.shown"):
            assert not re.search(r"\b(raised|lowered|caused)\b", words["en"]), (identity, case)
            assert "使" not in words["zh"], (identity, case)


EFFECTS = pd.DataFrame({
    "campaign": ["Spring voucher", "Recipe letter for the whole family"],
    "n_customers_treated": [478, 648], "treated": [0.134, 0.026],
    "n_customers_control": [478, 277], "control": [0.029, 0.043],
    "difference": [0.105, -0.017], "difference_low": [0.071, -0.049],
    "difference_high": [0.14, 0.007], "spend": [4.55, -1.41], "spend_low": [2.74, -3.17],
    "spend_high": [6.36, 0.35], "adjusted": [4.53, -1.16], "adjusted_low": [2.74, -2.79],
    "adjusted_high": [6.31, 0.47], "detectable": [0.031, 0.041], "is_found": [True, False],
})  # fmt: skip
TARGETED = pd.DataFrame({
    "campaign": [f"Offer {n}" for n in range(18)], "n_customers": 368, "n_customers_others": 961,
    "estimate": np.linspace(-2, 3, 18), "estimate_low": np.linspace(-3, 1, 18),
    "estimate_high": np.linspace(-1, 6, 18), "placebo": 0.29, "placebo_low": -1.5,
    "placebo_high": 2.08, "naive_before": 0.97, "outcome": ["unclear"] * 17 + ["withheld"],
})  # fmt: skip
PRESSURE = pd.DataFrame({
    "n_contacts": [1, 2, 5], "n": [4000, 900, 40], "n_customers": [2500, 800, 9],
    "share": [0.05, 0.04, 0.2], "low": [0.04, 0.02, 0.1], "high": [0.06, 0.05, 0.3],
})  # fmt: skip

CURVES = pd.DataFrame({
    "group": ["assigned"] * 3 + ["held_out"] * 3, "time": [0.0, 20.0, 90.0] * 2,
    "survival": [1.0, 0.8, 0.6, 1.0, 0.9, 0.75], "low": [1.0, 0.76, 0.55, 1.0, 0.87, 0.71],
    "high": [1.0, 0.84, 0.65, 1.0, 0.93, 0.79],
})  # fmt: skip
STILL = pd.DataFrame({0: [478, 477], 30: [380, 420], 60: [330, 390], 90: [290, 360]},
                     index=["assigned", "held_out"])  # fmt: skip
FOLLOWED = pd.DataFrame({
    "campaign": ["Spring voucher", "Recipe letter"], "spend": [4.55, -1.41],
    "drawn_low": [2.7, np.nan], "drawn_high": [6.4, np.nan], "days": [90, None],
    "assigned": [0.4, np.nan], "assigned_watched": [290, None], "held_out": [0.25, np.nan],
    "held_out_watched": [360, None], "p": [0.0004, np.nan],
})  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_was_not_followed_has_empty_cells(language):
    spec = more.first_order_table(FOLLOWED, VALUES, currency=CURRENCY)
    followed, short = render_table(spec, language)

    assert followed[3:7] == ["90", "40.0%", "290", "25.0%"]
    assert set(short[2:]) == {"n/a" if language == "en" else "不适用"}
    assert more.first_order_table(FOLLOWED.iloc[:0], VALUES, currency=CURRENCY) is None


def figures():
    yield more.first_order_figure(CURVES, STILL, VALUES, outcome="sooner")
    yield show.effect_figure(EFFECTS, VALUES)
    yield show.placebo_figure(TARGETED, VALUES, currency=CURRENCY)
    yield more.pressure_figure(PRESSURE, VALUES, answer="n_bought", min_count=10)


@pytest.mark.parametrize("shape", ["wide", "narrow"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_figures_are_drawn_with_nothing_outside_and_no_text_on_text(language, shape):
    for spec in figures():
        # `draw` raises where a text is outside or lies on another.
        assert texts_of(draw(spec, language, shape))
        assert list(spec.kinds) == list(spec.data.columns)
        assert spec.alt.text(language)
        assert spec.subtitle.text(language)


def test_a_withheld_estimate_is_neither_drawn_nor_printed():
    spec = show.placebo_figure(TARGETED.tail(2), VALUES, currency=CURRENCY)
    table = show.targeted_table(TARGETED.tail(2), VALUES, currency=CURRENCY)

    assert spec.data["outcome"].tolist() == ["unclear"]
    cells = render_table(table, "en")
    assert cells[1][4:6] == ["withheld", "withheld"]
    assert cells[0][4] != "n/a"


def test_at_most_fifteen_campaigns_are_drawn_and_listed():
    assert len(show.placebo_figure(TARGETED, VALUES, currency=CURRENCY).data) == 15
    assert len(show.targeted_table(TARGETED, VALUES, currency=CURRENCY).frame) == 15


def test_a_row_of_a_handful_is_not_drawn():
    spec = more.pressure_figure(PRESSURE, VALUES, answer="n_redeemed", min_count=10)

    assert spec.data["n_contacts"].tolist() == [1, 2]


def test_what_is_not_there_has_no_picture():
    empty = pd.DataFrame()

    assert show.effect_figure(empty, VALUES) is None
    assert show.experiment_table(empty, VALUES, currency=CURRENCY) is None
    assert show.placebo_figure(empty, VALUES, currency=CURRENCY) is None
    assert show.targeted_table(empty, VALUES, currency=CURRENCY) is None
    assert show.broadcast_table(empty, VALUES, currency=CURRENCY) is None
    assert show.group_table(empty, VALUES, place=1) is None
    assert show.redemption_table(empty, VALUES) is None
    assert more.return_table(empty, VALUES, currency=CURRENCY) is None
    assert more.path_table(empty, VALUES) is None


def steps(**edit):
    row = {"campaign_id": "c", "campaign": "Letter", "design": "broadcast",
           "started_on": pd.Timestamp("2026-05-01"), "n_customers": 1083, "reach": 0.96,
           "opened": 0.41, "clicked": np.nan, "redeemed": np.nan, "unsubscribed": np.nan,
           "bought": 0.05, "low": 0.03, "high": 0.06, "aov": 40.9}  # fmt: skip
    return pd.DataFrame([row | edit])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_step_that_no_campaign_tells_has_no_column(language):
    heads = render_heads(show.step_table(steps(), VALUES, currency=CURRENCY), language)

    assert len(heads) == 8
    assert ("Open rate" if language == "en" else "打开率") in heads
    assert ("Click rate" if language == "en" else "点击率") not in heads


def test_without_conversions_the_table_of_steps_has_none():
    spec = show.step_table(steps(bought=np.nan, aov=np.nan), VALUES, currency=CURRENCY)

    assert "Conversion" not in render_heads(spec, "en")


def test_a_name_of_a_campaign_is_printed_as_it_is_and_is_no_template():
    hostile = "{effect} **x** <b>=cmd|' /C calc'!A0"
    words = {"name": text_value("campaigns.name", hostile), "effect": value_of("effect")}

    text = text_of(compose("campaigns.headline", "en", words, case="raised"))

    assert text.startswith(hostile)


def test_returns_that_no_design_supports_are_empty_beside_what_is_not_incremental():
    rows = pd.DataFrame({"campaign": ["A", "B"], "cost": [100.0, 50.0],
                         "per_buyer": [np.nan, np.nan], "roi": [0.5, np.nan],
                         "roi_low": [0.1, np.nan], "roi_high": [0.9, np.nan],
                         "attributed": [2.0, 1.0]})  # fmt: skip

    cells = render_table(more.return_table(rows, VALUES, currency=CURRENCY), "en")

    assert cells[0][2:] == ["+50.0%", "+10.0% to +90.0%", "+200.0%"]
    assert cells[1][2:] == ["n/a", "n/a", "+100.0%"]


def test_answers_by_channel_and_stage_are_a_table_with_intervals():
    rows = pd.DataFrame({"channel": ["email", "sms"], "stage": ["loyal", "churned"],
                         "n": [100, 40], "n_customers": [80, 40], "share": [0.2, 0.3],
                         "low": [0.12, 0.17], "high": [0.28, 0.45]})  # fmt: skip

    spec = more.cross_table(rows, VALUES)

    assert render_table(spec, "en")[0] == ["E-mail", "Loyal", "100", "80", "20.0%",
                                           "12.0% to 28.0%"]  # fmt: skip
    assert render_heads(spec, "zh")[1] == "触达时的阶段"
    assert more.cross_table(rows.iloc[:0], VALUES) is None


@pytest.mark.parametrize(("of", "unit"), [("stages", "10.0%"), ("spend", "0.10")])
def test_what_arms_were_like_before_is_a_table(of, unit):
    rows = pd.DataFrame({"campaign": ["A"], "stage": ["loyal"], "n_customers_treated": [100],
                         "treated": [0.1], "n_customers_control": [90], "control": [0.1],
                         "difference": [0.0], "low": [-0.1], "high": [0.1]})  # fmt: skip

    spec = more.balance_table(rows, VALUES, of=of, currency=CURRENCY)

    assert unit in render_table(spec, "en")[0]
    assert more.balance_table(rows.iloc[:0], VALUES, of=of, currency=CURRENCY) is None


def test_who_left_the_list_is_drawn_apart_from_who_answered():
    answered, left = (
        more.pressure_figure(PRESSURE, VALUES, answer=answer, min_count=10)
        for answer in ("n_bought", "n_unsubscribed")
    )

    assert answered.id != left.id
    assert "退订" in text_of(compose("campaigns.pressure_title_of", "zh", {}, case="unsubscribed"))
