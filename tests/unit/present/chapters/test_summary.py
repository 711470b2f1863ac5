"""The summary's tables after page one: units by row, two languages, and words of anybody."""

import datetime as dt
from decimal import Decimal

import pandas as pd
import pytest

from rapport.present.chapters.summary import (
    alert_table,
    backtest_table,
    decision_table,
    parameter_table,
    stage_table,
    target_figure,
)
from rapport.present.draw import draw, texts_of
from rapport.present.pieces import describe_table, table_html
from rapport.present.tables import render_heads, render_table
from rapport.present.values import Value
from rapport.privacy.counts import find_exposed

NBSP = "\u00a0"
HOSTILE = '=HYPERLINK("x") <script>alert(1)</script> **b** {net} #set page() $x$ | ~ \\n'


def count(name, n):
    return Value(f"summary.{name}", n, "count", "count")


def alerts(**more):
    row = {
        "figure": "churn",
        "unit": "share",
        "rule": "threshold",
        "side": "above",
        "value": 0.12,
        "low": 0.1,
        "high": 0.14,
        "n": 500,
        "limit": 0.08,
        "n_periods": None,
        "is_raised": True,
    }
    net = row | {
        "figure": "net",
        "unit": "GBP",
        "rule": "control",
        "side": "below",
        "value": 900.0,
        "low": None,
        "high": None,
        "n": None,
        "limit": 1234.0,
    }
    return pd.DataFrame([row | more, net]).astype({"low": float, "high": float})


def decisions(text="Free delivery", **more):
    row = {
        "decision_en": text,
        "decision_zh": "满额包邮",
        "owner_en": "Marketing",
        "owner_zh": "市场部",
        "measure": "aov",
        "decided": dt.date(2026, 4, 12),
        "due": dt.date(2026, 9, 30),
        "unit": "GBP",
        "before": 46.33,
        "after": 43.64,
        "change": -0.058,
        "change_unit": "change",
        "verdict": "unjudged",
    }
    share = row | {
        "measure": "churn",
        "unit": "share",
        "before": 0.08,
        "after": None,
        "verdict": "early",
    }
    return pd.DataFrame([row | more, share])


def test_an_alert_shows_each_figure_in_its_own_unit():
    spec = alert_table(alerts(), {"alerts": count("alerts", 2)})

    assert spec.title.text("en") == "2 key figures left their limits"
    assert render_table(spec, "en") == [
        ["Churn", "12.0%", "10.0% to 14.0%", "above", "8.0%", "set"],
        ["Net sales", "£900", "n/a", "below", "£1.2k", "past periods"],
    ]


def test_no_alert_is_no_table():
    assert alert_table(alerts().iloc[:0], {"alerts": count("alerts", 0)}) is None


def test_a_decision_stands_in_the_words_of_the_language():
    spec = decision_table(decisions())

    assert render_table(spec, "en")[0] == [
        "Free delivery", "Marketing", "2026-04-12", "2026-09-30", "Average order", "£46.33",
        "£43.64", "not judged",
    ]  # fmt: skip
    assert render_table(spec, "zh")[1][:2] == ["满额包邮", "市场部"]
    assert render_table(spec, "zh")[1][5:] == ["8.0%", "不适用", "为时尚早"]
    assert len(render_heads(spec, "zh")) == 8


def test_hostile_words_stay_words():
    content = describe_table(decision_table(decisions(HOSTILE)))

    assert content["rows"][0]["cells"][0]["en"] == HOSTILE
    html = table_html(content, "en")
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_a_character_that_the_fonts_lack_is_a_box_and_stops_no_report():
    cells = describe_table(decision_table(decisions("Go \U0001f680")))["rows"][0]["cells"]

    assert "Go □" in [cell["en"] for cell in cells]


def test_segments_by_stage_carry_a_column_for_each_stage_that_somebody_is_in():
    counts = pd.DataFrame({"segment": ["new"], "n_customers_new": [40], "n_customers_loyal": [12],
                           "n_customers": [52]})  # fmt: skip

    spec = stage_table(counts, ["new", "loyal"], {})

    assert render_heads(spec, "en") == ["Segment", "New", "Loyal", "All"]
    assert stage_table(None, [], {}) is None
    assert stage_table(counts, ["new", "loyal"], {}, min_count=53) is None


def staged(*rows, stages=("new", "growing", "loyal", "at_risk")):
    names = [f"n_customers_{stage}" for stage in stages]
    frame = pd.DataFrame(rows, columns=["segment", *names])
    return stage_table(frame.assign(n_customers=frame[names].sum(axis=1)), stages, {})


def test_a_small_count_does_not_follow_from_the_size_of_its_segment():
    spec = staged(
        ("high_value", 1, 0, 118, 0), ("new", 30, 31, 0, 12), ("potential", 40, 49, 26, 56)
    )

    cells = [row[1:] for row in render_table(spec, "en")]
    assert cells[0] == ["<10", "0", "withheld", "0", "119"]
    hidden = {
        (r, c) for r, row in enumerate(cells) for c, text in enumerate(row[:-1])
        if text in ("<10", "withheld")
    }  # fmt: skip
    assert find_exposed(hidden, row_totals=True) == []
    assert len(hidden) == 4


def test_a_segment_whose_size_is_hidden_shows_none_of_its_stages():
    # Of a segment of eight the size is hidden, and so is the next smallest: its stages would tell.
    spec = staged(
        ("high_value", 17, 18), ("new", 5, 3), ("general", 21, 15), ("at_risk", 14, 11),
        stages=("active", "ended"),
    )  # fmt: skip

    cells = [row[1:] for row in render_table(spec, "en")]
    assert cells[1] == ["<10", "<10", "<10"]
    assert cells[3] == ["withheld", "withheld", "withheld"]
    assert render_table(spec, "zh")[3][1:] == ["不显示", "不显示", "不显示"]
    assert cells[0] == ["17", "18", "35"] and cells[2] == ["21", "15", "36"]


def test_where_nothing_is_small_nothing_is_hidden():
    spec = staged(("high_value", 10, 0, 118, 20), ("new", 30, 31, 0, 12))

    assert spec.frame.iloc[:, 1:].to_numpy().tolist() == [
        [10, 0, 118, 20, 148],
        [30, 31, 0, 12, 73],
    ]


def test_a_count_that_nothing_can_cover_takes_the_table_with_it():
    cells = render_table(staged(("high_value", 3, 0, 0, 0), ("new", 0, 31, 0, 0)), "en")

    assert cells == [
        ["High value", "<10", "0", "0", "0", "<10"], ["New", "0", "withheld", "0", "0", "withheld"],
    ]  # fmt: skip


def test_a_parameter_is_named_beside_its_default():
    rows = [("rfm_days", "180", "365"), ("spend", "gross", "net")]
    differing = pd.DataFrame(rows, columns=["parameter", "here", "default"])

    spec = parameter_table(differing)

    assert render_table(spec, "zh") == [
        ["RFM 回看天数", "180", "365"], ["消费口径", "总额", "净额"],
    ]  # fmt: skip
    assert render_table(spec, "en")[1] == ["What counts as spend", "gross", "net"]
    assert parameter_table(differing.iloc[:0]) is None


def test_a_backtest_names_what_was_predicted_and_what_happened():
    row = {
        "prediction": "churn",
        "unit": "customers",
        "n": 500,
        "predicted": 120.4,
        "happened": 150.0,
        "ratio": 1.246,
        "low": 1.1,
        "high": 1.4,
        "verdict": "held",
    }

    spec = backtest_table(pd.DataFrame([row]), bounds=(0.8, 1.25))

    assert render_table(spec, "en") == [
        ["Customers who leave", "500", "120", "150", "1.25", "held"]
    ]
    assert spec.note.text("en").endswith("below 0.80 or above 1.25 beyond chance.")


def targets():
    rows = [
        ("net", "GBP", 17900.0, 18000.0, "at_least", 0.994, 0.775, "missed"),
        ("churn", "share", 0.09, 0.03, "at_most", 3.0, 2.9, "missed"),
        ("aov", "GBP", 43.64, 40.0, "at_least", 1.09, None, "unclear"),
    ]
    columns = ["figure", "unit", "value", "target", "side", "reached", "before", "verdict"]
    return pd.DataFrame(rows, columns=columns).astype({"before": float})


@pytest.mark.parametrize("shape", ["wide", "narrow"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_targets_are_drawn_with_their_numbers_whatever_lies_between(language, shape):
    values = {"targets": count("targets", 3), "targets_met": count("targets.met", 0)}

    spec = target_figure(targets(), values)

    texts = " ".join(texts_of(draw(spec, language, shape)))
    assert ("£17.9k" if language == "en" else f"1.79{NBSP}万") in texts
    assert spec.title.text("en") == "0 of 3 targets met"
    assert target_figure(targets().iloc[:0], values) is None


def test_the_alt_text_tells_how_far_each_figure_is():
    values = {"targets": count("targets", 3), "targets_met": count("targets.met", 0)}

    assert "Net sales 99.4%" in target_figure(targets(), values).alt.text("en")


def test_money_of_a_decision_may_be_exact():
    spec = decision_table(decisions(before=Decimal("17900.00"), after=Decimal("18000.00")))

    assert render_table(spec, "zh")[0][5:7] == [f"1.79{NBSP}万英镑", f"1.80{NBSP}万英镑"]
