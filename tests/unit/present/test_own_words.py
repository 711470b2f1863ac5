"""A customer's own words: shown, whatever they hold, and nothing but shown."""

import pandas as pd
import pytest

from rapport.present.formats import show
from rapport.present.labels import name_of
from rapport.present.own_words import LONGEST, UNKNOWN, show_own
from rapport.present.pieces import describe_table, table_html
from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec
from rapport.present.values import text_value
from unit.present.hostile_words import HOSTILE


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Mug", "Mug"),
        ("  two\t blanks \n", "two blanks"),
        ("abc\u202egnp.exe", "abcgnp.exe"),
        ("\ufeffpay\u200bpal\u2060", "paypal"),
        ("a\x00b\x1bc", "abc"),
        ("堃 喆 𠮷", f"堃 喆 {UNKNOWN}"),
        ("\U0001f680", UNKNOWN),
        ("\u200b", UNKNOWN),
        ("", ""),
        ("5\u00a0kg", "5\u00a0kg"),
    ],
)
def test_what_cannot_be_seen_goes_and_what_cannot_be_drawn_is_a_box(given, shown):
    assert show_own(given) == shown


def test_a_pile_of_marks_does_not_climb_over_other_lines():
    assert show_own("z" + "\u0301" * 90) == "z\u0301\u0301"


@pytest.mark.parametrize("letter", ["x", "购"])
def test_a_name_of_five_thousand_characters_ends_with_an_ellipsis(letter):
    shown = show_own(letter * 5000)

    assert shown == letter * (LONGEST - 1) + "…"


@pytest.mark.parametrize("group", ["text", "term", "level", "rule", "column"])
@pytest.mark.parametrize("words", HOSTILE)
def test_every_way_to_name_a_category_shows_one_short_line(group, words):
    shown = name_of(group, words, "zh")

    assert len(shown) <= 2 * LONGEST
    assert not set(shown) & set("\n\r\t\u200b\u200f\u202e\u2066\ufeff\x00")


def test_a_value_of_a_customers_own_is_shown_so():
    assert show(text_value("product", "cup\u202e\n"), "en") == "cup"


@pytest.mark.parametrize("words", HOSTILE)
def test_a_cell_of_a_table_is_text_and_nothing_else(words):
    columns = (Column("name", {"en": "Name", "zh": "名称"}, "label", "text"),)
    frame = pd.DataFrame({"name": [words]})
    spec = TableSpec("a.b", columns, frame, Sentence("figures.row_flow.title"))

    content = describe_table(spec)

    assert content["rows"][0]["cells"][0]["en"] == show_own(words)
    assert "<script" not in table_html(content, "en")
