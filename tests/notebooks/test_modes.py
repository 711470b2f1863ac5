import hashlib
import json
import os
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
import sample_project as sample
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from rapport.press.canonical import Notebook, canonicalise, find_accidents

# The seed draws two chapters that go by papermill and one that goes by "Run all"; in thorough tests
# all go both ways. Nbval runs every chapter in the same stock kernel each time, against references
# that are compared with what the press shows.
SEED = int(os.environ.get("RAPPORT_TEST_SEED", "0"))
IS_THOROUGH = os.environ.get("RAPPORT_TEST_SHARE") == "1"
DRAWN = random.Random(SEED).sample(sample.CHAPTERS, 3)
PAPERMILL = sample.CHAPTERS if IS_THOROUGH else sorted(DRAWN[:2])
RUN_ALL = sample.CHAPTERS if IS_THOROUGH else DRAWN[2:]
WAYS = [("papermill", stem) for stem in PAPERMILL] + [("run all", stem) for stem in RUN_ALL]
DRAFTED = sorted({*PAPERMILL, *RUN_ALL})


@dataclass(frozen=True)
class Drafts:
    """Chapters executed without the press, and what lay around it before and after."""

    notebooks: dict[tuple[str, str], Notebook]
    said: dict[str, str]
    """What papermill and its kernel wrote to standard error, by chapter."""
    before: dict[str, tuple[str, int]]
    after: dict[str, tuple[str, int]]
    folder: Path
    """What the chapters wrote."""


def files(project):
    """Every file but the drafts, with its digest and the time when it was written."""
    return {
        str(path.relative_to(project)): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
        )
        for path in sorted(project.rglob("*"))
        if path.is_file() and "drafts" not in path.relative_to(project).parts
    }


def run_papermill(project, stem, into):
    given = ["-p", "unit", sample.UNIT]
    given += ["-p", "period", sample.PERIOD] if stem != "01_ingestion" else []
    command = ["-m", "papermill", "-k", sample.KERNEL, f"notebooks/{stem}.ipynb", str(into)]
    done = subprocess.run(
        [sys.executable, *command, *given, "--no-progress-bar"],
        cwd=project, env=sample.environment(), check=False, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return nbformat.read(into, as_version=4), done.stderr


@pytest.fixture(scope="module")
def drafts(project, tmp_path_factory):
    out = tmp_path_factory.mktemp("executed")
    before = files(project)
    notebooks, said = {}, {}
    for stem in PAPERMILL:
        notebook, said[stem] = run_papermill(project, stem, out / f"{stem}.ipynb")
        notebooks["papermill", stem] = notebook
    notebooks |= {("run all", stem): sample.run_all(project, stem) for stem in RUN_ALL}
    return Drafts(notebooks, said, before, files(project), project / "data" / "drafts")


@pytest.mark.parametrize(("way", "stem"), WAYS)
def test_a_draft_shows_what_the_press_shows(drafts, pressed, stem, way):
    draft = sample.outputs_of(canonicalise(drafts.notebooks[way, stem]))

    assert draft == sample.outputs_of(pressed[stem].notebook)


@pytest.mark.parametrize("stem", DRAFTED)
def test_a_draft_writes_the_tables_that_the_press_keeps(drafts, pressed, stem, project):
    chapter = stem.partition("_")[2]
    written = {
        path.stem: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in drafts.folder.rglob("*.parquet")
        if path.parent.name == chapter
    }

    kept = sample.bundles_of(pressed[stem].notebook, "written")

    assert written == {bundle["table"]: bundle["digest"] for bundle in kept}


def test_a_draft_touches_nothing_but_the_drafts(drafts):
    assert drafts.after == drafts.before


def test_a_draft_writes_below_its_unit_period_and_chapter(drafts):
    folders = {path.parent.relative_to(drafts.folder) for path in drafts.folder.rglob("*.parquet")}

    assert folders == {
        Path(sample.UNIT, "all-periods" if stem == "01_ingestion" else sample.PERIOD)
        / stem.partition("_")[2]
        for stem in DRAFTED
    }


@pytest.mark.parametrize("stem", PAPERMILL)
def test_a_draft_says_so_in_the_log_of_its_kernel_and_in_no_cell(drafts, stem):
    line = f"draft with the unit's own values of {sample.UNIT}, {stem.partition('_')[2]}"

    assert line in drafts.said[stem]
    assert "draft" not in json.dumps(sample.outputs_of(drafts.notebooks["papermill", stem]))


@pytest.mark.parametrize(("way", "stem"), WAYS)
def test_a_draft_shows_nothing_accidental(drafts, stem, way):
    assert find_accidents(drafts.notebooks[way, stem]) == []


@pytest.mark.parametrize("stem", sample.CHAPTERS)
def test_the_press_found_nothing_accidental(pressed, stem):
    assert pressed[stem].warnings == []


def open_summary(project, **parameters):
    """Open a chapter in a kernel of the analyst's, with these literals."""
    lines = [f"{name} = {value!r}" for name, value in parameters.items()]
    call = f"open_chapter('summary', unit='{sample.UNIT}', period='{sample.PERIOD}')"
    source = "\n".join([*lines, "from rapport.chapter import open_chapter", f"chapter = {call}"])
    place = {"metadata": {"path": str(project / "notebooks")}}
    notebook = new_notebook(cells=[new_code_cell(source)])
    client = NotebookClient(notebook, kernel_name=sample.KERNEL, resources=place, timeout=60)
    return client.execute(env=sample.environment())


def test_a_literal_that_differs_from_the_units_file_is_named_in_the_log(project, capfd):
    notebook = open_summary(project, horizon_days=60, min_n=30)

    assert "horizon_days=60 (file: 90)" in capfd.readouterr().err
    assert "horizon_days" not in json.dumps(sample.outputs_of(notebook))
