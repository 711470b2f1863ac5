"""`rapport doctor` finds what is wrong and says what to do; `rapport list` says how units stand."""

import json
import shutil
from pathlib import Path

import pytest

from rapport.assets.files import asset_path
from rapport.cli import main
from rapport.cli.doctor import check_fonts
from unit.press.index.shelf import add_line, add_report

ROOT = Path(__file__).parents[3]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Give a project of one unit that nothing is wrong with."""
    for name in ("_defaults", "sample-retail", "sample-retail.actions"):
        target = tmp_path / "params" / f"{name}.yml"
        target.parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / "params" / f"{name}.yml", target)
    (tmp_path / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / "06_churn.ipynb", tmp_path / "notebooks")
    shutil.copy(ROOT / "requirements.lock", tmp_path)
    for name in ("RAPPORT_SIGNING_KEY", "RAPPORT_PSEUDONYM_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def look(capsys):
    """Give the exit code, and what is wrong by name."""
    code = main(["doctor", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert told["well"] == (code == 0)
    return code, {each["what"]: each for each in told["findings"] if not each["is_well"]}


def test_a_whole_project_has_nothing_wrong(project, capsys):
    assert main(["doctor"]) == 0

    said = capsys.readouterr().out
    assert "WRONG" not in said
    assert all(line.startswith(("ok   ", "      ")) for line in said.splitlines())


def test_outside_of_a_project_the_installation_is_looked_at(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    code, wrong = look(capsys)

    assert (code, list(wrong)) == (2, ["project"])


def test_a_fault_in_a_unit_is_told_with_its_line(project, capsys):
    (project / "params" / "shop.yml").write_text("titel: x\n", encoding="utf-8")

    code, wrong = look(capsys)

    assert code == 2
    assert (
        "shop.yml line 1: titel is no parameter. Did you mean title?"
        in (wrong["parameters"]["todo"])
    )


def test_a_fault_in_who_gets_reports_is_told_and_no_address(project, capsys):
    text = "maintainers: [{mail: somebody at home}]\n"
    (project / "params" / "sample-retail.delivery.yml").write_text(text, encoding="utf-8")

    code, wrong = look(capsys)

    assert code == 2
    assert "sample-retail.delivery.yml line 1" in wrong["parameters"]["todo"]
    assert "somebody" not in json.dumps(wrong)


def test_an_absent_lock_and_absent_notebooks_are_told(project, capsys):
    (project / "requirements.lock").unlink()
    shutil.rmtree(project / "notebooks")

    code, wrong = look(capsys)

    assert (code, set(wrong)) == (2, {"lock", "notebooks"})


def test_a_package_of_another_version_is_named(project, capsys):
    lock = project / "requirements.lock"
    text = lock.read_text(encoding="utf-8")
    assert "\npyyaml==" in text
    lock.write_text(text.replace("\npyyaml==", "\npyyaml==0.", 1), encoding="utf-8")

    _, wrong = look(capsys)

    assert "pyyaml" in wrong["lock"]["found"]
    assert "pip install" in wrong["lock"]["todo"]


def test_sample_files_that_differ_are_told(project, capsys):
    (project / "data" / "sample" / "sample-retail").mkdir(parents=True)

    _, wrong = look(capsys)

    assert "are missing or differ" in wrong["sample data"]["found"]


@pytest.mark.parametrize("variable", ["RAPPORT_SIGNING_KEY", "RAPPORT_PSEUDONYM_KEY"])
def test_a_key_that_others_may_read_is_told(project, capsys, monkeypatch, variable):
    key = project / "any.key"
    key.write_text("s3cret", encoding="ascii")
    key.chmod(0o644)
    monkeypatch.setenv(variable, str(key))

    code, wrong = look(capsys)

    assert code == 2
    (finding,) = wrong.values()
    assert "key" in finding["what"]
    assert "s3cret" not in json.dumps(wrong)


def test_a_damaged_font_is_named(tmp_path):
    folder = tmp_path / "fonts"
    shutil.copytree(asset_path("fonts"), folder)
    with (folder / "NotoSans-Bold.ttf").open("ab") as file:
        file.write(b"x")

    (finding,) = check_fonts(folder)

    assert (finding.is_well, finding.found) == (False, "damaged: NotoSans-Bold.ttf")


def test_the_list_says_state_failures_and_what_is_late(project, capsys):
    reports = project / "reports"
    add_report(reports, "sample-retail", "2026-05", approval={"state": "draft"})
    add_line(reports, "failed", "sample-retail", failed={"churn": "ChapterError"})

    assert main(["list"]) == 0

    said = capsys.readouterr().out
    assert said.startswith("sample-retail: Homeware shop (sample) · 家居用品店（样例） · 2026-05")
    assert "draft, not signed · last run failed on 2026-07-02" in said
    assert "late: no report for" in said


def test_the_list_goes_on_after_a_unit_that_cannot_be_used(project, capsys):
    (project / "params" / "a.yml").write_text("titel: x\n", encoding="utf-8")

    assert main(["list", "--json"]) == 2

    told = json.loads(capsys.readouterr().out)
    assert [row["unit"] for row in told["units"]] == ["sample-retail"]
    assert told["units"][0]["reports"] == []
    assert "a.yml line 1" in told["faults"][0]
