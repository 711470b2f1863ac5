"""`rapport verify`, as a reader types it, and runs that sign."""

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from functional.command import arguments, environment, rapport

SIGNER = "集团 Analytics"  # of conftest


@pytest.mark.parametrize("name", ["report.en.pdf", "report.zh.html", "."])
def test_the_command_says_who_signed_and_exits_with_0(signed, report, name):
    done = rapport(
        signed / "project", "verify", str(report / name), "--json",
        env={"RAPPORT_TRUST": str(signed / "keys" / "sign.allowed")},
    )  # fmt: skip

    assert (done.code, done.said) == (0, "")
    assert (done.json["verdict"], done.json["signer"]) == ("sealed", SIGNER)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [((), 6, "no trust file was given"), (("--trust", "other.allowed"), 7, "does not list it"),
     (("--trust", "absent"), 2, "absent: cannot be read")],
)  # fmt: skip
def test_without_the_right_trust_file_nobody_is_believed(signed, report, words, code, said):
    named = [str(signed / "keys" / word) if not word.startswith("-") else word for word in words]

    done = rapport(signed / "project", "verify", str(report / "report.en.html"), *named)

    assert done.code == code
    assert said in done.out + done.said


def test_a_tampered_file_exits_with_7_and_says_what_to_do(signed, report, tmp_path):
    (tmp_path / "r.html").write_bytes((report / "report.en.html").read_bytes() + b" ")

    done = rapport(signed / "project", "verify", str(tmp_path / "r.html"))

    assert (done.code, done.said) == (7, "")
    assert "Ask its sender for the original file" in done.out


def test_a_report_that_nobody_signed_exits_with_6_and_its_page_says_so(made, signed):
    page = made.report / "report.en.html"

    done = rapport(
        made.project, "verify", str(page), "--trust", str(signed / "keys" / "sign.allowed")
    )

    assert (done.code, "Nobody signed it" in done.out) == (6, True)
    assert "not signed" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("fault", ["absent", "others may read", "no name"])
def test_a_key_that_fails_stops_the_run_before_anything_starts(copied, fault):
    assert rapport(copied, "keys", "new", "sign", "--signer", "Ann").code == 0
    if fault == "others may read":
        (copied / "sign").chmod(0o644)
    if fault == "no name":
        (copied / "sign.allowed").unlink()
    key = "absent" if fault == "absent" else "sign"

    done = rapport(copied, "run", "shop", "--fresh", "--json", env={"RAPPORT_SIGNING_KEY": key})

    assert (done.code, done.out) == (2, "")
    assert '"kind": "started"' not in done.said
    assert len((copied / "reports" / "log.jsonl").read_bytes().splitlines()) == 1


def test_a_signed_run_that_has_nothing_to_do_adds_no_line_and_touches_no_file(signed, tmp_path):
    copy = Path(shutil.copytree(signed / "project", tmp_path / "project", symlinks=True))
    before = (copy / "reports" / "log.jsonl").read_bytes()

    done = rapport(
        copy, "run", "shop", "--json",
        env={"RAPPORT_SIGNING_KEY": str(signed / "keys" / "sign")},
    )  # fmt: skip

    assert set(done.actions.values()) == {"reused"}
    assert (copy / "reports" / "log.jsonl").read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="only POSIX kills at any moment")
def test_a_run_that_was_killed_is_told_by_the_log_at_the_next_start(copied):
    command = arguments("run", "shop", "--fresh", "--json")
    with subprocess.Popen(
        command, cwd=copied, env=environment(copied), stderr=subprocess.PIPE, encoding="utf-8"
    ) as run:
        for line in run.stderr:
            if '"kind": "started"' in line and '"churn"' in line:
                break
        os.kill(run.pid, signal.SIGKILL)
        run.wait()

    done = rapport(copied, "run", "shop", "--json")

    lines = (copied / "reports" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    told = [(line["event"], line["unit"], line["period"]) for line in map(json.loads, lines)]
    assert done.code == 0, done.said
    assert told == [("published", "shop", "2026-05"), ("abandoned", "shop", "2026-05")]
    assert not list((copied / "reports").glob(".running-*"))
