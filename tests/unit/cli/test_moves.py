"""A run warns of customers whom the last snapshot knew as other persons."""

from pathlib import Path

import pandas as pd
import pytest

from rapport.cli.moves import add_moves
from rapport.press.run.store import Store
from rapport.press.run.tasks import ChapterTask, Result, Table
from rapport.tables import write_table

ID = "shop/all-periods/ingestion"


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "data" / "store")


def add_links(store, *customers):
    rows = [("till", f"t{at}", customer) for at, customer in enumerate(customers)]
    frame = pd.DataFrame(rows, columns=["source", "source_id", "customer_id"])
    with store.lease_folder() as lease:
        return store.add_file(write_table(frame, lease.folder / "links.parquet").path)


def ended(digest, status="executed"):
    task = ChapterTask(ID, "shop", None, "ingestion", Path("01_ingestion.ipynb"), {}, {})
    return {ID: Result(task, status, "new", "key", tables={"identity_links": Table(digest, 3, 1)})}


def test_customers_who_were_joined_are_told_by_number_and_not_by_name(store):
    store.write_current("shop", {"identity_links": add_links(store, "ca", "cb", "cc")}, period=None)

    (warning,) = add_moves(ended(add_links(store, "ca", "ca", "cc")), store)[ID].warnings

    assert warning.startswith(
        "of the last snapshot 2 customers became 1, because records are joined"
    )
    assert "rapport data check shop --review FILE" in warning
    assert not {"ca", "cb", "cc", "t0"} & set(warning.split())


def test_customers_who_were_parted_are_told_too(store):
    store.write_current("shop", {"identity_links": add_links(store, "ca", "ca", "cc")}, period=None)

    (warning,) = add_moves(ended(add_links(store, "ca", "cb", "cc")), store)[ID].warnings

    assert warning.startswith("of the last snapshot 1 became several, because")


@pytest.mark.parametrize("status", ["reused", "failed"])
def test_what_did_not_run_says_nothing(store, status):
    store.write_current("shop", {"identity_links": add_links(store, "ca", "cb", "cc")}, period=None)

    assert add_moves(ended(add_links(store, "ca", "ca", "cc"), status), store)[ID].warnings == ()


def test_a_first_run_and_one_that_moved_nobody_say_nothing(store):
    digest = add_links(store, "ca", "cb", "cc")

    first = add_moves(ended(digest), store)[ID]
    store.write_current("shop", {"identity_links": digest}, period=None)
    again = add_moves(ended(digest), store)[ID]
    more = add_moves(ended(add_links(store, "ca", "cb", "cc", "cd")), store)[ID]

    assert (first.warnings, again.warnings, more.warnings) == ((), (), ())
