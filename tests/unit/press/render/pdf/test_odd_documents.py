"""The PDF of documents that nobody would write: hostile, empty, long, wide."""

import datetime as dt
import io

import pypdf
import pytest

from document import example, runs
from rapport.errors import RapportError
from rapport.press.render.pdf import render_pdf


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def text(pdf: bytes) -> str:
    return "\n".join(pages(pdf))


def render(document: dict) -> bytes:
    return render_pdf(document, slot=None, date=dt.date(2010, 11, 30))


def chapter(*blocks: dict, name: str = "extra") -> dict:
    return {"number": "8", "name": name, "topic": "Extra", "anchor": name, "blocks": list(blocks)}


def paragraph(words: str) -> dict:
    return {"type": "paragraph", "text": runs(words)}


def table(rows: list[list[str]], heads: list[str]) -> dict:
    columns = [
        {"head": head, "align": "right" if place else "left"} for place, head in enumerate(heads)
    ]
    return {
        "type": "table",
        "number": "8.1",
        "anchor": "table-8-1",
        "title": runs("A table"),
        "subtitle": None,
        "note": None,
        "columns": columns,
        "rows": [{"cells": row, "strong": False} for row in rows],
    }


def with_chapter(*blocks: dict) -> dict:
    document = example("en")
    document["chapters"] = [chapter(*blocks)]
    return document


@pytest.mark.parametrize(
    "hostile",
    [
        '#eval("1+1")',
        "$x^2$ and $ y",
        '#include "/etc/passwd"',
        "] [#set page(fill: red)]",
        "back\\slash \\u{41} *bold* _it_ `raw` <label> @ref",
        "{{ jinja }} </text> & &amp; %d {0} {page}",
        "= Heading // comment /* more */",
    ],
)
def test_hostile_text_is_printed_as_it_is(hostile):
    document = with_chapter(
        {"type": "headline", "text": [{"text": hostile}]},
        {"type": "paragraph", "text": [{"text": hostile}]},
        table([[hostile, "1"]], [hostile, "Count"]),
    )
    document["unit"]["title"] = hostile

    printed = text(render(document)).replace("\n", " ")

    assert printed.count(hostile) >= 4


def test_a_report_without_chapters_and_appendix_is_printed():
    document = example("en")
    document["chapters"], document["appendix"] = [], []

    assert "Contents" in text(render(document))


def test_a_front_page_without_its_parts_is_printed():
    document = example("zh")
    document["front"].update(
        {"lead": [], "mind": None, "cards": [], "figure": None, "actions": None}
    )

    assert "未识别客户" in pages(render(document))[0]


def test_bands_and_an_analysts_note_stand_on_page_one():
    document = example("en")
    document["bands"] = ["Sample data: no real customer stands behind these figures.", "Draft."]
    words = "Stock was low in the last week of the month. " * 8 + "A. Analyst, 3 December"
    document["front"]["note"] = {"title": "Note.", "text": runs(words)}

    first = pages(render(document))[0]

    assert "Sample data" in first
    assert "Draft." in first
    assert "A. Analyst, 3 December" in first


def test_a_table_of_300_rows_breaks_and_repeats_its_head():
    rows = [[f"Segment {number}", f"{number},000"] for number in range(300)]

    printed = pages(render(with_chapter(table(rows, ["Segment name", "Net sales"]))))

    with_rows = [page for page in printed if "Segment 1" in page or "Segment 2" in page]
    assert len(with_rows) >= 4
    assert all("Segment name" in page for page in with_rows)
    assert sum(page.count(",000\n") + page.endswith(",000") for page in printed) == 300


def test_a_table_of_20_columns_and_long_cells_keeps_every_cell():
    heads = [f"Measure number {number}" for number in range(20)]
    rows = [["A segment with a long name", *[f"{number},{number}00" for number in range(10, 29)]]]

    printed = text(render(with_chapter(table(rows, heads)))).replace("\n", "")

    assert "28,2800" in printed


def test_long_words_are_broken_instead_of_leaving_the_page():
    word = "abcdefghij" * 12

    printed = text(render(with_chapter(paragraph(word), table([[word, "1"]], ["A", "B"]))))

    assert word not in printed
    assert printed.replace("\n", "").replace("\u200b", "").count(word) == 2


def test_a_figure_that_could_not_be_drawn_is_one_grey_line():
    figure = {**example("en")["chapters"][1]["blocks"][3], "wide": ""}

    assert "With every order" in text(render(with_chapter(figure)))


def test_a_character_without_a_font_is_named_and_its_text_is_not():
    with pytest.raises(RapportError, match=r"has U\+0641\. Replace") as caught:
        render(with_chapter(paragraph("Secret ف")))

    assert "Secret" not in str(caught.value)


def test_a_label_of_a_figure_without_a_font_is_named():
    figure = example("en")["chapters"][1]["blocks"][3]
    figure["wide"] = figure["wide"].replace("1st order", "ف")

    with pytest.raises(RapportError, match=r"U\+0641"):
        render(with_chapter(figure))


def test_links_lead_inside_or_to_the_web_and_nowhere_else():
    links = ["#table-8-1", "#nowhere", "https://example.org/a", "javascript:alert(1)", "file:///x"]
    told = [{"text": f"link {number} ", "link": link} for number, link in enumerate(links)]

    pdf = render(with_chapter({"type": "paragraph", "text": told}, table([["a", "1"]], ["A", "B"])))

    found = {
        note["/A"]["/URI"]
        for page in pypdf.PdfReader(io.BytesIO(pdf)).pages
        for note in page.get("/Annots", [])
        if "/URI" in note.get_object().get("/A", {})
    }
    assert found == {"https://example.org/a"}
    assert b"javascript" not in pdf


@pytest.mark.parametrize("lines", range(0, 12, 3))
def test_a_heading_stays_with_what_follows(lines):
    document = with_chapter(
        *[paragraph("Filler text. " * 60)] * 4,
        *[paragraph("One line.")] * lines,
        {"type": "heading", "level": 3, "text": runs("The heading")},
        paragraph("What follows. " * 20),
    )

    [page] = [page for page in pages(render(document)) if "The heading" in page]

    assert "What follows." in page


def test_a_figure_is_never_torn_from_its_caption():
    figure = example("en")["chapters"][1]["blocks"][3]
    for lines in range(0, 10, 3):
        document = with_chapter(*[paragraph("Filler text. " * 30)] * lines, figure)

        [page] = [page for page in pages(render(document)) if "Kaplan-Meier" in page]

        assert "With every order, the next one comes sooner" in page
