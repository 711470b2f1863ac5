"""Publishing with small executed notebooks: real files, real kills."""

import hashlib
import json
import multiprocessing
import os
import signal
import time
from dataclasses import replace
from datetime import date

import pytest

import executed
from rapport.errors import ChapterError, DisclosureError, RapportError
from rapport.press.proof.envelope import check_seal
from rapport.press.proof.log import append, lock, read_head
from rapport.press.publish import Chapter, Report, log_failure, publish
from rapport.press.render.frame import Frame

SPAWN = multiprocessing.get_context("spawn")


def chapter(*, said="More orders.", values=()):
    cells = executed.notebook(
        executed.opening("Topic: what?", "主题：是什么？"),
        executed.code(executed.sentence("headline", said, "订单更多。")),
    )
    content = json.dumps(cells, ensure_ascii=False).encode("utf-8")
    return Chapter("summary", 10, "key", content, values, {})


def report(*chapters, period="2026-05", formats=("html",)):
    frame = Frame(
        unit="shop",
        titles={"en": "Shop", "zh": "商店"},
        period=period,
        period_labels={"en": "May 2026", "zh": "2026年5月"},
        as_of_labels={"en": "data to 31 May 2026", "zh": "数据截至2026年5月31日"},
        languages=("en", "zh"),
    )
    return Report(frame, date(2026, 5, 31), chapters or (chapter(),), formats, {}, {"tables": {}})


def value(ident, number):
    return {
        "id": ident, "value": number, "kind": "count", "unit": "orders", "n": None,
        "interval": None,
    }  # fmt: skip


def test_a_report_is_published_once(tmp_path):
    first = publish(report(), reports=tmp_path)
    second = publish(report(), reports=tmp_path)

    assert (first.is_new, second.is_new) == (True, False)
    assert first.run_id == second.run_id
    assert read_head(tmp_path / "log.jsonl")[0] == 1


def test_a_list_is_a_file_of_the_report_that_its_manifest_names(tmp_path):
    listed = replace(chapter(), lists={"win_back": b"rank,customer_id\n1,c0\n"})

    made = publish(report(listed), reports=tmp_path)

    assert (made.link / "lists" / "win_back.csv").read_bytes() == listed.lists["win_back"]
    manifest = json.loads((made.link / "manifest.json").read_bytes())
    named = {one["name"]: one["digest"]["sha256"] for one in manifest["subject"]}
    digest = hashlib.sha256(listed.lists["win_back"]).hexdigest()
    assert named["lists/win_back.csv"] == digest


def test_a_file_for_programs_is_sealed_beside_the_report_and_makes_its_number(tmp_path):
    plain, fed = report(), replace(report(), beside={"alerts.json": b'{"items": []}\n'})

    made = publish(fed, reports=tmp_path)

    assert (made.link / "alerts.json").read_bytes() == fed.beside["alerts.json"]
    manifest = json.loads((made.link / "manifest.json").read_bytes())
    named = {one["name"]: one["digest"]["sha256"] for one in manifest["subject"]}
    assert named["alerts.json"] == hashlib.sha256(fed.beside["alerts.json"]).hexdigest()
    assert publish(plain, reports=tmp_path).run_id != made.run_id


def test_the_manifest_names_every_file_with_the_digest_of_its_body(tmp_path):
    made = publish(report(), reports=tmp_path)

    manifest = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    names = [subject["name"] for subject in manifest["subject"]]
    assert names == [
        "notebooks/10_summary.ipynb", "page_one.json", "report.en.html", "report.zh.html",
        "values.json",
    ]  # fmt: skip
    assert check_seal((made.link / "report.en.html").read_bytes())["subject"] == manifest["subject"]


def test_another_value_is_another_run_and_the_old_one_stays(tmp_path):
    old = publish(report(chapter(values=[value("churn.n", 1)])), reports=tmp_path)
    new = publish(report(chapter(values=[value("churn.n", 2)])), reports=tmp_path)

    assert old.run_id != new.run_id
    assert old.folder.is_dir()
    assert new.link.resolve() == new.folder.resolve()


def test_going_back_moves_the_link_and_makes_nothing(tmp_path):
    old = publish(report(chapter(said="Old.")), reports=tmp_path)
    publish(report(chapter(said="New.")), reports=tmp_path)

    again = publish(report(chapter(said="Old.")), reports=tmp_path)

    assert not again.is_new
    assert again.link.resolve() == old.folder.resolve()
    assert "Old." in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_what_a_kill_after_the_link_was_moved_left_undone_is_done(tmp_path):
    index = tmp_path / "index.html"
    publish(report(chapter(said="Old.")), reports=tmp_path)
    before = index.read_bytes()
    new = publish(report(chapter(said="New.")), reports=tmp_path)
    index.write_bytes(before)
    (tmp_path / ".log.jsonl.lock").touch()
    (new.folder.parent / ".new-a.lease").touch()

    again = publish(report(chapter(said="New.")), reports=tmp_path)

    assert not again.is_new
    assert "New." in index.read_text(encoding="utf-8")
    assert not list(tmp_path.rglob(".*"))


def test_two_values_of_one_id_are_refused(tmp_path):
    twice = report(chapter(values=[value("churn.n", 1), value("churn.n", 2)]))

    with pytest.raises(ChapterError, match=r"value churn\.n: is recorded twice"):
        publish(twice, reports=tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_what_a_gate_does_not_let_pass_is_published_nowhere(tmp_path):
    seen = []

    def gate(documents, values):
        seen.append((sorted(documents), [each["id"] for each in values]))
        raise DisclosureError("not published: a name.")

    with pytest.raises(DisclosureError):
        publish(report(chapter(values=[value("summary.n", 3)])), reports=tmp_path, gate=gate)

    assert seen == [(["en", "zh"], ["summary.n"])]
    assert list(tmp_path.iterdir()) == []


def test_a_failure_is_a_line_of_the_log_without_its_message(tmp_path):
    log_failure(tmp_path, unit="shop", period=None, tasks={"ingestion": "DataError"})

    entry = json.loads((tmp_path / "log.jsonl").read_text(encoding="utf-8"))
    assert entry["event"] == "failed"
    assert entry["failed"] == {"ingestion": "DataError"}


def test_a_failure_is_logged_even_where_the_index_cannot_be_drawn(tmp_path, caplog):
    (tmp_path / "index.html").mkdir()

    log_failure(tmp_path, unit="shop", period=None, tasks={"ingestion": "DataError"})

    assert read_head(tmp_path / "log.jsonl")[0] == 1
    assert "index.html: cannot be written" in caplog.text


def test_a_failure_stands_in_the_index(tmp_path):
    log_failure(tmp_path, unit="shop", period=None, tasks={"ingestion": "DataError"})

    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "Last run failed: ingestion (DataError)" in page


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_a_message(tmp_path):
    tmp_path.chmod(0o500)

    with pytest.raises(RapportError, match="the report cannot be written"):
        publish(report(), reports=tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="limits of a process are of POSIX")
@pytest.mark.parametrize("room", [200, 5_000, 60_000])
def test_a_disk_that_fills_up_leaves_the_old_report(tmp_path, room):
    old = publish(report(chapter(said="Old.")), reports=tmp_path)
    before = (tmp_path / "log.jsonl").read_bytes()

    writer = SPAWN.Process(target=publish_in, args=(tmp_path, room))
    writer.start()
    writer.join()

    assert writer.exitcode == 7
    assert old.link.resolve() == old.folder.resolve()
    assert (tmp_path / "log.jsonl").read_bytes() == before
    assert [path.name for path in old.folder.parent.iterdir()] == [old.folder.name]


def publish_in(reports, room):
    """Publish where no file may grow beyond `room` bytes."""
    import resource  # noqa: PLC0415 - of POSIX alone

    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    try:
        publish(report(chapter(said="New.")), reports=reports)
    except RapportError as error:
        assert "File too large" in str(error)
        os._exit(7)


def publish_again_and_again(reports, started):
    for number in range(10_000):
        publish(report(chapter(said=f"Number {chr(0x4E00 + number)}.")), reports=reports)
        started.set()


@pytest.mark.skipif(os.name != "posix", reason="only POSIX kills at any moment")
@pytest.mark.parametrize("moment", [0.01, 0.07, 0.19, 0.33])
def test_whenever_it_is_killed_a_whole_report_is_there(tmp_path, moment):
    started = SPAWN.Event()
    writer = SPAWN.Process(target=publish_again_and_again, args=(tmp_path, started))
    writer.start()
    assert started.wait(60)
    time.sleep(moment)

    os.kill(writer.pid, signal.SIGKILL)
    writer.join()

    for name in ("report.en.html", "report.zh.html"):
        check_seal((tmp_path / "shop" / "2026-05" / name).read_bytes())
    made = publish(report(chapter(said="After.")), reports=tmp_path)
    runs = {path.name for path in made.folder.parent.iterdir()}
    logged = (tmp_path / "log.jsonl").read_text(encoding="utf-8")
    assert not [name for name in runs if name.startswith(".")]
    assert all(name.rpartition("-")[2] in logged for name in runs)
    assert "After." in (tmp_path / "index.html").read_text(encoding="utf-8")


def publish_one(reports, period):
    publish(report(period=period), reports=reports)


def test_runs_at_once_lose_no_line_and_no_report(tmp_path):
    periods = ["2026-03", "2026-04", "2026-05"]
    writers = [SPAWN.Process(target=publish_one, args=(tmp_path, period)) for period in periods]

    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert read_head(tmp_path / "log.jsonl")[0] == 3
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert all(f"shop/{period}/report.en.html" in index for period in periods)


def test_a_line_that_was_cut_off_is_taken_away_before_the_next(tmp_path):
    journal = tmp_path / "log.jsonl"
    append(journal, {"run": "a"})
    with journal.open("ab") as file:
        file.write(b'{"at": "2026-')

    append(journal, {"run": "b"})

    lines = journal.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["run"] for line in lines] == ["a", "b"]
    with lock(journal):
        assert read_head(journal)[0] == 2
