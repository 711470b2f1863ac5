import os
import subprocess
import sys

import pytest

from kills import LIB, kill_at_every_step, killable
from rapport.press.folders import finish_points, point, written_aside

POSIX = pytest.mark.skipif(os.name != "posix", reason="only POSIX knows SIGKILL")


def folder_with(path, text):
    path.mkdir(parents=True)
    (path / "report.html").write_text(text, encoding="utf-8")
    return path


def read(link):
    return (link / "report.html").read_text(encoding="utf-8")


def test_a_folder_is_in_place_with_all_that_was_written(tmp_path):
    with written_aside(tmp_path / "runs" / "a") as aside:
        (aside / "report.html").write_text("new", encoding="utf-8")

    assert read(tmp_path / "runs" / "a") == "new"
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["a"]


def test_a_folder_that_could_not_be_finished_leaves_no_trace(tmp_path):
    target = folder_with(tmp_path / "runs" / "a", "old")

    with pytest.raises(OSError, match="disk"), written_aside(target) as aside:
        (aside / "report.html").write_text("new", encoding="utf-8")
        raise OSError("disk is full")

    assert read(target) == "old"
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["a"]


def test_a_folder_that_is_there_is_replaced(tmp_path):
    target = folder_with(tmp_path / "runs" / "a", "old")

    with written_aside(target) as aside:
        (aside / "report.html").write_text("new", encoding="utf-8")

    assert read(target) == "new"
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["a"]


def test_a_link_is_relative_and_moves_in_one_step(tmp_path):
    folder_with(tmp_path / "runs" / "a", "old")
    folder_with(tmp_path / "runs" / "b", "new")

    point(tmp_path / "2026-05", tmp_path / "runs" / "a")
    point(tmp_path / "2026-05", tmp_path / "runs" / "b")

    assert (tmp_path / "2026-05").readlink().as_posix() == "runs/b"
    assert read(tmp_path / "2026-05") == "new"


def refuse_links(monkeypatch):
    """Make links impossible, as on Windows without the right to make them."""

    def refuse(*_, **__):
        raise PermissionError("links cannot be made here")

    monkeypatch.setattr("pathlib.Path.symlink_to", refuse)


def test_without_links_the_newest_run_is_copied(tmp_path, monkeypatch):
    refuse_links(monkeypatch)
    folder_with(tmp_path / "runs" / "a", "old")
    folder_with(tmp_path / "runs" / "b", "new")

    point(tmp_path / "2026-05", tmp_path / "runs" / "a")
    point(tmp_path / "2026-05", tmp_path / "runs" / "b")

    assert not (tmp_path / "2026-05").is_symlink()
    assert read(tmp_path / "2026-05") == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2026-05", "runs"]


@pytest.mark.parametrize("renamed", ["nothing", "old", "both"])
def test_what_was_half_renamed_is_finished_at_the_next_start(tmp_path, renamed):
    link = folder_with(tmp_path / "2026-05", "old")
    fresh = folder_with(tmp_path / ".2026-05.fresh", "new")
    (tmp_path / ".2026-05.journal").write_text("copied", encoding="ascii")
    if renamed in ("old", "both"):
        link.rename(tmp_path / ".2026-05.old")
    if renamed == "both":
        fresh.rename(link)

    finish_points(tmp_path)

    assert read(tmp_path / "2026-05") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["2026-05"]


def test_a_copy_that_was_cut_off_is_no_report(tmp_path, monkeypatch):
    refuse_links(monkeypatch)
    folder_with(tmp_path / "2026-05", "old")
    folder_with(tmp_path / ".2026-05.fresh", "half")
    target = folder_with(tmp_path / "runs" / "b", "new")

    finish_points(tmp_path)
    assert read(tmp_path / "2026-05") == "old"
    point(tmp_path / "2026-05", target)

    assert read(tmp_path / "2026-05") == "new"


WRITE_FOR_EVER = """
import sys, time
from pathlib import Path
from rapport.press.folders import written_aside
with written_aside(Path(sys.argv[1])) as aside:
    (aside / "report.html").write_text("half", encoding="utf-8")
    print("begun", flush=True)
    time.sleep(600)
"""


@POSIX
def test_a_process_that_writes_is_left_alone_until_it_is_killed(tmp_path):
    target = folder_with(tmp_path / "runs" / "a", "old")
    command = [sys.executable, "-c", WRITE_FOR_EVER, str(target)]
    environment = {**os.environ, "PYTHONPATH": LIB}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as writer:
        assert writer.stdout.readline() == b"begun\n"
        finish_points(tmp_path)
        while_it_lives = len(list((tmp_path / "runs").iterdir()))
        writer.kill()
    finish_points(tmp_path)

    assert while_it_lives == 3
    assert read(target) == "old"
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["a"]


def test_a_copy_gives_way_to_a_link_where_links_are_possible_again(tmp_path):
    folder_with(tmp_path / "2026-05", "copied elsewhere")
    target = folder_with(tmp_path / "runs" / "b", "new")

    point(tmp_path / "2026-05", target)

    assert (tmp_path / "2026-05").is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2026-05", "runs"]


# What `publish` does with folders, in few words.
IMPORTS = """
from pathlib import Path
from rapport.press.folders import finish_points, point, written_aside
from rapport.press.proof import log
def refuse(*_, **__):
    raise PermissionError("links cannot be made here")
"""
PUBLISH = """
unit, folder, text, are_links = Path(sys.argv[1]), *sys.argv[2:]
if are_links == "no":
    Path.symlink_to = refuse
with log.lock(unit.parent / "log.jsonl"):
    finish_points(unit)
    with written_aside(unit / "runs" / folder) as aside:
        for name in ("report.html", "report.pdf", "manifest.json"):
            (aside / name).write_text(text, encoding="utf-8")
        log.append_locked(unit.parent / "log.jsonl", {"run": text})
    point(unit / "2026-05", unit / "runs" / folder)
"""


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def show(link):
    return {path.name: path.read_text(encoding="utf-8") for path in link.iterdir()}


def whole(text):
    return dict.fromkeys(("report.html", "report.pdf", "manifest.json"), text)


@POSIX
@pytest.mark.parametrize("are_links", ["yes", "no"])
@pytest.mark.parametrize("folder", ["another-run", "the-same-run"])
def test_a_kill_at_any_moment_leaves_a_whole_report_and_no_litter(tmp_path, folder, are_links):
    unit, either = tmp_path / "shop", (whole("old"), whole("new"))
    first = (unit, "the-same-run", "old", are_links)
    n_kills = 0

    with killable(IMPORTS, PUBLISH) as publish:
        publish(0, *first)
        for _ in kill_at_every_step(publish, unit, folder, "new", are_links):
            n_kills += 1
            if folder == "another-run" and are_links == "yes":
                assert show(unit / "2026-05") in either
            finish_points(unit)
            assert show(unit / "2026-05") in either
            assert names(unit) == ["2026-05", "runs"]

            publish(0, *first)
            assert show(unit / "2026-05") == whole("old")
            assert names(unit) == ["2026-05", "runs"]
            assert names(tmp_path) == ["log.jsonl", "shop"]
            assert set(names(unit / "runs")) <= {"the-same-run", folder}

    assert n_kills >= 20
    assert show(unit / "2026-05") == whole("new")
