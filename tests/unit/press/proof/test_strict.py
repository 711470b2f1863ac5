"""JSON of strangers: what is refused, and that no text takes long."""

import pytest

from rapport.errors import TamperedError
from rapport.press.proof import strict
from rapport.press.proof.strict import read_json


@pytest.mark.parametrize(
    "text",
    [
        b'{"a": 1, "a": 2}', b"[NaN]", b"[-Infinity]", b"[1e999]", b"[" * 65 + b"]" * 65, b'"\xff"',
        b"9" * 401, b'"never closed', b'"ends with a stroke\\', rb'"\ud800"', rb'["\ude00\ud83d"]',
    ],
    ids=lambda text: ascii(text[:20]),
)  # fmt: skip
def test_what_two_readers_could_read_in_two_ways_is_refused(text):
    with pytest.raises(TamperedError, match="damaged"):
        read_json(text)


def test_two_halves_of_one_character_are_that_character():
    assert read_json(rb'{"\ud83d\ude00": "\u793a"}') == {"😀": "示"}


def test_a_text_that_is_never_closed_is_looked_through_once():
    text = b'"' + b'\\"' * 100_000

    marks = list(strict.MARKS.finditer(text))

    assert [(mark.start(), mark.end()) for mark in marks] == [(0, len(text))]


def test_brackets_inside_a_text_open_nothing():
    assert read_json(b'["' + b"[" * 100 + rb'\"[[\\"]') == ["[" * 100 + '"[[\\']
