import io

import pytest
from fontTools.ttLib import TTFont

from document import example
from rapport.errors import ChapterError
from rapport.press.render.fonts import check_glyphs, cut_fonts, list_texts


def characters(faces, family):
    found = [face for face in faces if face.family == family and face.weight == 400]
    return {chr(code) for face in found for code in TTFont(io.BytesIO(face.woff2)).getBestCmap()}


def test_a_character_is_cut_from_the_first_family_that_has_it():
    faces = cut_fonts("a1客", "en")

    assert characters(faces, "Noto Sans") == {"a", "1"}
    assert characters(faces, "Noto Sans SC") == {"客"}


def test_chinese_text_has_full_width_quotes_and_english_text_its_own():
    quotes = "‘’“”—…·"

    assert characters(cut_fonts(quotes, "en"), "Noto Sans") == set(quotes)
    assert characters(cut_fonts(quotes, "zh"), "Noto Sans SC") == set(quotes)


def test_both_weights_are_cut():
    faces = cut_fonts("a客", "zh")

    assert [(face.family, face.weight) for face in faces] == [
        ("Noto Sans", 400),
        ("Noto Sans", 700),
        ("Noto Sans SC", 400),
        ("Noto Sans SC", 700),
    ]


def test_a_family_that_is_not_needed_is_left_out():
    assert {face.family for face in cut_fonts("plain", "en")} == {"Noto Sans"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_example_has_all_its_glyphs(language):
    check_glyphs(example(language))


def test_rare_characters_of_names_are_there():
    document = example("zh")
    document["unit"]["title"] = "堃喆镕赟祎玥"

    check_glyphs(document)


def test_a_missing_glyph_is_named_by_place_and_code_and_never_by_its_text():
    document = example("en")
    document["chapters"][1]["blocks"][4]["rows"][0]["cells"][0] = "Jane \U0001f600"

    with pytest.raises(ChapterError) as raised:
        check_glyphs(document)

    assert "U+1F600" in str(raised.value)
    assert "chapters 2, blocks 5, rows 1" in str(raised.value)
    assert "Jane" not in str(raised.value)


def test_labels_of_figures_are_checked_and_their_markup_is_not():
    document = example("en")
    figure = document["front"]["figure"]
    figure["wide"] = figure["wide"].replace("More customers", "More &#x1F600;")

    with pytest.raises(ChapterError, match=r"figure-bridge: U\+1F600"):
        check_glyphs(document)


def test_texts_of_all_kinds_of_blocks_are_found():
    texts = [text for _, text in list_texts(example("en"))]

    for expected in (
        "Mind the data.",
        "What to do",
        "Evidence",
        "Regular customer",
        "How to read it.",
        "Satisfaction: no survey answers were delivered.",
        "not signed",
    ):
        assert expected in texts
