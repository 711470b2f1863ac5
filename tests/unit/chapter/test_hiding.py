"""What a chapter does not get to see, and where it keeps what nobody reads."""

import json
import os
import stat

import pandas as pd
import pyarrow as pa
import pytest

from rapport.chapter import open_chapter
from rapport.chapter.hiding import hide_counts, hide_few
from rapport.errors import DisclosureError
from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec
from rapport.present.values import WITHHELD

PEOPLE = pa.table({"customer_id": ["c1"], "kind": ["name"], "value": ["Anna Smith"]})


@pytest.mark.usefixtures("shown")
@pytest.mark.parametrize("read", ["read", "read_optional"])
def test_the_table_of_names_is_refused_even_where_it_is_given(make_task, read):
    make_task(identifiers=pd.DataFrame({"value": ["Anna Smith"]}))
    chapter = open_chapter("churn", unit="sample-retail", period="2026-06")

    with pytest.raises(DisclosureError, match="chapter churn: the table identifiers holds names"):
        getattr(chapter, read)("identifiers")


def test_what_is_kept_apart_is_said_nowhere_and_is_this_users_alone(
    make_task, shown, tmp_path, monkeypatch
):
    make_task("ingestion", period=None, as_of=None)
    task = json.loads((tmp_path / "task.json").read_text(encoding="utf-8"))
    private = tmp_path / "private"
    private.mkdir()
    task |= {"private": str(private)}
    (tmp_path / "task.json").write_text(json.dumps(task), encoding="utf-8")
    chapter = open_chapter("ingestion", unit="sample-retail")
    before = len(shown())

    chapter.keep_apart("identifiers", PEOPLE)

    assert len(shown()) == before
    listed = json.loads((private / "tables.json").read_text(encoding="ascii"))
    assert listed["identifiers"]["n_rows"] == 1
    if os.name == "posix":
        mode = (private / "identifiers.parquet").stat().st_mode
        assert stat.S_IMODE(mode) == 0o600


@pytest.mark.usefixtures("shown")
def test_a_draft_keeps_no_names(make_project):
    root = make_project()
    chapter = open_chapter("ingestion", unit="sample-retail")

    chapter.keep_apart("identifiers", PEOPLE)

    assert [path for path in root.rglob("*") if "identifiers" in path.name] == []


@pytest.mark.usefixtures("shown")
def test_a_draft_leaves_out_whom_runs_leave_out(make_project):
    root = make_project()
    (root / "data" / "erased").mkdir(parents=True)
    path = root / "data" / "erased" / "sample-retail.json"
    path.write_text(json.dumps({"key": "other", "digests": []}), encoding="utf-8")

    assert open_chapter("ingestion", unit="sample-retail").erased == ()


def rates(frame):
    columns = (
        Column("n", "segmentation.head.customers", "count", "customers"),
        Column("rate", "segmentation.head.repeat", "ratio", "share", limits=("low", "high")),
    )
    return TableSpec("churn.table", columns, frame, Sentence("figures.rfm_grid.title"))


def test_a_printed_rate_of_few_goes_with_its_interval_and_with_the_next_smallest():
    share = [3 / 40, 12 / 30, 50 / 90]
    frame = pd.DataFrame({"n": [40, 30, 90], "rate": share, "low": 0.01, "high": 0.9})

    hidden = hide_counts(rates(frame), 10).frame

    assert hidden["n"].tolist() == [40, 30, 90]
    assert hidden["rate"].tolist() == [WITHHELD, WITHHELD, 50 / 90]
    for name in ("low", "high"):
        assert hidden[name].isna().tolist() == [True, True, False]


def test_a_printed_share_of_something_else_stays():
    frame = pd.DataFrame({"n": [40, 30], "rate": [3 / 40, 0.4033], "low": 0.01, "high": 0.9})

    assert hide_counts(rates(frame), 10).frame.equals(frame)


def test_a_table_of_values_tells_no_share_of_few():
    rows = pd.DataFrame(
        {"figure": ["churn", "repurchase", "net", "active"], "value": [0.05, 0.5, 3.5, 4.0],
         "low": [0.02, 0.3, None, None], "n": pd.array([40, 40, 2, None], dtype="Int64")}
    )  # fmt: skip

    told = hide_few(rows, 10)

    assert told["value"].isna().tolist() == [True, False, False, False]
    assert told["low"].isna().tolist() == [True, False, True, True]
    assert rows["value"].notna().all()
