"""In which months and buckets of customers tables differ from those that were sealed.

Digests of parts were sealed with the tables, so this can be said of tables that are gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from rapport.cli.rerun.case import Case
from rapport.ingest.parts import MONTH, compare_parts, digest_parts, sum_parts
from rapport.press.proof.rerun.inputs import Input
from rapport.schema import SCHEMAS
from rapport.tables.engine import Engine

PARTS = "data_parts"
MOST = 60


def find_moved_parts(case: Case, ran: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Say in which parts the tables of a new ingestion differ; empty if it cannot be said."""
    ours = ran["tables"].get(PARTS)
    before = _find_sealed(case)
    if before is None or ours is None:
        return []
    path = case.store / "objects" / ours["digest"][:2] / ours["digest"]
    return _tell(compare_parts(before, pd.read_parquet(path)))


def find_moved_rows(case: Case, inputs: Sequence[Input]) -> list[dict[str, Any]]:
    """Say in which parts the tables at hand differ that are not those sealed.

    Where customers were erased, months are left out: they would tell when those had bought.
    """
    before = _find_sealed(case)
    known = set() if before is None else set(before["table"]) & SCHEMAS.keys()
    other = [i for i in inputs if i.state in ("other", "erased") and i.name in known and i.path]
    if before is None or not other:
        return []
    if any(each.state == "erased" for each in other):
        before = before[before["kind"] != MONTH]
    with Engine({}) as engine:
        sums = {each.name: sum_parts(engine, each.name, _read(each.path)) for each in other}
    names = [each.name for each in other]
    after = digest_parts(sums)
    after = after[after["kind"].isin(before["kind"].unique())]
    return _tell(compare_parts(before[before["table"].isin(names)], after))


def list_same(case: Case, inputs: Sequence[Input], moved: Sequence[Mapping[str, Any]]) -> list[str]:
    """Name the tables that are other files with the same rows, by the digests of their parts."""
    before = _find_sealed(case)
    known = set() if before is None else set(before["table"]) - {row["table"] for row in moved}
    return [each.name for each in inputs if each.state == "other" and each.name in known]


def _read(path: Path | None) -> Any:
    assert path is not None
    return pq.read_table(path)


def _find_sealed(case: Case) -> pd.DataFrame | None:
    sealed = case.predicate["tables"].get(PARTS)
    path = case.places.find(sealed["sha256"]) if sealed else None
    return None if path is None else pd.read_parquet(path)


def _tell(moved: pd.DataFrame) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = moved.head(MOST).to_dict("records")  # type: ignore[assignment]
    return rows
