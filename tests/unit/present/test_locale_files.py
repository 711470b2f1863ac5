"""Locale files are read entry by entry, and hold the same as read whole."""

import pytest

from rapport.assets.files import locale_paths
from rapport.errors import ChapterError
from rapport.present.locale import Entries, read_locale

ENTRIES = [path for path in locale_paths("") if path.name != "digits.yml"]


def write(tmp_path, text):
    path = tmp_path / "labels.yml"
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


@pytest.mark.parametrize("path", ENTRIES, ids=lambda path: path.name)
def test_entries_hold_what_the_whole_file_holds(path):
    assert dict(Entries(path)) == read_locale(path)


def test_only_the_entry_asked_for_is_read(tmp_path):
    entries = Entries(write(tmp_path, 'a.one: {en: "a", zh: "甲"}\na.two: {en: "not closed\n'))

    assert entries["a.one"] == {"en": "a", "zh": "甲"}
    assert "a.two" in entries


def test_comments_and_blank_lines_between_entries_are_passed_over(tmp_path):
    text = '\n# head\n\na.one:\n  # inside\n  en: "a: b"\n\n# between\na.two: {en: "#"}\n# end'

    assert dict(Entries(write(tmp_path, text))) == {"a.one": {"en": "a: b"}, "a.two": {"en": "#"}}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a.one: {en: a}\na.one: {en: b}\n", "'a.one' stands twice"),
        ("a.one: {en: a}\nloose\n", "'loose' is no id"),
    ],
)
def test_a_file_whose_entries_have_no_ids_of_their_own_is_refused(tmp_path, text, fault):
    with pytest.raises(ChapterError, match=fault):
        Entries(write(tmp_path, text))


def test_an_id_that_yaml_reads_as_something_else_is_refused(tmp_path):
    entries = Entries(write(tmp_path, '"a.one": {en: a}\n'))

    with pytest.raises(ChapterError, match="cannot be read by itself"):
        entries['"a.one"']
