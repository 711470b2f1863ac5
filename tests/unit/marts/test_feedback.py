"""What customers wrote, made fit to be read: feedback_said and feedback_texts."""

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from rapport import tables
from rapport.errors import ParameterError
from rapport.marts.build import build_mart
from rapport.marts.feedback import LONGEST, clean_texts, find_language, find_topics
from rapport.params import load_unit
from unit.marts.conftest import SETTINGS, write_canonical

DAY = dt.date(2010, 11, 15)
ROOT = Path(__file__).parents[3]
WORDS = ROOT / "lib" / "rapport" / "ingest" / "sample" / "words"
# What a software firm calls them.
RENAMED = {"delivery": "features", "quality": "reliability", "service": "support"}


def clean(*texts):
    return clean_texts(pa.chunked_array([pa.array(texts, pa.string())])).to_pylist()


def tell(*texts, declared=None):
    rows = pa.chunked_array([pa.array(texts, pa.string())])
    named = pa.chunked_array([pa.array([declared] * len(texts), pa.string())])
    return find_language(clean_texts(rows), named).to_pylist()


def make(into, *, surveys=(), interactions=(), topics=None, period="2010-11"):
    snapshot = {"data_from": dt.date(2008, 1, 1), "data_until": dt.date(2010, 12, 9),
                "n_customers": 0, "n_orders": 0}  # fmt: skip
    paths = {
        name: write_canonical(name, list(rows), into)
        for name, rows in {
            "surveys": surveys,
            "interactions": interactions,
            "snapshot": [snapshot],
        }.items()
    }
    for name in ("periods", "feedback_said", "feedback_texts"):
        settings = SETTINGS | {"period": period, "topics": topics or {}}
        paths[name] = build_mart(name, paths, settings=settings, into=into, shelf=into.parent).path
    return tables.read_table(paths["feedback_texts"])


def answer(number, text="Fine.", **given):
    return {"survey_id": f"s{number}", "customer_id": f"c{number}", "answered_on": DAY,
            "text": text, **given}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Call 138 0013-8000 or +44 (0)7700 900123.", "Call […] or […]."),
        ("<p class='x'>Too&nbsp;slow<br/>and late</p>", "Too slow and late"),
        ("<script>alert(1)</script>I <3 it, 3 < 5 > 4", "alert(1) I <3 it, 3 < 5 > 4"),
        ("电话13800138000，或一三八零零一三八零零零", "电话[…],或[…]"),
        ("Ｍａｉｌ ａ.b+c@shop.co.uk now", "Mail […] now"),
        ("see https://evil.example/x?y=1 please", "see […] please"),
        ("Order W100012 and #4711234 never came", "Order […] and #[…] never came"),
        ("1\u200b3\u200b800138000 \u202eevil\u2069", "[…] evil"),
        ("It cost 1299, I paid 12.50 in 2026", "It cost 1299, I paid 12.50 in 2026"),
        ("one\n\ttwo\x00three", "one two three"),
        ("", ""),
    ],
)
def test_what_names_somebody_is_masked_and_what_is_unseen_goes(text, cleaned):
    assert clean(text) == [cleaned]


def test_a_text_of_a_hundred_thousand_characters_is_cut(tmp_path):
    texts = make(tmp_path, surveys=[answer(1, "好" * 100_000), answer(2, "Short.")])

    assert texts["said"].str.len().tolist() == [LONGEST, 6]
    assert texts["is_cut"].tolist() == [True, False]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("质量很好，app 也好用", "zh"), ("物流慢", "zh"), ("Too slow.", "en"),
        ("Parcel came four days late.", "en"), ("The app of 淘宝 is good", "en"),
        ("とても良いです", "other"), ("Очень медленно", "other"), ("جيد جدا", "other"),
        ("Das Paket ist nicht angekommen", "other"), ("Très bien", "other"), ("👍 5/5", "other"),
    ],
)  # fmt: skip
def test_the_language_is_told_by_script(text, language):
    assert tell(text) == [language]


def test_a_declared_third_language_counts():
    assert tell("Muito bom", declared="other") == ["other"]
    assert tell("Very good", declared="en-GB") == ["en"]


def test_topics_are_searched_by_the_pattern_of_the_language():
    texts = pa.chunked_array([["The parcel and the price", "快递的价格", "parcel 很好", "fine"]])
    topics = {"price": {"en": "PRICE", "zh": "价格"}, "delivery": {"en": "parcel", "zh": "快递"}}

    found = find_topics(texts, pa.chunked_array([["en", "zh", "zh", "en"]]), topics)

    assert found.to_pylist() == ["delivery,price", "delivery,price", None, None]


def test_no_pattern_holds_a_run_up_however_hostile_the_text():
    texts = pa.chunked_array([["a" * LONGEST + "b"]])

    found = find_topics(texts, pa.chunked_array([["en"]]), {"loop": {"en": "(a+)+$|(a|aa)+$"}})

    assert found.to_pylist() == [None]


def test_a_pattern_that_cannot_be_searched_is_named():
    texts = pa.chunked_array([["a"]])

    with pytest.raises(ParameterError, match=r"topics\.ahead\.en: is no pattern"):
        find_topics(texts, pa.chunked_array([["en"]]), {"ahead": {"en": "a(?=b)"}})


def test_without_topics_or_texts_there_is_nothing_to_find(tmp_path):
    assert make(tmp_path, surveys=[answer(1)])["topics"].isna().all()
    assert make(tmp_path).empty


@pytest.mark.parametrize(
    ("scores", "score"),
    [
        ({"csat": 5, "nps": 0}, 1), ({"csat": 3}, 0), ({"csat": 2, "nps": 10}, -1),
        ({"nps": 9}, 1), ({"nps": 8}, 0), ({"nps": 6}, -1), ({"ces": 5}, 1), ({"ces": 4}, 0),
        ({"ces": 3}, -1), ({}, None),
    ],
)  # fmt: skip
def test_a_comments_own_score_leads_satisfaction_first(tmp_path, scores, score):
    texts = make(tmp_path, surveys=[answer(1, **scores)])

    found = texts["score"].astype(object).where(texts["score"].notna(), None).tolist()
    assert found == [score]


def test_what_was_said_after_the_period_or_long_before_is_not_read(tmp_path):
    days = {1: dt.date(2010, 12, 1), 2: DAY, 3: dt.date(2008, 11, 1)}
    surveys = [answer(n) | {"answered_on": day} for n, day in days.items()]
    ticket = {"interaction_id": "i1", "customer_id": None, "occurred_on": DAY, "kind": "ticket",
              "text": "Help me."}  # fmt: skip

    texts = make(tmp_path, surveys=surveys, interactions=[ticket])

    assert texts["feedback_id"].tolist() == ["survey:s2", "ticket:i1"]
    assert pd.isna(texts.set_index("feedback_id").loc["ticket:i1", "customer_id"])


def test_texts_lie_in_one_order_whatever_the_order_of_rows(tmp_path):
    surveys = [answer(n, "Good." if n % 2 else "不好") for n in range(20)]

    one = make(tmp_path / "one", surveys=surveys)
    other = make(tmp_path / "other", surveys=surveys[::-1])

    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize("name", ["mall", "retail", "saas"])
def test_the_topics_of_the_sample_units_find_what_their_comments_are_about(name):
    own = load_unit(ROOT, f"sample-{name}").topics
    words = json.loads((WORDS / f"{name}.json").read_text(encoding="utf-8"))
    planted = [
        (topic, text) for part in ("comments", "comments_other") for kind in ("good", "bad")
        for topic, texts in words[part][kind].items() for text in texts
    ]  # fmt: skip
    rows = pa.chunked_array([[text for _, text in planted]])

    language = find_language(rows, pa.chunked_array([pa.nulls(len(rows), pa.string())]))
    patterns = {topic: dict(each.patterns) for topic, each in own.items()}
    found = find_topics(clean_texts(rows), language, patterns).to_pylist()

    missed = [text for (topic, text), names in zip(planted, found, strict=True)
              if RENAMED.get(topic, topic) not in (names or "").split(",")
              and topic not in (names or "").split(",")]  # fmt: skip
    assert missed == []
    assert set(language.to_pylist()) == {"zh", "en"}
