"""Sentiment of English: the sentences whose compound scores VADER's authors print.

Hutto, C. J. & Gilbert, E. (2014), VADER: a parsimonious rule-based model for sentiment analysis of
social media text, ICWSM; scores as printed in the package's own README (version 3.3.2). The sets of
tweets, films, news and products on which the paper measures accuracy come with the source
distribution alone: where it is unpacked beneath RAPPORT_DATA_PATH as `vader`, they are tested, too.
"""

import numpy as np
import pandas as pd
import pytest

from published.reference_data import assert_as_printed, find
from rapport.analysis.risk_checks import estimate_auc
from rapport.analysis.sentiment import score_english

PRINTED = [
    ("VADER is smart, handsome, and funny.", "0.8316"),
    ("VADER is smart, handsome, and funny!", "0.8439"),
    ("VADER is very smart, handsome, and funny.", "0.8545"),
    ("VADER is VERY SMART, handsome, and FUNNY.", "0.9227"),
    ("VADER is VERY SMART, handsome, and FUNNY!!!", "0.9342"),
    ("VADER is not smart, handsome, nor funny.", "-0.7424"),
    ("The book was good.", "0.4404"),
    ("At least it isn't a horrible book.", "0.431"),
    ("Today SUX!", "-0.5461"),
    ("Not bad at all", "0.431"),
]
# File, accuracy, AUC: computed by us (docs/methods.md, 4).
SETS = [
    ("amazonReviewSnippets_GroundTruth.txt", "0.725", "0.810"),
    ("nytEditorialSnippets_GroundTruth.txt", "0.70", "0.77"),
    ("movieReviewSnippets_GroundTruth.txt", "0.65", "0.71"),
    ("tweets_GroundTruth.txt", "0.955", "0.986"),
]


@pytest.mark.parametrize(("sentence", "printed"), PRINTED)
def test_the_compound_score_of_a_sentence(sentence, printed):
    assert_as_printed(score_english([sentence])[0], printed)


@pytest.mark.parametrize(("file", "accuracy", "auc"), SETS)
def test_accuracy_on_the_sets_of_the_paper(file, accuracy, auc):
    rows = pd.read_csv(find(f"vader/{file}"), sep="\t", header=None, quoting=3)
    labels = np.where(rows[1].astype(float) > 0, 1, 0)

    scores = score_english(rows[2].astype(str).tolist())

    assert_as_printed(((scores > 0) == (labels == 1)).mean(), accuracy)
    assert_as_printed(estimate_auc(labels, scores).value, auc)
