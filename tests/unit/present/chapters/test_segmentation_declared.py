"""What customers named and marked: tables of anybody's words, and every outcome in words."""

import pandas as pd
import pytest

from rapport.analysis.segment_months_study import list_months
from rapport.present.chapters.segmentation_groups import group_table, rule_table, say_measures
from rapport.present.chapters.segmentation_interests import (
    declared_table,
    lean_table,
    name_first,
    name_marks,
)
from rapport.present.chapters.segmentation_more import (
    discount_table,
    month_figure,
    month_table,
)
from rapport.present.draw import draw
from rapport.present.sentences import Sentence, all_templates
from rapport.present.tables import render_heads, render_table
from rapport.present.values import Suppressed, Value, period_value
from unit.present.figures import figure_samples
from unit.present.hostile_words import HOSTILE


def number(name, value, unit="ratio", interval=None):
    kind = "count" if unit in ("customers", "groups") else "ratio"
    return Value(name, value, kind, unit, 120, interval)


def values(n=120, **more):
    known = {
        "min_n": number("parameter.min_n", 30, "customers"),
        "min_count": number("parameter.min_count", 10, "customers"),
        "marks": name_marks("s_price, s_gift_wrap"),
        "cut": period_value("2025-12", name="cut"),
        "sizes_earlier": number("sizes.earlier", 0.2, "share"),
        "sizes_later": number("sizes.later", 0.25, "share"),
        "declared_first": number("declared.first", 0.4, "share", (0.3, 0.5)),
    }  # fmt: skip
    for kind in ("declared", "attitudes"):
        known |= {f"{kind}_{name}": number(f"{kind}.{name}", n, "customers")
                  for name in ("n", "n_grouped")}  # fmt: skip
        known |= {f"{kind}_{name}": number(f"{kind}.{name}", 0.5)
                  for name in ("rand", "silhouette", "null", "most_rand")}  # fmt: skip
        known[f"{kind}_k"] = number(f"{kind}.k", 3, "groups")
    return known | more


def interests(names=("Garden", "other")):
    table = pd.DataFrame({"name": list(names), "n_customers": 40, "share": 0.4})
    limits = {"low": 0.3, "high": 0.5, "index": 120.0, "index_low": 100.0, "index_high": None}
    return table.assign(**limits)


def groups(sizes=(60, 40, 20), name="s_price"):
    return pd.DataFrame({
        "cluster": [1, 2, 3], "n": sizes, "share": [0.5, 0.3, 0.2], "leans_to": name,
        "share_of_spend": [0.6, 0.3, 0.1], "inside": 4.2, "overall": 2.5,
    })  # fmt: skip


CASES = [
    (name, case)
    for name in (
        "declared", "declared_groups", "attitudes", "attitudes_groups", "declared_title",
        "declared_note", "declared_groups_title", "declared_groups_note", "months_title",
        "attitudes_groups_title", "attitudes_groups_note", "month_sizes_title", "month_sizes_note",
    )
    for case in all_templates()[f"segmentation.{name}"].get("cases", {None: None})
]  # fmt: skip


@pytest.mark.parametrize(("name", "case"), CASES)
def test_every_outcome_is_told_in_both_languages(name, case):
    known = values() | name_first(interests())

    for language in ("en", "zh"):
        told = Sentence(f"segmentation.{name}", known, case=case).text(language)
        assert told
        assert not {"nan", "None", "inf"} & set(told.replace(",", " ").split())


@pytest.mark.parametrize("word", HOSTILE, ids=range(len(HOSTILE)))
def test_an_interest_is_anybodys_word_and_is_made_fit_to_be_seen(word):
    # Of blanks alone the mart makes no interest.
    table = interests([word.strip() or "x", "other"])

    cells = render_table(declared_table(table, values()), "en")
    told = Sentence("segmentation.declared", values() | name_first(table)).text("zh")

    for text in (cells[0][0], told):
        assert text.replace("\u00a0", " ").isprintable()
        assert len(text) < 300
    assert not set("\u202e\u2066\u200b\x00\x1b") & set(told)


def test_the_rest_of_interests_has_a_name_of_ours_and_no_index_no_interval():
    spec = declared_table(interests(), values())

    assert [row[0] for row in render_table(spec, "zh")] == ["Garden", "其他"]
    assert render_table(spec, "en")[0][-1] == "n/a"
    assert name_first(interests(["other"])) == {}


@pytest.mark.parametrize("kind", ["declared", "attitudes"])
def test_a_small_group_is_hidden_with_another_and_all_where_the_sum_would_tell_the_few(kind):
    spec = lean_table(groups((80, 35, 5)), values(), kind=kind, min_count=10)
    away = {f"{kind}_n_grouped": number("a", Suppressed(10, 123, is_rest=True), "customers")}

    assert [row[1] for row in render_table(spec, "en")] == ["80", "withheld", "withheld"]
    assert lean_table(groups(), values(**away), kind=kind, min_count=10) is None
    assert lean_table(groups().iloc[:0], values(), kind=kind, min_count=10) is None


def test_marks_are_called_by_our_words_or_by_their_columns():
    cells = render_table(lean_table(groups(), values(), kind="attitudes", min_count=10), "zh")
    own = lean_table(groups(name="s_gift_wrap"), values(), kind="attitudes", min_count=10)

    assert cells[0][4:] == ["价格", "4.2", "2.5"]
    assert render_table(own, "en")[0][4] == "Gift wrap"


def test_tables_of_groups_show_further_measures_in_their_units():
    names = ("rfm_days_since", "rfm_order_days", "rfm_spend", "mean_order", "share_discounted")
    medians = {f"median_{name}": [0.25, 0.5] for name in names}
    profile = pd.DataFrame({"cluster": [1, 2], "n": 60, "share": 0.5, "share_of_spend": 0.5})
    bounds = {f"{side}_{name}": [0.25, None] for side in ("above", "at_most") for name in names}
    rules = pd.DataFrame({"cluster": [1, 2], "n": 60, "share": 0.5, **bounds})
    known = {"groups_k": number("groups.k", 2, "groups")}

    table = group_table(profile.assign(**medians), known, currency="GBP", min_count=10)
    retold = rule_table(rules, known, currency="GBP")

    assert render_heads(table, "en")[-2:] == ["Average order, £", "Share of orders with a discount"]
    assert render_table(table, "en")[0][-2:] == ["0.25", "25.0%"]
    assert render_table(retold, "en")[0][4] == ">\u00a00.25, ≤ 0.25"
    case, listed = say_measures("partial", ["median_gap_days"])
    told = Sentence("segmentation.measures", {"measures": listed}, case=case).text("en")
    assert told.endswith("no value is made up: Days between orders.")


def months(hidden=("dormant",)):
    return figure_samples.size_panels(hidden).data


def test_month_ends_are_drawn_and_tabled_where_two_days_can_be_compared():
    figure = month_figure(months(), values(), case="up", confidence=0.9)
    table = month_table(list_months(months()), values())

    assert figure.title.text("en").startswith("Since December 2025 high-value customers have grown")
    assert "band: 90% interval" in figure.subtitle.text("en")
    assert "2025年12月" in figure.subtitle.text("zh")
    assert render_table(table, "en")[0][-2:] == ["withheld", "900"]
    assert render_table(table, "zh")[1][0] == "2025-07"
    for case in ("few", "late"):
        assert month_figure(months(), values(), case=case, confidence=0.9) is None
    assert month_table(list_months(months().iloc[:0]), values()) is None


@pytest.mark.parametrize("n", [3, 13])
def test_few_month_ends_are_drawn_as_well_as_many(n):
    spec = figure_samples.sizes.size_panels(
        months(())[: 7 * n], id="segmentation.months", lead="high_value", mark="2025-12"
    )

    for shape in ("wide", "narrow"):
        assert draw(spec, "zh", shape).startswith("<svg")


def test_the_table_of_discounts_hides_what_would_tell_of_few():
    rows = [("high_value", 400, 0.4, 0.3, 0.5), ("general", 120, None, None, None),
            ("total", 520, 0.35, 0.3, 0.4)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["segment", "n_orders", "share", "low", "high"])
    known = values(discounts_share=number("discounts.share", 0.35, "share", (0.3, 0.4)))

    spec = discount_table(table, known)

    assert render_table(spec, "en")[1][1:3] == ["120", "withheld"]
    assert render_table(spec, "zh")[1][2] == "不显示"
    assert discount_table(table, values()) is None
