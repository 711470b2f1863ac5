"""Every chapter twice: as usual, and under everything that must move no number.

The second time kernels are cold, the folder's name holds a blank and a Chinese character, time
zone, language, hash seed and threads are others. A third time sources come with their rows in
another order, which names other files and so gives other pages: values and tables are the same.
`nox -s perturbed` runs this and its small sister, `test_same_everywhere.py`.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from functional.command import rapport
from functional.shop import ROOT, make_project
from rapport.ingest.sample import write_sample
from rapport.press.proof.compare import compare
from rapport.press.proof.reading import read_folder
from rapport.press.proof.slot import restore_body
from shared import make_once

IS_THOROUGH = os.environ.get("RAPPORT_TEST_SHARE") == "1"
pytestmark = pytest.mark.skipif(not IS_THOROUGH, reason="runs all chapters; `nox -s perturbed`")

UNITS = ("sample-retail", "sample-mall", "sample-saas")
PERIOD = "2026-06"
ELSEWHERE = {
    "TZ": "Pacific/Auckland", "LANG": "de_DE.UTF-8", "LC_ALL": "C", "PYTHONHASHSEED": "4711",
    "OMP_NUM_THREADS": "8", "OPENBLAS_NUM_THREADS": "8", "COLUMNS": "40",
}  # fmt: skip
BODIES = [f"report.{language}.{form}" for language in ("en", "zh") for form in ("html", "pdf")]
# They tell in which order rows came, or the digest of the file that they came in.
OF_FILES = ("data_sources", "data_quality", "quarantine", "ingestion.sources", "identity_links")


@dataclass(frozen=True)
class Trial:
    """One unit as usual, elsewhere, and with its rows in another order."""

    unit: str
    usual: Path
    elsewhere: Path
    shuffled: Path


@pytest.fixture(scope="module", params=UNITS)
def trial(request, tmp_path_factory):
    """Run one unit three times; what is compared are its reports' folders."""
    unit = request.param
    source = make_once(tmp_path_factory, "sample-files", write_sample)
    base = tmp_path_factory.mktemp("perturbed")
    usual = make_plain(base / "usual", unit, source)
    there, shuffled = base / "b 报告", base / "c 乱序"
    shutil.copytree(usual, there)
    shutil.copytree(usual, shuffled)
    shuffle_rows(shuffled / "data" / "raw")
    run(usual)
    run(there, "--cold", "--jobs", "1", env=ELSEWHERE)
    # What else could move a number was there before: of this run values and tables are compared.
    run(shuffled, "--format", "html")
    folders = [folder / "reports" / "shop" / PERIOD for folder in (usual, there, shuffled)]
    return Trial(unit, *folders)


def make_plain(folder: Path, unit: str, source: Path) -> Path:
    """Make of a sample unit one that is none: files of a sample would be made anew as pinned."""
    project = make_project(folder, chapters=("",))
    text = (ROOT / "params" / f"{unit}.yml").read_text(encoding="utf-8")
    assert "sample: true\n" in text
    text = text.replace("sample: true\n", "")
    (project / "params" / "shop.yml").write_text(text, encoding="utf-8", newline="\n")
    actions = ROOT / "params" / f"{unit}.actions.yml"
    if actions.is_file():
        shutil.copy(actions, project / "params" / "shop.actions.yml")
    shutil.copytree(source / unit, project / "data" / "raw" / unit)
    assert rapport(project, "keys", "pseudonym", "pseudonym.key").code == 0
    return project


def run(project: Path, *flags: str, env: dict[str, str] | None = None) -> None:
    # All chapters, cold and one after another: on a machine that others use, too, that takes long.
    done = rapport(project, "run", "shop", "--period", PERIOD, *flags, env=env, wait=1800)
    assert done.code == 0, done.said


def shuffle_rows(raw: Path) -> None:
    """Put the rows of every file that is a plain list of them into another order."""
    draw = random.Random(7)
    n_shuffled = 0
    for path in sorted(raw.rglob("*")):
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            order = draw.sample(range(table.num_rows), table.num_rows)
            pq.write_table(table.take(order), path)
            n_shuffled += 1
        elif path.suffix in (".csv", ".jsonl", ".ndjson"):
            lines = path.read_bytes().splitlines(keepends=True)
            head = 1 if path.suffix == ".csv" else 0
            is_plain = b'"' not in b"".join(lines) or path.suffix != ".csv"
            if is_plain and all(line.endswith(b"\n") for line in lines):
                rest = lines[head:]
                draw.shuffle(rest)
                path.write_bytes(b"".join(lines[:head] + rest))
                n_shuffled += 1
    assert n_shuffled > 1


@pytest.mark.parametrize("name", BODIES)
def test_bodies_are_equal_byte_by_byte(trial, name):
    here, there = (
        restore_body((folder / name).read_bytes()) for folder in (trial.usual, trial.elsewhere)
    )

    assert here == there


def test_values_tables_and_notebooks_are_equal_elsewhere(trial):
    here, there = (read_all(folder) for folder in (trial.usual, trial.elsewhere))

    assert here == there


def read_all(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".parquet", ".ipynb", ".csv") or path.name == "values.json"
    }


def test_values_do_not_depend_on_the_order_of_rows(trial):
    found = compare(read_folder(trial.usual), read_folder(trial.shuffled))

    assert [(move.id, move.old, move.new) for move in found.moved] == []


def test_tables_do_not_depend_on_the_order_of_rows(trial):
    here, there = (
        json.loads((folder / "manifest.json").read_bytes())["predicate"]["tables"]
        for folder in (trial.usual, trial.shuffled)
    )

    moved = [name for name in here if here[name]["sha256"] != there[name]["sha256"]]
    assert sorted(set(moved) - set(OF_FILES)) == []
