"""Sentiment: hashed characters, shipped weights, the lexicon, and a unit's own scores."""

import sys
import zlib

import numpy as np
import pandas as pd
import pytest

from rapport.analysis import sentiment
from rapport.analysis.sentiment import (
    Weights,
    pack_weights,
    score_chinese,
    score_english,
    unpack_weights,
)
from rapport.analysis.sentiment_own import MOST, learn_own, take_few
from rapport.analysis.text_features import LONGEST, N_BUCKETS, hash_texts
from rapport.assets.sentiment import read_sentiment


def test_a_text_falls_into_the_same_buckets_everywhere():
    # Worked out apart, with Python's own whole numbers.
    def bucket(code):
        mixed = code * 0x9E3779B97F4A7C15 % 2**64
        return ((mixed ^ mixed >> 30) * 0x94D049BB133111EB % 2**64) >> 48

    one, two = (ord(c) for c in "好的")
    expected = {bucket(one + 0xBF58476D1CE4E5B9), bucket(two + 0xBF58476D1CE4E5B9),
                bucket(one << 21 | two)}  # fmt: skip

    assert set(hash_texts(["好的"]).indices.tolist()) == expected


def test_rows_have_length_one_blanks_do_not_count_and_long_texts_are_cut():
    rows = hash_texts(["质量 很好", "质量很好", "", "好" * LONGEST + "坏", "好" * LONGEST, "𠀀"])

    assert np.allclose(np.sqrt(rows.multiply(rows).sum(axis=1)).A1, [1, 1, 0, 1, 1, 1])
    assert (rows[0] != rows[1]).nnz == 0
    assert (rows[3] != rows[4]).nnz == 0


def test_texts_are_hashed_alone_whatever_stands_beside_them(monkeypatch):
    texts = ["物流很快", "", "慢", "坏了" * 50]
    whole = hash_texts(texts)

    monkeypatch.setattr("rapport.analysis.text_features._CHUNK", 1)

    assert (hash_texts(texts) != whole).nnz == 0
    assert hash_texts([]).shape == (0, N_BUCKETS)


def test_the_shipped_weights_are_those_of_this_version():
    packed, told = read_sentiment()

    weights = unpack_weights(packed, told)

    assert weights.buckets.shape == (N_BUCKETS,)
    assert len(packed) < 45_000
    with pytest.raises(sentiment.DataError, match="not the weights of this version"):
        unpack_weights(packed + b"x", told)


def test_weights_are_kept_to_half_a_step():
    coefficients = np.random.default_rng(0).normal(size=100)

    packed, scale = pack_weights(coefficients)

    back = np.frombuffer(zlib.decompress(packed), dtype=np.int8) * scale
    assert np.abs(back - coefficients).max() <= scale / 2 + 1e-12


def test_of_a_text_of_which_nothing_was_seen_nothing_is_said():
    nothing = Weights(np.zeros(N_BUCKETS, dtype=np.int8), 0.1, 0.7)

    assert score_chinese(["好", ""], nothing).tolist() == [0.0, 0.0]


def test_english_is_judged_by_the_lexicon_and_not_at_all_without_it(monkeypatch):
    judged = score_english(["Lovely, well made.", "It broke, awful.", "A jug."])
    assert np.sign(judged).tolist() == [1, -1, 0]

    monkeypatch.setitem(sys.modules, "vaderSentiment.vaderSentiment", None)
    monkeypatch.setitem(sys.modules, "vaderSentiment", None)

    assert score_english(["Lovely."]) is None


def draw_own(n, *, seed=0, prefix="s"):
    """Comments of a trade in which 快 is bad and 慢 is good, which no shipped model knows."""
    labels = np.random.default_rng(seed).integers(0, 2, n)
    said = [f"{'慢' if good else '快'}{'工' * (k % 3)}" for k, good in enumerate(labels)]
    return pd.DataFrame({
        "said": said, "base": np.where(labels == 1, -1.0, 1.0), "score": np.where(labels, 1, -1),
        "customer_id": [f"c{k // 2}" for k in range(n)],
        "feedback_id": [f"{prefix}{k}" for k in range(n)],
    })  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
def test_own_scores_teach_what_the_shipped_model_has_wrong(language):
    scored, others = draw_own(300), draw_own(60, seed=1)
    if language == "en":
        words = {"慢": "slow", "快": "quick", "工": " made"}
        for frame in (scored, others):
            frame["said"] = frame["said"].replace(words, regex=True)

    taught = learn_own(scored, others, language=language)

    assert (np.sign(taught.others) == others["score"]).all()
    assert (np.sign(taught.scored) == scored["score"]).mean() > 0.95


def test_a_comment_is_judged_by_a_fit_that_never_saw_its_writer():
    scored = draw_own(300)
    one = scored["customer_id"] == "c0"
    turned = scored.assign(score=scored["score"].where(~one, -scored["score"]))

    before = learn_own(scored, scored.head(0), language="zh").scored[one]
    after = learn_own(turned, scored.head(0), language="zh").scored[one]

    assert np.allclose(before, after)


def test_the_order_of_comments_moves_no_judgement():
    scored, others = draw_own(300), draw_own(20, seed=1, prefix="o")
    order = np.random.default_rng(3).permutation(300)

    one = learn_own(scored, others, language="zh")
    two = learn_own(scored.iloc[order].reset_index(drop=True), others, language="zh")

    assert np.allclose(one.others, two.others, atol=1e-4)


def test_no_more_than_the_most_teach():
    assert take_few(pd.Series([f"s{k}" for k in range(MOST + 50)])).sum() == MOST
