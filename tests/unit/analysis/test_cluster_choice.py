import numpy as np
import pandas as pd
import pytest

from rapport.analysis.cluster_choice import Cloud, choose_k, mark_eligible, measure_stability
from support import table


def marked(text):
    return mark_eligible(table(text), k_min=3, min_count=10)


def test_the_first_broken_rule_is_the_reason():
    eligible = marked(
        """
        k  silhouette  rand  jaccard  n_smallest  share_smallest
        2  .9          .9    .9       100         .3
        3  .5          .79   .9       100         .3
        4  .5          .8    .74      100         .3
        5  .5          .8    .75      9           .3
        6  .5          .8    .75      10          .029
        7  .5          .8    .75      10          .03
        """
    )

    assert eligible["reason"].tolist() == [
        "below_k_min",
        "unstable",
        "unstable_cluster",
        "small_cluster",
        "small_cluster",
        "",
    ]
    assert eligible["is_eligible"].tolist() == [False] * 5 + [True]


def test_the_highest_silhouette_wins_and_within_a_hundredth_the_smaller_number():
    eligible = marked(
        """
        k  silhouette  rand  jaccard  n_smallest  share_smallest
        3  .325        .9    .9       100         .3
        4  .331        .9    .9       100         .3
        5  .335        .9    .9       100         .3
        6  .9          .1    .1       100         .3
        """
    )

    assert choose_k(eligible) == 3
    assert choose_k(eligible[eligible["k"] > 3]) == 4


def test_without_an_eligible_number_none_is_chosen():
    assert (
        choose_k(marked("k  silhouette  rand  jaccard  n_smallest  share_smallest").head(0)) is None
    )


def test_clusters_of_a_line_of_points_come_back_in_every_draw():
    points = np.repeat([[0.0], [10.0], [20.0]], 40, axis=0)
    labels = np.repeat([0, 1, 2], 40)

    rand, jaccard = measure_stability(Cloud(points, pd.Series(range(120)), 0), labels)

    assert (rand, jaccard) == (pytest.approx(1), pytest.approx(1))
