"""Every form of a report in one folder: editions, page one for telephones, its picture, a draft."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import sealing
from rapport.errors import TamperedError
from rapport.press.proof.approval import DRAFT
from rapport.press.proof.seal.answer import answer
from rapport.press.proof.seal.folder import check_folder
from rapport.press.publish import publish
from rapport.press.render.brand import plain_brand
from unit.press.proof.conftest import make_report

TRUST = sealing.trust()
VARIANTS = [
    {"name": "executive", "chapters": [], "is_whole": False},
    {"name": "audit", "chapters": None, "is_whole": True},
]
PICTURE = "phone.en.png"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Publish a signed draft with all forms, read only."""
    plain = make_report("2026-05")
    frame = replace(
        plain.frame, languages=("en",), brand={**plain_brand(), "variants": VARIANTS},
        approval={"state": DRAFT},
    )  # fmt: skip
    beside = {"alerts.json": b"{}\n", "draft.json": b"{}\n"}
    whole = replace(plain, frame=frame, formats=("html", "phone"), beside=beside)
    return publish(whole, reports=tmp_path_factory.mktemp("forms"), signer=sealing.signer())


@pytest.fixture
def folder(made, tmp_path):
    return Path(shutil.copytree(made.folder, tmp_path / "run"))


def put(name, content):
    return lambda folder: (folder / name).write_bytes(content)


def change(name, old, new):
    return lambda folder: (folder / name).write_bytes(
        (folder / name).read_bytes().replace(old, new, 1)
    )


def swap(one, other):
    def change_places(folder):
        (folder / one).rename(folder / "aside")
        (folder / other).rename(folder / one)
        (folder / "aside").rename(folder / other)

    return change_places


ATTACKS = {
    "a picture with other pixels": change(PICTURE, b"IDAT", b"IDAU"),
    "a picture with a word behind it": lambda f: put(
        PICTURE, (f / PICTURE).read_bytes() + b"<script>"
    )(f),
    "no picture": lambda f: (f / PICTURE).unlink(),
    "a picture that is a link": lambda f: (
        (f / PICTURE).rename(f.parent / "elsewhere"),
        (f / PICTURE).symlink_to(f.parent / "elsewhere"),
    ),
    "a picture of another language": put("phone.zh.png", b"\x89PNG"),
    "two editions that changed places": swap("report.executive.en.html", "report.audit.en.html"),
    "an edition in place of the whole": lambda f: shutil.copy(
        f / "report.executive.en.html", f / "report.en.html"
    ),
    "an edition that nobody made": lambda f: shutil.copy(
        f / "report.executive.en.html", f / "report.board.en.html"
    ),
    "an edition taken away": lambda f: (f / "report.audit.en.html").unlink(),
    "an edition edited": change("report.audit.en.html", b"</title>", b" </title>"),
    "page one for telephones edited": change("report.phone.en.pdf", b"endobj", b"endobk"),
    "page one for telephones in place of an edition": lambda f: shutil.copy(
        f / "report.phone.en.pdf", f / "report.en.pdf"
    ),
    "page one as data edited": change("page_one.json", b"2026", b"2025"),
    "alerts edited": put("alerts.json", b'{"items": []}\n'),
    "what a draft keeps edited": put("draft.json", b'{"arguments": {}}\n'),
    "a draft that calls itself approved": change("manifest.json", b'"draft"', b'"approved"'),
    "a logo beside it": put("logo.svg", b"<svg onload='x()'/>"),
}


def test_a_draft_of_every_form_is_sealed_and_said_to_be_one(made):
    checked = check_folder(made.folder, TRUST)

    names = {path.name for path in made.folder.iterdir()}
    assert (checked.seal.verdict, checked.seal.is_draft) == ("sealed", True)
    assert {PICTURE, "report.phone.en.pdf", "report.audit.en.html", "draft.json"} <= names


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_on_one_form_is_found_in_the_folder(folder, attack):
    ATTACKS[attack](folder)

    with pytest.raises(TamperedError):
        check_folder(folder, TRUST)


def test_an_edition_under_another_name_is_called_by_its_own(folder, trusted):
    (folder / "report.executive.en.html").rename(folder.parent / "report.en.html")

    found = answer(folder.parent / "report.en.html", trusted)

    assert found.exit_code == 0
    assert "The record calls this file report.executive.en.html." in found.text
    assert found.described["file"] == "report.executive.en.html"


def test_a_picture_alone_is_no_report(made, trusted):
    found = answer(made.folder / PICTURE, trusted)

    assert (found.exit_code, found.checked) == (7, None)
    assert "it must hold one" in found.text


def test_a_draft_says_so_in_each_of_its_files(made, trusted):
    texts = [answer(file.resolve(), trusted).text for file in made.files]

    assert all("It is a draft: nobody has approved it yet." in text for text in texts)
    assert json.loads((made.folder / "manifest.json").read_bytes())["predicate"]["approval"]
