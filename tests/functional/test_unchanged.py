"""A run costs what changed, and says what that is: nothing, a page, or a chapter."""

import json
import shutil
import subprocess
import sys

import pytest

from functional.command import arguments, environment, rapport, tree_of
from functional.shop import ROOT

RUN_AND_TELL = """
import json, sys
from rapport.cli import main
code = main(sys.argv[1:])
try:
    import resource
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
except ImportError:
    children = 0
print(json.dumps({"code": code, "children": children, "modules": sorted(sys.modules)}))
"""
HEAVY = {
    "pandas", "duckdb", "matplotlib", "seaborn", "sklearn", "scipy",  # what chapters take
    "papermill", "nbclient", "nbformat", "nbconvert", "jinja2", "typst", "uharfbuzz",
    "rich", "rapport.press.publish", "rapport.cli.report",
}  # fmt: skip


def run_and_tell(project, *words):
    done = subprocess.run(
        [sys.executable, "-c", RUN_AND_TELL, *words],
        cwd=project, env=environment(project), capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("words", [("run",), ("run", "--dry-run"), ("run", "--json")])
def test_a_run_in_which_nothing_changed_starts_no_process_and_loads_no_renderer(copied, words):
    told = run_and_tell(copied, *words)

    assert told["code"] == 0
    assert told["children"] == 0
    assert not HEAVY & set(told["modules"])


def test_a_run_in_which_nothing_changed_touches_no_file(copied):
    before = tree_of(copied)

    rapport(copied, "run", "shop")

    # A copy is dated otherwise than what was copied: that the unit stands is kept anew.
    standing = "data/store/standing/shop.json"
    assert tree_of(copied) | {standing: None} == before | {standing: None}


@pytest.fixture
def edited(copied, tmp_path):
    """Give a function that edits the package that a copied project runs with."""
    lib = tmp_path / "lib"
    shutil.copytree(
        ROOT / "lib" / "rapport", lib / "rapport", ignore=shutil.ignore_patterns("__pycache__")
    )

    def edit(name, added):
        path = lib / "rapport" / name
        path.write_text(path.read_text(encoding="utf-8") + added, encoding="utf-8")

        def run(*words):
            return rapport(copied, "run", "shop", *words, "--json", env={"PYTHONPATH": str(lib)})

        return run

    return edit


def test_a_changed_module_executes_only_the_chapters_that_import_it(edited):
    run = edited("analysis/ingestion_study.py", "\n# another remark\n")

    done = run("--format", "none")

    changed = {row["chapter"]: row["reason"] for row in done.json["chapters"]}
    assert {n for n, status in done.actions.items() if status == "executed"} == {"ingestion"}
    assert changed["ingestion"] == "`analysis/ingestion_study.py` changed"


@pytest.mark.parametrize(
    ("module", "chapter"),
    [("analysis/survival.py", "churn"), ("analysis/page_story.py", "summary")],
)
def test_a_changed_module_is_the_reason_of_the_chapter_that_imports_it(edited, module, chapter):
    run = edited(module, "\n# another remark\n")

    tasks = run("--dry-run").json["tasks"]

    # What stands behind the chapter is planned too, for it is not known what the chapter will give.
    reasons = {task["chapter"]: task["reason"] for task in tasks if task["action"] == "execute"}
    assert [name for name, why in reasons.items() if why == f"`{module}` changed"] == [chapter]
    assert "ingestion" not in reasons


def test_a_changed_template_prints_new_pages_and_executes_nothing(edited, copied):
    run = edited("assets/html/report.css", "\n/* another remark */\n")
    before = (copied / "reports" / "shop" / "2026-05").readlink()

    planned = run("--dry-run")
    done = run()

    reason = "`assets/html/report.css` changed: rendering"
    assert {(row["action"], row["reason"]) for row in planned.json["tasks"]} == {("render", reason)}
    assert set(done.actions.values()) == {"reused"}
    assert done.json["reports"][0]["new"]
    assert (copied / "reports" / "shop" / "2026-05").readlink() != before


def test_the_template_of_the_index_is_no_part_of_a_report(edited, copied):
    run = edited("assets/index/index.html.j2", "\n")

    assert {row["action"] for row in run("--dry-run").json["tasks"]} == {"reuse"}


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--language", "zh"), "languages changed: rendering"),
        (("--format", "html"), "formats changed: rendering"),
    ],
)
def test_other_languages_and_forms_are_rendered(copied, words, reason):
    done = rapport(copied, "run", "shop", "--dry-run", "--json", *words)

    assert {(row["action"], row["reason"]) for row in done.json["tasks"]} == {("render", reason)}


def test_edited_prose_is_rendered(copied):
    path = next((copied / "notebooks").glob("*_churn.ipynb"))
    notebook = json.loads(path.read_text(encoding="utf-8"))
    prose = [cell for cell in notebook["cells"] if cell["metadata"].get("tags") == ["en"]]
    prose[-1]["source"] = [*prose[-1]["source"], "\n\nThe tills were changed in spring."]
    path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")

    done = rapport(copied, "run", "shop", "--dry-run", "--json")

    assert {(row["action"], row["reason"]) for row in done.json["tasks"]} == {
        ("render", "prose of churn changed: rendering")
    }


def test_a_report_that_was_deleted_is_printed_again(copied):
    page = copied / "reports" / "shop" / "2026-05"
    page.unlink()

    done = rapport(copied, "run", "shop", "--json")

    assert set(done.actions.values()) == {"reused"}
    assert (page / "report.en.html").is_file()


def test_a_project_that_was_moved_says_where_its_reports_are_now(copied):
    done = rapport(copied, "run", "shop", "--json")

    (report,) = done.json["reports"]
    assert report["folder"].startswith(str(copied))
    assert not report["new"]


def test_one_chapter_in_two_processes_at_once_is_one_result(copied):
    command = arguments("run", "shop", "--chapter", "churn", "-p", "horizon_days", "60", "--json")
    runs = [
        subprocess.Popen(
            command, cwd=copied, env=environment(copied), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, encoding="utf-8",
        )
        for _ in range(2)
    ]  # fmt: skip
    said = [run.communicate(timeout=200) for run in runs]

    assert [run.returncode for run in runs] == [0, 0], said
    keys = {row["key"] for out, _ in said for row in json.loads(out)["chapters"]}
    again = rapport(copied, *command[command.index("run") :])
    assert {row["key"] for row in again.json["chapters"]} == keys
    assert set(again.actions.values()) == {"reused"}
