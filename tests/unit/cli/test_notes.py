"""A note's slots are filled with the report's own values, in each language by itself."""

from pathlib import Path
from typing import Any

import pytest

from rapport.cli.notes import check_notes, fill_notes
from rapport.errors import ParameterError
from rapport.press.render.frame import read_words

HEAD = "---\nname: A. Analyst\ndate: 2026-07-03\n---\n"
NET = {
    "id": "summary.net", "value": "17941.1300", "kind": "money", "unit": "GBP", "n": None,
    "interval": None,
}  # fmt: skip
CHURN = {
    "id": "summary.churn", "value": 0.0903, "kind": "ratio", "unit": "share", "n": 554,
    "interval": [0.0691, 0.117],
}  # fmt: skip
GONE = {
    "id": "summary.gone", "value": None, "kind": "count", "unit": "customers", "n": None,
    "interval": None,
}  # fmt: skip


def put(root: Path, **texts: str) -> list[dict[str, Any]]:
    folder = root / "params" / "notes" / "shop"
    folder.mkdir(parents=True, exist_ok=True)
    for language, text in texts.items():
        (folder / f"2026-06.{language}.md").write_text(HEAD + text, encoding="utf-8")
    return [note.describe() for note in check_notes(root, "shop")]


def fill(notes: list[dict[str, Any]], languages: tuple[str, ...] = ("en", "zh")) -> Any:
    return fill_notes(
        notes, [NET, CHURN, GONE], languages=languages, words=read_words(), confidence=0.95
    )


def text_of(note: dict[str, Any]) -> str:
    return "".join(run["text"] for run in note["text"])


def test_slots_are_filled_and_cite_their_values(tmp_path):
    notes = put(tmp_path, en="Sales of {summary.net:headline},\nchurn {summary.churn:interval}.\n")

    note = fill(notes)["en"]

    assert text_of(note) == (
        "Sales of £17.9k, churn 9.0% (95%\xa0interval 6.9% to 11.7%). (A. Analyst, 3\xa0July 2026)"
    )
    cited = [run["source"]["id"] for run in note["text"] if run["source"]["kind"] == "value"]
    assert cited == ["summary.net", "summary.churn"]


def test_chinese_lines_run_on_without_a_blank(tmp_path):
    notes = put(tmp_path, zh="销售额为 {summary.net:headline}，\n主要来自门店。\n")

    assert text_of(fill(notes)["zh"]) == (
        "销售额为 1.79\xa0万英镑，主要来自门店。（A. Analyst，2026年7月3日）"
    )


def test_a_language_without_a_note_says_where_it_is(tmp_path):
    filled = fill(put(tmp_path, zh="说明。"))

    assert text_of(filled["en"]) == "It is written in the Chinese report only."
    assert filled["en"]["title"] == "Analyst’s note."


def test_a_report_without_notes_has_none():
    assert fill([]) == {}


def test_a_language_that_is_not_printed_gets_nothing(tmp_path):
    assert list(fill(put(tmp_path, en="A note."), languages=("en",))) == ["en"]


def test_an_unknown_value_is_an_error_that_names_the_nearest(tmp_path):
    notes = put(tmp_path, en="Sales\nof {summary.nett}.")

    with pytest.raises(ParameterError, match=r"2026-06.en.md line 6: summary.nett is no value"):
        fill(notes)
    with pytest.raises(ParameterError, match=r"Did you mean summary.net\?"):
        fill(notes)


def test_a_value_without_a_figure_is_refused(tmp_path):
    notes = put(tmp_path, en="Of {summary.gone}.")

    with pytest.raises(ParameterError, match=r"line 5: summary\.gone has no figure in this period"):
        fill(notes)


def test_a_style_that_no_figure_has_is_found_before_anything_runs(tmp_path):
    with pytest.raises(ParameterError, match=r"line 5: \{summary.net:loudly\} has no style"):
        put(tmp_path, en="Sales of {summary.net:loudly}.")


def test_what_looks_like_markup_stays_words(tmp_path):
    hostile = '<b>x</b> #read("/etc/passwd") **b** \\input & $a$'
    (run,) = {run["text"] for run in fill(put(tmp_path, en=hostile))["en"]["text"][:1]}

    assert run == hostile
