"""What the appendix says of the last selftest, and that it says no more."""

import pytest

from rapport.press.render.frame import make_results
from unit.press.render.test_document import make_frame

STUDY = {"method": {"en": "halves", "zh": "二分"}, "source": "Nobody (1900)"}
RECORD = {
    "studies": [{**STUDY, "figures": 3, "holding": 3}, {**STUDY, "figures": 2, "holding": 1}],
    "code": "a" * 64,
    "lock": "b" * 64,
    "is_current": True,
}


def section(record, language="en"):
    return make_results(make_frame(published=record), "M", language)


def words(blocks):
    return " ".join(run["text"] for block in blocks for run in block.get("text", ()))


def test_where_nothing_was_recorded_nothing_is_claimed():
    made = section({})

    assert [block["type"] for block in made["blocks"]] == ["paragraph"]
    assert "nothing is claimed here" in words(made["blocks"])


@pytest.mark.parametrize(("language", "method"), [("en", "halves"), ("zh", "二分")])
def test_every_source_has_its_row_and_one_that_differs_is_strong(language, method):
    table = section(RECORD, language)["blocks"][-1]

    assert [row["cells"] for row in table["rows"]] == [
        [method, "Nobody (1900)", "3", "3"], [method, "Nobody (1900)", "2", "1"],
    ]  # fmt: skip
    assert [row["strong"] for row in table["rows"]] == [False, True]
    assert "aaaaaaaaaaaaaaaa" in table["note"][0]["text"]


def test_a_record_of_other_code_is_said_to_be_one():
    assert "with the methods and the lock file of this report" in words(section(RECORD)["blocks"])

    other = section({**RECORD, "is_current": False})

    assert "other methods or another lock file" in words(other["blocks"])
