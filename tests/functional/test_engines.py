"""Another engine: the same report of marts made on PostgreSQL, in which no chapter runs again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from functional.command import rapport

pytest.importorskip("adbc_driver_postgresql", reason="the extra `postgresql` is not installed")


def read_record(project: Path) -> dict[str, object]:
    manifest = project / "reports" / "shop" / "2026-05" / "manifest.json"
    return json.loads(manifest.read_text(encoding="utf-8"))["predicate"]


@pytest.fixture
def moved(copied: Path) -> Path:
    """Give the shop's project, whose marts shall now be made on PostgreSQL."""
    file = copied / "params" / "shop.yml"
    file.write_text(file.read_text(encoding="utf-8") + "\nengine: postgresql\n", encoding="utf-8")
    return copied


def test_another_engine_makes_equal_marts_and_no_chapter_runs_again(moved, postgresql):
    values = moved / "reports" / "shop" / "2026-05" / "values.json"
    before, recorded = values.read_bytes(), read_record(moved)
    shutil.rmtree(moved / "reports" / "shop")  # a report of equal pages would stay as it is
    address = {"RAPPORT_ENGINE_URL": postgresql.create("moved")}

    done = rapport(moved, "run", "shop", "--json", env=address)

    assert done.code == 0, done.said
    assert set(done.actions.values()) == {"reused"}
    assert values.read_bytes() == before
    now = read_record(moved)
    assert (recorded["engine"], now["engine"]) == ("duckdb", "postgresql")
    assert now["methods"] == recorded["methods"]
    # The number of a run is the digest of all that its pages are made of.
    assert now["run"] == recorded["run"]
    there = now["tables"].items()
    assert {name: t["sha256"] for name, t in there}.items() <= {
        name: t["sha256"] for name, t in recorded["tables"].items()
    }.items()

    kept = postgresql.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'rapport'", "moved")
    assert int(kept) > 10
    cleaned = rapport(moved, "store", "gc", "--keep", "1", env=address)
    assert "dropped 0 tables of the engine" in cleaned.out

    again = rapport(moved, "run", "shop", "--json")  # nothing is asked of the engine

    assert again.code == 0, again.said
    assert set(again.actions.values()) == {"reused"}


def test_an_engine_without_an_address_is_told_once_for_each_mart_and_costs_no_report(moved):
    before = sorted((moved / "reports" / "shop" / "runs").iterdir())

    done = rapport(moved, "run", "shop", "--json")

    assert done.code != 0
    assert "RAPPORT_ENGINE_URL: is not set." in done.said
    assert sorted((moved / "reports" / "shop" / "runs").iterdir()) == before
