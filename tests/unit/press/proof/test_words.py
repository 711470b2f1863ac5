"""Numbers in words: typed by hand, left from another execution, or recorded by nobody."""

from __future__ import annotations

import pytest

from executed import code, notebook, opening, prose
from rapport.errors import ChapterError
from rapport.press.proof.words import agrees, check_words, count_values
from rapport.press.render.document import build_documents
from rapport.press.render.frame import Frame
from rapport.press.render.notebook import ExecutedChapter


def value(number, **more):
    return {"id": "a.b", "value": number, "kind": "money", "n": None, "interval": None, **more}


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("£1.42m", value(1422700)),
        ("142.27\u00a0万英镑", value(1422700)),
        ("£17.9k", value(17_912.4)),
        ("1,422,700", value(1422700, kind="count")),
        ("−2.5%", value(-0.0251, kind="ratio")),
        ("73.5% (95%\u00a0interval 70.2% to 76.7%)", value(0.735, interval=[0.702, 0.767])),
        ("70.2% to 76.7%", value(0.735, kind="ratio", interval=[0.702, 0.767])),
        ("3.1\u00a0pp", value(0.0312, kind="ratio")),
        ("7 of 10", value(0.68, kind="ratio")),
        ("220", value(0.4, kind="ratio", n=220)),
        ("24 months", value(24, kind="count")),
        ("1.23", value("12312.50")),  # 销售额（万英镑）: the unit stands in the name
        ("p\u00a0<\u00a0.001", value(5e-13, kind="estimator")),
        ("p\u00a0=\u00a0.41", value(0.4121, kind="estimator")),
        (">826 customers", value(None, kind="count", n=836)),
    ],
)  # fmt: skip
def test_a_number_that_is_rounded_as_printed_agrees(text, stated):
    assert agrees(text, stated)


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("£1.43m", value(1422700)),
        ("1,422,701", value(1422700, kind="count")),
        ("73.6%", value(0.735, kind="ratio")),
        ("£1.42k", value(1422700)),
        ("142.28 万英镑", value(1422700)),
        ("25 months", value(24, kind="count")),
        ("£12,345.68", value("12345.67")),
    ],
)
def test_a_number_off_by_its_last_digit_does_not_agree(text, stated):
    assert not agrees(text, stated)


def run(text, kind, identity):
    return {"text": text, "source": {"kind": kind, "id": identity}, "strong": False}


def build(*runs, text="## Who leaves?"):
    said = {"type": "sentence", "role": "paragraph", "text": {"en": list(runs), "zh": list(runs)}}
    made = notebook(opening("Churn", "流失"), prose(text, text), code(said))
    names = {"en": "a", "zh": "甲"}
    frame = Frame("shop", names, "2026-05", names, names, ("en", "zh"))
    return build_documents([ExecutedChapter("churn", 6, made)], frame)


RECORDED = [{**value(0.31, kind="ratio"), "id": "churn.rate"}]


def test_what_chapters_record_may_be_said():
    documents = build(
        run("Churn was ", "template", "churn.said"),
        run("31%", "value", "churn.rate"),
        run("; 80/20 holds, ", "template", "churn.said"),
        run("item 7", "label", "product"),
        run("12", "value", "churn.groups.n"),
    )

    check_words(documents, RECORDED, ["churn.groups"])

    assert count_values(documents["en"]) == {"31%": 1, "12": 1}


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (run("Churn was 31%", "template", "churn.said"), "typed by hand"),
        (
            run("Churn was ３１％", "template", "churn.said"),
            "churn.said has a number typed by hand",
        ),
        (run("29%", "value", "churn.rate"), "churn.rate does not say what is recorded"),
        (run("31%", "value", "churn.ratio"), "churn.ratio is not recorded"),
    ],
)
def test_a_number_that_is_no_recorded_value_is_found_with_its_place(words, fault):
    with pytest.raises(ChapterError, match=f"en, churn, block 2 .*{fault}"):
        check_words(build(words), RECORDED, [])


def test_a_number_in_prose_is_found():
    documents = build(run("Few.", "template", "churn.said"), text="## Who?\n\nSome 31% leave.")

    with pytest.raises(ChapterError, match="typed by hand"):
        check_words(documents, RECORDED, [])


def test_method_and_sources_may_cite_numbers():
    documents = build(
        run("Few.", "template", "churn.said"), text="## Method and sources\n\nRocks (2016)."
    )

    check_words(documents, RECORDED, [])


def test_an_analyst_may_date_a_note():
    check_words(build(run("Robin Hale, 3 July 2026", "prose", "note")), RECORDED, [])
