from decimal import Decimal

import pandas as pd
import pytest

from rapport.present.chapters.segmentation import (
    hide_small,
    name_days,
    name_lead,
    score_grid,
    segment_overview,
    size_figure,
    spend_bars,
)
from rapport.present.chapters.segmentation_groups import (
    choice_table,
    group_profile,
    group_table,
    missing_views,
    rule_table,
    view_tables,
)
from rapport.present.draw import draw
from rapport.present.labels import LANGUAGES
from rapport.present.tables import render_heads, render_table
from rapport.present.values import Suppressed, Value, date_value, parameter_value, period_value
from rapport.privacy.disclosed import check_table
from support import table

MONEY = "GBP"


@pytest.fixture
def segments():
    drawn = table(
        """
        segment     n_customers  share_customers  share_spend  aov   days_since_median  share_repeat
        high_value  40           0.40             0.70         35.0  5.5                1.0
        potential   50           0.50             0.25         10.0  30                 0.5
        new         6            0.06             0.03         10.0  3                  0.5
        dormant     4            0.04             0.02         10.0  300                0.0
        total       100          1.00             1.00         20.0  20                 0.7
        """,
        index="segment",
    )
    spend = [Decimal(n) for n in (1400, 500, 60, 40, 2000)]
    return drawn.assign(
        spend=spend, spend_per_customer=[float(n) for n in spend], is_too_few=[0, 0, 1, 1, 0]
    )


@pytest.fixture
def values():
    return {
        "n": Value("s.n", 100, "count", "customers"),
        "spend": Value("s.spend", Decimal(2000), "money", MONEY),
        "best_n": Value("s.best.n", 40, "count", "customers"),
        "best_share": Value("s.best.share", 0.4, "ratio", "share"),
        "best_spend": Value("s.best.spend", Decimal(1400), "money", MONEY),
        "best_spend_share": Value("s.best.spend_share", 0.7, "ratio", "share"),
        "as_of": date_value("as_of", pd.Timestamp("2026-06-30").date()),
        "cut": period_value("2025-12", name="cut"),
        "rfm_days": parameter_value("rfm_days", 365, "days"),
        "min_count": parameter_value("min_count", 10, "customers"),
        "min_n": parameter_value("min_n", 30, "customers"),
        "sizes_n_earlier": Value("s.a", 90, "count", "customers"),
        "sizes_n_later": Value("s.b", 100, "count", "customers"),
        "sizes_earlier": Value("s.c", 0.3, "ratio", "share"),
        "sizes_later": Value("s.d", 0.4, "ratio", "share"),
        "groups_k": Value("s.k", 2, "count", "groups"),
        **name_lead("high_value"),
    }


def overview(segments, values, min_count=10):
    shown = hide_small(segments, min_count=min_count)
    return segment_overview(shown, values, currency=MONEY, spend="net", lead="high_value")


def test_small_segments_are_empty_and_the_total_stays(segments):
    shown = hide_small(segments, min_count=10)

    assert shown["n_customers"].isna().to_dict() == {
        "high_value": False, "potential": False, "new": True, "dormant": True, "total": False,
    }  # fmt: skip
    assert shown.loc["new", ["spend", "aov", "share_spend"]].isna().all()


def test_a_lone_small_segment_takes_the_next_smallest_with_it(segments):
    shown = hide_small(segments, min_count=5)

    assert shown["n_customers"].isna()["new"]
    assert shown["n_customers"].isna()["dormant"]


def test_a_rate_whose_hits_are_few_is_hidden_though_its_segment_is_not(segments):
    few = segments.assign(share_repeat=[1.0, 0.1, 0.5, 0.0, 0.7])

    shown = hide_small(few, min_count=10)

    assert shown["n_customers"]["potential"] == 50
    assert shown["share_repeat"].isna()["potential"]


def test_hiding_does_not_change_the_table_given(segments):
    before = segments.copy()

    hide_small(segments, min_count=10)

    pd.testing.assert_frame_equal(segments, before)


def test_the_segment_of_the_headline_is_bold_and_small_cells_say_so(segments, values):
    spec = overview(segments, values)

    cells = render_table(spec, "en")

    assert spec.strong == {0}
    assert cells[0][:5] == ["High value", "40", "40.0%", "1,400.00", "70.0%"]
    assert cells[2][1:] == ["withheld"] * 8
    assert "Withheld: fewer" in spec.note.text("en")
    assert render_heads(spec, "zh")[3] == "消费（英镑）"


def test_segments_of_few_customers_are_named_under_the_table(segments, values):
    spec = overview(segments, values, min_count=1)

    for language, named in (("en", "New, Dormant"), ("zh", "新晋客户、沉睡客户")):
        assert named in spec.note.text(language)


def test_nothing_is_shown_of_no_segments(segments, values):
    assert overview(segments.iloc[:0], values) is None
    assert spend_bars(segments.iloc[:0], values, lead=None) is None


def test_hidden_segments_are_not_drawn(segments, values):
    spec = spend_bars(hide_small(segments, min_count=10), values, lead="high_value")

    assert spec.data["segment"].tolist() == ["high_value", "potential"]
    assert "100" in spec.subtitle.text("en")


def test_the_grid_publishes_no_count_that_its_picture_hides(values):
    scores = pd.DataFrame({"r_score": [1] * 20 + [5] * 20 + [3] * 2, "f_score": [1] * 42})

    spec = score_grid(scores, values, min_count=10, min_n=30)

    at_three = spec.data[(spec.data["r_score"] == 3) & (spec.data["f_score"] == 1)]
    assert at_three["n_customers"].isna().all()
    for language in LANGUAGES:
        assert "&lt;10" in draw(spec, language, "narrow")


@pytest.mark.parametrize("scores", [[(1, 1)] * 5, [(2, 2)] * 50])
def test_few_customers_or_equals_have_no_grid(values, scores):
    frame = pd.DataFrame(scores, columns=["r_score", "f_score"])

    assert score_grid(frame, values, min_count=10, min_n=30) is None


@pytest.fixture
def sizes():
    return table(
        """
        segment     n_earlier  n_later  share_earlier  share_later
        high_value  27         40       0.30           0.40
        potential   50         45       0.56           0.45
        new         9          11       0.10           0.11
        dormant     4          4        0.04           0.04
        """,
        index="segment",
    )


@pytest.mark.parametrize("case", ["up", "down", "unclear", "none"])
def test_sizes_are_drawn_where_both_days_have_enough(sizes, values, case):
    spec = size_figure(sizes, values, later="2026-06", min_count=10, case=case)

    assert spec.data["segment"].tolist() == ["potential", "high_value"]
    for language in LANGUAGES:
        assert spec.title.text(language)
        assert draw(spec, language, "wide")


@pytest.mark.parametrize(("given", "case"), [(None, "late"), ("sizes", "few")])
def test_sizes_that_cannot_be_compared_are_not_drawn(sizes, values, given, case):
    frame = sizes if given else None

    assert size_figure(frame, values, later="2026-06", min_count=10, case=case) is None


def test_days_are_named_as_far_as_there_are_any():
    snapshot = pd.DataFrame({"data_from": pd.to_datetime(["2025-01-01"])})
    windows = pd.DataFrame({"window": ["cut"], "ends_on": pd.to_datetime(["2025-12-31"])})

    assert name_days(snapshot, windows)["cut"].value == "2025-12"
    assert set(name_days(snapshot, windows.iloc[:0])) == {"data_from"}


@pytest.fixture
def profile():
    return pd.DataFrame(
        {
            "cluster": [1, 2], "n": [60, 40], "share": [0.6, 0.4], "share_of_spend": [0.9, 0.1],
            "median_rfm_days_since": [5.0, 60.5], "median_rfm_order_days": [9.0, 1.0],
            "median_rfm_spend": [300.0, 20.0],
        }
    )  # fmt: skip


def test_groups_are_shown_with_their_medians(profile, values):
    spec = group_table(profile, values, currency=MONEY, min_count=10)

    assert render_table(spec, "en")[1] == ["Group 2", "40", "40.0%", "10.0%", "61", "1", "20.00"]


def test_the_profile_of_groups_is_drawn(values):
    points = pd.DataFrame(
        {"cluster": [1, 2], "measure": "rfm_spend", "percentile": [80.0, 20.0], "n": [60, 40]}
    )

    spec = group_profile(points, values)

    assert draw(spec, "zh", "narrow")
    assert group_profile(points.iloc[:0], values) is None


@pytest.fixture
def few(values):
    grouped = Value("s.groups.n", Suppressed(10, 203, is_rest=True), "count", "customers", n=203)
    return {**values, "groups_n": grouped}


def place(sizes):
    rows = [(at, name, 80.0, n) for at, n in enumerate(sizes, 1) for name in ("rfm_spend",)]
    return pd.DataFrame(rows, columns=["cluster", "measure", "percentile", "n"])


def test_where_few_are_in_no_group_no_sum_of_groups_tells_how_many(profile, few):
    three = pd.concat([profile, profile.tail(1).assign(cluster=3, n=100)], ignore_index=True)

    spec = group_table(three, few, currency=MONEY, min_count=10)
    drawn = group_profile(place([60, 40, 100]), few)

    for row in render_table(spec, "zh")[:2]:
        assert row[1:] == ["不显示"] * 6
    assert spec.frame["n"].tolist()[2] == 100
    assert drawn.data["cluster"].drop_duplicates().tolist() == ["3"]
    assert rule_table(pd.DataFrame({"cluster": [1], "n": [60]}), few, currency=MONEY) is None


def test_of_groups_beside_few_no_hidden_one_is_found_at_the_gate(profile, few):
    three = pd.concat([profile, profile.tail(1).assign(cluster=3, n=100)], ignore_index=True)

    spec = group_table(three, few, currency=MONEY, min_count=10)

    columns = [{"kind": column.kind, "unit": column.unit} for column in spec.columns]
    rows = [{"cells": [{"en": cell} for cell in row]} for row in render_table(spec, "en")]
    assert not list(check_table({"id": spec.id, "columns": columns, "rows": rows}, 10))


def test_two_groups_beside_few_are_not_shown(profile, few):
    assert group_table(profile, few, currency=MONEY, min_count=10) is None
    assert group_profile(place([60, 40]), few) is None


def test_rules_are_written_in_signs_that_both_languages_read(values):
    bounds = {f"{side}_{name}": None for name in ("rfm_days_since", "rfm_order_days", "rfm_spend")
              for side in ("above", "at_most")}  # fmt: skip
    rules = pd.DataFrame(
        [{"cluster": 1, "n": 60, "share": 0.9, **bounds, "above_rfm_spend": 1234.565,
          "above_rfm_order_days": 2.0, "at_most_rfm_order_days": 5.0}]
    )  # fmt: skip

    spec = rule_table(rules, values, currency=MONEY)

    for language in LANGUAGES:
        assert render_table(spec, language)[0][1:4] == ["", ">\u00a02, ≤ 5", ">\u00a01,234.57"]
    assert render_heads(spec, "zh")[3] == "消费（英镑）"


def test_the_number_kept_is_bold_and_small_groups_are_hidden(values):
    diagnostics = pd.DataFrame(
        {"k": [2, 3], "silhouette": [0.4, 0.3], "null_silhouette": [0.3, 0.28],
         "rand": [0.95, 0.7], "jaccard": [0.9, 0.5], "n_smallest": [40, 5],
         "share_smallest": [0.4, 0.05], "reason": ["", "unstable"], "is_chosen": [True, False]}
    )  # fmt: skip

    spec = choice_table(diagnostics, values, min_count=10)

    assert spec.strong == {0}
    assert [row[-1] for row in render_table(spec, "en")] == ["kept", "not stable"]
    assert render_table(spec, "en")[1][-2] == "withheld"


def view(names):
    n = len(names)
    return pd.DataFrame(
        {"name": names, "n_customers": [40] * n, "share_customers": [1 / n] * n,
         "share_spend": [1 / n] * n, "n_best": [20] * n, "share_best": [0.5] * n,
         "low": [0.4] * n, "high": [0.6] * n}
    )  # fmt: skip


def test_places_have_words_in_both_languages(values):
    (spec,) = view_tables({"place": view(["CN-GD", "other"])}, values, min_count=10)

    assert [row[0] for row in render_table(spec, "zh")] == ["广东", "其他地区"]


def test_places_without_words_are_printed_as_they_are(values):
    (spec,) = view_tables({"place": view(["XX-1", "CN-GD", "other"])}, values, min_count=10)

    assert [row[0] for row in render_table(spec, "en")] == ["XX-1", "CN-GD"]


def test_a_share_of_few_is_hidden_and_another_with_it(values):
    rows = view(["CN-GD", "CN-BJ", "CN-SH"]).assign(n_best=[20, 3, 15])

    (spec,) = view_tables({"place": rows}, values, min_count=10)

    assert [row[-2] for row in render_table(spec, "en")] == ["50.0%", "withheld", "withheld"]


def test_missing_views_are_named():
    listing = missing_views(["age", "interests"])

    assert [item.text("en") for item in listing.items] == ["age", "interests"]
