import pytest

from executed import MIME, code, figure, markdown, notebook, opening, printing, prose, sentence
from rapport.errors import ChapterError
from rapport.press.render.notebook import ExecutedChapter, read_parts


def read(*cells, languages=("en", "zh")):
    return read_parts(ExecutedChapter("churn", 6, notebook(*cells)), languages)


def test_a_section_begins_where_prose_has_a_heading():
    parts = read(
        prose("# Churn\n\nWho reads it.", "# 流失\n\n给谁看。"),
        opening("Churn", "流失"),
        prose("## Data", "## 数据"),
        prose("## Who leaves?", "## 谁会离开？"),
        code(figure("churn.curves")),
        prose("More words.", "再说几句。"),
        prose("## Method and sources", "## 方法与来源"),
    )

    assert [part.kind for part in parts] == ["title", "title", "data", "question", "method"]
    assert len(parts[3].items) == 3


def test_an_output_that_is_none_of_ours_is_refused_with_its_cell():
    with pytest.raises(ChapterError, match=r"churn, cell 2: printed text/html, text/plain"):
        read(opening("Churn", "流失"), printing(**{"text/plain": "3", "text/html": "<b>3</b>"}))


def test_a_printed_line_is_refused():
    cell = code()
    cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "hello"}]

    with pytest.raises(ChapterError, match=r"churn, cell 1: printed text, which"):
        read(cell)


def test_a_failed_cell_is_named_without_its_message():
    cell = code()
    cell["outputs"] = [
        {"output_type": "error", "ename": "KeyError", "evalue": "Jane", "traceback": []}
    ]

    with pytest.raises(ChapterError, match="cell 1: failed with KeyError") as raised:
        read(cell)

    assert "Jane" not in str(raised.value)


def test_an_output_of_another_version_is_refused():
    with pytest.raises(ChapterError, match="cell 1: an output of version 2"):
        read(code(sentence("finding", "a", "甲") | {"v": 2}))


def test_a_bundle_may_come_as_text():
    cell = code()
    content = '{"v": 1, "type": "sentence", "role": "finding"}'
    cell["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": {MIME: content}}]

    (part,) = read(cell)

    assert part.items[0].content["role"] == "finding"


def test_prose_without_its_twin_is_refused():
    with pytest.raises(ChapterError, match="churn, cell 1: prose has no twin in zh"):
        read(markdown("## Who leaves?", "en"))


def test_a_language_that_the_unit_does_not_print_needs_no_twin():
    (_, part) = read(markdown("## 谁会离开？", "zh"), languages=["zh"])

    assert part.kind == "question"


@pytest.mark.parametrize("tags", [(), ("parameters",), ("en", "zh")])
def test_prose_must_be_of_one_language(tags):
    with pytest.raises(ChapterError, match="cell 1: prose is not tagged with one language"):
        read(markdown("Words.", *tags))


def test_source_may_come_as_lines():
    cells = prose("", "## 谁？")
    cells[0]["source"] = ["## Who?\n", "\n", "Words."]

    parts = read(cells)

    assert [block["type"] for block in parts[1].items[0].blocks["en"]] == ["heading", "paragraph"]
