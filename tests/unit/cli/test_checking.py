"""What of a chapter goes into the report's folder, which is handed on."""

from pathlib import Path

import pandas as pd

from rapport.cli.checking import take_chapter
from rapport.press.run.store import Store
from rapport.press.run.tasks import ChapterTask, Result, Table
from rapport.tables import write_table

TABLES = {
    "churn_rates": {"window": ["a", "b"], "n_churned": [4, 40]},
    "churn_by_rate": {"rate": [3 / 90, 0.5], "n": [90, 80]},
    "churn_totals": {"n_churned": [44, 40]},
    "churn_scores": {"customer_id": ["c1", "c2"], "risk": [0.1, 0.2]},
    # What is shown must pass the gate, not be passed over.
    "churn.months": {"n_customers": [4, 40]},
}


def test_only_what_later_chapters_read_may_count_few_and_it_stays_in_the_store(tmp_path):
    store = Store(tmp_path / "data" / "store")
    made = {}
    for name, columns in TABLES.items():
        with store.lease_folder() as lease:
            file = write_table(pd.DataFrame(columns), lease.folder / "table.parquet")
            kinds = dict.fromkeys(columns, "count")
            made[name] = Table(store.add_file(file.path), file.n_rows, 1, kinds)
    task = ChapterTask("shop/2026-05/churn", "shop", "2026-05", "churn", Path("06_churn.ipynb"),
                       {}, {})  # fmt: skip
    notebook = store.add_bytes(b'{"cells": []}')
    result = Result(task, "executed", "new", "key", tables=made, notebook=notebook)

    taken = take_chapter(result, store, 10)

    assert sorted(taken.tables) == ["churn.months", "churn_totals"]
