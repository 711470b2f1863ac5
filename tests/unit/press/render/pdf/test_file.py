"""The PDF as a file: what it claims, its bytes, its record."""

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

from document import example
from rapport.press.render.pdf import render_pdf

DATE = dt.date(2010, 11, 30)
ROOT = Path(__file__).parents[5]
LANGUAGES = ["en", "zh"]
STEP = 32_768


def noise(size: int) -> bytes:
    parts = (hashlib.sha256(b"%d" % number).digest() for number in range(size // 32 + 1))
    return b"".join(parts)[:size]


def render(document: dict, slot: bytes | None = None) -> bytes:
    return render_pdf(document, slot=slot, date=DATE)


def brief() -> dict:
    document = example("en")
    document["chapters"], document["appendix"] = [], document["appendix"][-1:]
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


@pytest.mark.parametrize("size", [STEP, 5 * STEP, 6 * STEP, 8 * STEP])
@pytest.mark.parametrize("form", ["raw", "base85"])
def test_the_block_occurs_once_uncompressed(size, form):
    block = noise(size) if form == "raw" else base64.b85encode(noise(size))[:size]

    pdf = render(brief(), block)

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


def test_typst_finds_nothing_to_warn_of(caplog):
    render(example("zh"))

    assert caplog.records == []


def test_the_document_is_not_changed():
    document = example("en")

    render(document)

    assert document == example("en")
