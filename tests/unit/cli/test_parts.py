"""Two reports' data are compared part by part, by what their manifests name."""

import argparse
import json

import pandas as pd
import pytest

from rapport.cli.parts import compare
from rapport.errors import ParameterError
from rapport.press.run.store import Store
from rapport.tables import write_table

COLUMNS = ["table", "kind", "part", "n_rows", "digest"]


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "_defaults.yml").write_text("{}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def add_report(project, name, *rows):
    store = Store(project / "data" / "store")
    with store.lease_folder() as lease:
        file = write_table(pd.DataFrame(rows, columns=COLUMNS), lease.folder / "parts.parquet")
        digest = store.add_file(file.path)
    folder = project / "reports" / name
    folder.mkdir(parents=True)
    content = {"predicate": {"tables": {"data_parts": {"sha256": digest}}}}
    (folder / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    return folder, store.object_path(digest)


def run(before, after):
    return compare(argparse.Namespace(before=before, after=after))


MAY, JUNE = (("orders", "month", f"2026-0{at}", 40, f"d{at}") for at in (5, 6))
WHOLE = ("orders", "all", "", 80, "w")


def test_the_parts_that_differ_are_printed_with_their_rows(project, capsys):
    before, _ = add_report(project, "a", WHOLE, MAY)
    after, _ = add_report(project, "b", (*WHOLE[:3], 81, "v"), MAY, JUNE)

    assert run(before, after) == 0

    assert capsys.readouterr().out.splitlines() == [
        "orders all: 80 rows, 81 after",
        "orders month 2026-06: 0 rows, 40 after",
    ]


def test_equal_data_are_said_to_be_equal(project, capsys):
    before, _ = add_report(project, "a", WHOLE, MAY)

    run(before, before)

    assert capsys.readouterr().out == "the same rows in every part of every table\n"


def test_what_is_no_report_or_has_lost_its_data_is_refused(project):
    folder, table = add_report(project, "a", WHOLE)
    (project / "reports" / "empty").mkdir()

    with pytest.raises(ParameterError, match="empty: holds no record"):
        run(folder, project / "reports" / "empty")
    table.unlink()
    with pytest.raises(ParameterError, match="a: the data of this report are no longer"):
        run(folder, folder)
