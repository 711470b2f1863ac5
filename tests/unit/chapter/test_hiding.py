"""What a chapter does not get to see, and where it keeps what nobody reads."""

import json
import os
import stat

import pandas as pd
import pyarrow as pa
import pytest

from rapport.chapter import open_chapter
from rapport.errors import DisclosureError

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
