"""`rapport diff` on runs' folders."""

import json

import pytest

from rapport.cli import main

VALUE = {
    "id": "churn.rate", "chapter": "churn", "kind": "ratio", "value": 0.25, "unit": "share",
    "n": 8, "interval": None, "shown": {"en": "25%", "zh": "25%"},
}  # fmt: skip
PREDICATE = {
    "unit": "shop", "period": "2026-05", "run": "0123456789ab", "as_of": "2026-05-31",
    "languages": ["en", "zh"], "parameters": {"churn_after_days": 180, "confidence": 0.95},
    "canonical": ["orders"], "tables": {"orders": {"sha256": "1" * 64, "rows": 9}},
    "methods": {"churn": {"cells": "1", "reads": ["orders"]}},
}  # fmt: skip


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "_defaults.yml").write_text("", encoding="utf-8")
    add(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def add(project, number="0123456789ab", *, value=VALUE, **parts):
    """Put a run's folder with its record among the reports."""
    folder = project / "reports" / "shop" / "runs" / f"2026-05-{number}"
    folder.mkdir(parents=True)
    manifest = {"predicate": PREDICATE | {"run": number} | parts}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "values.json").write_text(json.dumps([value]), encoding="utf-8")
    return folder


def test_equal_runs_are_equal(project, capsys):
    add(project, "fedcba987654")

    assert main(["diff", "012345", "fedcba987654"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "A: shop 2026-05, record 0123 4567 89ab",
        "B: shop 2026-05, record fedc ba98 7654",
        "Values: 1 equal, 0 within their limits, 0 different",
    ]


def test_what_moved_is_said_with_its_limit_and_its_likely_cause(project, capsys):
    add(project, "fedcba987654", value=VALUE | {"value": 0.5, "shown": {"en": "50%", "zh": "50%"}},
        tables={"orders": {"sha256": "2" * 64, "rows": 12}})  # fmt: skip

    assert main(["diff", "0123456789ab", "fedcba987654"]) == 5
    said = capsys.readouterr().out
    assert "Tables a rerun starts at\n  orders: 9 -> 12 rows\n" in said
    assert "Chapters of the same method and other data\n  churn: orders\n" in said
    assert "  D  churn.rate (ratio)\n     0.25 -> 0.5  (printed 25% -> 50%)\n" in said
    assert "difference 0.25, relative 0.5, limit 5e-13; likely: data in orders" in said


def test_a_rounding_error_is_within_its_limit_and_no_difference(project, capsys):
    add(project, "fedcba987654", value=VALUE | {"value": 0.25 + 1e-15})

    assert main(["diff", "0123456789ab", "fedcba987654"]) == 0
    assert "0 equal, 1 within their limits, 0 different" in capsys.readouterr().out


def test_programs_get_one_json_object(project, capsys):
    folder = add(project, "fedcba987654", methods={"churn": {"cells": "2", "reads": ["orders"]}})

    assert main(["diff", "0123456789ab", str(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["before"]["run"], told["after"]["run"]) == ("0123456789ab", "fedcba987654")
    assert told["methods"] == {"churn": ["cells"]}


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("nothing", "nothing: is no report."),
        ("shop/2026-04", "2026-04: is no report."),
        ("ffffff", "ffffff: is no report."),
        ("012345", "012345: is the number of several."),
    ],
)
def test_what_is_no_report_is_said(project, capsys, named, said):
    add(project, "0123450000aa")

    assert main(["diff", "0123456789ab", named]) == 2
    assert said in capsys.readouterr().err


def test_a_damaged_record_is_named(project, capsys):
    folder = add(project, "fedcba987654")
    (folder / "values.json").write_text("[", encoding="utf-8")

    assert main(["diff", "0123456789ab", "fedcba987654"]) == 2
    assert "its manifest.json or values.json is missing or damaged" in capsys.readouterr().err


def test_what_customers_wrote_gives_no_terminal_an_order(project, capsys):
    hostile = VALUE | {"kind": "label", "value": "\x1b[2J\x07Midsummer\n", "shown": {}}
    add(project, "fedcba987654", value=hostile)

    main(["diff", "0123456789ab", "fedcba987654"])

    said = capsys.readouterr().out
    assert "\x1b" not in said and "\x07" not in said
    assert "\\x1b[2J\\x07Midsummer\\n" in said
