"""A report is held against earlier ones, which change no value and make no run of their own."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from functional.command import Done, rapport
from functional.shop import add_shop, draw_orders, make_project
from shared import make_once

ASKED = ("run", "shop", "--json", "--language", "en", "--format", "html")
IS_WHOLE = os.environ.get("RAPPORT_TEST_SHARE") == "1"
LATE = ("late", "k1", "2026-04-20", "sale", "500.00")


def make_two_months(folder: Path) -> None:
    project = make_project(folder / "project", chapters=("01_", "10_"))
    add_shop(project, draw_orders(60))
    assert rapport(project, "keys", "pseudonym", "pseudonym.key").code == 0
    assert rapport(project, *ASKED, "--period", "2026-04..2026-05").code == 0


@pytest.fixture
def project(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Path:
    made = make_once(tmp_path_factory, "two-months", make_two_months)
    return Path(shutil.copytree(made / "project", tmp_path / "project", symlinks=True))


def changes_of(project: Path, period: str = "2026-05") -> Any:
    manifest = project / "reports" / "shop" / period / "manifest.json"
    return json.loads(manifest.read_bytes())["predicate"]["printing"]["changes"]


def run_of(project: Path, period: str = "2026-05") -> str:
    return (project / "reports" / "shop" / period).resolve().name.rpartition("-")[2]


def news_of(done: Done) -> list[bool]:
    return [report["new"] for report in done.json["reports"]]


def test_periods_of_one_run_are_held_against_each_other_in_order(project):
    told = changes_of(project)

    assert told["previous"]["run"] == run_of(project, "2026-04")
    assert told["methods"] == told["restated"] == []
    assert changes_of(project, "2026-04")["previous"] is None


def test_an_equal_run_makes_nothing_new_whatever_periods_are_asked_for(project):
    log = (project / "reports" / "log.jsonl").read_bytes()

    for period in ("2026-04..2026-05", "2026-05"):
        done = rapport(project, *ASKED, "--period", period)
        assert set(done.actions.values()) == {"reused"}
        assert not any(news_of(done))
    assert (project / "reports" / "log.jsonl").read_bytes() == log


def test_late_data_and_a_changed_method_are_told_apart_from_movement(project):
    first = run_of(project)
    add_shop(project, [*draw_orders(60), LATE])
    assert rapport(project, *ASKED, "-p", "min_change", "0.03").code == 0
    told, second = changes_of(project), run_of(project)

    assert told["methods"] == [
        {"cause": "parameter", "name": "min_change", "then": "0.02", "now": "0.03", "topic": None}
    ]
    assert told["same"]["run"] == first
    net = {row["figure"]: row for row in told["restated"]}["net"]
    assert (net["period"], net["why"]) == ("2026-04", ["data", "parameter"])
    assert float(net["now"]["value"]) - float(net["then"]["value"]) == 500
    page = (project / "reports" / "shop" / "2026-05" / "report.en.html").read_text("utf-8")
    assert "Key figures restated since" in page

    again = rapport(project, *ASKED, "-p", "min_change", "0.03")

    # Made again it is held against the same two, not against itself.
    assert news_of(again) == [False]
    assert run_of(project) == second


@pytest.mark.skipif(not IS_WHOLE, reason="a whole run; the others hold what it is made of")
def test_a_report_that_was_lost_is_printed_again_as_it_was(project):
    told, run = changes_of(project), run_of(project)
    shutil.rmtree(project / "reports" / "shop" / "runs" / f"2026-05-{run}")

    done = rapport(project, *ASKED)

    assert done.code == 0
    assert (run_of(project), changes_of(project)) == (run, told)
