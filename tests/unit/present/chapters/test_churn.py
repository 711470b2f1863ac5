import datetime as dt

import pandas as pd
import pytest

from rapport.present.chapters.churn import (
    band_table,
    rate_figure,
    return_curves,
    return_table,
    risk_figures,
)
from rapport.present.chapters.churn_drivers import asked_table, group_figure
from rapport.present.draw import draw
from rapport.present.labels import LANGUAGES
from rapport.present.pieces import describe_figure, describe_table
from rapport.present.sentences import Sentence
from rapport.present.tables import render_heads, render_table
from rapport.present.values import (
    Value,
    date_value,
    parameter_value,
    period_value,
    text_value,
)
from support import table


def share(name, value, low, high):
    return Value(f"churn.{name}", value, "estimator", "share", n=100, interval=(low, high))


@pytest.fixture
def values():
    return {
        "period": period_value("2026-06"),
        "as_of": date_value("as_of", dt.date(2026, 6, 30)),
        "confidence": parameter_value("confidence", 0.95, "share"),
        "churn_after_days": parameter_value("churn_after_days", 180, "days"),
        "horizon_days": parameter_value("horizon_days", 90, "days"),
        "spells_n": Value("churn.spells.n", 200, "count", "orders"),
        "time_second": Value("churn.time.second", 90, "count", "days"),
        "stay_first": share("stay.first", 0.60, 0.50, 0.69),
        "stay_last": share("stay.last", 0.25, 0.17, 0.34),
        "return_first": share("return.first", 0.40, 0.31, 0.50),
        "return_last": share("return.last", 0.75, 0.66, 0.83),
        "group_first": text_value("churn.group.first", "basic"),
        "group_last": text_value("churn.group.last", "gold"),
        "rate": Value("churn.rate", 0.10, "ratio", "share", n=200, interval=(0.07, 0.15)),
        "rate_previous": Value("churn.rate.previous", 0.2, "ratio", "share", n=180),
        "risk_n_scored": Value("churn.risk.n_scored", 300, "count", "customers"),
        "risk_n_tested": Value("churn.risk.n_tested", 280, "count", "customers"),
        "risk_auc": Value("churn.risk.auc", 0.7, "estimator", "auc", interval=(0.6, 0.8)),
        "risk_capture": Value("churn.risk.capture", 0.2, "estimator", "share"),
        "asked_left": Value("churn.asked.left", 200, "count", "customers"),
        "asked_stayed": Value("churn.asked.stayed", 400, "count", "customers"),
        "asked_share_left": Value("churn.asked.share_left", 0.3, "ratio", "share", n=200),
        "asked_share_stayed": Value("churn.asked.share_stayed", 0.1, "ratio", "share", n=400),
        "asked_difference": Value(
            "churn.asked.difference", 0.2, "estimator", "pp", interval=(0.13, 0.27)
        ),
    }


@pytest.fixture
def points():
    return table(
        """
        group  time  survival  low   high
        1      0     1.00      1.00  1.00
        1      10    0.80      0.71  0.87
        1      60    0.60      0.50  0.69
        4      0     1.00      1.00  1.00
        4      10    0.40      0.30  0.50
        4      60    0.25      0.17  0.34
        """
    ).astype({"group": str})


@pytest.fixture
def at_risk():
    return pd.DataFrame(
        [[100, 80, 80, 60], [100, 40, 40, 25]],
        index=pd.Index(["1", "4"], name="group"),
        columns=[0, 30, 60, 90],
    )


@pytest.fixture
def summary():
    return table(
        """
        group  n    first  second  low   high  median
        1      100  0.80   0.60    0.50  0.69
        4      100  0.40   0.25    0.17  0.34  10
        """.replace("0.69\n", "0.69  NaN\n")
    )


CASES = {
    "data": ("orders", "contracts"),
    "headline": ("orders", "contracts", "none", "none_contracts"),
    "return": ("orders", "contracts", "none", "none_contracts"),
    "rate": ("up", "down", "unclear", "alone", "none"),
    "risk": ("ok", "weak", "too_few_customers", "too_few_of_a_kind"),
    "asked": ("more", "less", "unclear", "few", "few_tickets"),
    "contract_risk": ("dates", "snapshot", "weak", "too_few_customers", "too_few_of_a_kind"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "case"), [(name, case) for name, cases in CASES.items() for case in cases]
)
def test_every_sentence_finds_its_values(values, language, name, case):
    assert Sentence(f"churn.{name}", values, case=case).text(language)


@pytest.mark.parametrize(
    ("language", "names"),
    [("en", ["Any ticket", "Delivery", "Pond pump"]), ("zh", ["任一工单", "配送", "Pond pump"])],
)
def test_tickets_before_leaving_are_told_by_topic(values, language, names):
    rows = pd.DataFrame({
        "topic": ["_any", "delivery", "Pond pump"], "n_left": [60, 30, 12],
        "n_stayed": [40, 20, 15],
        "share_left": [0.3, 0.15, 0.06], "share_stayed": [0.1, 0.05, 0.0375],
        "difference": [0.2, 0.1, 0.0225], "low": [0.13, 0.05, -0.01], "high": [0.27, 0.15, 0.06],
        "is_found": [True, True, False],
    })  # fmt: skip

    spec = asked_table(rows, values)

    cells = render_table(spec, language)
    assert [row[0] for row in cells] == names
    assert cells[0][1:5] == ["60", "30.0%", "40", "10.0%"]
    assert spec.strong == {0, 1}
    assert asked_table(rows.iloc[:0], values) is None


def test_the_headline_gives_both_shares_as_percent(values):
    said = Sentence("churn.headline", values, case="orders")

    assert said.text("en") == ("After four orders 75% come back in 90\u00a0days; after one, 40%")


@pytest.mark.parametrize(
    ("kind", "words"),
    [("orders", ("not ordered again", "1st order")), ("contracts", ("still running", "months"))],
)
def test_curves_say_what_they_follow(points, at_risk, values, kind, words):
    spec = return_curves(points, at_risk, values, kind=kind)

    drawn = draw(spec, "en", "wide")
    assert words[0] in spec.subtitle.text("en")
    assert words[1] in drawn
    assert "Kaplan-Meier" in spec.caption.text("zh")


@pytest.mark.parametrize("kind", ["orders", "contracts"])
def test_curves_are_described_in_both_languages_and_shapes(points, at_risk, values, kind):
    assert describe_figure(return_curves(points, at_risk, values, kind=kind))["data"]["n_rows"] == 6


def test_plans_may_be_named_by_a_letter(points, at_risk, values):
    named = {"1": "A", "4": "B"}

    spec = return_curves(
        points.assign(group=points["group"].map(named)),
        at_risk.rename(index=named),
        values,
        kind="contracts",
    )

    for language in LANGUAGES:
        assert draw(spec, language, "narrow")


def test_without_ticks_there_are_no_curves(points, at_risk, values):
    assert return_curves(points, pd.DataFrame(), values, kind="orders") is None
    assert return_curves(points.iloc[:0], at_risk, values, kind="orders") is None


def test_the_table_has_a_row_per_group_and_no_median_that_was_not_reached(summary, values):
    spec = return_table(summary, values, kind="orders")

    cells = render_table(spec, "en")
    assert cells[0][:5] == ["1st order", "100", "80.0%", "60.0%", "50.0% to 69.0%"]
    assert cells[0][5] == "not reached"
    assert cells[1][0] == "4th or later"
    assert cells[1][5] == "10\u00a0days"
    assert spec.strong == {0}


def test_plans_are_printed_as_they_are_and_run_for_months(summary, values):
    plans = summary.assign(group=["basic", "gold"])

    spec = return_table(plans, values, kind="contracts")

    cells = render_table(spec, "en")
    assert [row[0] for row in cells] == ["basic", "gold"]
    assert cells[1][5] == "10\u00a0months"
    assert describe_table(spec)["rows"]


def test_a_lone_group_is_not_bold_and_none_has_no_table(summary, values):
    assert return_table(summary.head(1), values, kind="orders").strong == frozenset()
    assert return_table(summary.iloc[:0], values, kind="orders") is None


def test_the_table_does_not_change_what_it_is_given(summary, values):
    before = summary.copy()

    return_table(summary, values, kind="orders")

    pd.testing.assert_frame_equal(summary, before)


@pytest.fixture
def history():
    return table(
        """
        period   rate  low   high  n_at_start  is_whole
        2026-04  0.20  0.15  0.26  180         True
        2026-05  NaN   NaN   NaN   20          True
        2026-06  0.10  0.07  0.15  200         True
        """
    )


@pytest.mark.parametrize(
    ("kind", "words"), [("orders", "180\u00a0days without an order"), ("contracts", "contracts")]
)
def test_the_rate_says_what_it_counts(history, values, kind, words):
    spec = rate_figure(history, values, kind=kind)

    assert spec.title.text("en").startswith("Churn was 10.0% in ")
    assert words in spec.subtitle.text("en")
    assert describe_figure(spec)["data"]["n_rows"] == 3


def test_one_rate_is_no_figure(history, values):
    assert rate_figure(history.tail(2), values, kind="orders") is None
    assert rate_figure(history.iloc[:0], values, kind="orders") is None


def test_earlier_rates_are_drawn_where_the_period_has_none(history, values):
    unknown = {name: value for name, value in values.items() if name != "rate"}
    earlier = history.assign(
        rate=[0.2, 0.1, None], low=[0.1, 0.1, None], high=[0.3, 0.2, None], n_at_start=180
    )

    spec = rate_figure(earlier, unknown, kind="orders")

    assert spec.title.text("en") == "The rate by period"
    assert describe_figure(spec)["title"]["zh"]


def test_a_rate_of_too_few_leaves_a_gap_and_so_does_the_next_smallest(history, values):
    few = history.assign(
        rate=[0.2, 0.05, 0.1], low=[0.1, 0.02, 0.1], high=[0.3, 0.1, 0.2], n_at_start=[180, 60, 200]
    )
    more = pd.concat([few, few.assign(rate=0.3)], ignore_index=True)

    spec = rate_figure(more, values, kind="orders")

    # Of 60 there were 3; the next smallest of the others is 0.3 of 60.
    assert spec.data["rate"].isna().tolist() == [False, True, False, False, True, False]
    assert spec.data["low"].isna().tolist() == spec.data["rate"].isna().tolist()
    assert "fewer than 10" in spec.caption.text("en")
    assert rate_figure(few.iloc[:2], values, kind="orders") is None


@pytest.fixture
def bins():
    return table(
        """
        predicted  observed  low   high  n
        0.10       0.12      0.08  0.17  140
        0.35       0.33      0.26  0.41  140
        0.60       0.55      0.47  0.63  140
        """
    )


@pytest.fixture
def importance():
    return table(
        """
        features         loss  sd
        tenure_days      0.01  0.02
        n_order_days_90  0.10  0.01
        """
    )


def test_a_model_has_its_calibration_and_what_it_rests_on(bins, importance, values):
    calibration, weights = risk_figures(bins, importance, values)

    assert calibration.data["n"].sum() == 420
    # The most important comes first; its range is one deviation to either side.
    assert weights.data["feature"].tolist() == ["n_order_days_90", "tenure_days"]
    assert weights.data["low"].tolist() == pytest.approx([0.09, -0.01])
    assert weights.data["high"].tolist() == pytest.approx([0.11, 0.03])
    for spec in (calibration, weights):
        assert describe_figure(spec)["alt"]["zh"]


@pytest.mark.parametrize("missing", ["bins", "importance", "both"])
def test_without_a_model_there_are_no_figures(bins, importance, values, missing):
    given = (None if missing != "importance" else bins, None if missing != "bins" else importance)

    assert risk_figures(*given, values) == ()


@pytest.fixture
def bands():
    return table(
        """
        band    n_score  n_test  observed  low   high
        high    20       30      0.80      0.63  0.90
        medium  80       100     0.30      0.22  0.40
        low     200      0       NaN       NaN   NaN
        """
    )


def test_bands_tell_who_is_at_risk_and_how_such_customers_fared(bands, values):
    spec = band_table(bands, values)

    cells = render_table(spec, "en")
    assert cells[0] == ["High", "20", "30", "80.0%", "63.0% to 90.0%"]
    assert cells[2][2:] == ["0", "n/a", "n/a"]
    assert "90\u00a0days" in spec.note.text("en")
    assert len(render_heads(spec, "zh")) == 5


def test_without_bands_there_is_no_table(values):
    assert band_table(None, values) is None


def test_a_figure_that_draws_every_group_does_not_say_why_one_is_missing():
    rows = pd.DataFrame(
        {"grouping": ["plan", "plan"], "group": ["plan=a", "plan=b"], "n": [150, 150],
         "share": [0.8, 0.5], "low": [0.7, 0.4], "high": [0.9, 0.6],
         "gain": [None, 0.3], "gain_low": [None, 0.1], "is_few": [False, False]}
    )  # fmt: skip
    horizon = {"groups_time": Value("churn.groups.time", 90, "count", "days")}

    spec = group_figure(rows, horizon, kind="orders")

    assert "n/a" not in spec.caption.text("en")


def test_an_attribute_of_which_one_group_was_watched_long_enough_is_not_drawn():
    rows = pd.DataFrame(
        {"grouping": ["plan", "plan"], "group": ["plan=a", "plan=b"], "n": [150, 150],
         "share": [1.0, None], "low": [1.0, None], "high": [1.0, None]}
    )  # fmt: skip

    assert group_figure(rows, {}, kind="contracts") is None
    assert group_figure(rows.iloc[:0], {}, kind="contracts") is None
