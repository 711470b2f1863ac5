"""Page one for telephones."""

import datetime as dt
import hashlib
import io
import struct

import pdfua
import pypdf
import pytest

from document import example
from rapport.press.render.pdf import render_phone, render_picture

DATE = dt.date(2010, 11, 30)
LANGUAGES = ["en", "zh"]
# Like the record's block: nothing that a writer of files could make shorter.
BLOCK = b"".join(hashlib.sha256(b"%d" % number).digest() for number in range(1024))


@pytest.fixture(scope="module")
def printed() -> dict[str, bytes]:
    return {name: render_phone(example(name), slot=BLOCK, date=DATE) for name in LANGUAGES}


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_one_page_100_millimetres_wide(printed, language):
    [page] = read(printed[language]).pages

    assert float(page.mediabox.width) == pytest.approx(100 / 25.4 * 72, abs=0.1)


def test_it_says_what_page_one_says_and_nothing_else(printed):
    [page] = read(printed["en"]).pages
    said = " ".join(page.extract_text().split())

    for words in [
        "Record a1b2 c3d4 e5f6 · not signed",
        "half of the rise has no known customer",
        "▲ 31.2% on October",
        "Win the second order of 282 newcomers.",
        "only a trial with a control group",
    ]:
        assert words in said
    assert "last page" not in said
    assert "With every order" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_rule_of_pdf_ua_is_broken(printed, language, tmp_path):
    path = tmp_path / "phone.pdf"
    path.write_bytes(printed[language])

    report = pdfua.validate(str(path))

    assert [outcome.findings for outcome in report.outcomes if outcome.findings] == []


def test_the_record_is_attached(printed):
    assert printed["en"].count(BLOCK) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_is_1080_pixels_wide_and_under_a_megabyte(language):
    picture = render_picture(example(language), date=DATE)

    width, height = struct.unpack(">LL", picture[16:24])
    assert width == 1080
    assert height > 1.5 * width
    assert len(picture) < 1_000_000


def test_a_page_without_its_parts_is_printed():
    document = example("en")
    document["front"].update(
        {"lead": [], "mind": None, "cards": [], "figure": None, "actions": None}
    )

    [page] = read(render_phone(document, slot=None, date=DATE)).pages

    assert "half of the rise" in page.extract_text()
