"""Surveys, comments, campaigns and baskets that are not as they should be: what pages say of it.

One run of one unit; each case is one sentence of a chapter, in both languages, and the numbers
that its design does not support are in no value, table or page.
"""

import json
import re

import pyarrow.parquet as pq
import pytest

from functional.command import rapport
from functional.odd_shop import LONG, RUSSIAN, make_odd
from shared import make_once

PERIOD = "2026-06"
SAID = {
    "a recommendation of 1 to 11": ("No net promoter score is given", "不给出净推荐值"),
    "an effort with fractions": ("No score of effort is given", "不给出费力度"),
    "attributes all missing": ("the survey asks about no attributes", "问卷没有分项评价"),
    "a third language": (
        "wrote in a language other than Chinese or English", "使用中文、英文以外的语言"),
    "a comment of 100,000 characters": (
        "fewer than 10, were too long to be read whole", "不足 10 位）的评论过长"),
    "a control group that was written to": (
        "Campaign kept reached 85 customers of its control group", "85 位客户也被触达"),
    "an assignment after the purchase": (
        "Campaign late assigned more than one customer in twenty after they had bought",
        "才分组。分组可能由购买引起"),
    "a window that is still open": ("Campaign young is too young", "Campaign young 时间尚短"),
    "a person in two variants": (
        "Campaign both has more than one customer in twenty in two variants",
        "Campaign both 有超过二十分之一的客户同时属于两个版本"),
    "a basket of 5,000 goods": ("Left out: 1 basket with more than 100", "有 1 个购物篮的商品超过"),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Make the report of the odd shop, and give its folder."""

    def make(aside):
        project = make_odd(aside)
        done = rapport(project, "run", "odd", "--period", PERIOD, "--format", "html", "--json")
        assert done.code == 0, done.said

    return make_once(tmp_path_factory, "an-odd-shop", make) / "reports" / "odd" / PERIOD


@pytest.fixture(scope="module")
def pages(folder):
    """Read what both pages say: without marks, style and record."""
    found = []
    for language in ("en", "zh"):
        html = (folder / f"report.{language}.html").read_text(encoding="utf-8")
        bare = re.sub(r"<(style|template)\b.*?</\1>|<wbr>", "", html, flags=re.DOTALL)
        found.append(re.sub(r"<[^>]+>", "", bare).replace("\u00a0", " "))
    return found


@pytest.fixture(scope="module")
def values(folder):
    return {one["id"]: one["value"] for one in json.loads((folder / "values.json").read_bytes())}


@pytest.mark.parametrize("case", SAID)
def test_the_chapter_says_what_cannot_be_said_and_why(pages, case):
    for page, words in zip(pages, SAID[case], strict=True):
        assert words in page


def test_no_score_of_a_scale_in_doubt_is_a_value(values):
    told = [name for name in values if re.search(r"^satisfaction\..*(nps|ces|promoter)", name)]

    assert told == []
    assert values["satisfaction.year.csat.n"] > 200  # the scale beside them is sound


def test_no_experiment_that_is_spoilt_has_an_effect_anywhere(folder, values):
    effects = pq.read_table(folder / "tables" / "campaign_effects.parquet").to_pylist()

    assert {row["campaign"]: row["outcome"] for row in effects} == {
        "Campaign kept": "contaminated", "Campaign late": "late", "Campaign young": "open",
        "Campaign both": "twice",
    }  # fmt: skip
    assert all(row["estimate"] is None and row["low"] is None for row in effects)
    assert not [name for name in values if re.search(r"experiment\.\d\.(effect|spend)", name)]


def test_what_names_somebody_is_masked_and_markup_is_text(folder):
    for language in ("en", "zh"):
        html = (folder / f"report.{language}.html").read_text(encoding="utf-8")
        assert "<script" not in html
        assert "07700 900123" not in html and "13800138000" not in html
        assert "Late delivery, ring […] or […]" in html


def test_comments_that_cannot_be_read_are_counted_and_not_judged(folder):
    rows = pq.read_table(folder / "tables" / "feedback.parquet").to_pylist()

    other = [row for row in rows if row["language"] == "other"]
    assert len(other) > 10
    assert all(not row["topics"] for row in other)
    assert not any(RUSSIAN in str(row) or LONG in str(row) for row in rows)


def test_a_basket_of_thousands_makes_no_rule(values):
    assert values["recommendation.baskets.large"] == 1
    assert values["recommendation.items"] == 20
    assert "recommendation.first.a" not in values
