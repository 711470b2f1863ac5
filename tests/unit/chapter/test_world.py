from datetime import date

import pandas as pd
import pytest

from rapport.chapter.world import find_world
from rapport.errors import DataError, ParameterError

UNIT = "sample-retail"
PERIOD = "2026-06"
ORDERS = pd.DataFrame({"n": [1]})


def find_draft(period=PERIOD):
    return find_world("churn", unit=UNIT, period=period)


def test_a_task_gives_all_that_a_chapter_may_see(make_task, tmp_path):
    make_task(orders=ORDERS)

    world = find_world("churn", unit=UNIT, period=PERIOD)

    assert world.as_of == date(2026, 6, 30)
    assert dict(world.tables) == {"orders": tmp_path / "orders.parquet"}
    assert world.writes == tmp_path / "writes"
    assert world.unit.name == UNIT
    assert world.root is None


@pytest.mark.parametrize(
    ("chapter", "of", "period"),
    [
        ("summary", UNIT, PERIOD),
        ("churn", "sample-mall", PERIOD),
        ("churn", UNIT, "2026-05"),
        ("churn", UNIT, None),
    ],
)
def test_a_task_of_another_chapter_unit_or_period_is_refused(make_task, chapter, of, period):
    make_task("churn")

    with pytest.raises(ParameterError, match="the task is for churn of sample-retail, 2026-06"):
        find_world(chapter, unit=of, period=period)


def test_ingestion_has_neither_period_nor_as_of(make_task):
    make_task("ingestion", period=None, as_of=None)

    world = find_world("ingestion", unit=UNIT, period=None)

    assert (world.period, world.as_of) == (None, None)


def test_only_ingestion_sees_where_the_data_lie(make_task):
    make_task("churn")
    unit = find_world("churn", unit=UNIT, period=PERIOD).unit
    make_task("ingestion", period=None, as_of=None)
    whole = find_world("ingestion", unit=UNIT, period=None).unit

    assert not hasattr(unit, "sources")
    assert whole.sources


def test_a_chapter_of_a_period_sees_the_values_of_the_units_file(make_task, unit):
    make_task("churn")

    seen = find_world("churn", unit=UNIT, period=PERIOD).unit

    assert (seen.name, seen.title, seen.currency) == (unit.name, unit.title, unit.currency)
    assert seen.chapter_values() == unit.chapter_values()


def test_a_draft_reads_what_the_last_run_left_and_writes_among_the_drafts(make_project, snapshot):
    root = make_project({"snapshot": snapshot("2026-06-30")}, churn_rates=ORDERS)

    world = find_draft()

    assert set(world.tables) == {"snapshot", "churn_rates"}
    assert all(path.is_file() for path in world.tables.values())
    assert world.writes == root / "data" / "drafts" / UNIT / PERIOD / "churn"
    assert not world.writes.exists()


def test_a_table_of_the_period_stands_before_the_units_own(make_project, snapshot):
    newer = pd.DataFrame({"n": [2]})
    make_project({"snapshot": snapshot("2026-06-30"), "orders": ORDERS}, orders=newer)

    path = find_draft().tables["orders"]

    assert pd.read_parquet(path)["n"].tolist() == [2]


def test_a_draft_of_another_period_does_not_see_this_periods_tables(make_project, snapshot):
    make_project({"snapshot": snapshot("2026-06-30")}, churn_rates=ORDERS)

    assert set(find_draft("2026-05").tables) == {"snapshot"}


@pytest.mark.parametrize(
    ("until", "as_of"),
    [("2026-06-12", date(2026, 6, 12)), ("2026-08-01", date(2026, 6, 30)), (None, None)],
    ids=["data end within the period", "data go on", "no row is dated"],
)
def test_a_draft_observes_until_the_period_or_the_data_end(make_project, snapshot, until, as_of):
    make_project({"snapshot": snapshot(until)})

    assert find_draft().as_of == as_of


def test_a_draft_before_any_run_names_the_command(make_project):
    root = make_project()

    with pytest.raises(DataError, match=r"`rapport run sample-retail --period 2026-06` first"):
        find_draft()
    assert not (root / "data").exists()


def test_a_draft_of_a_unit_that_is_none_is_refused(make_project):
    make_project()

    with pytest.raises(ParameterError):
        find_world("churn", unit="sample-retial", period=PERIOD)


def test_a_notebook_outside_any_project_is_refused(make_project, tmp_path, monkeypatch):
    make_project()
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ParameterError):
        find_draft()
