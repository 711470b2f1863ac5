"""A draft is read, approved once, and only as it was sealed; the report then stays in place."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from functional.command import rapport
from functional.shop import ROOT, add_shop, draw_orders, make_project
from rapport.cli import main
from shared import make_once

UNIT = "shop/2026-05"
NAME = 'Ada <script>x</script> #read("a")'
ASKED = ("run", "shop", "--json", "--language", "en", "--format", "html,pdf,phone")
IS_WHOLE = os.environ.get("RAPPORT_TEST_SHARE") == "1"
BAND = "Draft: not yet approved."
Approve = Callable[..., tuple[int, str]]


def make_drafted(folder: Path) -> None:
    project = make_project(folder / "project", chapters=("01_", "10_"))
    add_shop(project, draw_orders(60), more="approval: required\nwindow_days: 5\nbasket_cap: 50\n")
    assert rapport(project, "keys", "pseudonym", "pseudonym.key").code == 0
    assert rapport(project, *ASKED).code == 0


def make_approved(folder: Path, drafted: Path) -> None:
    project = Path(shutil.copytree(drafted / "project", folder / "project", symlinks=True))
    done = rapport(project, "approve", UNIT, "--by", NAME, "--json")
    assert done.code == 0, done.said
    (folder / "told.json").write_text(done.out, encoding="utf-8")


@pytest.fixture(scope="session")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_once(tmp_path_factory, "a-draft", make_drafted)


@pytest.fixture(scope="session")
def approved(tmp_path_factory: pytest.TempPathFactory, drafted: Path) -> Path:
    """Give a project with an approved draft, only to be read, and what the command told."""
    return make_once(
        tmp_path_factory, "an-approved-draft", lambda folder: make_approved(folder, drafted)
    )


@pytest.fixture
def project(drafted: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(drafted / "project", tmp_path / "project", symlinks=True))


@pytest.fixture
def approve(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Approve:
    monkeypatch.chdir(project)
    monkeypatch.delenv("RAPPORT_SIGNING_KEY", raising=False)

    def call(run: str = UNIT, *words: str, by: str | None = "Ada Reader") -> tuple[int, str]:
        named = () if by is None else ("--by", by)
        code = main(["approve", run, *named, *words])
        told = capsys.readouterr()
        return code, told.out + told.err

    return call


def read_record(folder: Path) -> Any:
    return json.loads((folder / "manifest.json").read_bytes())["predicate"]


def read_log(project: Path) -> list[Any]:
    lines = (project / "reports" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def page_of(project: Path) -> str:
    return (project / "reports" / UNIT / "report.en.html").read_text(encoding="utf-8")


def draft_of(project: Path) -> Path:
    (folder,) = (project / "reports" / "shop" / "runs").glob("2026-05-*")
    return folder


def assert_nothing_new(project: Path, draft: Path) -> None:
    assert draft_of(project) == draft
    assert (project / "reports" / UNIT).resolve() == draft
    assert len(read_log(project)) == 1


def test_a_unit_that_asks_for_approval_gets_a_draft_that_says_so(project):
    record = read_record(draft_of(project))

    assert record["approval"] == {"state": "draft"}
    assert BAND in page_of(project)
    assert read_log(project)[-1]["approval"] == {"state": "draft"}


def runs_of(project: Path) -> tuple[Path, Path]:
    """Give the folders of the draft and of what it became."""
    final = (project / "reports" / UNIT).resolve()
    (draft,) = (folder for folder in final.parent.glob("2026-05-*") if folder != final)
    return draft, final


def test_an_approved_draft_becomes_a_report_that_names_it_and_who_approved(approved):
    project, told = approved / "project", json.loads((approved / "told.json").read_bytes())
    draft, final = runs_of(project)

    expected = {"state": "approved", "draft": read_record(draft)["run"], "by": NAME}
    assert (told["run"], told["draft"]) == (read_record(final)["run"], read_record(draft)["run"])
    assert told["run"] != told["draft"]
    assert read_record(final)["approval"] == expected == read_log(project)[-1]["approval"]
    assert read_record(draft)["approval"] == {"state": "draft"}


def test_the_final_report_has_no_band_and_names_who_approved_as_plain_text(approved):
    page = page_of(approved / "project")

    assert BAND not in page
    assert "<script>x" not in page
    assert "Ada &lt;script&gt;x&lt;/script&gt;" in page


def test_the_final_report_holds_what_the_draft_held(approved):
    held = [
        {
            path.relative_to(at): path.read_bytes()
            for name in ("notebooks", "tables", "lists", "values.json")
            for path in [at / name, *(at / name).rglob("*")]
            if path.is_file()
        }
        for at in runs_of(approved / "project")
    ]

    assert held[0] == held[1]
    assert len(held[0]) > 3


def test_a_run_after_the_approval_executes_nothing_and_leaves_the_report(approved, tmp_path):
    project = Path(shutil.copytree(approved / "project", tmp_path / "project", symlinks=True))
    final, told = (project / "reports" / UNIT).resolve(), len(read_log(project))

    done = rapport(project, *ASKED)

    assert done.code == 0
    assert set(done.actions.values()) == {"reused"}
    assert [report["new"] for report in done.json["reports"]] == [False]
    assert (project / "reports" / UNIT).resolve() == final
    assert len(read_log(project)) == told


@pytest.mark.skipif(not IS_WHOLE, reason="two reruns; `nox -s thorough`")
def test_a_draft_and_what_it_became_come_out_byte_by_byte_again(
    project, tmp_path, monkeypatch, capsys
):
    assert rapport(project, "keys", "new", str(tmp_path / "sign"), "--signer", "Ada").code == 0
    key = {"RAPPORT_SIGNING_KEY": str(tmp_path / "sign")}
    assert rapport(project, *ASKED, env=key).code == 0
    drafted = (project / "reports" / UNIT).resolve()
    assert rapport(project, "approve", UNIT, env=key).code == 0
    final = (project / "reports" / UNIT).resolve()
    monkeypatch.chdir(project)
    monkeypatch.setenv("RAPPORT_PSEUDONYM_KEY", str(project / "pseudonym.key"))
    trust = str(tmp_path / "sign.allowed")
    verdicts = []

    for folder in (drafted, final):
        report = str(folder / "report.en.pdf")
        assert main(["verify", report, "--trust", trust, "--rerun", "--json"]) == 0
        verdicts.append(json.loads(capsys.readouterr().out))

    assert [verdict["draft"] for verdict in verdicts] == [True, False]
    assert [verdict["rerun"]["grade"] for verdict in verdicts] == ["A", "A"]


def test_nothing_is_approved_twice(approved, monkeypatch, capsys):
    project = approved / "project"
    monkeypatch.chdir(project)

    for run in map(str, runs_of(project)):
        assert main(["approve", run, "--by", "Someone Else"]) == 2
        assert "There is nothing to do" in capsys.readouterr().err
    assert len(read_log(project)) == 2


@pytest.mark.parametrize(
    "name", ["notebooks/10_summary.ipynb", "values.json", "draft.json", "report.en.pdf"]
)
def test_a_draft_of_which_a_byte_moved_is_not_approved(project, approve, name):
    draft = draft_of(project)
    path = draft / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    code, _ = approve()

    assert code == 7
    assert_nothing_new(project, draft)


def test_a_record_that_was_changed_beside_the_reports_is_not_approved(project, approve):
    draft = draft_of(project)
    path = draft / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b'"as_of": "2026-05-31"', b'"as_of": "2026-05-30"'))

    code, said = approve()

    assert code == 7
    assert "is not what the record names" in said
    assert_nothing_new(project, draft)


def test_reports_that_changed_places_are_not_approved(project, approve):
    draft = draft_of(project)
    shutil.copy(draft / "report.en.html", draft / "report.en.pdf")

    assert approve()[0] == 7


def test_a_draft_whose_files_are_gone_says_which(project, approve):
    draft = draft_of(project)
    (draft / "notebooks" / "10_summary.ipynb").unlink()

    code, said = approve()

    assert code == 1
    assert "first notebooks/10_summary.ipynb" in said
    assert_nothing_new(project, draft)


def test_a_draft_that_another_run_replaced_is_outdated(project, approve):
    draft = draft_of(project)
    note = project / "params" / "notes" / "shop" / "2026-05.en.md"
    note.parent.mkdir(parents=True)
    note.write_text("---\nname: Ada\ndate: 2026-06-02\n---\nA note.\n", encoding="utf-8")
    assert rapport(project, *ASKED).code == 0

    code, said = approve(str(draft))

    assert code == 2
    assert "is outdated, another run of 2026-05 came after it" in said


def test_a_draft_of_erased_customers_is_not_approved(project, approve):
    draft = draft_of(project)
    (draft / "erased.json").write_text("{}", encoding="utf-8")

    code, said = approve()

    assert code == 1
    assert "customers were erased since" in said


@pytest.mark.skipif(not IS_WHOLE, reason="takes a copy of the package")
def test_a_draft_that_this_version_draws_otherwise_is_outdated(project):
    lib = Path(shutil.copytree(ROOT / "lib", project.parent / "lib"))
    style = lib / "rapport" / "assets" / "html" / "report.css"
    style.write_text(style.read_text(encoding="utf-8") + "\nb { color: red; }\n", encoding="utf-8")

    done = rapport(project, "approve", UNIT, "--by", "Ada", env={"PYTHONPATH": str(lib)})

    assert done.code == 1
    assert "this version of the program draws it otherwise" in done.said


def test_somebody_must_be_named(project, approve):
    assert approve(by=None)[0] == 2
    assert "Say who approves it by --by NAME" in approve(by=None)[1]
    assert approve(by="A\u202eB")[0] == 2
    assert_nothing_new(project, draft_of(project))


def test_a_report_that_needs_no_approval_says_so(made, monkeypatch, capsys):
    monkeypatch.chdir(made.project)

    assert main(["approve", UNIT, "--by", "Ada"]) == 2

    assert "is no draft; its unit asks for no approval" in capsys.readouterr().err
