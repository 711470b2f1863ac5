import numpy as np
import pandas as pd
import pytest

from rapport.ingest.sample.draws import Key
from rapport.ingest.sample.files import read_words
from rapport.ingest.sample.surveys import EFFECTS, draw_surveys, pick_comments

KEY = Key((9,)).of("surveys")
LAST = 400


@pytest.fixture(scope="module")
def surveys():
    n = 30_000
    orders = pd.DataFrame({"customer": np.arange(n), "day": np.arange(n) % LAST, "minute": 600})
    return draw_surveys(KEY, orders, invited_ppm=900_000, last_day=LAST, slump_from=300)


def test_content_customers_answer_more_often(surveys):
    early = surveys[surveys["day"] < LAST - 20]
    rates = early.groupby("csat")["is_answered"].mean()

    assert np.abs(rates - [0.26, 0.30, 0.34, 0.40, 0.47]).max() < 0.05
    assert rates.is_monotonic_increasing


def test_attributes_go_with_satisfaction_by_their_effect(surveys):
    scores = [f"s_{j}" for j in range(len(EFFECTS))]
    design = np.column_stack([np.ones(len(surveys)), surveys[scores]])
    slopes = np.linalg.lstsq(design, surveys["csat"].to_numpy(dtype=float), rcond=None)[0][1:]

    assert (np.diff(slopes[:4]) < 0).all()
    assert np.abs(slopes[4:]).max() < 0.02


def test_attributes_without_effect_are_correlated_with_satisfaction_all_the_same(surveys):
    assert surveys["s_5"].corr(surveys["csat"]) > 0.15


def test_the_first_attribute_is_worse_from_the_slump_on(surveys):
    slump = surveys["day"] >= 300

    change = surveys[slump][["s_0", "s_1"]].mean() - surveys[~slump][["s_0", "s_1"]].mean()

    assert change["s_0"] < -0.6
    assert abs(change["s_1"]) < 0.05


def test_nobody_answers_before_being_asked_or_after_the_last_day(surveys):
    answered = surveys[surveys["is_answered"]]

    assert (answered["answer_day"] >= answered["day"]).all()
    assert answered["answer_day"].max() <= LAST


def test_comments_fit_the_score_and_come_in_two_languages(surveys):
    words = read_words("retail")
    texts, other = pick_comments(KEY, surveys, words=words, other_ppm=150_000)

    written = pd.DataFrame({"text": texts, "other": other, "is_good": surveys["is_good"]})
    written = written[written["text"] != ""]
    praise = {t for kind in words["comments"]["good"].values() for t in kind}
    own = written[~written["other"]]
    assert abs(written["other"].mean() - 0.15) < 0.02
    assert (own["text"].isin(praise) == own["is_good"]).all()
    assert not any(text.isascii() for text in written["text"][written["other"]])


def test_only_answers_hold_comments(surveys):
    texts, _ = pick_comments(KEY, surveys, words=read_words("mall"), other_ppm=0)

    assert not (np.array([text != "" for text in texts]) & ~surveys["is_answered"]).any()
