import multiprocessing
import os
import signal
import time

import pytest

from rapport.press.folders import finish_points, is_gone, point, written_aside

SPAWN = multiprocessing.get_context("spawn")


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


def write_for_ever(target, started):
    with written_aside(target) as aside:
        (aside / "report.html").write_text("half", encoding="utf-8")
        started.set()
        time.sleep(60)


@pytest.mark.skipif(os.name != "posix", reason="only POSIX tells whether a process lives")
def test_a_killed_process_leaves_the_old_folder_and_the_next_start_cleans_up(tmp_path):
    target = folder_with(tmp_path / "runs" / "a", "old")
    started = SPAWN.Event()
    writer = SPAWN.Process(target=write_for_ever, args=(target, started))
    writer.start()
    assert started.wait(30)

    os.kill(writer.pid, signal.SIGKILL)
    writer.join()
    assert read(target) == "old"
    finish_points(tmp_path)

    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["a"]


@pytest.mark.skipif(os.name != "posix", reason="only POSIX tells whether a process lives")
def test_a_process_that_writes_is_left_alone(tmp_path):
    with written_aside(tmp_path / "runs" / "a") as aside:
        finish_points(tmp_path)
        assert aside.is_dir()


@pytest.mark.skipif(os.name != "posix", reason="only POSIX tells whether a process lives")
def test_the_link_that_a_dead_process_did_not_move_is_removed(tmp_path):
    child = SPAWN.Process(target=str)
    child.start()
    child.join()
    (tmp_path / f".2026-05.{child.pid}").symlink_to("runs/a")
    (tmp_path / f".2026-05.{os.getpid()}").symlink_to("runs/a")

    finish_points(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == [f".2026-05.{os.getpid()}"]
    assert is_gone(child.pid)
