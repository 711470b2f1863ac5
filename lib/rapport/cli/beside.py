"""Files that lie beside a report: lists of customers, and the feed of alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from rapport.present.feed import Told, spell_alerts
from rapport.press.run.store import Store
from rapport.press.run.tasks import ChapterTask, Result
from rapport.tables import read_rows

LISTS = "target_lists"
FEED, ALERTED = "alerts.json", "summary"
Arguments = Mapping[str, Any]


def take_lists(result: Result, store: Store) -> dict[str, bytes]:
    """Take the lists of customers that a chapter made, one file each, first ranks first."""
    table = result.tables.get(LISTS)
    rows = () if table is None else read_rows(store.object_path(table.digest))
    lines: dict[str, list[str]] = {}
    for row in rows:
        lines.setdefault(row["list"], ["rank,customer_id"]).append(
            f"{row['rank']},{row['customer_id']}"
        )
    return {name: ("\n".join(held) + "\n").encode("ascii") for name, held in lines.items()}


def list_beside(arguments: Arguments, chapters: Sequence[Result], store: Store) -> dict[str, bytes]:
    """Give the feed of alerts: what the table of alerts shows, without a row where it is absent."""
    found = {r.task.chapter: r.tables for r in chapters if isinstance(r.task, ChapterTask)}
    if ALERTED not in found:
        return {}
    table = found[ALERTED].get(f"{ALERTED}.alerts")
    told = Told(
        arguments["unit"], arguments["titles"], arguments["period"], read_day(arguments),
        arguments["languages"], arguments["parameters"]["confidence"],
    )  # fmt: skip
    rows = () if table is None else read_rows(store.object_path(table.digest))
    return {FEED: spell_alerts(rows, told)}


def read_day(arguments: Arguments) -> date | None:
    """Give the last day that the report observes; None where the data carry no day."""
    return date.fromisoformat(arguments["as_of"]) if arguments["as_of"] else None
