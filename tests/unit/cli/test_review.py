"""The list of pairs for a person to decide is a file that can be given back."""

import csv
import stat

import pandas as pd
import pyarrow as pa
import pytest

from rapport.cli.review import write_review
from rapport.errors import ParameterError
from rapport.ingest.identity.account import Account


def _account(*pairs):
    names = ("source", "source_id", "other_source", "other_id", "probability")
    rows = [dict(zip(names, pair, strict=True)) for pair in pairs]
    schema = pa.schema([*((name, pa.string()) for name in names[:4]), (names[4], pa.float64())])
    none = pd.DataFrame()
    return Account(4, 4, none, none, pa.Table.from_pylist(rows, schema=schema))


def test_the_list_has_the_columns_of_an_override_file_and_is_its_owners_alone(tmp_path):
    file = tmp_path / "review.csv"

    said = write_review(_account(("crm", "1", "web", "9", 0.75)), file)

    with file.open(encoding="utf-8-sig", newline="") as stream:
        assert list(csv.DictReader(stream)) == [
            {"action": "", "source": "crm", "source_id": "1", "other_source": "web",
             "other_id": "9", "probability": "0.75"}
        ]  # fmt: skip
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert said.endswith("1 pairs to review")


def test_a_number_that_is_a_formula_is_left_out_and_counted(tmp_path):
    pairs = (("crm", "=1+1", "web", "9", 0.75), ("crm", "1", "web", "@x", 0.7))

    said = write_review(_account(*pairs), tmp_path / "review.csv")

    assert "0 pairs to review, 2 left out" in said
    assert "=1" not in (tmp_path / "review.csv").read_text(encoding="utf-8-sig")


def test_an_older_list_is_not_overwritten_and_none_is_made_without_a_model(tmp_path):
    file = tmp_path / "review.csv"
    file.write_text("mine", encoding="utf-8")

    with pytest.raises(ParameterError, match=r"review\.csv: cannot be written"):
        write_review(_account(), file)
    with pytest.raises(ParameterError, match="joins no records"):
        write_review(None, tmp_path / "other.csv")
    assert file.read_text(encoding="utf-8") == "mine"
