import datetime as dt
from dataclasses import dataclass

import pandas as pd
import pytest

from rapport.assets.files import locale_paths
from rapport.present.chapters.value import (
    band_table,
    contract_table,
    group_figure,
    group_table,
    hide_groups,
    holdout_figures,
    model_table,
    past_table,
)
from rapport.present.draw import draw, texts_of
from rapport.present.labels import LANGUAGES
from rapport.present.locale import read_locale
from rapport.present.sentences import Sentence
from rapport.present.tables import render_heads, render_table
from rapport.present.theme import SHAPES
from rapport.present.values import Value, date_value, label_value, parameter_value, period_value
from support import table


def number(name, value, unit, kind="iterative", **more):
    return Value(f"value.{name.replace('_', '.')}", value, kind, unit, currency="GBP", **more)


@pytest.fixture
def values():
    return {
        "period": period_value("2026-06"), "as_of": date_value("as_of", dt.date(2026, 6, 30)),
        "confidence": parameter_value("confidence", 0.95, "share"),
        "discount": parameter_value("discount", 0.1, "share"),
        "customers": number("customers", 1440, "customers", "count"),
        "repeating": number("repeating", 1284, "customers", "count"),
        "not_positive": number("not_positive", 12, "customers", "count"),
        "horizon": number("horizon", 12, "months", "count"),
        "margin": number("margin", 0.555, "share", "ratio"),
        "orders": number("orders", 2081.9, "orders", interval=(1978.8, 2181.0)),
        "clv": number("clv", 47567.7, "GBP", interval=(45000.0, 50067.0)),
        "clv_each": number("clv_each", 33.03, "GBP"),
        "correlation": number("correlation", 0.41, "ratio"),
        "top_share": number("top_share", 0.784, "share"),
        "contracts": number("contracts", 387, "contracts", "count"),
        "contracts_left_out": number("contracts_left_out", 149, "contracts", "count"),
        "renews_months": number("renews_months", 1, "months", "count"),
        "renews_first": number("renews_first", 0.946, "share"),
        "renews_fifth": number("renews_fifth", 0.964, "share"),
        "holdout_cut": date_value("value.holdout.cut", dt.date(2025, 3, 31)),
        "renewals_cut": date_value("value.renewals.cut", dt.date(2025, 3, 31)),
        "renewals_contracts": number("renewals_contracts", 188, "contracts", "count"),
        "renewals_predicted": number("renewals_predicted", 2893.2, "renewals",
                                     interval=(2513.1, 3273.4)),
        "renewals_observed": number("renewals_observed", 2801, "renewals", "count"),
        "renewals_error": number("renewals_error", 0.0329, "change"),
        "holdout_customers": number("holdout_customers", 815, "customers", "count"),
        "holdout_predicted": number("holdout_predicted", 1538.6, "orders",
                                    interval=(1343.1, 1687.8)),
        "holdout_observed": number("holdout_observed", 1520, "orders", "count"),
        "holdout_error": number("holdout_error", 0.0122, "change"),
        "holdout_mae": number("holdout_mae", 1.67, "order_days"),
        "holdout_naive_mae": number("holdout_naive_mae", 5.3, "order_days"),
        "holdout_money_predicted": number("holdout_money_predicted", 66061.0, "GBP"),
        "holdout_money_observed": number("holdout_money_observed", 68140.19, "GBP"),
        "holdout_money_error": number("holdout_money_error", -0.0305, "change"),
        "holdout_capture_model": number("holdout_capture_model", 0.729, "share"),
        "holdout_capture_past": number("holdout_capture_past", 0.542, "share"),
    }  # fmt: skip


@pytest.fixture
def track():
    return pd.DataFrame({"day": [0, 150, 300, 456], "predicted": [0.0, 640.2, 1120.4, 1538.6],
                         "observed": [0, 655, 1098, 1520]})  # fmt: skip


@pytest.fixture
def by_x():
    return pd.DataFrame({"x": [0, 1, 2, 3], "n": [200, 120, 60, 40],
                         "predicted": [2.19, 0.72, 0.95, 5.98],
                         "observed": [2.21, 0.53, 1.07, 5.32],
                         "is_or_more": [False, False, False, True]})  # fmt: skip


GROUPS = """
    segment     n_customers  share_customers  orders_each  clv_each  clv      share_clv
    high_value  144          0.30             7.65         180.93    26054.0  0.70
    new         334          0.69             3.35         33.43     11166.0  0.30
    dormant     4            0.01             0.10         0.50      2.0      0.00
"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_chapter_can_be_said(values, language):
    (path,) = locale_paths("sentences.value")
    for identity, forms in read_locale(path).items():
        for case in forms.get("cases", {None: None}):
            lead = {"lead": label_value("segment", "new")}
            lead |= {
                f"lead_{of}": Value("a", 0.5, "ratio", "share") for of in ("customers", "value")
            }
            text = Sentence(identity, values | lead, case=case).text(language)

            assert text
            assert "n/a" not in text, identity


def test_headlines_keep_within_their_room(values):
    (path,) = locale_paths("sentences.value")
    for case in read_locale(path)["value.headline"]["cases"]:
        sentence = Sentence("value.headline", values, case=case)

        assert len(sentence.text("en")) <= 80, case
        assert len(sentence.text("zh")) <= 40, case


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_both_figures_of_the_test_are_drawn(track, by_x, values, language, shape):
    for spec in holdout_figures(track, by_x, values):
        assert texts_of(draw(spec, language, shape))
        assert spec.alt.text(language)


def test_the_track_names_both_totals_at_its_end(track, by_x, values):
    figure, _ = holdout_figures(track, by_x, values)

    texts = texts_of(draw(figure, "en", "wide"))

    assert any(text.startswith("1,539") and text.endswith("Predicted") for text in texts)
    assert any(text.startswith("1,520") and text.endswith("Happened") for text in texts)
    assert figure.title.text("en") == "1,539 orders were expected, 1,520 came"


def test_totals_that_meet_are_named_apart(track, by_x, values):
    same = track.assign(observed=[0, 640, 1120, 1539])

    for end in (1539, 3, 1_000_000):
        last = same.assign(observed=[0, 0, 0, end])
        for language in LANGUAGES:
            draw(holdout_figures(last, by_x, values)[0], language, "narrow")


def test_the_last_number_of_repeats_stands_for_more(by_x, track, values):
    _, figure = holdout_figures(track, by_x, values)

    texts = texts_of(draw(figure, "en", "wide"))

    assert {"1 day", "2 days", "3 days", "4 days or more"} <= set(texts)


def test_without_a_test_nothing_is_drawn(values):
    assert holdout_figures(None, None, values) == ()


def test_bands_say_by_what_they_are_ranked(values):
    bands = pd.DataFrame({"band": ["top_20", "all"], "n_customers": [20, 100],
                          "clv": [800.0, 1000.0], "share": [0.8, 1.0],
                          "clv_each": [40.0, 10.0]})  # fmt: skip

    by_past = band_table(bands, values, currency="GBP", rank_by="spend")

    assert "have spent so far" in by_past.note.text("en")
    assert render_table(by_past, "zh")[0] == ["前 20%", "20", "800", "80.0%", "40.00"]
    assert by_past.strong == {0}
    assert band_table(None, values, currency="GBP", rank_by="clv") is None


def test_groups_of_few_customers_are_left_out_with_the_next_smallest():
    shown = hide_groups(table(GROUPS), min_count=10)

    # Four customers alone would follow from the total: the 144 go with them.
    assert shown["segment"].tolist() == ["new"]
    assert hide_groups(None, min_count=10) is None


def test_value_by_segment_is_a_table_and_a_figure(values):
    groups = table(GROUPS).iloc[:2]

    spec = group_table(groups, values, labels="segment", currency="GBP")

    assert render_heads(spec, "en")[-2] == "Expected value, £"
    figure = group_figure(groups, values, labels="segment")
    for shape in SHAPES:
        texts = texts_of(draw(figure, "en", shape))
        assert {"High value", "70.0%"} <= set(texts)


def test_one_group_alone_is_not_shown(values):
    groups = table(GROUPS).iloc[:1]

    assert group_table(groups, values, labels="segment", currency="GBP") is None
    assert group_figure(groups, values, labels="segment") is None
    assert group_figure(None, values, labels="stage") is None


def test_what_was_spent_so_far_stands_in_for_a_model(values):
    past = pd.DataFrame({"order_days": [1, 4], "n_customers": [30, 12], "spend_each": [10.0, 55.0],
                         "spend_day": [10.0, 11.0], "days_since": [200.0, 30.0]})  # fmt: skip

    cells = render_table(past_table(past, values, currency="GBP"), "en")

    assert cells[1] == ["4 days or more", "12", "55.00", "11.00", "30"]
    assert past_table(None, values, currency="GBP") is None


def test_parameters_without_an_interval_have_none(values):
    rows = pd.DataFrame({"parameter": ["r", "a"], "whole": [0.9, 0.001], "low": [0.8, None],
                         "high": [1.0, None], "first": [0.8, None]})  # fmt: skip

    cells = render_table(model_table(rows, values), "en")

    assert cells[1][2:] == ["n/a", "n/a"]
    assert model_table(rows.iloc[:0], values) is None


@dataclass
class Found:
    groups: pd.DataFrame


def test_contracts_are_shown_by_the_months_between_renewals(values):
    groups = pd.DataFrame({"renewal_months": [1, 12], "n": [3875, 1473],
                           "n_running": [2220, 1307],
                           "renews_first": [0.946, 0.964], "renews_fifth": [0.964, 0.964],
                           "renewals_each": [10.69, 0.96],
                           "clv": [1411270.0, 916931.0]})  # fmt: skip

    cells = render_table(contract_table(Found(groups), values, currency="USD"), "en")

    assert cells[1][0] == "12\u00a0months"
    assert contract_table(None, values, currency="USD") is None
    assert contract_table(Found(groups.iloc[:0]), values, currency="USD") is None
