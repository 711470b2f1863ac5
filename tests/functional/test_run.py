"""`rapport run`: what a report consists of, and that only what changed is made again."""

import html
import json
import shutil
from pathlib import Path

import pytest

from functional.command import rapport, tree_of
from functional.shop import ROOT

FILES = {"report.en.html", "report.zh.html", "report.en.pdf", "report.zh.pdf"}


def cells_of(project, chapter):
    path = next((project / "notebooks").glob(f"*_{chapter}.ipynb"))
    return path, json.loads(path.read_text(encoding="utf-8"))


def write(path, content):
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def test_a_run_leaves_a_report_with_all_its_files(made):
    assert made.done.code == 0, made.done.said
    names = {path.name for path in made.report.iterdir()}

    assert names == FILES | {
        "manifest.json", "values.json", "page_one.json", "alerts.json", "notebooks", "tables",
        "lists",
    }  # fmt: skip
    assert [path.name for path in sorted((made.report / "notebooks").iterdir())] == [
        "01_ingestion.ipynb",
        "06_churn.ipynb",
        "10_summary.ipynb",
    ]
    assert (made.report / "tables" / "key_figures.parquet").is_file()
    feed = json.loads((made.report / "alerts.json").read_text(encoding="utf-8"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"


def test_the_period_is_a_relative_link_to_the_run(made):
    (report,) = made.done.json["reports"]

    assert made.report.is_symlink()
    assert made.report.readlink() == Path("runs") / f"2026-05-{report['run']}"


def test_json_is_one_object_that_says_where_the_report_is(made):
    (report,) = made.done.json["reports"]

    assert {Path(file).name for file in report["files"]} == FILES
    assert made.done.actions == dict.fromkeys(("ingestion", "churn", "summary"), "executed")


def test_every_value_is_listed_with_what_the_pages_print(made):
    values = json.loads((made.report / "values.json").read_text(encoding="utf-8"))

    keys = {"id", "value", "kind", "unit", "n", "interval", "shown", "chapter"}
    assert all(set(value) == keys for value in values)
    assert [value["id"] for value in values] == sorted({value["id"] for value in values})
    assert {value["chapter"] for value in values} == {"ingestion", "churn", "summary"}
    page = html.unescape((made.report / "report.en.html").read_text(encoding="utf-8"))
    shown = [value["shown"]["en"] for value in values if value["shown"]["en"]]
    assert len(shown) > 20
    assert all(text in page for text in shown)


def test_no_customer_is_in_the_folder_that_is_handed_on(made):
    pages = [made.report / f"report.{language}.html" for language in ("en", "zh")]
    notebooks = list((made.report / "notebooks").iterdir())

    assert not (made.report / "tables" / "churn_scores.parquet").exists()
    assert not any(b'"k12"' in path.read_bytes() for path in [*pages, *notebooks])


def test_a_second_run_executes_nothing_and_touches_no_file(copied):
    reports, store = copied / "reports", copied / "data" / "store"
    before = tree_of(reports), tree_of(store / "objects"), tree_of(store / "tasks")

    again = rapport(copied, "run", "shop", "--json")

    assert set(again.actions.values()) == {"reused"}
    assert (tree_of(reports), tree_of(store / "objects"), tree_of(store / "tasks")) == before
    assert len((reports / "log.jsonl").read_text(encoding="utf-8").splitlines()) == 1


@pytest.fixture(scope="module")
def given(made, tmp_path_factory):
    """Run with another parameter, and render nothing."""
    project = tmp_path_factory.mktemp("given") / "project"
    shutil.copytree(made.project, project, symlinks=True)
    before = tree_of(project / "reports")
    asked = ("--format", "none", "-p", "loyal_orders", "3", "--json")
    return project, before, rapport(project, "run", "shop", *asked)


def test_a_parameter_reruns_the_chapters_that_take_it(given):
    _, _, done = given

    reasons = {row["chapter"]: row["reason"] for row in done.json["chapters"]}
    assert done.actions == {"ingestion": "reused", "churn": "reused", "summary": "executed"}
    assert "loyal_orders" in reasons["summary"]


def test_without_a_format_the_chapters_run_and_nothing_is_rendered(given):
    project, before, done = given

    assert done.json["reports"] == []
    assert done.actions["summary"] == "executed"
    assert tree_of(project / "reports") == before


def test_code_of_a_notebook_reruns_that_chapter(copied):
    path, notebook = cells_of(copied, "summary")
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    code[-1]["source"] = [*code[-1]["source"], "\nassert figures"]
    write(path, notebook)

    done = rapport(copied, "run", "shop", "--format", "none", "--json")

    assert done.actions == {"ingestion": "reused", "churn": "reused", "summary": "executed"}


def test_a_comment_executes_nothing(copied):
    path, notebook = cells_of(copied, "churn")
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    code[-1]["source"] = ["# why this is published\n", *code[-1]["source"]]
    write(path, notebook)

    done = rapport(copied, "run", "shop", "--format", "none", "--json")

    assert set(done.actions.values()) == {"reused"}


def test_prose_alone_makes_new_pages_and_executes_nothing(copied):
    path, notebook = cells_of(copied, "churn")
    prose = [c for c in notebook["cells"] if c["metadata"].get("tags") == ["en"]]
    prose[-1]["source"] = [*prose[-1]["source"], "\n\nThe tills were changed in spring."]
    write(path, notebook)

    done = rapport(copied, "run", "shop", "--format", "html", "--json")

    page = copied / "reports" / "shop" / "2026-05" / "report.en.html"
    assert set(done.actions.values()) == {"reused"}
    assert "The tills were changed in spring." in page.read_text(encoding="utf-8")


def test_a_sentence_reruns_the_chapter_that_says_it(copied, tmp_path):
    lib = tmp_path / "lib"
    shutil.copytree(
        ROOT / "lib" / "rapport",
        lib / "rapport",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    said = lib / "rapport" / "assets" / "locale" / "sentences.churn.yml"
    said.write_text(said.read_text(encoding="utf-8") + "\n# another wording\n", encoding="utf-8")

    env = {"PYTHONPATH": str(lib)}
    done = rapport(copied, "run", "shop", "--format", "none", "--json", env=env)

    reasons = {row["chapter"]: row["reason"] for row in done.json["chapters"]}
    assert done.actions == {"ingestion": "reused", "churn": "executed", "summary": "reused"}
    assert "sentences.churn.yml" in reasons["churn"]


def test_dry_run_prints_the_plan_as_json_and_nothing_else(copied):
    done = rapport(copied, "run", "shop", "--dry-run", "--json")

    tasks = done.json["tasks"]
    keys = {"unit", "period", "chapter", "notebook", "parameters", "action", "reason", "key"}
    assert done.said == ""
    assert all(set(task) == keys for task in tasks)
    assert [(task["chapter"], task["action"]) for task in tasks] == [
        ("ingestion", "reuse"),
        ("churn", "reuse"),
        ("summary", "reuse"),
    ]
    assert tasks[1]["notebook"] == "notebooks/06_churn.ipynb"
    assert tasks[1]["parameters"]["churn_after_days"] == 180


def test_a_unit_that_was_never_read_is_planned_as_far_as_ingestion(copied):
    shutil.rmtree(copied / "data" / "store")

    done = rapport(copied, "run", "shop", "--dry-run", "--json")

    first, *rest = done.json["tasks"]
    assert (first["chapter"], first["action"]) == ("ingestion", "execute")
    assert {task["reason"] for task in rest} == {"sources not read yet"}
    assert {(task["period"], task["key"]) for task in rest} == {(None, None)}


def test_a_dry_run_writes_nothing(copied):
    before = tree_of(copied)

    rapport(copied, "run", "shop", "--dry-run", "-p", "min_n", "25")

    assert tree_of(copied) == before


def test_one_language_and_form_can_be_asked_for(copied):
    done = rapport(copied, "run", "shop", "--language", "zh", "--format", "html", "--json")

    (report,) = done.json["reports"]
    assert [Path(file).name for file in report["files"]] == ["report.zh.html"]
    assert set(done.actions.values()) == {"reused"}


def test_one_chapter_alone_publishes_nothing(copied):
    before = tree_of(copied / "reports")

    done = rapport(
        copied, "run", "shop", "--chapter", "churn", "-p", "horizon_days", "60", "--json"
    )

    assert done.actions == {"ingestion": "reused", "churn": "executed"}
    assert tree_of(copied / "reports") == before


def test_periods_of_a_range_get_a_report_each(copied):
    asked = ("--period", "2026-04..2026-05", "--format", "html", "--language", "en")
    done = rapport(copied, "run", "shop", *asked, "--json")

    assert [report["period"] for report in done.json["reports"]] == ["2026-04", "2026-05"]
    listed = rapport(copied, "list")
    assert "2026-04, 2026-05" in listed.out


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_index_lists_the_report_with_its_verdict(made, language):
    index = (made.project / "reports" / "index.html").read_text(encoding="utf-8")
    manifest = json.loads((made.report / "manifest.json").read_text(encoding="utf-8"))

    shown = manifest["predicate"]["shown"][language]
    assert shown["headline"] in index
    assert shown["title"] in index
    for form in ("html", "pdf"):
        assert f'href="shop/2026-05/report.{language}.{form}"' in index
    assert "<script" not in index


def test_a_key_is_found_from_the_folder_in_which_the_command_was_typed(copied):
    env = {"RAPPORT_PSEUDONYM_KEY": "pseudonym.key"}

    done = rapport(copied, "run", "shop", "--chapter", "ingestion", "--fresh", "--json", env=env)

    assert done.code == 0, done.said
    assert done.actions == {"ingestion": "executed"}
