"""Editions for an audience: fewer chapters, the same numbers and numbering."""

import pytest

from executed import code, figure, notebook, opening, prose, run, sentence
from rapport.press.render.checks import check_document
from rapport.press.render.document import build_documents
from rapport.press.render.editions import cut_document, cut_editions, name_editions
from rapport.press.render.frame import Frame, read_words
from rapport.press.render.notebook import ExecutedChapter
from rapport.press.render.places import spell_places

SERVICE = {"name": "service", "chapters": ["churn"], "is_whole": False}
AUDIT = {"name": "audit", "chapters": None, "is_whole": True}

FRAME = Frame(
    unit="shop",
    titles={"en": "Shop", "zh": "商店"},
    period="2026-05",
    period_labels={"en": "May 2026", "zh": "2026年5月"},
    as_of_labels={"en": "data to 31 May 2026", "zh": "数据截至2026年5月31日"},
    languages=("en", "zh"),
    record_id="a1b2c3d4e5f6",
)


def value(text, ident):
    return {**run(text), "source": {"kind": "value", "id": ident}}


def stating(role, en, zh, ident):
    said = sentence(role, "", "")
    said["text"] = {"en": [value(en, ident)], "zh": [value(zh, ident)]}
    return code({"type": "values", "values": [{"id": ident}]}, said)


def chapter(name, number, *cells):
    topics = (f"{name.capitalize()}: what?", f"{name}：什么？")
    method = prose("## Method and sources\n\nCounted.", "## Method and sources\n\n计数。")
    return ExecutedChapter(name, number, notebook(opening(*topics), *cells, method))


@pytest.fixture(scope="module")
def documents():
    return build_documents(
        [
            chapter("value", 5, stating("finding", "12.50", "12.5", "value.mean")),
            chapter(
                "churn",
                6,
                code(figure("churn.curves")),
                stating(
                    "finding",
                    "8.1% (95% interval 7% to 9%)",
                    "8.1%（95% 区间 7% 至 9%）",
                    "churn.rate",
                ),
                stating("paragraph", "8.1%", "8.1%", "churn.rate"),
            ),
            chapter(
                "summary",
                10,
                stating("headline", "8.1% (of 30)", "8.1%（共 30 位）", "churn.rate"),
                stating("finding", "12.50", "12.5", "value.mean"),
            ),
        ],
        FRAME,
    )


def test_an_edition_keeps_page_one_its_chapters_and_a_short_appendix(documents):
    cut = cut_document(documents["en"], SERVICE, read_words())

    assert [part["name"] for part in cut["chapters"]] == ["summary", "churn"]
    assert [part["name"] for part in cut["appendix"]] == ["parameters", "sources", "check"]
    assert cut["front"] == documents["en"]["front"]


def test_what_stays_has_the_numbers_of_the_whole_report(documents):
    whole, cut = documents["en"], cut_document(documents["en"], SERVICE, read_words())

    assert cut["chapters"][-1] == whole["chapters"][-1]
    assert {part["number"] for part in cut["appendix"]} < {
        part["number"] for part in whole["appendix"]
    }
    assert cut["record"] == whole["record"]


def test_an_audit_gets_everything(documents):
    cut = cut_document(documents["zh"], AUDIT, read_words())

    assert cut["chapters"] == documents["zh"]["chapters"]
    assert cut["appendix"][:-1] == documents["zh"]["appendix"][:-1]


def test_an_edition_says_what_it_is_and_leads_to_the_whole(documents):
    cut = cut_document(documents["zh"], SERVICE, read_words())

    assert cut["as_of_label"] == "数据截至2026年5月31日 · 客服版"
    assert "共用一份记录" in cut["appendix"][-1]["blocks"][0]["text"][0]["text"]


def test_a_link_to_what_is_left_out_is_plain_text(documents):
    cut = cut_document(documents["en"], {**AUDIT, "chapters": []}, read_words())

    check_document(cut)
    links = [run for part in cut["appendix"] for run in _links(part["blocks"])]
    assert {link["link"] for link in links} == {"#summary"}


def _links(node):
    if isinstance(node, dict):
        return ([node] if "link" in node else []) + _links(list(node.values()))
    return [found for item in node for found in _links(item)] if isinstance(node, list) else []


def test_the_whole_document_is_not_changed_by_its_editions(documents):
    before = str(documents)

    cut = cut_editions(documents, {"variants": [SERVICE, AUDIT]}, read_words())

    assert str(documents) == before
    assert list(cut) == ["en", "zh", "service.en", "service.zh", "audit.en", "audit.zh"]
    assert list(cut) == name_editions({"variants": [SERVICE, AUDIT]}, ["en", "zh"])


def test_each_place_of_a_value_is_listed_once_in_the_order_of_the_report(documents):
    places = spell_places(documents, {"churn.rate", "value.mean"})

    assert places["en"] == {
        "churn.rate": "page-one churn",
        "value.mean": "summary value",
    }
    assert places["zh"] == places["en"]


def test_the_index_leads_from_each_value_to_its_places(documents):
    (index,) = [part for part in documents["en"]["appendix"] if part["anchor"] == "values"]

    lines = [
        line for block in index["blocks"] if block["type"] == "list" for line in block["items"]
    ]

    assert ["".join(run["text"] for run in line) for line in lines] == [
        "page two: value.mean\u00a012.50",
        "page one: Churn\u00a08.1%",
    ]
    assert [run["link"] for run in lines[0] if "link" in run] == ["#summary"]
    heads = [block["text"] for block in index["blocks"] if block["type"] == "heading"]
    assert [head[0]["link"] for head in heads] == ["#value", "#churn"]


def test_the_index_names_values_without_their_intervals(documents):
    for language in ("en", "zh"):
        (index,) = [p for p in documents[language]["appendix"] if p["anchor"] == "values"]
        assert "95%" not in str(index["blocks"])
        assert "30" not in str(index["blocks"])


def test_what_the_record_does_not_hold_is_in_no_index(documents):
    assert spell_places(documents, {"churn.rate"})["en"].keys() == {"churn.rate"}


def test_values_of_one_chapters_text_share_the_link_of_its_heading():
    said = stating("finding", "3", "3", "churn.b")
    more = stating("finding", "2", "2", "churn.a")
    made = build_documents([chapter("churn", 6, said, more)], FRAME)

    (index,) = [part for part in made["en"]["appendix"] if part["anchor"] == "values"]

    _, head, listed = index["blocks"]
    assert head["text"][0]["link"] == "#churn"
    assert "".join(run["text"] for run in head["text"]) == "Churn"
    (line,) = listed["items"]
    assert "".join(run["text"] for run in line) == "churn.a\u00a02 · churn.b\u00a03"


def test_values_are_indexed_under_the_names_that_people_know_or_their_ids():
    said = stating("finding", "43", "43", "summary.aov")
    other = stating("finding", "2", "2", "summary.trial.2.a")
    made = build_documents([chapter("summary", 10, said, other)], FRAME)

    listed = [
        "".join(run["text"] for run in part["blocks"][-1]["items"][0])
        for language in ("en", "zh")
        for part in made[language]["appendix"]
        if part["anchor"] == "values"
    ]

    assert listed == [
        "Average order\u00a043 · summary.trial.2.a\u00a02",
        "客单价\u00a043 · summary.trial.2.a\u00a02",
    ]


def test_a_value_is_indexed_as_it_is_and_not_as_its_number_counted():
    said = stating("finding", "554 of", "554 位", "churn.rate")
    rate = stating("finding", "9.0% (95% interval 6.9% to 11.7%)", "9.0%（95% 区间）", "churn.rate")
    made = build_documents([chapter("churn", 6, said, rate)], FRAME)

    for language in ("en", "zh"):
        (index,) = [part for part in made[language]["appendix"] if part["anchor"] == "values"]
        (line,) = index["blocks"][-1]["items"]
        assert [run["text"] for run in line if run["strong"]] == ["9.0%"]
