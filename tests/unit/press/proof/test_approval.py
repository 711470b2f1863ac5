"""Which report a draft became is asked of the records of a unit's runs."""

import json

import pytest

from rapport.errors import TamperedError
from rapport.press.proof.approval import find_final


def write_run(runs, name, approval):
    (runs / name).mkdir(parents=True)
    manifest = {"predicate": {"run": name, "approval": approval}, "subject": []}
    (runs / name / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_the_report_that_names_a_draft_is_what_it_became(tmp_path):
    write_run(tmp_path, "a1", {"state": "draft"})
    write_run(tmp_path, "b2", {"state": "approved", "draft": "a1"})

    assert find_final(tmp_path, "a1") == tmp_path / "b2"


def test_a_draft_that_nobody_approved_became_nothing(tmp_path):
    write_run(tmp_path, "a1", {"state": "draft"})
    write_run(tmp_path, "b2", {"state": "approved", "draft": "c3"})

    assert find_final(tmp_path, "a1") is None


def test_a_record_cut_short_that_speaks_of_the_draft_is_named(tmp_path):
    write_run(tmp_path, "b2", {"state": "approved", "draft": "a1"})
    file = tmp_path / "b2" / "manifest.json"
    file.write_bytes(file.read_bytes()[:-5])

    with pytest.raises(TamperedError, match=r"^b2: its record is damaged\."):
        find_final(tmp_path, "a1")
