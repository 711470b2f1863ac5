"""Every mart on every engine, byte by byte: drawn tables on Spark, and whole units on both.

Spark takes minutes and 430 MB, so this runs in a session of its own: `nox -s engines`.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from drawn_tables import write_drawn
from functional.command import rapport
from functional.shop import make_project
from rapport.marts.build import build_mart
from rapport.marts.catalog import list_buildable
from rapport.marts.elsewhere import build_elsewhere
from rapport.marts.lineage import is_select, list_leaves
from rapport.params import ChapterParams, load_unit
from rapport.press.run.store import Store
from rapport.schema import SCHEMAS

pytestmark = pytest.mark.skipif(
    "RAPPORT_TEST_ENGINES" not in os.environ, reason="takes minutes: nox -s engines"
)
DRAWN = ChapterParams().model_dump(mode="json") | {
    "period": "2010-11", "min_pairs": 1, "profiling": "given",
}  # fmt: skip
UNITS = {
    "sample-retail": "2026-06", "sample-mall": "2026-06", "sample-saas": "2026-06",
    "online-retail": "2010-11",
}  # fmt: skip


def need(engine: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the engine there, or skip and say what is not."""
    if engine == "spark":
        if importlib.util.find_spec("pyspark") is None:
            pytest.skip("the extra `spark` is not installed")
        if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
            pytest.skip("there is no Java")
        monkeypatch.setenv("RAPPORT_ENGINE_URL", "local[2]")
        return
    server = request.getfixturevalue("postgresql")
    name = "whole_" + "".join(c for c in request.node.name if c.isalnum())[-40:].lower()
    monkeypatch.setenv("RAPPORT_ENGINE_URL", server.create(name))


def read_ingested(store: Store, unit: str) -> dict[str, Path]:
    """Give the canonical tables that the one ingestion of a store wrote."""
    records = [json.loads(path.read_bytes()) for path in (store.root / "tasks").rglob("*.json")]
    (made,) = [one["tables"] for one in records if one["task"] == f"{unit}/all-periods/ingestion"]
    return {name: store.object_path(t["digest"]) for name, t in made.items() if name in SCHEMAS}


def find_different(
    paths: Mapping[str, Path], settings: Mapping[str, object], engine: str, into: Path
) -> dict[str, str]:
    """Make every mart on DuckDB and on another engine; say where the bytes are not the same."""
    files, different = dict(paths), {}
    for name in list_buildable(paths):
        made = build_mart(name, files, settings=settings, into=into / "here", shelf=into)
        files[name] = made.path
        if is_select(name):
            needed, used = list_leaves(name)
            leaves = {table: files[table] for table in needed | used if table in files}
            there = build_elsewhere(name, leaves, into=into / "there", engine=engine, shelf=into)
            if there.digest != made.digest:
                different[name] = f"{made.n_rows} rows here, {there.n_rows} there"
    return different


def test_every_mart_of_drawn_tables_made_on_spark_has_the_bytes_of_duckdb(
    request, monkeypatch, tmp_path
):
    need("spark", request, monkeypatch)

    different = find_different(write_drawn(tmp_path), DRAWN, "spark", tmp_path)

    assert different == {}


@pytest.mark.parametrize("engine", ["postgresql", "spark"])
@pytest.mark.parametrize("unit", UNITS)
def test_every_mart_of_a_unit_has_the_bytes_of_duckdb(unit, engine, request, monkeypatch, tmp_path):
    need(engine, request, monkeypatch)
    project = make_project(tmp_path / "project", chapters=("01_",), params=(unit,))
    folders = {"RAPPORT_DATA_PATH": os.environ.get("RAPPORT_DATA_PATH", "")}
    assert rapport(project, "keys", "pseudonym", "pseudonym.key").code == 0
    done = rapport(project, "run", unit, "--chapter", "ingestion", "--format", "none", env=folders)
    if done.code == 3 and unit not in ("sample-retail", "sample-mall", "sample-saas"):
        pytest.skip(f"the files of {unit} are in no folder of RAPPORT_DATA_PATH")
    assert done.code == 0, done.said
    paths = read_ingested(Store(project / "data" / "store"), unit)
    settings = load_unit(project, unit).mart_values() | {"period": UNITS[unit]}

    different = find_different(paths, settings, engine, tmp_path)

    assert different == {}
