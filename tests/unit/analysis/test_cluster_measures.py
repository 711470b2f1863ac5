import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, silhouette_score

from rapport.analysis.cluster_measures import adjusted_rand, measure_distances, silhouette


def points_and_labels(seed, k):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(301, 3)), rng.integers(0, k, 301)


@pytest.mark.parametrize("k", [2, 3, 8])
def test_a_silhouette_is_the_libraries_own_to_the_last_bit(k):
    points, labels = points_and_labels(k, k)

    assert silhouette(measure_distances(points), labels) == float(silhouette_score(points, labels))


def test_a_cluster_of_one_and_one_that_is_absent_do_no_harm():
    points, labels = points_and_labels(1, 2)
    labels = np.where(np.arange(301) == 7, 5, labels)

    assert silhouette(measure_distances(points), labels) == float(silhouette_score(points, labels))


@pytest.mark.parametrize("labels", [[4, 4, 4], [0, 1, 2]])
def test_one_cluster_or_clusters_of_one_have_no_silhouette(labels):
    points = np.array([[0.0], [1.0], [5.0]])

    assert silhouette(measure_distances(points), np.array(labels)) == 0.0


@pytest.mark.parametrize("k", [2, 5])
def test_a_rand_index_is_the_libraries_own_to_the_last_bit(k):
    one, two = points_and_labels(k, k)[1], points_and_labels(k + 1, k)[1]
    both = np.bincount(one * k + two, minlength=k * k).reshape(k, k)

    assert adjusted_rand(both) == adjusted_rand_score(one, two)


def test_one_cluster_in_both_clusterings_agrees_with_itself():
    assert adjusted_rand(np.array([[5]])) == 1.0
