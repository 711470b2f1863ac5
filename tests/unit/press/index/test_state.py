"""What the log tells of the last runs, and how little is read to know it."""

import datetime as dt
import json
import os

import pytest

from rapport.press.folders import finish_points
from rapport.press.index import write_index
from rapport.press.index.periods import newest_whole, order_key
from rapport.press.index.runs import rank_folder, read_unit
from unit.press.index.shelf import add_line, add_report, money, page


def test_a_unit_whose_last_run_failed_says_which_task_and_when(tmp_path):
    add_report(tmp_path, "shop", "2026-06")
    add_line(tmp_path, "published", "shop")
    add_line(tmp_path, "failed", "shop", failed={"shop/2026-06/churn": "ChapterError"})

    write_index(tmp_path)

    assert "Last run failed: 2026-06/churn (ChapterError) (2026-07-02)" in page(tmp_path)
    assert "上次运行失败：2026-06/churn (ChapterError)（2026-07-02）" in page(tmp_path)


def test_a_run_that_ends_well_takes_the_failure_away(tmp_path):
    add_report(tmp_path, "shop", "2026-06")
    add_line(tmp_path, "failed", "shop", failed={"ingestion": "DataError"})
    write_index(tmp_path)
    add_line(tmp_path, "published", "shop")
    add_line(tmp_path, "delivered", "shop")

    write_index(tmp_path)

    assert "Last run failed" not in page(tmp_path)


def test_a_run_that_was_cut_off_is_told(tmp_path):
    add_report(tmp_path, "shop", "2026-06")
    add_line(tmp_path, "abandoned", "shop")

    write_index(tmp_path)

    assert "Last run was cut off (2026-07-02)" in page(tmp_path)


def test_a_unit_that_only_ever_failed_is_there(tmp_path):
    add_line(tmp_path, "failed", "shop", failed={"ingestion": "DataError"}, period=None)

    write_index(tmp_path)

    assert 'id="unit-shop"' in page(tmp_path)
    assert "No report yet" in page(tmp_path)


@pytest.mark.parametrize(
    ("period", "bands", "is_late"),
    [("2026-06", [], False), ("2026-05", [], True), ("2026-05", ["sample"], False),
     ("all", [], False), ("2026-W26", [], False), ("2026-W25", [], True),
     ("2026-Q2", [], False), ("2026-Q1", [], True), ("2025", [], False), ("2024", [], True)],
)  # fmt: skip
def test_a_unit_without_a_report_of_the_newest_whole_period_is_late(
    tmp_path, period, bands, is_late
):
    add_report(tmp_path, "shop", period, bands=bands)
    add_line(tmp_path, "published", "shop", at="2026-07-02")

    write_index(tmp_path)

    assert ("Late: no report for" in page(tmp_path)) == is_late


@pytest.mark.parametrize(
    ("like", "day", "newest"),
    [("2026-05", "2026-01-01", "2025-12"), ("2020-W01", "2027-01-04", "2026-W53"),
     ("2020-W01", "2027-01-03", "2026-W52"), ("2026-Q1", "2026-03-31", "2025-Q4"),
     ("2026-Q1", "2026-04-01", "2026-Q1"), ("all", "2026-04-01", None)],
)  # fmt: skip
def test_the_newest_whole_period_ended_before_the_day(like, day, newest):
    assert newest_whole(like, type(order_key("2026")[0]).fromisoformat(day)) == newest


def test_periods_are_ordered_by_their_last_day():
    codes = ["2026", "2026-Q4", "2026-W01", "2025-12", "all", "2026-13"]

    assert sorted(codes, key=order_key) == [
        "2025-12",
        "2026-W01",
        "2026",
        "2026-Q4",
        "2026-13",
        "all",
    ]


APRIL = {"year_starts": 4}
SHOPS = {"year_starts": 2, "year_named": "start", "weeks": "4-5-4", "week_starts": "sunday"}


@pytest.mark.parametrize(
    ("like", "day", "calendar", "newest"),
    [("FY2026-Q2", "2026-06-30", APRIL, "FY2026-Q4"),
     ("FY2026-Q2", "2026-07-01", APRIL, "FY2027-Q1"),
     ("FY2020", "2026-04-01", APRIL, "FY2026"), ("FY2024-P01", "2024-04-07", SHOPS, "FY2024-P02"),
     ("FY2024-W01", "2024-02-04", SHOPS, "FY2023-W53"), ("FY2026-P01", "2026-07-01", APRIL, None),
     ("FY2026-Q1", "2026-07-01", None, None)],
)  # fmt: skip
def test_the_newest_whole_period_of_a_fiscal_year_is_that_of_its_calendar(
    like, day, calendar, newest
):
    assert newest_whole(like, dt.date.fromisoformat(day), calendar) == newest


@pytest.mark.parametrize(("period", "is_late"), [("FY2027-Q1", False), ("FY2026-Q4", True)])
def test_a_fiscal_period_can_be_late(tmp_path, period, is_late):
    add_report(tmp_path, "shop", period, unit_parameters={"calendar": APRIL})
    add_line(tmp_path, "published", "shop", at="2026-07-02")

    write_index(tmp_path)

    assert ("Late: no report for FY2027-Q1" in page(tmp_path)) == is_late


def test_fiscal_and_civil_periods_of_a_unit_lie_by_their_days(tmp_path):
    # FY2026-Q1 ends with June 2025; by its name it would come after all months of 2025.
    for period in ("2025-05", "FY2026-Q1", "2025-07"):
        add_report(tmp_path, "shop", period, unit_parameters={"calendar": APRIL})
    unit = read_unit(tmp_path / "shop", "style")

    assert [entry["period"] for entry in unit.current()] == ["2025-07", "FY2026-Q1", "2025-05"]
    links = sorted((tmp_path / "shop").glob("*20*"), key=rank_folder)
    assert [link.name for link in links] == ["2025-05", "FY2026-Q1", "2025-07"]


def test_fiscal_years_of_one_name_and_other_days_are_not_put_together(tmp_path):
    for unit, calendar in (("a", APRIL), ("b", APRIL), ("c", {"year_starts": 7})):
        add_report(
            tmp_path, unit, "FY2026-Q1", cards=[{"value": "£12"}], values=money("12", "10"),
            unit_parameters={"calendar": calendar},
        )  # fmt: skip

    write_index(tmp_path)

    together = page(tmp_path, "all.FY2026-Q1.en.html")
    assert all(f"{unit}/FY2026-Q1" in together for unit in "ab")
    assert "c/FY2026-Q1" not in together


def test_a_half_written_line_is_read_once_it_is_whole(tmp_path):
    add_report(tmp_path, "shop", "2026-06")
    add_line(tmp_path, "failed", "shop", failed={"churn": "ChapterError"})
    whole = (tmp_path / "log.jsonl").read_bytes()
    (tmp_path / "log.jsonl").write_bytes(whole[:40])
    write_index(tmp_path)
    assert "Last run failed" not in page(tmp_path)
    (tmp_path / "log.jsonl").write_bytes(whole)

    write_index(tmp_path)

    assert "Last run failed" in page(tmp_path)


def test_a_log_that_is_another_one_is_read_from_its_start(tmp_path):
    add_report(tmp_path, "shop", "2026-06")
    add_line(tmp_path, "failed", "shop", failed={"churn": "ChapterError"})
    write_index(tmp_path)
    (tmp_path / "log.jsonl").unlink()
    add_line(tmp_path, "published", "shop", at="2026-07-03")
    add_line(tmp_path, "published", "mall", at="2026-07-03", period="2026-05")

    write_index(tmp_path)

    assert "Last run failed" not in page(tmp_path)


N_UNITS = 200


def test_of_200_units_only_the_one_that_moved_is_read_and_drawn(tmp_path):
    for number in range(N_UNITS):
        add_report(tmp_path, f"unit-{number:03}", "2026-05", cards=[{}], values=money("10"))
    first = write_index(tmp_path)
    assert (first.n_read, first.n_drawn) == (N_UNITS, N_UNITS)
    # A record that is read again would now be found damaged.
    for path in tmp_path.glob("*/runs/*/manifest.json"):
        seen = path.stat()
        path.write_bytes(b"{" + b" " * (seen.st_size - 1))
        os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    add_report(tmp_path, "unit-007", "2026-06", cards=[{}])

    work = write_index(tmp_path)

    assert (work.n_read, work.n_drawn) == (1, 1)
    assert work.written == ("index.html",)
    text = page(tmp_path)
    assert "damaged" not in text
    assert text.count('<h2 id="unit-') == N_UNITS


@pytest.mark.parametrize("name", ["index.json", "shop/index.json", "index.html"])
def test_what_a_kill_left_of_a_file_does_no_harm_and_goes(tmp_path, name, monkeypatch):
    add_report(tmp_path, "shop", "2026-05")

    def killed(self, target):
        if target == tmp_path / name:
            raise KeyboardInterrupt
        return rename(self, target)

    rename = type(tmp_path).replace
    with monkeypatch.context() as patch:
        patch.setattr(type(tmp_path), "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            write_index(tmp_path)
    assert len(list(tmp_path.rglob(".*"))) == 1

    finish_points(tmp_path / "shop")
    write_index(tmp_path)

    assert list(tmp_path.rglob(".*")) == []
    assert "shop/2026-05/report.en.html" in page(tmp_path)


def test_what_was_kept_and_cannot_be_read_is_made_anew(tmp_path):
    add_report(tmp_path, "shop", "2026-05")
    write_index(tmp_path)
    before = (tmp_path / "index.html").read_bytes()
    for kept in tmp_path.rglob("index.json"):
        kept.write_text(json.dumps(["?"]), encoding="utf-8")

    write_index(tmp_path)

    assert (tmp_path / "index.html").read_bytes() == before
