"""The PDF as a reader meets it."""

import datetime as dt
import io

import pikepdf
import pypdf
import pytest

from document import example
from rapport.press.render.pdf import render_pdf

LANGUAGES = ["en", "zh"]


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


@pytest.fixture(scope="module")
def printed() -> dict[str, bytes]:
    date = dt.date(2010, 11, 30)
    return {name: render_pdf(example(name), slot=None, date=date) for name in LANGUAGES}


def test_page_one_says_the_verdict_the_figures_and_what_to_do(printed):
    first = pages(printed["en"])[0].replace("\n", " ").replace("  ", " ")

    for words in [
        "data to 30 November 2010",
        "Record a1b2 c3d4 e5f6 · not signed",
        "how to check: last page",
        "November sales rose 31% to £1.42m, but half of the rise has no known customer",
        "Mind the data. 20.2% of sales",
        "▲ 31.2% on October",
        "95% interval 4.6% to 6.2% · n\u00a03,209",
        "More orders each",
        "Win the second order of 282 newcomers.",
        "only a trial with a control group",
    ]:
        assert words in first


def test_chinese_text_can_be_copied_without_marks_of_breaks(printed):
    whole = "\n".join(pages(printed["zh"]))

    assert "首单之后，再来的不到一半" in whole
    assert "11月销售额 142.27\u00a0万英镑，环比增长 31.2%，" in whole
    assert "\u200b" not in whole


def test_a_chinese_headline_breaks_after_a_clause(printed):
    lines = pages(printed["zh"])[2].split("\n")

    assert "买过四次的客户，九成在 90\u00a0天内再来；" in lines
    assert "首单之后，再来的不到一半" in lines


def test_text_of_figures_can_be_searched(printed):
    assert "4th or later" in pages(printed["en"])[2]


@pytest.mark.parametrize(("language", "foot"), [("en", "3 of 4"), ("zh", "第 3 页，共 4 页")])
def test_head_and_foot_say_where_one_is(printed, language, foot):
    page = pages(printed[language])[2]

    assert foot in page
    assert example(language)["chapters"][1]["topic"] in page.split("\n")[0]


def test_bookmarks_and_contents_lead_to_the_same_pages(printed):
    reader = pypdf.PdfReader(io.BytesIO(printed["en"]))
    marks = {mark.title: mark for mark in reader.outline if not isinstance(mark, list)}
    contents = pages(printed["en"])[1].split("\n")

    place = contents.index("7 Satisfaction: how content, and why? 4")

    mark = marks["7\u2002Satisfaction: how content, and why?"]
    assert reader.get_destination_page_number(mark) + 1 == 4
    assert place > 0


def test_figures_carry_their_alternative_text(printed):
    with pikepdf.open(io.BytesIO(printed["en"])) as pdf:
        told = [
            str(item.Alt)
            for item in pdf.objects
            if isinstance(item, pikepdf.Dictionary) and "/Alt" in item
        ]

    assert any(words.startswith("Step lines of the share") for words in told)
    assert any(words.startswith("Net sales over the periods") for words in told)


def test_the_last_page_says_how_to_check(printed):
    assert "How to check this report" in pages(printed["en"])[-1]
