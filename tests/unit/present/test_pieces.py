"""What a chapter hands to the press, key by key as the bundle has it."""

import json
from decimal import Decimal

import pandas as pd
import pytest

from rapport.errors import DataError
from rapport.present.pieces import (
    Action,
    Actions,
    Card,
    Cards,
    describe_actions,
    describe_cards,
    describe_figure,
    describe_table,
    table_html,
)
from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec
from rapport.present.values import Value, label_value, text_value
from unit.present.figures import figure_samples as samples

REVENUE = Value("summary.revenue", Decimal("1422707.66"), "money", "GBP")
SMALL = Sentence("figures.item", {"name": label_value("word", "total"), "value": REVENUE})

TITLE = Sentence("figures.row_flow.title")


def counted(n):
    return Value("a.b", n, "count", "customers")


def card(name, value, **more):
    return Card("card", name, value, SMALL, **more)


def test_a_figure_is_described_in_every_language_and_shape():
    content = describe_figure(samples.change_parts())

    assert set(content) == {"id", "title", "subtitle", "caption", "alt", "shapes", "data"}
    assert set(content["shapes"]) == {"en", "zh"}
    assert set(content["shapes"]["zh"]) == {"wide", "narrow"}
    assert content["caption"] is None
    assert content["data"]["kinds"] == {"part": "label", "amount": "money"}
    assert content["data"]["n_rows"] == 4
    assert content["subtitle"]["en"][1]["source"]["kind"] == "date"
    json.dumps(content, allow_nan=False)


def test_a_table_is_described_cell_by_cell():
    frame = pd.DataFrame({"name": ["<b>", "b"], "n": [1200, 5]})
    columns = (
        Column("name", {"en": "Name", "zh": "名称"}, "label", "text"),
        Column("n", {"en": "Rows", "zh": "行数"}, "count", "rows"),
    )
    spec = TableSpec(
        "a.b", columns, frame, Sentence("figures.row_flow.title"), strong=frozenset({1})
    )

    content = describe_table(spec)

    assert content["columns"][1]["head"] == {"en": "Rows", "zh": "行数"}
    assert content["columns"][1]["align"] == "right"
    assert content["rows"][0]["cells"][1] == {"en": "1,200", "zh": "1,200"}
    assert [row["strong"] for row in content["rows"]] == [False, True]
    assert "<td>&lt;b&gt;</td>" in table_html(content, "en")
    assert "<th>行数</th>" in table_html(content, "zh")


def test_a_character_of_a_name_that_no_font_can_draw_is_a_box():
    frame = pd.DataFrame({"name": ["CO\u2082", "Mug \ue000", "\u202e\u200b"]})
    columns = (Column("name", {"en": "Name", "zh": "名称"}, "label", "text"),)

    rows = describe_table(TableSpec("a.b", columns, frame, TITLE))["rows"]

    assert [row["cells"][0]["en"] for row in rows] == ["CO\u2082", "Mug □", "□"]


def test_a_heading_that_no_font_can_draw_is_refused():
    columns = (Column("n", {"en": "\ue000", "zh": "数"}, "label", "text"),)

    with pytest.raises(DataError, match=r"U\+E000"):
        describe_table(TableSpec("a.b", columns, pd.DataFrame({"n": ["x"]}), TITLE))


def test_a_chinese_key_figure_carries_its_unit_in_its_name():
    described = describe_cards(Cards((card("key.revenue", REVENUE),)))["cards"][0]

    assert described["id"] == "summary.revenue"
    assert described["name"] == {"en": "Net sales", "zh": "销售额（净，万英镑）"}
    assert described["value"] == {"en": "£1.42m", "zh": "142.27"}
    assert described["change"] is None
    assert described["sparkline"] is None


@pytest.mark.parametrize(
    ("name", "value", "english", "chinese", "head"),
    [
        ("key.active", counted(1607), "1,607", "1,607", "活跃客户（位）"),
        ("key.active", counted(123456), "123,456", "12.35", "活跃客户（万位）"),
        ("key.churn", Value("a.b", 0.053, "ratio", "share"), "5.3%", "5.3%", "月流失率"),
        ("key.frequency", Value("a.b", 1.614, "ratio", "orders_per_customer"), "1.61", "1.61",
         "购买频次（单/位）"),
        ("key.aov", Value("a.b", 439.2, "ratio", "GBP"), "£439", "439", "客单价（英镑）"),
        ("key.nps", Value("a.b", 12.4, "ratio", "nps"), "+12", "+12", "净推荐值（分）"),
        ("key.churn", Value("a.b", None, "ratio", "share"), "n/a", "不适用", "月流失率"),
    ],
)  # fmt: skip
def test_key_figures_of_every_unit(name, value, english, chinese, head):
    described = describe_cards(Cards((card(name, value),)))["cards"][0]

    assert described["value"] == {"en": english, "zh": chinese}
    assert described["name"]["zh"] == head


def test_a_change_has_its_arrow_and_words():
    described = describe_cards(
        Cards((card("key.revenue", REVENUE, change=SMALL, arrow="up", points=(1.0, None, 2.0)),))
    )["cards"][0]

    assert described["change"]["arrow"] == "up"
    assert described["change"]["text"]["zh"][0]["text"] == "合计"
    assert described["sparkline"].startswith("<svg")
    with pytest.raises(ValueError, match="arrow 'left'"):
        card("key.revenue", REVENUE, arrow="left")


def test_actions_are_rows_of_words_and_values():
    row = Action(SMALL, (Value("a.n", None, "count", "customers"), (REVENUE, "headline")))

    content = describe_actions(Actions(("action.head.action", "action.head.money"), (row,), SMALL))

    assert content["head"]["en"] == ["Action", "Money concerned"]
    assert content["rows"][0]["cells"][0] == {"en": "n/a", "zh": "不适用"}
    assert content["rows"][0]["cells"][1]["en"] == "£1.42m"


def test_a_customers_own_word_is_printed_as_it_is():
    sentence = Sentence(
        "figures.item", {"name": text_value("a.b", "Müller & 堃"), "value": REVENUE}
    )

    assert sentence.text("en") == "Müller & 堃 £1.42m"
