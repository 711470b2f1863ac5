"""A run's folder and the log: whatever was changed, taken away, put in or rolled back is found."""

import json
import os
import shutil

import pytest

import sealing
from rapport.errors import TamperedError
from rapport.press.proof import log
from rapport.press.proof.log_entries import sign_entry
from rapport.press.proof.seal.folder import check_folder

TRUST = sealing.trust()
PERIODS = ("2026-04", "2026-05")  # of conftest


def folder_of(reports, period=PERIODS[0]):
    return reports / "shop" / period


def count_files(folder):
    return sum(path.is_file() for path in folder.rglob("*"))


def rewrite(path, change):
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(change(lines)), encoding="utf-8")


def chain_anew(lines):
    """Give lines that follow one another, as somebody who rewrites the whole log would."""
    import hashlib  # noqa: PLC0415 - of this attack alone

    before, out = "0" * 64, []
    for line in lines:
        text = json.dumps(json.loads(line) | {"before": before}, sort_keys=True)
        before = hashlib.sha256(text.encode()).hexdigest()
        out.append(text + "\n")
    return out


@pytest.mark.parametrize("period", PERIODS)
def test_an_untouched_folder_is_sealed_and_its_log_is_whole(published, period):
    checked = check_folder(folder_of(published, period), TRUST)

    assert (checked.seal.verdict, checked.seal.signer) == ("sealed", sealing.NAME)
    assert checked.n_files == count_files(folder_of(published, period))
    assert (checked.logged.n_lines, checked.logged.line) == (3, 1 if period == PERIODS[0] else 3)
    assert checked.logged.others == ({} if period == PERIODS[0] else {"failed": 1})


def test_a_folder_that_was_taken_elsewhere_is_sealed_without_its_log(published, tmp_path):
    copy = shutil.copytree(folder_of(published), tmp_path / "copy")

    assert check_folder(copy, TRUST).logged is None


def test_lines_cut_off_behind_the_newest_report_are_missed_by_who_noted_the_head(reports):
    journal = reports / "log.jsonl"
    log.append(journal, {"event": "erased", "unit": "other"})
    before = check_folder(folder_of(reports, PERIODS[1]), TRUST).logged

    rewrite(journal, lambda lines: lines[:-1])

    after = check_folder(folder_of(reports, PERIODS[1]), TRUST).logged
    assert (before.n_lines, before.newest) == (4, 3)
    assert (after.n_lines, after.newest) == (3, 3)
    assert after.head == log.read_head(journal)[1] != before.head


def test_a_strangers_log_near_a_copy_is_not_held_against_it(published, tmp_path):
    copy = shutil.copytree(folder_of(published), tmp_path / "here" / "copy")
    (tmp_path / "log.jsonl").write_text('{"level": "info"}\n', encoding="utf-8")

    assert check_folder(copy, TRUST).logged is None


FOLDER = {
    "a digit of the values": lambda f: (f / "values.json").write_bytes(b"[1]\n"),
    "a cell of a notebook": lambda f: (f / "notebooks" / "10_summary.ipynb").write_bytes(b"{}"),
    "a list": lambda f: (f / "lists" / "win_back.csv").write_bytes(b"rank,customer_id\n1,c\n"),
    "the manifest": lambda f: rewrite(
        f / "manifest.json", lambda ls: [line.replace("2026-04", "2026-03") for line in ls]
    ),
    "the manifest made of nothing": lambda f: (f / "manifest.json").write_bytes(b"{}"),
    "the manifest nested deeply": lambda f: (f / "manifest.json").write_bytes(
        b"[" * 100_000 + b"]" * 100_000
    ),
    "the manifest with a name twice": lambda f: rewrite(
        f / "manifest.json", lambda ls: [ls[0], ' "_type": "x",\n', *ls[1:]]
    ),
    "no manifest": lambda f: (f / "manifest.json").unlink(),
    "no values": lambda f: (f / "values.json").unlink(),
    "no report": lambda f: [path.unlink() for path in f.glob("report.*")],
    "one report gone": lambda f: (f / "report.zh.html").unlink(),
    "one report edited": lambda f: (f / "report.en.html").write_bytes(
        (f / "report.en.html").read_bytes().replace(b"More in", b"Less in")
    ),
    "two reports swapped": lambda f: [
        (f / "report.en.html").rename(f / "x"),
        (f / "report.zh.html").rename(f / "report.en.html"),
        (f / "x").rename(f / "report.zh.html"),
    ],
    "one report of another run": lambda f: shutil.copy(
        folder_of(f.parents[2], PERIODS[1]) / "report.zh.html", f / "report.zh.html"
    ),
    "a file more": lambda f: (f / "tables").mkdir() or (f / "tables" / "t.parquet").touch(),
    "a page more": lambda f: (f / "report.fr.html").write_bytes(b"<html>"),
    "a link in a file's place": lambda f: [
        (f / "values.json").rename(f.parent / "v"), (f / "values.json").symlink_to(f.parent / "v"),
    ],
    "a link to a folder": lambda f: (f / "more").symlink_to(f.parent, target_is_directory=True),
    "a pipe in a file's place": lambda f: [
        (f / "values.json").unlink(), os.mkfifo(f / "values.json"),
    ],
}  # fmt: skip


@pytest.mark.skipif(os.name != "posix", reason="links and pipes are of POSIX")
@pytest.mark.parametrize("name", FOLDER)
def test_a_change_in_a_folder_is_found(reports, name):
    folder = folder_of(reports).resolve()

    FOLDER[name](folder)

    with pytest.raises(TamperedError):
        check_folder(folder, TRUST)


LOG = {
    "edited": lambda ls: [ls[0], ls[1].replace("failed", "passed"), ls[2]],
    "deleted": lambda ls: [ls[0], ls[2]],
    "deleted and chained anew": lambda ls: chain_anew([ls[0], ls[2]]),
    "edited and chained anew": lambda ls: chain_anew([ls[0], ls[1].replace("churn", "x"), ls[2]]),
    "cut by one": lambda ls: ls[:2],
    "rolled back": lambda ls: ls[:1],
    "emptied": lambda _: [],
    "cut in a line": lambda ls: [*ls[:2], ls[2][:-10]],
    "in another order": lambda ls: [ls[1], ls[0], ls[2]],
    "no JSON": lambda ls: [*ls[:2], "{]\n", ls[2]],
    "a field twice": lambda ls: [ls[0], ls[1].replace("{", '{"at": "", ', 1), ls[2]],
    "the first line made up": lambda ls: chain_anew(["{}", *ls]),
}


@pytest.mark.parametrize("name", LOG)
def test_a_log_that_was_edited_cut_or_rolled_back_is_seen_from_any_report(reports, name):
    rewrite(reports / "log.jsonl", LOG[name])

    for period in PERIODS:
        with pytest.raises(TamperedError, match=r"log\.jsonl: "):
            check_folder(folder_of(reports, period), TRUST)


def test_a_log_that_is_gone_is_seen(reports):
    (reports / "log.jsonl").unlink()

    with pytest.raises(TamperedError, match="is gone"):
        check_folder(folder_of(reports), TRUST)


def test_a_run_that_the_log_does_not_know_is_seen(reports, tmp_path, publish_signed):
    alien = publish_signed("2026-06", tmp_path / "other", sealing.signer())
    inside = shutil.copytree(alien.folder, reports / "shop" / "runs" / alien.folder.name)

    with pytest.raises(TamperedError, match="line 1 is not that of this run"):
        check_folder(inside, TRUST)


def test_lines_that_follow_later_and_half_a_line_are_no_fault(reports):
    log.append(reports / "log.jsonl", {"event": "failed", "unit": "other", "period": None})
    with (reports / "log.jsonl").open("ab") as file:
        file.write(b'{"at": "2026-')

    assert check_folder(folder_of(reports), TRUST).logged.n_lines == 4


def erase(reports, *, signer, names=None):
    name = folder_of(reports).resolve().name
    entry = {"event": "erased", "unit": "shop", "erasure": "e1", "reports": names or [name]}
    log.append(reports / "log.jsonl", sign_entry(entry, signer))


@pytest.mark.parametrize(
    ("signer", "told"), [(sealing.signer(), sealing.NAME), (sealing.signer(2), ""), (None, "")]
)
def test_an_erasure_may_shorten_a_list_and_is_told_with_who_signed_it(reports, signer, told):
    (folder_of(reports) / "lists" / "win_back.csv").write_bytes(b"")
    (folder_of(reports) / "erased.json").write_text("{}", encoding="ascii")
    erase(reports, signer=signer)

    checked = check_folder(folder_of(reports), TRUST)

    assert checked.logged.erasures == (("e1", 4, told),)
    assert checked.shortened == ("lists/win_back.csv",)


def test_an_erasure_of_another_report_excuses_nothing(reports):
    (folder_of(reports) / "lists" / "win_back.csv").write_bytes(b"")
    erase(reports, signer=sealing.signer(), names=["2026-03-000000000000"])

    with pytest.raises(TamperedError, match=r"lists/win_back\.csv"):
        check_folder(folder_of(reports), TRUST)


def test_an_erasure_excuses_no_other_file(reports):
    (folder_of(reports) / "values.json").write_bytes(b"[]")
    erase(reports, signer=sealing.signer())

    with pytest.raises(TamperedError, match=r"values\.json"):
        check_folder(folder_of(reports), TRUST)


def test_the_pages_name_the_signer_and_the_record_says_the_same(published):
    page = (folder_of(published) / "report.en.html").read_text(encoding="utf-8")
    manifest = json.loads((folder_of(published) / "manifest.json").read_bytes())

    assert f"signed by {sealing.NAME}" in page
    assert manifest["predicate"]["signer"] == sealing.NAME


def test_a_signature_is_no_part_of_the_body(published, tmp_path, publish_signed):
    publish_signed(PERIODS[0], tmp_path, sealing.signer(2))

    digests = [
        json.loads((folder_of(place) / "manifest.json").read_bytes())["subject"]
        for place in (published, tmp_path)
    ]
    assert digests[0] == digests[1]
