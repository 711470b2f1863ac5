"""The command line itself: fast to start, clear when used wrongly."""

import json
import subprocess
import sys

import pytest

from functional.command import Done, environment, rapport
from rapport.cli import main

HEAVY = {"pandas", "seaborn", "typst", "matplotlib", "duckdb", "papermill", "nbconvert", "sklearn"}


def test_help_loads_no_heavy_library(made):
    code = (
        "import sys, json\n"
        "from rapport.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(made.project), capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip

    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert not loaded & HEAVY
    assert len(loaded) < 300


@pytest.fixture
def typed(copied, monkeypatch, capsys):
    """Give a function that runs a command inside this process, whose libraries are loaded."""
    monkeypatch.chdir(copied)
    monkeypatch.delenv("RAPPORT_DATA_PATH", raising=False)
    monkeypatch.setenv("RAPPORT_PSEUDONYM_KEY", str(copied / "pseudonym.key"))

    def run(*words):
        try:
            code = main(words)
        except SystemExit as end:  # of argparse
            code = end.code
        told = capsys.readouterr()
        return Done(code, told.out, told.err)

    return run


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["run", "../../x"], "cannot be a unit's name"),
        (["run", "CON"], "cannot be a unit's name"),
        (["run", "con"], "cannot be a unit's name"),
        (["run", "nowhere"], "params/nowhere.yml is absent"),
        (["run", "shop", "-p", "churn_after", "90"], "churn_after is no parameter"),
        (["run", "shop", "-p", "min_n", "many"], "min_n"),
        (["run", "shop", "-p", "min_n", "7"], "min_n"),
        (["run", "shop", "--period", "2026-13"], "2026-13"),
        (["run", "shop", "--period", "soon"], "soon"),
        (["run", "shop", "--period", "2026-01.."], "range"),
        (["run", "shop", "--period", "2031-01"], "holds none of its days"),
        (["run", "shop", "--format", "docx"], "docx"),
        (["run", "shop", "--language", "fr"], "fr"),
        (["run", "shop", "--chapter", "weather"], "weather"),
        (["run", "shop", "--jobs", "0"], "--jobs"),
        (["data", "check", "nowhere"], "params/nowhere.yml is absent"),
        (["params", "nowhere"], "params/nowhere.yml is absent"),
        (["keys", "pseudonym", "pseudonym.key"], "pseudonym.key"),
        (["fly"], "fly"),
    ],
)
def test_a_wrong_word_ends_with_two_and_says_which(typed, words, says):
    done = typed(*words)

    assert done.code == 2
    assert says in done.said
    assert done.out == ""


@pytest.mark.parametrize("words", [["run", "shop", "--period", "soon"], ["fly"]])
def test_a_shell_is_told_by_the_exit_code_and_the_person_without_a_traceback(made, words):
    done = rapport(made.project, *words)

    assert done.code == 2
    assert words[-1] in done.said
    assert "Traceback" not in done.said
    assert done.out == ""


def test_an_unknown_parameter_in_a_file_is_named_with_its_line(copied):
    path = copied / "params" / "shop.yml"
    path.write_text(path.read_text(encoding="utf-8") + "rfm_dayz: 90\n", encoding="utf-8")

    done = rapport(copied, "run", "shop")

    assert done.code == 2
    assert "shop.yml line 13: rfm_dayz is no parameter. Did you mean rfm_days?" in done.said


def test_customers_of_a_unit_that_is_no_sample_need_a_key(copied):
    (copied / "pseudonym.key").unlink()

    done = rapport(copied, "run", "shop")

    assert done.code == 2
    assert "rapport keys pseudonym FILE" in done.said


def test_outside_a_project_the_command_says_so(tmp_path):
    done = rapport(tmp_path, "run")

    assert done.code == 2
    assert "no project here" in done.said


def test_parameters_are_printed_as_a_run_takes_them(typed):
    done = typed("params", "shop")

    assert json.loads(done.out)["risk_after_days"] == 60


def test_data_check_tells_what_the_sources_hold(copied):
    done = rapport(copied, "data", "check", "shop")

    assert done.code == 0, done.said
    assert "till: 7" in done.out
    assert "days from 2024-05-01 to 2026-06-14" in done.out
