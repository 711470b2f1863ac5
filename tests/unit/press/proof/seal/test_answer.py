"""What `rapport verify` says of a folder or a file, and what it refuses to read."""

import json
import os

import pytest

import sealing
from rapport.errors import ParameterError, UnverifiableError
from rapport.press.proof.seal.answer import answer
from rapport.press.proof.seal.files import read_plain, read_trust
from rapport.press.proof.trust import spell_line

PERIODS = ("2026-04", "2026-05")  # of conftest


def folder_of(reports, period=PERIODS[0]):
    return reports / "shop" / period


def test_people_hear_what_holds_who_signed_and_what_that_does_not_mean(published, trusted):
    said = answer(folder_of(published, PERIODS[1]), trusted).text

    assert "files are those that the record names" in said
    assert f"It was signed by {sealing.NAME}, by your trust file" in said
    assert "The log of 3 lines is whole" in said
    assert "this run is line 3" in said
    assert "also names: 1 failed" in said
    assert "It does not say that the numbers are right" in said


def test_machines_get_one_object(published, trusted):
    told = answer(folder_of(published), trusted).described

    assert json.loads(json.dumps(told)) == told
    assert (told["verdict"], told["exit_code"], told["signer"]) == ("sealed", 0, sealing.NAME)
    assert (told["unit"], told["period"], told["log"]["line"]) == ("shop", "2026-04", 1)


def test_a_tampered_report_is_a_verdict_and_says_what_was_found(reports, trusted):
    (folder_of(reports) / "values.json").unlink()

    found = answer(folder_of(reports), trusted)

    assert (found.exit_code, found.checked) == (7, None)
    assert "values.json: is gone" in found.text
    assert found.described["verdict"] == "tampered"


def test_a_trust_file_beside_the_report_is_named_as_no_proof(reports):
    inside = folder_of(reports).resolve() / ".trust"
    inside.write_text(spell_line(sealing.NAME, sealing.signer().key), encoding="utf-8")

    assert "the trust file lies beside the report" in answer(folder_of(reports), inside).text


def test_signs_that_move_a_cursor_are_not_printed(tmp_path, trusted):
    file = tmp_path / "report.en.html"
    file.write_bytes(sealing.unsigned(unit="\x1b[2Jshop\u202e\n\rsealed"))

    said = answer(file, trusted).text

    assert "?[2Jshop??" in said or "?[2Jshop?" in said
    assert not {"\x1b", "\u202e", "\r"} & set(said)


# What is no report.


def test_what_cannot_be_read_is_a_mistake_of_who_asks(tmp_path, trusted):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").mkdir()

    for path in (tmp_path / "absent", tmp_path / "pipe", tmp_path / "empty"):
        with pytest.raises(ParameterError):
            answer(path, trusted)


def test_a_file_that_is_larger_than_any_report_is_not_read(tmp_path):
    file = tmp_path / "large"
    with file.open("wb") as large:
        large.truncate(300 * 2**20)  # takes no room on the disk

    with pytest.raises(UnverifiableError, match="larger than 256 MB"):
        read_plain(file)


def test_links_in_a_circle_are_no_report(tmp_path, trusted):
    (tmp_path / "a.html").symlink_to("b.html")
    (tmp_path / "b.html").symlink_to("a.html")

    with pytest.raises(ParameterError, match="cannot be read"):
        answer(tmp_path / "a.html", trusted)


def test_a_link_to_a_report_is_followed(published, tmp_path, trusted):
    (tmp_path / "link.html").symlink_to(folder_of(published) / "report.en.html")

    assert answer(tmp_path / "link.html", trusted).exit_code == 0


@pytest.mark.parametrize("content", [b"\xff\xfe", b"nobody", b"x" * (2**20 + 1)])
def test_a_trust_file_that_cannot_be_read_is_refused(tmp_path, content):
    (tmp_path / "trust").write_bytes(content)

    with pytest.raises((ParameterError, UnverifiableError)):
        read_trust(tmp_path / "trust")


def test_a_trust_file_may_begin_with_a_mark_of_its_encoding(tmp_path, trusted):
    (tmp_path / "marked").write_bytes(b"\xef\xbb\xbf" + trusted.read_bytes())

    assert read_trust(tmp_path / "marked").keys == read_trust(trusted).keys
