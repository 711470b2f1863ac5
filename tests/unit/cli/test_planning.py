import datetime as dt
from pathlib import Path

from rapport.cli.planning import plan_ingestion, plan_period
from rapport.cli.work import Unit
from rapport.ingest import ResolvedSources
from rapport.marts.periods import parse_period
from rapport.params import UnitParams

ROOT = Path(__file__).parents[3]


def unit(*tables, **more):
    return UnitParams.model_validate(
        {
            "name": "shop",
            "title": {"en": "Shop", "zh": "商店"},
            "currency": "GBP",
            "sources": {"till": {"path": "till.csv", "format": "csv"}},
            "tables": {name: {"from": "till", "columns": {}} for name in tables},
            **more,
        }
    )


def plan_marts(tmp_path, tables, **more):
    (tmp_path / "notebooks").mkdir()
    planned = Unit(unit("orders", **more), ResolvedSources({}, {}))
    tasks = plan_period(tmp_path, planned, parse_period("2026-05"), tables=tables)
    return {task.name: task for task in tasks}


def test_marts_that_count_orders_find_none_where_none_are_delivered(tmp_path):
    made = plan_marts(tmp_path, {"customers": "a", "snapshot": "b", "interactions": "c"})

    assert next(iter(made)) == "orders"
    assert made["orders"].reads == {}
    assert "period_measures" in made
    assert "subscription_months" not in made


def test_orders_that_were_delivered_are_not_made_again(tmp_path):
    assert "orders" not in plan_marts(tmp_path, {"customers": "a", "snapshot": "b", "orders": "c"})


def test_the_calendar_of_a_snapshot_is_told_that_it_is_one(tmp_path):
    made = plan_marts(tmp_path, {"snapshot": "b"}, snapshot=True)

    assert made["periods"].arguments["settings"]["is_snapshot"] is True
    assert made["settings"].arguments["settings"].keys() == unit("orders").mart_values().keys()


def test_decisions_targets_and_limits_execute_the_summary_again_and_nothing_else():
    shop = Unit(
        unit("orders", sample=True),
        ResolvedSources({}, {}),
        dt.date(2026, 1, 1),
        dt.date(2026, 6, 30),
    )

    tasks = plan_period(ROOT, shop, parse_period("2026-06"), tables={"orders": "x"})

    fields = {task.chapter: task.unit_fields or () for task in tasks if hasattr(task, "chapter")}
    for name in ("actions", "targets", "alerts"):
        assert [chapter for chapter, seen in fields.items() if name in seen] == ["summary"]
        assert name not in plan_ingestion(ROOT, shop).context["unit_parameters"]
