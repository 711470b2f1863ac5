"""`rapport selftest`: published figures beside ours, and whether they hold."""

import json
import math

import pytest

from rapport.cli.main import main
from rapport.cli.published import STUDIES, Study, is_as_printed
from rapport.cli.self_record import read_results, write_results
from rapport.cli.selftest import compute, tell
from rapport.errors import RapportError


@pytest.fixture(scope="module")
def rows():
    return compute(STUDIES)


def test_every_figure_is_as_printed(rows):
    assert [row for row in rows if not row["holds"]] == []


def test_the_figures_come_from_several_methods_and_none_is_empty(rows):
    assert len(rows) >= 50
    assert len({row["method"] for row in rows}) >= 9
    assert all(math.isfinite(row["ours"]) for row in rows)


@pytest.mark.parametrize(
    ("value", "printed", "holds"),
    [(0.1611, ".1611", True), (0.16115, ".1611", True), (0.161151, ".1611", False),
     (-1611.158, "-1611.2", True), (4.0, "4", True), (4.51, "4", False),
     (0.99996, "1.0000", True)],
)  # fmt: skip
def test_the_digits_that_are_printed_are_the_tolerance(value, printed, holds):
    assert is_as_printed(value, printed) is holds


def test_the_command_prints_both_numbers_and_ends_with_0(capsys, rows, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "_defaults.yml").touch()

    code = main(["selftest"])

    said = capsys.readouterr().out
    assert code == 0
    assert sum(study["holding"] for study in read_results(tmp_path)["studies"]) == len(rows)
    assert "Newcombe (1998)" in said
    assert ".2553        0.255289\n" in said
    assert said.endswith(f"all {len(rows)} figures are as printed, to the last digit.\n")


def wrong():
    yield "half of all", ".51", 0.5
    yield "a third of all", ".33", 1 / 3


def test_a_figure_that_differs_is_marked_and_ends_with_5(capsys):
    code = tell(compute([Study("halves", "二分", "Nobody (1900)", wrong)]), as_json=False)

    said = capsys.readouterr().out
    assert code == 5
    assert "0.500000  DIFFERS\n" in said
    assert "1 of 2 figures differ" in said


def test_a_program_gets_one_object(capsys):
    code = tell(compute([Study("halves", "二分", "Nobody (1900)", wrong)]), as_json=True)

    told = json.loads(capsys.readouterr().out)
    assert (code, told["n_figures"], told["n_differing"]) == (5, 2, 1)
    assert told["figures"][0] == {
        "method": "halves", "method_zh": "二分", "source": "Nobody (1900)",
        "figure": "half of all", "printed": ".51",
        "ours": 0.5, "holds": False,
    }  # fmt: skip


def test_a_record_counts_the_figures_of_each_source_and_those_that_hold(tmp_path):
    write_results(tmp_path, compute([Study("halves", "二分", "Nobody (1900)", wrong)]))

    read = read_results(tmp_path)

    assert read["studies"] == [
        {
            "method": {"en": "halves", "zh": "二分"},
            "source": "Nobody (1900)",
            "figures": 2,
            "holding": 1,
        }
    ]
    assert read["is_current"]


def test_a_record_made_with_another_lock_file_is_not_current(tmp_path):
    write_results(tmp_path, compute([Study("halves", "二分", "Nobody (1900)", wrong)]))
    (tmp_path / "requirements.lock").write_text("pandas==9\n", encoding="utf-8")

    assert not read_results(tmp_path)["is_current"]


def test_without_a_record_nothing_is_told_and_a_damaged_one_is_refused(tmp_path):
    assert read_results(tmp_path) == {}

    write_results(tmp_path, []).write_text('{"v": 1, "figures": [{}]}', encoding="utf-8")

    with pytest.raises(RapportError, match="is no record of a selftest"):
        read_results(tmp_path)
