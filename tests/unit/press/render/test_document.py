import pytest

from executed import (
    actions,
    code,
    figure,
    key_figures,
    notebook,
    opening,
    prose,
    sentence,
    table,
)
from rapport.errors import ChapterError
from rapport.press.render.document import build_documents, number_documents
from rapport.press.render.frame import DataSource, Frame, Parameter
from rapport.press.render.notebook import ExecutedChapter

TITLE = prose("# Churn\n\nFor analysts only.", "# 流失\n\n只给分析师看。")


def make_frame(**changed):
    return Frame(
        **{
            "unit": "online-retail",
            "titles": {"en": "Online shop (UK)", "zh": "线上商店（英国）"},
            "period": "2010-11",
            "period_labels": {"en": "November 2010", "zh": "2010年11月"},
            "as_of_labels": {"en": "data to 30 November 2010", "zh": "数据截至2010年11月30日"},
            "languages": ("en", "zh"),
            "record_id": "a1b2c3d4e5f6",
            **changed,
        }
    )


def build(*chapters, **changed):
    return build_documents(chapters, make_frame(**changed))


def churn(*cells, number=6):
    return ExecutedChapter(
        "churn", number, notebook(TITLE, opening("Churn: who?", "流失：谁？"), *cells)
    )


def summary(*cells):
    return ExecutedChapter("summary", 10, notebook(opening("Behind page one", "依据"), *cells))


def texts(blocks):
    return [plain(block["text"]) for block in blocks if "text" in block]


def plain(runs):
    return "".join(run["text"] for run in runs)


def chapter_of(documents, language="en"):
    return documents[language]["chapters"][-1]


def method_of(documents, language="en"):
    found = [part for part in documents[language]["appendix"] if part["anchor"] == "method"]
    return found[0]["blocks"] if found else []


def test_a_document_that_gets_its_number_later_is_the_same():
    cells = churn(code(sentence("churn.a", "Fewer.", "减少。")))
    drafts = build(cells, record_id="", versions=[("typst", "0.15.0")])

    numbered = number_documents(drafts, make_frame(versions=[("typst", "0.15.0")]))

    assert numbered == build(cells, versions=[("typst", "0.15.0")])
    assert numbered != drafts


def test_each_language_has_its_own_words():
    documents = build(
        churn(
            prose("## Who leaves?\n\nWe ask.", "## 谁会离开？\n\n我们想知道。"),
            code(sentence("paragraph", "Few.", "很少。")),
        )
    )

    assert texts(chapter_of(documents, "en")["blocks"]) == ["Who leaves?", "We ask.", "Few."]
    expected = ["谁会离开？", "我们想知道。", "很少。"]
    assert texts(chapter_of(documents, "zh")["blocks"]) == expected
    assert chapter_of(documents, "zh")["topic"] == "流失：谁？"


def test_title_cell_code_and_record_never_show():
    documents = build(churn(code(sentence("paragraph", "Few.", "很少。"))))

    text = str(documents["en"])

    assert "analysts only" not in text
    assert "secret_code" not in text


def test_the_headline_stands_first_wherever_the_chapter_came_to_it():
    documents = build(
        churn(
            prose("## How many?", "## 多少？"),
            code(sentence("paragraph", "Few.", "很少。")),
            prose("## Who?", "## 谁？"),
            code(sentence("headline", "Newcomers leave", "新客离开")),
        )
    )

    blocks = chapter_of(documents)["blocks"]
    assert [block["type"] for block in blocks] == ["headline", "heading", "paragraph"]
    assert texts(blocks) == ["Newcomers leave", "How many?", "Few."]


def test_a_finding_stands_in_place_of_its_question():
    documents = build(
        churn(
            prose("## Who?\n\nWe ask.", "## 谁？\n\n我们想知道。"),
            code(figure("churn.curves")),
            code(sentence("heading", "Newcomers leave", "新客离开")),
        )
    )

    blocks = chapter_of(documents)["blocks"]
    assert [block["type"] for block in blocks] == ["heading", "paragraph", "figure"]
    assert texts(blocks) == ["Newcomers leave", "We ask."]


def test_a_question_that_found_no_answer_is_not_asked():
    documents = build(
        churn(
            prose("## What to do?", "## 应当做什么？"),
            code({"type": "values", "values": []}),
            prose("## Who?\n\nWe ask.", "## 谁？\n\n我们想知道。"),
        )
    )

    assert texts(chapter_of(documents)["blocks"]) == ["Who?", "We ask."]


def test_two_headlines_are_refused():
    with pytest.raises(ChapterError, match="churn: 2 headlines"):
        build(churn(code(sentence("headline", "a", "甲"), sentence("headline", "b", "乙"))))


def test_figures_and_tables_are_numbered_by_chapter():
    documents = build(
        churn(
            code(figure("churn.a")),
            code(table("churn.t", [["x"]])),
            code(figure("churn.b")),
        )
    )

    blocks = chapter_of(documents)["blocks"]
    assert [block["number"] for block in blocks] == ["6.1", "6.1", "6.2"]
    assert [block["anchor"] for block in blocks] == ["figure-6-1", "table-6-1", "figure-6-2"]


def test_findings_that_follow_each_other_are_one_list():
    documents = build(
        churn(code(sentence("finding", "a", "甲")), code(sentence("finding", "b", "乙")))
    )

    (block,) = chapter_of(documents)["blocks"]
    assert [plain(item) for item in block["items"]] == ["a", "b"]


def test_data_and_method_go_to_the_appendix_and_gaps_stay():
    documents = build(
        churn(
            prose("## Data\n\nOrders.", "## 数据\n\n订单。"),
            code(sentence("paragraph", "9,262 orders.", "9,262 单。")),
            code(sentence("gap", "No returns.", "没有退货。")),
            prose("## Who?", "## 谁？"),
            code(figure("churn.a")),
            prose("## Method and sources\n\nKM.\n\n### References", "## 方法\n\nKM。\n\n### 文献"),
            code(table("churn.published", [["x"]])),
        )
    )

    assert [block["type"] for block in chapter_of(documents)["blocks"]] == [
        "gap",
        "heading",
        "figure",
    ]
    method = method_of(documents)
    assert texts(method) == ["Churn", "Orders.", "9,262 orders.", "KM.", "References"]
    assert [method[place]["level"] for place in (0, 4)] == [2, 3]
    assert method[5]["number"] == "C.1"
    assert documents["en"]["appendix"][2]["topic"] == "Definitions and method"
    assert documents["zh"]["appendix"][2]["topic"] == "口径与方法"


def test_every_term_of_a_method_begins_a_paragraph():
    documents = build(
        churn(
            prose(
                "## Method and sources\n\n**Churned**: no order. **Rate**: of **all**.",
                "## 方法\n\n**流失**：没有订单。**流失率**：占**全部**。",
            )
        )
    )

    assert texts(method_of(documents))[1:] == ["Churned: no order.", "Rate: of all."]
    assert texts(method_of(documents, "zh"))[1:] == ["流失：没有订单。", "流失率：占全部。"]


def test_a_column_without_a_word_is_left_out():
    documents = build(churn(prose("## Who?", "## 谁？"), code(table("churn.a", [["x", "", "2"]]))))

    [_, shown] = chapter_of(documents)["blocks"]
    assert [row["cells"] for row in shown["rows"]] == [["x", "2"]]
    assert len(shown["columns"]) == 2


def test_the_first_figure_of_a_question_stands_before_its_table():
    documents = build(
        churn(
            prose("## Who?", "## 谁？"),
            code(sentence("paragraph", "Few.", "很少。")),
            code(table("churn.first", [["x"]])),
            code(figure("churn.a"), figure("churn.b")),
            code(table("churn.second", [["y"]])),
        )
    )

    blocks = chapter_of(documents)["blocks"]
    assert [block["type"] for block in blocks] == [
        "heading", "paragraph", "figure", "table", "figure", "table",
    ]  # fmt: skip
    assert [block["number"] for block in blocks[2:]] == ["6.1", "6.1", "6.2", "6.2"]


def test_the_methods_of_all_chapters_stand_in_one_section_under_their_names():
    method = prose("## Method and sources\n\nKM.", "## 方法\n\nKM。")
    opened = opening("Value: how much?", "价值：多少？")
    other = ExecutedChapter("value", 5, notebook(opened, method))

    documents = build(churn(method), other)

    assert texts(method_of(documents)) == ["Value", "KM.", "Churn", "KM."]
    assert texts(method_of(documents, "zh")) == ["价值", "KM。", "流失", "KM。"]


def test_chapters_stand_by_number_and_the_check_stands_last():
    other = ExecutedChapter("value", 5, notebook(opening("Value: how much?", "价值：多少？")))

    documents = build(churn(), other, summary(code(sentence("finding", "a", "甲"))))

    assert [part["number"] for part in documents["en"]["chapters"]] == ["", "5", "6"]
    anchors = [part["anchor"] for part in documents["en"]["appendix"]]
    assert anchors == ["parameters", "sources", "published", "values", "check"]


def test_the_summary_feeds_page_one_and_the_rest_is_page_two():
    documents = build(
        summary(
            code(sentence("headline", "Sales rose", "销售额增长")),
            code(sentence("lead", "One.", "一。"), sentence("lead", "Two.", "二。")),
            code(sentence("mind", "Mind this.", "注意。")),
            code(key_figures()),
            prose("## What moved it?", "## 什么带动？"),
            code(figure("summary.bridge")),
            code(actions()),
            prose("## Which segments?", "## 哪些客群？"),
            code(table("summary.segments", [["x"]]), figure("summary.more")),
        )
    )

    front = documents["en"]["front"]
    assert plain(front["headline"]) == "Sales rose"
    assert [plain(text) for text in front["lead"]] == ["One.", "Two."]
    assert front["mind"]["title"] == "Mind the data."
    assert front["cards"][0]["id"] == "summary.net"
    assert front["figure"]["anchor"] == "figure-summary-bridge"
    assert front["actions"]["title"] == "What to do"
    (page_two,) = documents["en"]["chapters"]
    assert texts(page_two["blocks"]) == ["Which segments?"]
    assert [block.get("number") for block in page_two["blocks"]] == [None, "", ""]


def test_a_second_set_of_key_figures_is_refused():
    with pytest.raises(ChapterError, match="summary, cell 3: a second key figures"):
        build(summary(code(key_figures()), code(key_figures())))


def test_key_figures_outside_the_summary_are_refused():
    with pytest.raises(ChapterError, match="churn, cell 4: an output of type 'key_figures'"):
        build(churn(code(key_figures())))


def test_without_a_summary_page_one_names_unit_and_period():
    front = build(churn())["en"]["front"]

    assert plain(front["headline"]) == "Online shop (UK) · November 2010"
    assert front["cards"] == []


def test_a_chapter_that_says_nothing_still_stands_in_the_report():
    assert chapter_of(build(churn()))["blocks"] == []


def test_a_notebook_that_opened_no_chapter_is_refused():
    with pytest.raises(ChapterError, match="churn: no output says what chapter it is"):
        build(ExecutedChapter("churn", 6, notebook(TITLE)))


def test_a_figure_without_alternative_text_is_refused():
    with pytest.raises(ChapterError, match=r"figure 6\.1 has no alternative text"):
        build(churn(code(figure("churn.a", alt=""))))


def test_the_record_line_says_who_signed():
    signed = build(churn(), signer="Ann Lee")["en"]["record"]
    not_signed = build(churn())["zh"]["record"]

    assert signed["label"] == "Record a1b2 c3d4 e5f6"
    assert signed["signer"] == "signed by Ann Lee"
    assert not_signed["signer"] == "未签名"


def test_the_last_page_says_whether_the_record_is_signed():
    signed = build(churn(), signer="Ann Lee")["en"]["appendix"][-1]["blocks"]
    not_signed = build(churn())["en"]["appendix"][-1]["blocks"]

    assert "is signed" in " ".join(texts(signed))
    assert "is not signed" in " ".join(texts(not_signed))


def test_a_draft_of_the_tree_needs_no_record_number():
    documents = build(churn(), record_id="")

    assert documents["en"]["record"]["id"] == ""


def test_bands_parameters_sources_and_versions_are_told():
    documents = build(
        churn(),
        bands=("sample", "draft"),
        parameters=(Parameter("spend", "gross", "net", {"en": "Spend", "zh": "消费口径"}),),
        sources=(DataSource("invoices", 525461, "9f86d081884c7d659a2f"),),
        versions=(("rapport", "0.1.0"),),
    )

    assert documents["en"]["bands"][1] == "Draft: not yet approved."
    parameters, sources, *_, check = documents["zh"]["appendix"]
    assert parameters["blocks"][0]["rows"][0]["cells"] == ["消费口径", "gross", "net"]
    assert sources["blocks"][0]["rows"][0]["cells"] == ["invoices", "525,461", "9f86d081884c7d65"]
    assert [name for name, _ in check["blocks"][-1]["rows"]] == ["记录编号", "rapport"]


def test_inputs_stay_as_they_are():
    chapter = churn(prose("## Who?", "## 谁？"), code(figure("churn.a")))
    before = str(chapter.notebook)

    assert build(chapter) == build(chapter)

    assert str(chapter.notebook) == before


def test_the_words_of_the_frame_have_chinese_punctuation():
    words = make_frame().words

    ascii_marks = [
        key
        for key, texts in words.items()
        for text in [texts["zh"].replace("`", "")]
        for place, mark in enumerate(text[1:-1], 1)
        if mark in ",;:()?!"
        and ("一" <= text[place - 1] <= "鿿" or "一" <= text[place + 1] <= "鿿")
    ]

    assert ascii_marks == []
