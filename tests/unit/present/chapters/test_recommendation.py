import pandas as pd
import pytest

from rapport.assets.files import locale_paths
from rapport.present.chapters.recommendation import (
    category_figure,
    hit_figure,
    role_of,
    rule_table,
)
from rapport.present.draw import draw, texts_of
from rapport.present.labels import LANGUAGES
from rapport.present.locale import read_locale
from rapport.present.sentences import Sentence
from rapport.present.tables import render_heads, render_table
from rapport.present.theme import SHAPES
from rapport.present.values import Value, date_value, parameter_value, text_value


def count(name, value, unit):
    return Value(f"recommendation.{name}", value, "count", unit)


def share(name, value, ends=None):
    return Value(f"recommendation.{name}", value, "estimator", "share", interval=ends)


@pytest.fixture
def values():
    return {
        "as_of": date_value("as_of", None),
        "confidence": parameter_value("confidence", 0.95, "share"),
        "cap": parameter_value("basket_cap", 100, "products"),
        "days": parameter_value("basket_days", 365, "days"),
        "baskets": count("baskets", 9835, "baskets"),
        "baskets_of_two": count("baskets.of_two", 7676, "baskets"),
        "baskets_large": count("baskets.large", 1, "baskets"),
        "items": count("items", 169, "products"),
        "pairs_possible": count("pairs.possible", 14196, "pairs"),
        "pairs_counted": count("pairs.counted", 2981, "pairs"),
        "rules": count("rules", 165, "rules"),
        "size_factor": Value("recommendation.size_factor", 1.4358, "ratio", "ratio"),
        "first_a": text_value("a", "<b>beef</b> =1+1 {0}"),
        "first_b": text_value("b", "根茎类蔬菜"),
        "first_both": count("first.both", 171, "baskets"),
        "first_expected": Value("recommendation.first", 80.8, "estimator", "points"),
        "first_confidence": share("first.confidence", 0.331, (0.292, 0.373)),
        "hits_n": count("hits.n", 1167, "customers"),
        "hits_rules": share("hits.rules", 0.192, (0.170, 0.216)),
        "hits_popular": share("hits.popular", 0.193, (0.171, 0.216)),
        "hits_difference": Value("recommendation.d", -0.001, "estimator", "pp",
                                 interval=(-0.012, 0.009)),
        "offers_customers": count("offers.customers", 836, "customers"),
        "offers_coverage": share("offers.coverage", 0.36),
        "offers_tail": share("offers.tail", 0.012),
        "durables": count("durables", 12, "products"),
        "n": count("n", 6, "groups"), "pairs": text_value("pairs", "-"),
        "methods": text_value("methods", "-"),
        "most_a": text_value("a", "tea"), "most_b": text_value("b", "茶"),
        "most": Value("recommendation.most", 142.0, "ratio", "index"),
    }  # fmt: skip


def list_sentences():
    (path,) = [p for p in locale_paths("sentences.") if p.name.endswith(".recommendation.yml")]
    return [
        (name, case)
        for name, forms in read_locale(path).items()
        for case in forms.get("cases", [None])
    ]


@pytest.mark.parametrize(("name", "case"), list_sentences())
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_said(values, name, case, language):
    assert Sentence(name, values, case=case).text(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_products_name_is_said_as_it_is(values, language):
    text = Sentence("recommendation.found", values, case="rules").text(language)

    assert "<b>beef</b> =1+1 {0}" in text


RULES = pd.DataFrame(
    {
        "name_a": ["beef", "butter"], "name_b": ["root vegetables", "whole milk"],
        "n_ab": [171, 271], "n_expected": [80.75, 199.9], "confidence": [0.3314, 0.4972],
        "low": [0.292, 0.455], "high": [0.373, 0.539], "support": [0.0174, 0.0276],
        "lift_adjusted": [2.1176, 1.3554],
    }
)  # fmt: skip


def test_the_table_of_rules_says_counts_and_intervals(values):
    spec = rule_table(RULES, values)

    assert render_table(spec, "en")[0] == [
        "beef", "root vegetables", "171", "80.8", "33.1%", "29.2% to 37.3%", "1.7%", "2.1",
    ]  # fmt: skip
    assert render_heads(spec, "zh")[4] == "置信度（规则）"


def test_no_rules_have_no_table(values):
    assert rule_table(None, values) is None
    assert rule_table(RULES.iloc[:0], values) is None


HITS = pd.DataFrame(
    {"method": ["rules", "popular"], "share": [0.27, 0.25], "low": [0.26, 0.24],
     "high": [0.28, 0.26], "n": [1543, 1543]}
)  # fmt: skip


@pytest.mark.parametrize(
    ("outcome", "used", "title"),
    [
        ("better", "rules", "more often"), ("popular", "popular", "no more often"),
        ("better_baskets", "rules", "more often"),
    ],
)  # fmt: skip
def test_the_figure_of_hits_marks_what_is_offered(values, outcome, used, title):
    spec = hit_figure(HITS, values, outcome=outcome)

    assert spec.data.set_index("method")["is_used"].to_dict() == {
        name: name == used for name in ("rules", "popular")
    }
    assert title in spec.title.text("en")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_heat_map_names_its_categories_and_hides_what_is_not_known(values, shape, language):
    pairs = pd.DataFrame(
        {"category_a": ["Bath", "Bath", "Bed"], "category_b": ["Bed", "Sofa", "Sofa"],
         "n_ab": [40, 50, 3], "index": [90.2, 171.7, None]}
    )  # fmt: skip

    texts = texts_of(draw(category_figure(pairs, values), language, shape))

    assert {"90", "172", "Bed", "Sofa", "Bath"} <= set(texts)
    assert ("n/a" if language == "en" else "不适用") in texts


def test_what_was_not_tested_has_no_picture(values):
    assert hit_figure(None, values, outcome="untested") is None
    assert category_figure(None, values) is None


def test_a_gap_is_a_grey_line():
    assert [role_of(outcome) for outcome in ("rules", "sample", "none", "popular")] == [
        "paragraph", "gap", "gap", "paragraph",
    ]  # fmt: skip
