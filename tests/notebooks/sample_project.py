"""A project for tests of notebooks: copied aside, run once by the press, then opened as drafts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

from rapport.press.canonical import Notebook, canonicalise, is_code, is_stderr, join_text, tags_of
from shared import make_once

ROOT = Path(__file__).parents[2]
UNIT = "sample-retail"
PERIOD = "2026-06"
KERNEL = "python3"
CHAPTERS = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
REFERENCES = Path(__file__).with_name("reference")
MIME = "application/vnd.rapport.v1+json"
# An analyst's machine is none of ours: another time zone, another order of sets.
AMBIENT = {"PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai"}
COMMAND = "import sys; from rapport.cli import main; sys.exit(main())"


@dataclass(frozen=True)
class Pressed:
    """What the press kept of one chapter."""

    notebook: Notebook
    """Canonical."""
    warnings: list[str]


def environment() -> dict[str, str]:
    """Give the environment of a draft: no task of the press, the package importable."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
    paths = [str(ROOT / "lib"), *filter(None, [known.get("PYTHONPATH")])]
    known["PYTHONPATH"] = os.pathsep.join(paths)
    return known | AMBIENT


def copy_project(folder: Path) -> Path:
    """Copy what a project is made of; it has no data and no run yet."""
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "requirements.lock", folder)
    for name in ("notebooks", "params"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def share_project(factory: pytest.TempPathFactory) -> Path:
    """Give the project after one run, the one of the session: nobody may write to it."""
    return make_once(factory, "run-project", lambda folder: run_press(copy_project(folder)))


def run_press(folder: Path) -> None:
    """Run the unit once; what the command gave is kept in `run.json`, its events beside it."""
    command = ["run", UNIT, "--period", PERIOD, "--format", "none", "--json"]
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *command],
        cwd=folder, env=environment(), check=False, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (folder / "run.json").write_text(done.stdout, encoding="utf-8", newline="\n")
    (folder / "events.jsonl").write_text(done.stderr, encoding="utf-8", newline="\n")


def read_pressed(folder: Path) -> dict[str, Pressed]:
    """Give what the press kept, by the names of the notebooks."""
    described = json.loads((folder / "run.json").read_bytes())
    keys = {one["chapter"]: one["key"] for one in described["chapters"]}
    return {stem: _read_one(folder, keys[stem.partition("_")[2]]) for stem in CHAPTERS}


def _read_one(folder: Path, key: str) -> Pressed:
    store = folder / "data" / "store"
    record = json.loads((store / "tasks" / f"{key}.json").read_bytes())
    digest = record["notebook"]["digest"]
    notebook = json.loads((store / "objects" / digest[:2] / digest).read_bytes())
    return Pressed(notebook, record["warnings"])


def run_all(folder: Path, stem: str) -> Notebook:
    """Execute a notebook as it stands in a stock kernel, as JupyterLab's "Run all" does."""
    path = folder / "notebooks" / f"{stem}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    place = {"metadata": {"path": str(path.parent)}}
    client = nbclient.NotebookClient(notebook, kernel_name=KERNEL, resources=place, timeout=300)
    executed: Notebook = client.execute(env=environment())
    return executed


def with_plain_text(executed: Notebook) -> Notebook:
    """Give the canonical notebook with `text/plain` kept: nbval misses what a reference lacks."""
    plain = canonicalise(executed)
    for raw, kept in zip(executed["cells"], plain["cells"], strict=True):
        outputs = [output for output in raw.get("outputs", []) if not is_stderr(output)]
        for output, kept_output in zip(outputs, kept.get("outputs", []), strict=True):
            if "text/plain" in output.get("data", {}):
                text = join_text(output["data"]["text/plain"])
                kept_output["data"]["text/plain"] = text.splitlines(keepends=True)
    return plain


def outputs_of(notebook: Notebook) -> list[Any]:
    """Give the outputs of each code cell but the one that papermill adds, which has none."""
    cells = [cell for cell in notebook["cells"] if is_code(cell)]
    return [
        [output.get("data", output) for output in cell["outputs"]]
        for cell in cells
        if "injected-parameters" not in tags_of(cell)
    ]


def bundles_of(notebook: Notebook, *kinds: str) -> list[dict[str, Any]]:
    """Give the bundles of these kinds, or all, in order."""
    data = [output for cell in outputs_of(notebook) for output in cell]
    bundles = [forms[MIME] for forms in data if MIME in forms]
    return [bundle for bundle in bundles if not kinds or bundle["type"] in kinds]
