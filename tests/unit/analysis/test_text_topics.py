"""Topics, words and parts of comments."""

import sys
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from rapport.analysis import new_words
from rapport.analysis.new_words import cut_chinese, cut_english, find_cutter, rank_words
from rapport.analysis.text_parts import LEAST, find_parts
from rapport.analysis.text_words import measure_words, name_words, study_words
from rapport.analysis.topic_views import (
    find_change,
    find_names,
    hide_topics,
    measure_topics,
    name_change,
    name_topics,
    pick_quotes,
)
from rapport.analysis.topics import TopicSettings, count_topics

SETTINGS = TopicSettings()


def draw(topic, n, n_bad, *, first=0, late=None):
    """`n` comments of as many customers on a topic, the first `n_bad` of them discontent."""
    ids = range(first, first + n)
    return pd.DataFrame({
        "feedback_id": [f"s{k}" for k in ids], "customer_id": [f"c{k}" for k in ids],
        "topics": topic, "feeling": [-1.0] * n_bad + [1.0] * (n - n_bad), "language": "en",
        "said": [f"Comment number {'x' * (k % 7)} on it." for k in ids], "is_cut": False,
        "is_late": [k % 2 == 0 for k in ids] if late is None else late, "score": np.nan,
    }, index=range(n)).assign(writer=list(ids))  # fmt: skip


def join(*parts):
    return pd.concat(parts, ignore_index=True)


def test_shares_are_of_comments_and_negatives_of_those_that_are_known():
    texts = join(draw("price", 40, 10), draw("price,delivery", 20, 20, first=40),
                 draw(None, 40, 0, first=60))  # fmt: skip
    texts.loc[:3, "feeling"] = np.nan

    table = count_topics(texts, ["price", "delivery"], SETTINGS).set_index("topic")

    assert table.loc["price", ["n_texts", "n_customers", "n_felt"]].tolist() == [60, 60, 56]
    assert table.loc["price", "share"] == 0.6
    assert table.loc["price", "negative"] == pytest.approx(26 / 56)
    assert table.loc["delivery", ["negative", "n_contents"]].tolist() == [1.0, 0]
    assert table.loc["price", "low"] < 0.6 < table.loc["price", "high"]


def test_a_topic_is_a_whole_name_and_not_a_part_of_one():
    table = count_topics(draw("price_list", 20, 0), ["price"], SETTINGS)

    assert table.loc[0, "n_texts"] == 0
    assert table.loc[0, ["negative", "negative_low"]].isna().all()


def test_where_nobody_is_discontent_the_interval_is_that_of_a_share_of_customers():
    texts = join(draw("price", 30, 0), draw("price", 30, 0)).assign(feedback_id=range(60))

    row = count_topics(texts, ["price"], SETTINGS).loc[0]

    # Wilson (1927), 0 of 30: z^2 / (n + z^2).
    assert (row["negative"], row["negative_low"]) == (0.0, 0.0)
    assert row["negative_high"] == pytest.approx(1.96**2 / (30 + 1.96**2), abs=1e-4)


def test_topics_stand_by_discontent_few_before_none():
    texts = join(draw("a", 40, 0), draw("b", 40, 4, first=40), draw("c", 40, 20, first=80))

    table = hide_topics(count_topics(texts, ["a", "b", "c"], SETTINGS), min_count=10)

    assert table["topic"].tolist() == ["c", "b", "a"]


def test_one_customer_who_writes_much_widens_the_interval():
    many = draw("price", 60, 30)
    one = many.assign(customer_id=[f"c{k // 30}" for k in range(60)])

    ends = [count_topics(texts, ["price"], SETTINGS).iloc[0] for texts in (many, one)]

    widths = [row["negative_high"] - row["negative_low"] for row in ends]
    assert widths[1] > 2 * widths[0]


def test_comments_of_nobody_known_are_of_somebody_each():
    nobody = draw("price", 20, 5).assign(customer_id=None)

    assert count_topics(nobody, ["price"], SETTINGS).loc[0, "n_customers"] == 20


def test_a_change_between_the_halves_is_found_and_told():
    texts = join(draw("price", 60, 0, late=True), draw("delivery", 60, 0, first=60, late=False),
                 draw("price", 30, 0, first=120), draw("delivery", 30, 0, first=150))  # fmt: skip

    table = hide_topics(count_topics(texts, ["price", "delivery"], SETTINGS), min_count=10)

    assert table["is_change"].all()
    assert sorted(table["change"].round(3)) == [-0.667, 0.667]
    assert find_change(table, min_n=30) in {("price", "up"), ("delivery", "down")}


def test_without_two_halves_no_change_is_told():
    table = count_topics(draw("price", 40, 0).assign(is_late=None), ["price"], SETTINGS)

    assert name_change(hide_topics(table, min_count=10), min_n=30) == []


def test_rows_in_another_order_change_nothing():
    texts = join(draw("price", 50, 20), draw("delivery", 50, 10, first=50))
    other = texts.sample(frac=1, random_state=1).reset_index(drop=True)

    pd.testing.assert_frame_equal(
        count_topics(texts, ["price", "delivery"], SETTINGS),
        count_topics(other, ["price", "delivery"], SETTINGS),
    )


@pytest.mark.parametrize(
    ("n_bad", "is_told", "is_quiet"), [(0, True, False), (3, False, True), (37, False, False),
                                       (20, True, False)],
)  # fmt: skip
def test_a_negative_share_that_tells_of_few_is_hidden(n_bad, is_told, is_quiet):
    table = hide_topics(count_topics(draw("price", 40, n_bad), ["price"], SETTINGS), min_count=10)

    assert table.loc[0, "negative"] == n_bad / 40 if is_told else pd.isna(table.loc[0, "negative"])
    assert table.loc[0, "is_quiet"] == is_quiet


def test_of_a_topic_of_few_customers_nothing_is_told():
    table = hide_topics(count_topics(draw("price", 9, 9), ["price"], SETTINGS), min_count=10)

    assert table.loc[0, ["share", "negative", "texts", "change"]].isna().all()


@pytest.mark.parametrize(
    ("bad", "named"),
    [((40, 10), "lead"), ((22, 20), "level"), ((30, 2), "alone"), ((2, 2), "quiet")],
)
def test_what_can_be_said_of_topics_is_named(bad, named):
    texts = join(draw("price", 60, bad[0]), draw("delivery", 60, bad[1], first=60))

    table = hide_topics(count_topics(texts, ["price", "delivery"], SETTINGS), min_count=10)

    assert name_topics(table, min_n=30, has_topics=True) == [named]
    lead = find_names(table, min_n=30)["lead"]
    assert lead == ("price" if named in ("lead", "alone") else None)
    names = {one.name for one in measure_topics(table, texts, SETTINGS, min_n=30)}
    assert ("feedback.lead.share" in names) == (lead is not None)


def test_without_comments_or_topics_nothing_is_measured():
    empty = count_topics(draw("price", 1, 0).iloc[:0], ["price"], SETTINGS)

    table = hide_topics(empty, min_count=10)

    assert name_topics(table, min_n=30, has_topics=True) == []
    assert name_topics(table, min_n=30, has_topics=False) == ["none"]
    assert measure_topics(table, draw("price", 1, 0).iloc[:0], SETTINGS, min_n=30) == []


def test_quotations_are_asked_for_and_of_topics_that_enough_wrote_of():
    texts = join(draw("price", 30, 5), draw("rare", 5, 5, first=30))
    texts.loc[0, "said"] = "y" * 2_000
    table = count_topics(texts, ["price", "rare"], SETTINGS)

    picked = pick_quotes(texts, table, min_count=10, is_asked=True)

    assert picked["topic"].tolist() == ["price", "price"]
    assert picked["sentiment"].tolist() == ["negative", "negative"]
    assert pick_quotes(texts, table, min_count=10, is_asked=False).empty


def test_a_word_of_discontent_is_ranked_and_says_whether_a_topic_covers_it():
    said = ["The parcel was late."] * 40 + ["The parcel was nice."] * 60
    covered = ["delivery"] * 20 + [None] * 80
    texts = pd.DataFrame({"feeling": [-1] * 40 + [1] * 60, "topics": covered, "writer": range(100)})

    ranked = rank_words(cut_english(said), texts)

    assert ranked["word"].tolist() == ["late"]
    assert ranked.loc[0, ["n_customers", "n_negative", "n_positive"]].tolist() == [40, 40, 0]
    assert ranked.loc[0, "in_topics"] == 0.5
    # Monroe et al. (2008), equations 16 and 22, by hand: 200 words, a prior of 500.
    y, prior = np.array([40, 0]), 500 * 40 / 200
    odds = np.log((y + prior) / (np.array([80, 120]) + 500 - y - prior))
    z = (odds[0] - odds[1]) / np.sqrt((1 / (y + prior)).sum())
    assert ranked.loc[0, "z"] == pytest.approx(z)


def test_a_word_that_one_customer_repeats_is_not_told():
    texts = pd.DataFrame({"feeling": [-1] * 40 + [1] * 60, "topics": None,
                          "writer": [0] * 40 + list(range(60))})  # fmt: skip

    assert rank_words(cut_english(["late"] * 40 + ["nice"] * 60), texts).empty


def test_chinese_is_cut_into_words_of_two_characters_and_more():
    (words,) = cut_chinese(["快递到了，质量很好！质量"])

    assert {"快递", "质量"} <= set(words)
    assert all(len(word) > 1 for word in words)
    assert len(words) == len(set(words))


def feel(n_bad, n_good, *, said, language):
    return pd.DataFrame({
        "said": [said[0]] * n_bad + [said[1]] * n_good, "language": language,
        "feeling": [-1.0] * n_bad + [1.0] * n_good, "topics": None, "writer": range(n_bad + n_good),
    })  # fmt: skip


def test_without_the_extra_english_words_stand_and_chinese_ones_are_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "rjieba", None)
    new_words.has_cutter.cache_clear()
    chinese = feel(40, 40, said=("快递太慢", "质量很好"), language="zh")
    english = feel(40, 40, said=("It was late.", "It was nice."), language="en")

    try:
        assert find_cutter("zh") is None
        assert study_words(chinese).outcome == "missing"
        assert study_words(english).outcome == "ok"
    finally:
        new_words.has_cutter.cache_clear()


def test_few_comments_of_a_kind_rank_no_word():
    few = feel(29, 400, said=("late", "nice"), language="en")

    study = study_words(few)

    assert (study.outcome, measure_words(study)) == ("few", [])
    assert name_words(study, few.iloc[:0]) == []


def test_parts_are_of_words_that_occur_together_and_of_enough_customers():
    pairs = [("parcel", "late"), ("jug", "broken"), ("staff", "kind"), ("price", "fair"),
             ("site", "slow"), ("box", "wet"), ("card", "lost"), ("shop", "shut")]  # fmt: skip
    words = [sorted(pair) for at, pair in enumerate(pairs) for _ in range(20 + 10 * at)]

    parts = find_parts(words, range(len(words)))

    together = {" ".join(sorted(pair)) for pair in pairs}
    told = [{f"{one} {two}" for one, two in pairwise(text.split())} for text in parts["words"]]
    assert sum(bool(words & together) for words in told) >= 6
    assert parts["n_customers"].is_monotonic_decreasing
    assert find_parts(words, [0] * len(words)).empty
    assert find_parts(words[: LEAST - 1], range(LEAST - 1)).empty
    assert find_parts([], []).empty
