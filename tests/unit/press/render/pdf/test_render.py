"""The PDF as a reader, a screen reader and a verifier meet it."""

import base64
import datetime as dt
import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pdfua
import pikepdf
import pypdf
import pytest

from document import example, runs
from rapport.errors import RapportError
from rapport.press.render.pdf import render_pdf

DATE = dt.date(2010, 11, 30)
ROOT = Path(__file__).parents[5]
LANGUAGES = ["en", "zh"]
STEP = 32_768


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def text(pdf: bytes) -> str:
    return "\n".join(pages(pdf))


def render(document: dict, slot: bytes | None = None) -> bytes:
    return render_pdf(document, slot=slot, date=DATE)


def noise(size: int) -> bytes:
    parts = (hashlib.sha256(b"%d" % number).digest() for number in range(size // 32 + 1))
    return b"".join(parts)[:size]


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


@pytest.fixture(scope="module")
def printed() -> dict[str, bytes]:
    return {language: render(example(language), noise(STEP)) for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_rule_of_pdf_ua_is_broken(printed, language, tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(printed[language])

    report = pdfua.validate(str(path))

    assert [outcome.findings for outcome in report.outcomes if outcome.findings] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_claims_pdf_ua_1_and_pdf_a_3a(printed, language):
    with pikepdf.open(io.BytesIO(printed[language])) as pdf, pdf.open_metadata() as claims:
        assert (claims["pdfaid:part"], claims["pdfaid:conformance"]) == ("3", "A")
        assert claims["pdfuaid:part"] == "1"


def test_the_file_names_its_title_language_keywords_and_date(printed):
    reader = pypdf.PdfReader(io.BytesIO(printed["zh"]))

    assert reader.metadata.title == "线上商店（英国） · 2010年11月"
    assert reader.metadata.author == "Rapport"
    assert reader.metadata["/Keywords"] == "online-retail, 2010-11, 记录编号 a1b2 c3d4 e5f6"
    assert reader.metadata.creation_date.date() == DATE
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"


def test_the_same_document_gives_the_same_bytes(printed):
    assert render(example("en"), noise(STEP)) == printed["en"]


def test_folder_time_zone_and_hash_seed_move_no_byte(printed, tmp_path):
    code = (
        "import sys, datetime, hashlib; from document import example;"
        "from rapport.press.render.pdf import render_pdf;"
        "noise = b''.join(hashlib.sha256(b'%d' % n).digest() for n in range(1024));"
        "pdf = render_pdf(example('zh'), slot=noise, date=datetime.date(2010, 11, 30));"
        "print(hashlib.sha256(pdf).hexdigest())"
    )
    elsewhere = tmp_path / "空 格"
    elsewhere.mkdir()
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "lib"), str(ROOT / "tests")]),
        "PYTHONHASHSEED": "7",
        "TZ": "Asia/Tokyo",
        "TMPDIR": str(elsewhere),
        "LC_ALL": "C",
    }

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=elsewhere,
        env=environment,
        capture_output=True,
        check=True,
    )

    assert done.stdout.decode().strip() == hashlib.sha256(printed["zh"]).hexdigest()
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("size", [STEP, 2 * STEP, 3 * STEP, 4 * STEP])
@pytest.mark.parametrize("form", ["raw", "base85"])
def test_the_block_occurs_once_uncompressed(size, form):
    block = noise(size) if form == "raw" else base64.b85encode(noise(size))[:size]

    pdf = render(with_chapter(paragraph("Text.")), block)

    assert pdf.count(block) == 1


def test_the_record_is_an_attachment_that_says_it_is_data(printed):
    with pikepdf.open(io.BytesIO(printed["en"])) as pdf:
        [named] = pdf.Root.AF

        assert str(named.UF) == "rapport-record.json"
        assert named.AFRelationship == "/Data"
        assert named.EF.F.Subtype == "/application/json"
        assert pdf.attachments["rapport-record.json"].get_file().read_bytes() == noise(STEP)


def test_a_block_overwritten_in_place_is_still_a_sound_file(printed):
    envelope = b'{"sealed": true}'.ljust(STEP)

    sealed = printed["en"].replace(noise(STEP), envelope)

    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        assert pdf.attachments["rapport-record.json"].get_file().read_bytes() == envelope
        assert pdf.check_pdf_syntax() == []


def test_without_a_slot_nothing_is_attached():
    with pikepdf.open(io.BytesIO(render(example("en")))) as pdf:
        assert len(pdf.attachments) == 0


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
    whole = text(printed["zh"])

    assert "首单之后，再来的不到一半" in whole
    assert "11月销售额 142.27\u00a0万英镑，环比增长 31.2%，" in whole
    assert "\u200b" not in whole


def test_a_chinese_headline_breaks_after_a_clause(printed):
    lines = pages(printed["zh"])[2].split("\n")

    assert "买过四次的客户，九成在 90\u00a0天内再来；" in lines
    assert "首单之后，再来的不到一半" in lines


def test_text_of_figures_can_be_searched(printed):
    assert "4th or later" in pages(printed["en"])[2]


@pytest.mark.parametrize(("language", "foot"), [("en", "3 of 5"), ("zh", "第 3 页，共 5 页")])
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


def test_typst_finds_nothing_to_warn_of(caplog):
    render(example("zh"))

    assert caplog.records == []


def test_the_document_is_not_changed():
    document = example("en")

    render(document)

    assert document == example("en")
