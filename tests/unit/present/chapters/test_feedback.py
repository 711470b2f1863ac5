"""How comments are shown: topics, words, and hostile texts as nothing but text."""

import html

import pandas as pd
import pytest

from rapport.analysis.topic_views import hide_topics
from rapport.analysis.topics import TopicSettings, count_topics
from rapport.params.topics import trust_topics
from rapport.present import pieces
from rapport.present.chapters import feedback as told
from rapport.present.tables import render_table
from rapport.present.values import Value, text_value

TOPICS = trust_topics({
    name: {"name": {"en": en, "zh": zh}, "patterns": {"en": "x"}}
    for name, en, zh in [("delivery", "Delivery", "配送"), ("price", "Price", "价格")]
})  # fmt: skip
VALUES = {
    **told.name_limits(365, 10),
    "confidence": Value("parameter.confidence", 0.95, "ratio", "share"),
    "feedback_lead_share": Value("a.b", 0.5, "simulated", "share", interval=(0.4, 0.6)),
    "lead": text_value("a.lead", "Delivery"),
    "feedback_words_negative": Value("a.n", 40, "count", "comments"),
    "feedback_words_positive": Value("a.p", 60, "count", "comments"),
}
HOSTILE = [
    "<script>alert(1)</script> & <img src=x onerror=alert(1)>",
    "=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "-2+3", '"; DROP TABLE orders; --',
    "#set page(width: 1cm) $ x $ *bold* _it_ `raw` [link](https://e.example)", "\\input{x} {{ x }}",
]  # fmt: skip


def draw(*bad):
    parts = [
        pd.DataFrame({"topics": topic, "feeling": [-1.0] * n + [1.0] * (60 - n)})
        for topic, n in zip(("delivery", "price"), bad, strict=True)
    ]
    texts = pd.concat(parts, ignore_index=True)
    people = [f"c{k}" for k in range(len(texts))]
    texts = texts.assign(feedback_id=people, customer_id=people, is_late=None)
    return hide_topics(count_topics(texts, TOPICS, TopicSettings()), min_count=10)


def quote(*texts, sentiment="negative"):
    rows = pd.DataFrame({"topic": "price", "sentiment": sentiment, "said": list(texts)})
    return told.quote_table(rows, TOPICS, VALUES)


def test_a_topic_that_few_are_discontent_with_has_no_dot_and_no_number():
    table = draw(30, 4)

    figure = told.topic_figure(table, TOPICS, VALUES, lead="delivery")
    spec = told.topic_table(table, TOPICS, VALUES)

    assert figure.data["negative"].isna().tolist() == [False, True]
    assert [row[4] for row in render_table(spec, "en")] == ["50.0%", "<10"]
    assert [row[0] for row in render_table(spec, "zh")] == ["配送", "价格"]
    for language in ("en", "zh"):
        assert all(pieces.describe_figure(figure)["shapes"][language].values())


def test_where_nobody_is_told_to_be_discontent_nothing_is_drawn():
    assert told.topic_figure(draw(4, 4), TOPICS, VALUES, lead=None) is None
    assert told.topic_figure(draw(0, 0), TOPICS, VALUES, lead=None) is None


def test_without_rows_there_is_no_table():
    nothing = pd.DataFrame({"word": [], "words": [], "topic": [], "said": []})

    assert told.word_table(nothing, VALUES) is None
    assert told.part_table(nothing, VALUES) is None
    assert told.quote_table(nothing, TOPICS, VALUES) is None
    assert told.topic_table(nothing, TOPICS, VALUES) is None


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_comment_comes_out_as_text(text):
    content = pieces.describe_table(quote(text))

    page = pieces.table_html(content, "en")
    (cell,) = [row["cells"][2]["en"] for row in content["rows"]]
    assert html.unescape(page.split("<td>")[-1].split("</td>")[0]) == cell == f"“{text}”"
    assert "<script" not in page
    assert "<img" not in page


@pytest.mark.parametrize("text", HOSTILE)
def test_no_table_program_takes_a_quotation_for_a_formula(text):
    assert quote(text).frame["said"].iloc[0].startswith("“")


def test_what_no_font_draws_is_left_out_and_what_is_mostly_so_is_not_quoted():
    assert told.print_quote("Good 🙂, really") == "“Good , really”"
    assert told.print_quote("👍👍👍 ok") is None
    assert quote("👍👍👍 ok") is None


def test_a_long_quotation_is_cut_with_an_ellipsis():
    printed = told.print_quote("好" * 2_000)

    assert len(printed) == told.LONGEST_QUOTE + 2
    assert printed.endswith("…”")


def test_chinese_quotations_have_chinese_punctuation():
    assert told.print_quote("物流快,第二天到(周一)!") == "“物流快，第二天到（周一）！”"
    assert told.print_quote("Fine, thank you!") == "“Fine, thank you!”"


def test_words_that_cannot_be_drawn_are_left_out():
    words = pd.DataFrame({"word": ["late", "😡"], "n_customers": 20, "n_negative": 20,
                          "n_positive": 0, "z": [3.0, 2.0], "in_topics": [0.5, 0.0]})  # fmt: skip

    spec = told.word_table(words, VALUES)

    assert [row[0] for row in render_table(spec, "zh")] == ["late"]


def test_a_sentence_on_judgement_has_all_its_numbers():
    values = {"feedback_zh_auc": Value("a.auc", 0.9, "iterative", "auc"), "other": VALUES["lead"]}

    slots = told.name_judgement("zh", values)

    assert set(slots) == {"auc", "language", "least"}
    assert slots["least"].value == told.WITHHELD


def test_a_topic_of_few_customers_is_in_no_table_and_no_figure():
    texts = pd.DataFrame(
        {
            "topics": ["delivery"] * 60 + ["price"] * 5,
            "feeling": -1.0,
            "feedback_id": range(65),
            "customer_id": None,
            "is_late": None,
        }
    )
    table = hide_topics(count_topics(texts, TOPICS, TopicSettings()), min_count=10)

    assert told.topic_table(table, TOPICS, VALUES).frame["topic"].tolist() == ["Delivery"]
    assert told.topic_figure(table, TOPICS, VALUES, lead=None) is None
