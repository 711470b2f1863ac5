"""Every figure, in both shapes and languages: its data, its texts, its geometry."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from rapport.errors import ChapterError
from rapport.present.draw import draw, texts_of
from rapport.present.figures.completeness import completeness_heat
from rapport.present.figures.effects import hazard_forest
from rapport.present.figures.flow import row_flow
from rapport.present.figures.survival import survival_curves
from rapport.present.sentences import Sentence
from rapport.present.values import KINDS, Suppressed
from unit.present.figures import figure_samples as samples

NBSP = "\u00a0"


@pytest.mark.parametrize("shape", ["wide", "narrow"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("sample", samples.SAMPLES, ids=lambda sample: sample.__name__)
def test_a_figure_is_drawn_with_live_text(sample, language, shape):
    svg = draw(sample(), language, shape)

    assert svg.startswith("<svg")
    assert texts_of(svg)
    assert "matplotlib.org" not in svg
    assert len(svg) < 50_000


@pytest.mark.parametrize("sample", samples.SAMPLES, ids=lambda sample: sample.__name__)
def test_a_figure_has_the_same_bytes_every_time(sample):
    assert draw(sample(), "zh", "narrow") == draw(sample(), "zh", "narrow")


def test_a_figure_does_not_depend_on_those_drawn_before_it():
    forwards = [draw(sample(), "en", "narrow") for sample in samples.SAMPLES]
    backwards = [draw(sample(), "en", "narrow") for sample in reversed(samples.SAMPLES)]

    assert forwards == backwards[::-1]


@pytest.mark.parametrize("sample", samples.SAMPLES, ids=lambda sample: sample.__name__)
def test_a_figure_says_itself_in_both_languages(sample):
    spec = sample()

    for sentence in (spec.title, spec.subtitle, spec.alt):
        assert sentence.text("en")
        assert sentence.text("zh")
    assert any(character.isdigit() for character in spec.alt.text("en"))


@pytest.mark.parametrize("sample", samples.SAMPLES, ids=lambda sample: sample.__name__)
def test_every_column_of_the_data_has_a_kind(sample):
    spec = sample()

    assert list(spec.kinds) == list(spec.data.columns)
    assert set(spec.kinds.values()) <= set(KINDS)


def test_a_chapter_gives_a_figure_its_own_finding():
    spec = samples.change_parts()

    named = spec.entitled(Sentence("figures.row_flow.title"))

    assert named.title.id == "figures.row_flow.title"
    assert named.subtitle == spec.subtitle
    assert spec.title.id == "figures.change_parts.title"


def test_the_bridge_names_each_part_by_its_sign_and_ends_with_the_total():
    texts = texts_of(draw(samples.change_parts(), "en", "wide"))

    assert texts == [
        "More customers", "More orders each", "Smaller orders", "No customer number", "All sales",
        "+£74.3k", "+£127.9k", "−£32.3k", "+£168.7k", "+£338.6k",
    ]  # fmt: skip


def test_the_bridge_in_chinese_counts_in_ten_thousands():
    texts = texts_of(draw(samples.change_parts(), "zh", "narrow"))

    assert f"+33.86{NBSP}万" in texts
    assert samples.change_parts().subtitle.text("zh") == (
        f"销售额（净）从2010年10月的 108.41{NBSP}万英镑到2010年11月的 142.27{NBSP}万英镑；"
        "四项之和等于总变化。"
    )


@pytest.mark.parametrize(
    "amounts", [("-7", "-5", "3", "0"), ("0", "0", "0", "0"), ("1", "1", "1", "1")]
)
def test_the_bridge_stands_whatever_the_signs(amounts):
    spec = samples.change_parts(amounts)

    assert len(texts_of(draw(spec, "en", "narrow"))) == 10
    assert spec.data["amount"].map(type).eq(Decimal).all()


def test_survival_lines_are_named_at_their_end_with_numbers_at_risk_under_them():
    texts = texts_of(draw(samples.survival_curves(), "en", "wide"))

    assert f"37%{NBSP}{NBSP}1st order" in texts
    assert "1,500" in texts
    assert f"150{NBSP}days" in texts
    assert samples.survival_curves().data["time"].max() == 150


@pytest.mark.parametrize("shape", ["wide", "narrow"])
def test_millions_at_risk_leave_room_for_the_name_of_their_group(shape):
    curves = pd.DataFrame({"group": ["all", "all"], "time": [0, 365], "survival": [1.0, 0.5],
                           "low": [1.0, 0.4], "high": [1.0, 0.6]})  # fmt: skip
    ticks = range(0, 366, 73)
    at_risk = pd.DataFrame([[4_267_421] * 6], index=["all"], columns=list(ticks))

    texts = texts_of(draw(survival_curves(curves, at_risk, id="a.b", labels="gaps"), "en", shape))

    assert "4,267,421" in texts


def test_survival_lines_that_end_together_are_named_apart():
    for halves in ((50, 50, 50, 50), (1, 1, 1), (60,), (40, 41)):
        draw(samples.survival_curves(halves), "en", "narrow")


def test_rates_are_labelled_the_last_in_full():
    texts = texts_of(draw(samples.rate_by_month(), "zh", "wide"))

    assert [text for text in texts if "月" in text] == ["6月", "7月", "8月", "9月", "10月", "11月"]
    assert {"7.0", "5.0", "6.5", "7.9", "6.4", "5.3%"} <= set(texts)


def test_a_month_without_a_rate_is_a_gap_and_a_partial_one_dashed():
    rates = (0.05, 0.06, np.nan, *([0.05] * 9), 0.09)

    svg = draw(samples.rate_by_month(rates, is_whole=[True] * 12 + [False]), "en", "narrow")

    assert "stroke-dasharray" in svg
    assert "9.0%" in texts_of(svg)
    assert "2010" in texts_of(svg)


def test_rates_that_are_all_missing_still_make_a_figure():
    assert texts_of(draw(samples.rate_by_month((np.nan, np.nan)), "en", "wide"))


def test_small_cells_of_the_grid_are_hidden_before_they_are_drawn():
    spec = samples.rfm_grid()
    hidden = [n for n in spec.data["n_customers"] if isinstance(n, Suppressed)]

    texts = texts_of(draw(spec, "en", "wide"))

    assert len(spec.data) == 25
    assert hidden
    assert texts.count("&lt;10") == len(hidden)
    assert all(n == 0 or n >= 10 for n in spec.data["n_customers"] if isinstance(n, int))


def test_complete_columns_are_counted_and_not_drawn():
    spec = samples.completeness_heat()

    assert "order_id" not in set(spec.data["column"])
    assert "Columns with gaps: 9; complete, not drawn: 2." in spec.subtitle.text("en")
    assert "79.6%" in texts_of(draw(spec, "en", "wide"))


@pytest.mark.parametrize("n_tables", [6, 10])
@pytest.mark.parametrize("shape", ["wide", "narrow"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_tables_that_do_not_fit_side_by_side_are_listed(n_tables, shape, language):
    tables = ["orders", "order_lines", "customers", "products", "subscriptions", "interactions",
              "surveys", "campaigns", "campaign_contacts", "consents"]  # fmt: skip
    rows = [(table, "channel", 0.5, 9) for table in tables[:n_tables]]
    frame = pd.DataFrame(rows, columns=["table", "column", "share", "n_rows"])

    spec = completeness_heat(frame, id="ingestion.completeness")

    assert "50.0%" in texts_of(draw(spec, language, shape))


def test_a_unit_without_gaps_says_so():
    full = pd.DataFrame({"table": ["orders"], "column": ["amount"], "share": [1.0], "n_rows": [5]})

    spec = completeness_heat(full, id="ingestion.completeness")

    assert texts_of(draw(spec, "en", "narrow")) == ["Every column is filled in every row."]


def test_segments_are_ranked_by_spend():
    spec = samples.segment_bars()

    assert spec.data["segment"].tolist()[:3] == ["high_value", "potential", "must_keep"]
    assert texts_of(draw(spec, "en", "wide")).index("High value") >= 0


@pytest.mark.parametrize("shares", [(np.nan,) * 7, (1.0, 0, 0, 0, 0, 0, 0), (1 / 7,) * 7])
def test_segments_stand_with_no_one_or_equal_spend(shares):
    for shape in ("wide", "narrow"):
        draw(samples.segment_bars(shares), "zh", shape)


def test_importance_is_ranked():
    assert samples.importance_bars().data["feature"].tolist() == [
        "tenure_days",
        "n_orders",
        "country",
    ]


def test_the_flow_counts_what_left():
    spec = samples.row_flow()

    assert "−3,687" in texts_of(draw(spec, "en", "wide"))
    assert "Rows read 525,461, left out 6,190, kept 519,271" in spec.subtitle.text("en")


def test_a_flow_without_losses_says_that_none_left():
    frame = pd.DataFrame({"step": ["read", "kept"], "n_rows": [5, 5]})

    spec = row_flow(frame, id="ingestion.flow")

    assert spec.alt.text("en").endswith("none left out.")
    draw(spec, "en", "narrow")


@pytest.mark.parametrize(
    ("sources", "last"), [(("web", "store"), "2011-12-31"), (("web",), "2009-12-01")]
)
def test_a_calendar_has_as_many_bands_as_it_needs(sources, last):
    spec = samples.coverage_calendar(sources, last)

    for language in ("en", "zh"):
        for shape in ("wide", "narrow"):
            assert texts_of(draw(spec, language, shape))


@pytest.mark.parametrize("n_rows", [2, 9, 18])
@pytest.mark.parametrize("shape", ["wide", "narrow"])
def test_long_names_of_a_unit_never_stop_a_figure(n_rows, shape):
    terms = [
        f"{number}: a very long name of a plan that somebody has thought of"
        for number in range(n_rows)
    ]
    effects = pd.DataFrame({"term": terms, "hazard_ratio": 1.5, "low": 1.1, "high": 1.9})

    draw(hazard_forest(effects, id="churn.hazard"), "en", shape)


def test_no_figure_is_higher_than_half_a_page():
    for sample in samples.SAMPLES:
        assert all(height <= 90 for height in sample().heights.values()), sample.__name__
    assert samples.coverage_calendar(("web", "store", "phone", "app", "post")).heights["wide"] <= 90


def test_data_that_are_not_changed_by_drawing():
    curves = pd.DataFrame({"group": ["1", "1"], "time": [0, 9], "survival": [1.0, 0.5],
                           "low": [1.0, 0.4], "high": [1.0, 0.6]})  # fmt: skip
    before = curves.copy()
    at_risk = pd.DataFrame({0: [9], 9: [4]}, index=["1"])

    draw(survival_curves(curves, at_risk, id="a.b", labels="order_rank"), "en", "wide")

    pd.testing.assert_frame_equal(curves, before)


def test_a_group_without_a_label_is_named():
    curves = pd.DataFrame(
        {"group": ["9"], "time": [0], "survival": [1.0], "low": [1.0], "high": [1.0]}
    )
    at_risk = pd.DataFrame({0: [9], 9: [4]}, index=["9"])

    spec = survival_curves(curves, at_risk, id="a.b", labels="order_rank")

    with pytest.raises(ChapterError, match=r"no en word for 'order_rank.9'"):
        draw(spec, "en", "wide")
