"""What passes between chapters: tables that are read are made, and numbers agree."""

import json
from pathlib import Path

import pytest

from rapport.marts.catalog import MARTS
from rapport.press.run.keys.reads import read_chapter
from rapport.press.run.keys.sources import chapter_name
from rapport.schema import SCHEMAS

ROOT = Path(__file__).parents[2]
CHAPTERS = {chapter_name(path): path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
REFERENCES = ROOT / "tests" / "notebooks" / "reference"
# Value of the summary, and the same in the chapter that it is of.
SAME = {
    "summary.churn": "churn.rate",
    "summary.value": "value.clv",
    "summary.aov": "profiling.aov",
    "summary.net": "profiling.net",
    "summary.active": "profiling.active",
}


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_table_that_a_chapter_reads_is_made(name):
    made = {table for path in CHAPTERS.values() for table in read_chapter(path).writes}
    code = read_chapter(CHAPTERS[name])

    unknown = {*code.reads, *code.optional} - made - set(MARTS) - set(SCHEMAS)

    assert unknown == set(), "no chapter writes these"


def test_a_chapter_reads_nothing_of_a_later_one():
    order = list(CHAPTERS)
    maker = {
        table: order.index(name)
        for name, path in CHAPTERS.items() for table in read_chapter(path).writes
    }  # fmt: skip

    late = [
        (name, table)
        for name, path in CHAPTERS.items()
        for table in (*read_chapter(path).reads, *read_chapter(path).optional)
        if maker.get(table, -1) > order.index(name)
    ]

    assert late == []


def values_of(path):
    found = {}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", ()):
            content = output.get("data", {}).get("application/vnd.rapport.v1+json", {})
            for value in content.get("values", ()):
                found[value["id"]] = value["value"]
    return found


def test_a_key_figure_is_the_number_of_its_chapter():
    values = {}
    for path in sorted(REFERENCES.glob("*.ipynb")):
        values |= values_of(path)

    both = {one: other for one, other in SAME.items() if one in values and other in values}

    assert "summary.churn" in both
    assert {one: values[one] for one in both} == {
        one: pytest.approx(values[other], rel=1e-12) if isinstance(values[other], float)
        else values[other]
        for one, other in both.items()
    }  # fmt: skip
