"""From a value to what it was made of: which value is meant, its cell's code, its definitions."""

import hashlib

import pytest

import executed
from rapport.errors import ChapterError, ParameterError, TamperedError
from rapport.press.proof.tracing.code import find_origin
from rapport.press.proof.tracing.definitions import find_pages, follow_uses, read_definition
from rapport.press.proof.tracing.notebooks import (
    Notebook,
    find_cell,
    list_sentences,
    read_notebooks,
)
from rapport.press.proof.tracing.values import find_values

CELLS = [
    "from rapport.analysis import churn as study\nfrom rapport.present.values import period_value",
    "months, gaps = chapter.read('churn_months'), chapter.read('reorder_gaps')",
    "people = chapter.read_optional('customers')",
    "words = {'period': period_value(period)}",
    "rates = study.count_rates(months, min_n=min_n)",
    "gap = study.measure_gaps(gaps, seed=seed)",
    "for rate in rates:\n    last = study.keep(rate)",
    "values = words | chapter.record_all(study.measure_rates(last))",
]
PARAMETERS = ["unit", "period", "min_n", "seed"]


def shown(ident, en, zh=None):
    return {"id": ident, "shown": {"en": en, "zh": zh}}


def test_the_code_of_a_value_is_followed_back_through_every_name():
    origin = find_origin(CELLS, PARAMETERS)

    assert origin.functions == (
        "rapport.analysis.churn.measure_rates",
        "rapport.analysis.churn.keep",
        "rapport.analysis.churn.count_rates",
        "rapport.present.values.period_value",
    )


def test_only_tables_and_parameters_that_the_value_rests_on_are_named():
    origin = find_origin(CELLS, PARAMETERS)

    assert origin.tables == ("churn_months", "reorder_gaps")
    assert origin.parameters == ("period", "min_n")


def test_a_cell_that_records_something_else_is_left_aside():
    origin = find_origin([*CELLS[:6], "chapter.record('a', gap)"], PARAMETERS)

    assert origin.functions == ("rapport.analysis.churn.measure_gaps",)
    assert origin.parameters == ("seed",)


def test_a_cell_that_is_not_python_is_said_to_be_none():
    with pytest.raises(ChapterError, match="not Python"):
        find_origin(["rates = ("], [])


def test_an_id_means_its_value_and_no_other():
    values = [shown("churn.rate", "8%"), shown("churn.rate.last", "churn.rate")]

    assert find_values(values, "churn.rate") == values[:1]


@pytest.mark.parametrize("asked", ["£17.9k", "1.79 万英镑", "1.79\u00a0万英镑", "£17.9K"])
def test_characters_mean_the_values_that_show_them(asked):
    values = [shown("a", "£17.9k", "1.79\u00a0万英镑"), shown("b", "£17.9m")]

    assert find_values(values, asked) == values[:1]


def test_several_values_of_the_same_characters_are_all_given():
    values = [shown("a", "57 customers"), shown("b", "57 orders"), shown("c", "157")]

    assert find_values(values, "57") == values[:2]


def test_a_value_that_there_is_not_is_refused_with_those_near_to_it():
    with pytest.raises(ParameterError, match=r"Did you mean churn\.rate\?"):
        find_values([shown("churn.rate", "8%")], "churn.rat")


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "rapport" / "analysis"
    folder.mkdir(parents=True)
    (folder / "churn.py").write_text(
        "from rapport.analysis.intervals import wilson\n"
        "def rate(table):\n"
        '    """Give the rate\n    of a table.\n\n    More.\n    """\n'
        "    return _own(table)\n"
        "def _own(table):\n    return wilson(table)\n"
        "def other(table):\n    return 1\n"
    )
    (folder / "intervals.py").write_text("def wilson(table):\n    return 2\n")
    return tmp_path / "rapport"


def test_a_function_says_where_it_stands_what_it_does_and_on_what_it_rests(package):
    digest = hashlib.sha256((package / "analysis" / "churn.py").read_bytes()).hexdigest()

    told = read_definition("rapport.analysis.churn.rate", package, {"analysis/churn.py": digest})

    assert (told.file, told.line, told.says) == (
        "rapport/analysis/churn.py", 2, "Give the rate of a table.",
    )  # fmt: skip
    assert told.uses == ("rapport.analysis.intervals.wilson",)
    assert told.is_recorded


def test_another_version_of_a_function_is_said_to_be_one(package):
    told = read_definition("rapport.analysis.churn.rate", package, {"analysis/churn.py": "0" * 64})

    assert not told.is_recorded
    assert read_definition("rapport.analysis.churn.gone", package, {}) is None
    assert read_definition("rapport.analysis.gone.rate", package, {}) is None


def test_pages_of_methods_are_found_by_what_their_examples_call(package, tmp_path):
    methods = tmp_path / "methods"
    methods.mkdir()
    for name, function in (
        ("wilson", "intervals import wilson"),
        ("rate", "churn import other, rate"),
        ("other", "churn import other"),
        ("last", "churn import other"),
    ):
        (methods / f"{name}.md").write_text(
            f"# Of {name}\n\n## Question\n\nWhat\nis it?\n\n>>> from rapport.analysis.{function}\n"
        )
    known = [
        read_definition(f"rapport.analysis.churn.{name}", package, {}) for name in ("rate", "other")
    ]

    pages = find_pages(methods, follow_uses(known, package))

    assert [(page.file, page.title, page.question) for page in pages] == [
        ("rate.md", "Of rate", "What is it?"), ("wilson.md", "Of wilson", "What is it?"),
    ]  # fmt: skip


def stated():
    said = executed.sentence("finding", "", "")
    one = {**executed.run("8%"), "source": {"kind": "value", "id": "churn.rate"}}
    said["text"] = {"en": [executed.run("Lost "), one], "zh": [one]}
    record = {"type": "values", "values": [{"id": "churn.rate", "value": 0.08}]}
    cells = executed.notebook(executed.prose("# A", "# 甲"), executed.code(record, said))
    return Notebook("notebooks/06_churn.ipynb", "", cells["cells"])


def test_a_values_cell_and_sentences_are_read_from_the_executed_notebook():
    assert find_cell(stated(), "churn.rate") == 3
    assert find_cell(stated(), "churn.other") is None
    assert list(list_sentences(stated(), "churn.rate")) == [
        {"role": "finding", "id": "made.up", "en": "Lost 8%", "zh": "8%"}
    ]


def test_a_notebook_that_was_not_sealed_is_refused(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "06_churn.ipynb").write_text('{"cells": []}')
    digest = hashlib.sha256(b'{"cells": [1]}').hexdigest()
    subject = {"name": "notebooks/06_churn.ipynb", "digest": {"sha256": digest}}

    with pytest.raises(TamperedError, match="not the notebook that was sealed"):
        read_notebooks(tmp_path, {"subject": [subject]})
    assert read_notebooks(None, {"subject": [subject]}) == []
