"""Editions are sealed with their report: one record, one number, the same values."""

import json
from dataclasses import replace

import pytest

import executed
from rapport.press.proof.packed import spell_out
from rapport.press.proof.seal.check import check
from rapport.press.publish import Chapter, publish
from rapport.press.render.brand import plain_brand
from unit.press.test_publish import report

VARIANTS = [
    {"name": "executive", "chapters": [], "is_whole": False},
    {"name": "audit", "chapters": None, "is_whole": True},
]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    said = executed.sentence("headline", "", "")
    one = {**executed.run("12"), "source": {"kind": "value", "id": "churn.n"}}
    said["text"] = {"en": [one], "zh": [one]}
    cells = executed.notebook(executed.opening("Churn: who?", "流失：谁？"), executed.code(said))
    value = {
        "id": "churn.n", "value": 12, "kind": "count", "unit": "customers", "n": None,
        "interval": None,
    }  # fmt: skip
    content = json.dumps(cells, ensure_ascii=False).encode("utf-8")
    chapter = Chapter("churn", 6, "key", content, [value], {})
    plain = report(chapter)
    frame = replace(plain.frame, brand={**plain_brand(), "variants": VARIANTS})
    branded = replace(plain, frame=frame)
    return publish(branded, reports=tmp_path_factory.mktemp("reports"))


def test_every_edition_has_a_file_in_each_language(made):
    assert [file.name for file in made.files] == [
        f"report.{edition}.html"
        for edition in ("en", "zh", "executive.en", "executive.zh", "audit.en", "audit.zh")
    ]


def test_every_edition_carries_the_one_record(made):
    seals = [check(file.read_bytes(), None) for file in made.files]

    statements = [seal.statement for seal in seals]
    assert all(statement == statements[0] for statement in statements)
    assert [seal.name for seal in seals] == [file.name for file in made.files]
    assert statements[0]["predicate"]["run"] == made.run_id


def test_an_edition_leaves_chapters_out_and_says_the_run(made):
    whole, cut = (
        (made.link / f"report.{name}.html").read_text(encoding="utf-8")
        for name in ("en", "executive.en")
    )

    assert 'data-v="churn.n"' in whole
    assert 'data-v="churn.n"' not in cut
    assert "executive edition" in cut
    assert made.run_id[:4] in cut


def test_the_record_says_where_each_value_stands(made):
    predicate, _ = spell_out(check(made.files[0].read_bytes(), None).statement)

    assert predicate["places"] == {"en": {"churn.n": "churn"}, "zh": {"churn.n": "churn"}}
    assert predicate["published"] == {}
