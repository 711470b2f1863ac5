import json

import papermill
import pytest

from rapport.errors import ChapterError
from rapport.press.run.keys.reads import read_chapter


@pytest.fixture
def read(tmp_path):
    """Write cells (a source, or a pair of tag and source) as a notebook and read it."""

    def read(*cells):
        drawn = []
        for cell in cells:
            tag, source = cell if isinstance(cell, tuple) else ("", cell)
            drawn.append(
                {
                    "cell_type": "markdown" if source.startswith("# ") else "code",
                    "metadata": {"tags": [tag]} if tag else {},
                    "source": source.splitlines(keepends=True),
                }
            )
        path = tmp_path / "05_value.ipynb"
        path.write_text(json.dumps({"cells": drawn}), encoding="utf-8", newline="\n")
        return read_chapter(path)

    return read


def test_tables_are_found_where_their_names_stand_in_quotes(read):
    code = read(
        'customers = chapter.read("customers", window="cut")',
        'plans = chapter.read_optional("plans")\nif plans is None: chapter.read("orders")',
        'chapter.write("segments", customers)',
        'path.read("other"); frame.write("other")',
    )

    assert code.reads == ("customers", "orders")
    assert code.optional == ("plans",)
    assert code.writes == ("segments",)


def test_a_table_read_both_ways_is_needed(read):
    code = read('chapter.read_optional("a")', 'chapter.read("a")')

    assert (code.reads, code.optional) == (("a",), ())


@pytest.mark.parametrize("call", ["chapter.read(name)", "chapter.write(f'{x}', rows)"])
def test_a_table_without_a_name_in_quotes_is_an_error(read, call):
    with pytest.raises(ChapterError, match=r"05_value.ipynb: cell 2 calls chapter\.\w+ without"):
        read("# Prose", call)


def test_a_cell_that_is_not_python_is_an_error_that_names_the_line(read):
    with pytest.raises(ChapterError, match="cell 1, line 2 is not Python"):
        read("a = 1\nb = (")


def test_a_file_that_is_no_notebook_is_an_error(tmp_path):
    path = tmp_path / "05_value.ipynb"
    path.write_text("[]", encoding="utf-8")

    with pytest.raises(ChapterError, match="is not a notebook"):
        read_chapter(path)


def test_parameters_are_the_literals_of_the_parameters_cell(read):
    parameters = 'unit: str = "shop"  # a file\ndays: int = 90\nk: int | None = None\nz = -1.5'

    code = read(("parameters", parameters), "late = 3")

    assert code.parameters == {"unit": "shop", "days": 90, "k": None, "z": -1.5}


def test_parameters_are_those_that_papermill_finds(read, tmp_path):
    notebook = {"cells": [], "nbformat": 4, "nbformat_minor": 5}
    notebook["metadata"] = {"kernelspec": {"name": "python3", "language": "python"}}
    code = read(("parameters", 'unit: str = "shop"  # a file\ndays: int = 90\nz = -1.5'))
    notebook["cells"] = [
        cell | {"id": "a", "outputs": [], "execution_count": None}
        for cell in json.loads(code.text)["cells"]
    ]
    path = tmp_path / "for-papermill.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8", newline="\n")

    found = papermill.inspect_notebook(path)

    assert list(found) == list(code.parameters)


def test_comments_and_layout_do_not_move_the_code(read):
    assert read("x = f( 1 )  # why\n\n").cells == read("x = f(1)").cells


@pytest.mark.parametrize(
    ("one", "other"),
    [("x = 1", "x = 1.0"), ("x", "x;"), ("%pip x", "%pip y"), ("x", ("raises-exception", "x"))],
)
def test_what_changes_an_output_moves_the_code(read, one, other):
    assert read(one).cells != read(other).cells


def test_prose_is_no_code(read):
    assert read("# Old", "x").cells == read("# New", "# More", "x").cells


def test_modules_of_the_package_are_found_and_others_left(read):
    code = read("import pandas\nfrom rapport.analysis.rfm import score_rfm\nimport rapport.chapter")

    assert code.uses == (
        "rapport.analysis.rfm",
        "rapport.analysis.rfm.score_rfm",
        "rapport.chapter",
    )


@pytest.mark.parametrize(
    ("source", "fields"),
    [
        ("chapter.unit.k + chapter.unit.seed + chapter.as_of", ("k", "seed")),
        ("chapter.read('a')", ()),
        ("ingest(chapter.unit)", None),
        ("f(chapter)", None),
    ],
)
def test_fields_of_the_unit_are_known_unless_it_is_handed_on_whole(read, source, fields):
    assert read("chapter = open_chapter('value')", source).unit_fields == fields


def test_words_are_the_first_parts_of_ids(read):
    code = read('say("value.gini", x=f"churn.{name}")', 'title = "A sentence. Or two."')

    assert code.words == {"value", "churn"}
