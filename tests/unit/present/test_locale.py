"""The words of the report: both languages, full-width punctuation, no number by hand."""

import pytest

from rapport.assets.files import locale_paths
from rapport.present.faults import punctuation_faults, template_faults
from rapport.present.glyphs import check_glyphs
from rapport.present.labels import all_labels, read_locale
from rapport.present.sentences import BREAK, all_templates
from rapport.present.units import UNITS, unit_of


def test_every_template_is_whole():
    faults = [
        fault
        for identity, forms in all_templates().items()
        for fault in template_faults(identity, forms)
    ]

    assert faults == []


def test_every_label_has_both_languages():
    assert [key for key, words in all_labels().items() if set(words) != {"en", "zh"}] == []


@pytest.mark.parametrize("path", locale_paths(""), ids=lambda path: path.name)
def test_chinese_words_have_full_width_punctuation(path):
    def texts(node):
        if isinstance(node, str):
            yield node
        for child in node.values() if isinstance(node, dict) else []:
            yield from texts(child)

    found = [fault for text in texts(read_locale(path)) for fault in punctuation_faults("", text)]

    assert found == []


@pytest.mark.parametrize("path", locale_paths(""), ids=lambda path: path.name)
def test_every_character_can_be_drawn(path):
    text = path.read_text(encoding="utf-8").replace(BREAK, "")

    check_glyphs(text, where=path.name)


def test_every_counted_unit_has_its_words():
    counted = [name for name in UNITS if unit_of(name).family == "count" and name != "count"]

    missing = [
        f"{group}.{name}"
        for name in counted
        for group in ("unit", "measure")
        if f"{group}.{name}" not in all_labels()
    ]

    assert missing == []


@pytest.mark.parametrize(
    ("forms", "fault"),
    [
        ({"en": "a {n}", "zh": "甲"}, "different slots"),
        ({"en": "a"}, "no words in zh"),
        ({"en": "after 90 days", "zh": "之后"}, "typed by hand"),
        ({"en": "a {n:loud}", "zh": "甲 {n:loud}"}, "style 'loud'"),
        ({"en": "a|b", "zh": "甲|乙"}, "permitted break in English"),
        ({"en": "**a", "zh": "甲"}, "not closed"),
        ({"en": "{n", "zh": "甲"}, "cannot be read"),
        ({"en": "a!", "zh": "甲"}, "exclamation"),
        ({"cases": {"up": {"en": "a"}}}, "a.b[up]: no words in zh"),
        ({"en": "a", "zh": "甲,乙"}, "ASCII punctuation"),
        ({"en": "a {n} b", "zh": "甲{n}(乙)"}, "ASCII punctuation"),
    ],
)
def test_a_faulty_template_is_found(forms, fault):
    assert any(fault in found for found in template_faults("a.b", forms))


def test_a_chinese_word_for_the_earlier_period_stands_for_its_slot():
    forms = {"en": "{change} on {previous}", "zh": "{change} 环比"}

    assert template_faults("a.b", forms) == []


def test_ascii_punctuation_between_digits_is_right():
    assert punctuation_faults("a.b", "4,312 位，RFM:最近") == ["a.b: ASCII punctuation in ':最'"]
    assert punctuation_faults("a.b", "共 4,312 位") == []
