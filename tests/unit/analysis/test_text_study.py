"""A unit's comments from their rows to what is said of them."""

import datetime as dt
import sys

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.text_study import (
    judge_texts,
    keep_enough,
    list_judgements,
    list_remarks,
    measure_feedback,
    name_feedback,
    publish_feedback,
    take_agreed,
    take_days,
)
from rapport.analysis.topics import TopicSettings
from rapport.assets.sentiment import read_sentiment

GOOD, BAD = "质量很好，非常满意", "太差了，用了三天就坏"
AS_OF = dt.date(2026, 6, 30)
AGREED = {"analysis": "given"}


def refuse():
    raise AssertionError("the shipped model was asked for")


def draw(n_good=20, n_bad=20, *, scored=True, language="zh", texts=(GOOD, BAD), first=0):
    n = n_good + n_bad
    score = [1.0] * n_good + [-1.0] * n_bad if scored else [np.nan] * n
    return pd.DataFrame({
        "feedback_id": [f"survey:{first + k}" for k in range(n)], "source": "survey",
        "customer_id": [f"c{first + k}" for k in range(n)],
        "said_on": pd.to_datetime(["2026-03-01"] * n), "language": language,
        "said": [texts[0]] * n_good + [texts[1]] * n_bad, "score": score, "topics": None,
        "is_cut": False,
    })  # fmt: skip


def join(*parts):
    return pd.concat(parts, ignore_index=True)


def take(judged, days=365):
    return take_days(judged.texts, as_of=AS_OF, days=days)


def test_a_score_is_the_sentiment_and_no_model_is_asked():
    judged = judge_texts(draw().assign(said=BAD), refuse)

    assert judged.texts["feeling"].tolist() == [1.0] * 20 + [-1.0] * 20
    assert judged.judgements == ()
    assert list_remarks(take(judged), min_count=10) == ["scored"]


def test_comments_without_a_score_are_judged_and_how_well_is_told():
    judged = judge_texts(join(draw(30, 30), draw(5, 5, scored=False, first=100)), read_sentiment)

    (one,) = judged.judgements
    assert judged.texts["feeling"].tolist()[60:] == [1.0] * 5 + [-1.0] * 5
    assert (one.outcome, one.n_judged, one.n_checked) == ("shipped", 10, 60)
    assert (one.auc.value, one.accuracy) == (1.0, 1.0)


def test_an_order_no_better_than_chance_is_withheld():
    texts = draw(30, 30).assign(said=[GOOD, BAD] * 30)

    judged = judge_texts(join(texts, draw(5, 5, scored=False, first=100)), read_sentiment)

    assert list_judgements(judged, take(judged)) == [("zh", "withheld")]
    assert judged.texts["feeling"].isna().sum() == 10


def test_with_too_few_scores_nobody_knows_how_well_it_does():
    judged = judge_texts(join(draw(25, 4), draw(5, 5, scored=False, first=100)), read_sentiment)

    assert list_judgements(judged, take(judged)) == [("zh", "unchecked")]
    assert judged.texts["feeling"].notna().all()


def test_from_three_hundred_scores_the_units_own_teach():
    # In this trade the words mean the contrary.
    scored = draw(150, 150, texts=(BAD, GOOD))

    judged = judge_texts(
        join(scored, draw(5, 5, scored=False, texts=(BAD, GOOD), first=1_000)), read_sentiment
    )

    assert list_judgements(judged, take(judged)) == [("zh", "own")]
    assert judged.texts["feeling"].tolist()[300:] == [1.0] * 5 + [-1.0] * 5


def test_without_the_extra_english_is_missing_and_chinese_stands(monkeypatch):
    monkeypatch.setitem(sys.modules, "vaderSentiment", None)
    monkeypatch.setitem(sys.modules, "vaderSentiment.vaderSentiment", None)
    english = draw(5, 5, scored=False, language="en", texts=("Lovely.", "Awful."), first=50)

    judged = judge_texts(join(draw(5, 5, scored=False), english), read_sentiment)

    assert list_judgements(judged, take(judged)) == [("zh", "unchecked"), ("en", "missing")]
    assert judged.texts["feeling"].tolist()[:10] == [1.0] * 5 + [-1.0] * 5
    assert judged.texts["feeling"].isna().sum() == 10


def test_a_third_language_is_counted_and_not_judged():
    other = draw(12, 0, scored=False, language="other")

    judged = judge_texts(other, refuse)
    texts = take(judged)

    assert texts["feeling"].isna().all()
    assert list_remarks(texts, min_count=10) == ["other"]
    assert list_remarks(texts, min_count=13) == ["other_few"]
    assert name_feedback(texts, min_count=10) == "plain"
    told = {one.name: one.value for one in measure_feedback(judged, texts, TopicSettings())}
    assert (told["feedback.other"], told["feedback.texts"]) == (12, 12)
    assert "feedback.negative" not in told


@pytest.mark.parametrize(("n", "named"), [(0, "none"), (9, "few"), (10, "ok")])
def test_of_comments_of_too_few_customers_nothing_is_said(n, named):
    judged = judge_texts(draw(n, 0), refuse)
    texts = take(judged)

    assert name_feedback(texts, min_count=10) == named
    kept = keep_enough(texts, min_count=10)
    assert len(kept) == (n if named == "ok" else 0)
    assert (publish_feedback(kept) is None) == (named != "ok")


def test_a_unit_without_comments_has_none():
    agreed = take_agreed(None, None, default=AGREED)

    judged = judge_texts(agreed.rows, refuse)
    texts = keep_enough(take(judged), min_count=10)

    assert name_feedback(texts, min_count=10) == "none"
    assert measure_feedback(judged, texts, TopicSettings()) == []
    assert list_remarks(texts, min_count=10) == []


def test_who_withdrew_consent_to_analysis_is_not_read():
    said = pd.DataFrame({"customer_id": ["c0"], "purpose": ["analysis"], "state": ["withdrawn"],
                         "changed_at": pd.to_datetime(["2026-01-01"])})  # fmt: skip

    agreed = take_agreed(draw(2, 0), said, default=AGREED)

    assert agreed.rows["customer_id"].tolist() == ["c1"]


def test_the_days_are_those_up_to_the_last_and_halves_are_whole_or_not_compared():
    days = pd.to_datetime(["2025-06-30", "2025-07-01", "2025-12-30", "2025-12-31", "2026-06-30"])
    texts = judge_texts(draw(5, 0).assign(said_on=days), refuse).texts

    taken = take_days(texts, as_of=AS_OF, days=365)
    late = take_days(texts.iloc[3:], as_of=AS_OF, days=365)

    assert taken["said_on"].tolist() == days[1:].tolist()
    assert taken["is_late"].tolist() == [False, False, True, True]
    assert late["is_late"].isna().all()
    assert len(take_days(texts, as_of=None, days=365)) == 5


def test_what_is_published_holds_no_text():
    texts = take(judge_texts(draw(10, 5).assign(topics="price,delivery"), refuse))

    published = publish_feedback(texts)

    assert list(published.columns) == ["feedback_id", "language", "sentiment", "topics"]
    assert published["sentiment"].value_counts().to_dict() == {"positive": 10, "negative": 5}


def test_the_order_of_rows_moves_no_number():
    rows = join(draw(30, 30), draw(8, 8, scored=False, first=100))
    other = rows.sample(frac=1, random_state=2).reset_index(drop=True)

    told = []
    for each in (rows, other):
        judged = judge_texts(each, read_sentiment)
        told.append(measure_feedback(judged, take(judged), TopicSettings()))

    assert told[0] == told[1]


def test_how_many_were_judged_is_told_in_customers():
    rows = draw(5, 5, scored=False).assign(customer_id=["a", "b"] * 5)

    judged = judge_texts(join(draw(10, 10, first=50), rows), read_sentiment)

    told = {one.name: one for one in measure_feedback(judged, take(judged), TopicSettings())}
    assert (told["feedback.zh.judged"].value, told["feedback.zh.judged"].unit) == (2, "customers")
