"""A task of the press written by hand, a project after a run, and what a chapter shows."""

import json
from pathlib import Path

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from rapport import tables
from rapport.chapter.bundle import MIME
from rapport.chapter.world import TASK_VARIABLE
from rapport.params import load_unit

ROOT = Path(__file__).parents[3]
UNIT = "sample-retail"
PERIOD = "2026-06"


@pytest.fixture
def unit():
    return load_unit(ROOT, UNIT)


@pytest.fixture
def make_task(tmp_path, monkeypatch, unit):
    """Write task.json with these tables, as the press does, and name it in the environment."""

    def make(chapter="churn", *, period=PERIOD, as_of="2026-06-30", **frames):
        files = {name: write(frame, tmp_path / f"{name}.parquet") for name, frame in frames.items()}
        task = {
            "v": 1,
            "chapter": chapter,
            "unit": UNIT,
            "period": period,
            "as_of": as_of,
            "unit_parameters": unit.model_dump(mode="json", by_alias=True),
            "tables": {
                name: {"path": str(file.path), "digest": file.digest}
                for name, file in files.items()
            },
            "writes": str(tmp_path / "writes"),
            "sources": {"crm": {"paths": [str(tmp_path / "crm.csv")], "digest": "d1"}},
        }
        (tmp_path / "writes").mkdir(exist_ok=True)
        path = tmp_path / "task.json"
        path.write_text(json.dumps(task), encoding="utf-8", newline="\n")
        monkeypatch.setenv(TASK_VARIABLE, str(path))

    return make


def write(frame, path):
    time = "ordered_on" if "ordered_on" in frame else None
    return tables.write_table(frame, path, time=time)


@pytest.fixture
def make_project(tmp_path, monkeypatch):
    """Lay out a project around the working folder; `current` are tables that a run left."""
    monkeypatch.delenv(TASK_VARIABLE, raising=False)
    root = tmp_path / "shop"
    (root / "notebooks").mkdir(parents=True)
    (root / "params").mkdir()
    for name in ("_defaults.yml", f"{UNIT}.yml"):
        text = (ROOT / "params" / name).read_text(encoding="utf-8")
        (root / "params" / name).write_text(text, encoding="utf-8", newline="\n")
    monkeypatch.chdir(root / "notebooks")

    def make(current=None, **of_period):
        store = root / "data" / "store"
        _keep(store, f"{UNIT}.json", current or {})
        _keep(store, f"{UNIT}/{PERIOD}.json", of_period)
        return root

    return make


def _keep(store, name, frames):
    digests = {}
    for table, frame in frames.items():
        store.mkdir(parents=True, exist_ok=True)
        file = write(frame, store / "aside.parquet")
        path = store / "objects" / file.digest[:2] / file.digest
        path.parent.mkdir(parents=True, exist_ok=True)
        file.path.rename(path)
        digests[table] = file.digest
    if digests:
        path = store / "current" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"tables": digests}), encoding="utf-8", newline="\n")


@pytest.fixture
def snapshot():
    def make(until):
        days = {"data_from": ["2024-01-01"], "data_until": [until]}
        return pd.DataFrame({name: pd.to_datetime(day) for name, day in days.items()})

    return make


@pytest.fixture
def shown(tmp_path, monkeypatch):
    """What cells show, as the forms of each output."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    InteractiveShell.instance()
    with capture_output() as captured:
        yield lambda: [output.data for output in captured.outputs]
    InteractiveShell.clear_instance()


@pytest.fixture
def bundles(shown):
    """The bundles among them."""
    return lambda: [forms[MIME] for forms in shown()]
