import json
import signal

import pytest

from rapport.cli.main import main
from rapport.cli.parsers import build_parser
from rapport.cli.run import read_list, worst_code
from rapport.errors import ParameterError


def test_every_command_has_a_function():
    parser = build_parser()

    for words in (["run"], ["list"], ["params"], ["data", "sample"], ["keys", "pseudonym", "f"]):
        assert len(parser.parse_args(words).command) == 2


def test_an_error_of_a_person_is_one_message_and_its_code(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    code = main(["list"])

    said = capsys.readouterr()
    assert code == 2
    assert said.out == ""
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("words", [[], ["run", "--jobs", "none"], ["data"], ["keys"], ["fly"]])
def test_a_command_that_does_not_exist_ends_with_two(words, capsys):
    with pytest.raises(SystemExit) as end:
        main(words)

    assert end.value.code == 2
    assert "usage: rapport" in capsys.readouterr().err


def test_names_of_a_list_are_kept_in_order_and_once():
    assert read_list("zh,en,zh", ("en", "zh"), "--language") == ("zh", "en")
    assert read_list("none", ("html", "pdf"), "--format") == ()


def test_an_unknown_name_of_a_list_is_told_with_the_known_ones():
    with pytest.raises(ParameterError, match="--format: docx is none of html, pdf"):
        read_list("html,docx", ("html", "pdf"), "--format")


@pytest.mark.parametrize(("codes", "worst"), [([], 0), ([0, 1], 1), ([1, 3], 3), ([4, 3, 1], 4)])
def test_the_worst_of_several_codes_counts(codes, worst):
    assert worst_code(codes) == worst


def test_a_program_gets_the_error_as_an_object(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    code = main(["run", "--json"])

    said = capsys.readouterr()
    described = json.loads(said.err)
    assert (code, said.out) == (2, "")
    assert (described["kind"], described["class"], described["exit_code"]) == (
        "error", "ParameterError", 2,
    )  # fmt: skip
    assert "no project here" in described["message"]


def test_the_signal_of_schedulers_is_taken_only_while_a_command_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = signal.getsignal(signal.SIGTERM)

    main(["list"])

    assert signal.getsignal(signal.SIGTERM) is before


def test_kernels_are_warm_unless_asked_for():
    parser = build_parser()

    assert not parser.parse_args(["run"]).cold
    assert parser.parse_args(["run", "--cold"]).cold
