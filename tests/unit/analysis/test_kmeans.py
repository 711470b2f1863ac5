import numpy as np
import pytest
from sklearn.cluster import KMeans

from rapport.analysis import kmeans
from rapport.analysis.kmeans import assign, fit_each, fit_kmeans


def normal(seed, n=300, measures=3):
    return np.random.default_rng(seed).normal(size=(n, measures))


def tied(seed, n=300):
    return np.log1p(np.random.default_rng(seed).geometric(0.3, size=(n, 2)).astype(float))


def library(points, k, *, seed, n_restarts):
    return KMeans(k, n_init=n_restarts, tol=0, random_state=seed).fit(points)


@pytest.mark.parametrize("draw", [normal, tied])
@pytest.mark.parametrize("k", [2, 3, 8])
@pytest.mark.parametrize("seed", [0, 7])
def test_clusters_and_their_numbers_are_the_librarys(draw, k, seed):
    points = draw(seed)

    fitted = fit_kmeans(points, k, seed=seed, n_restarts=10)

    expected = library(points, k, seed=seed, n_restarts=10)
    assert fitted.labels.tolist() == expected.labels_.tolist()
    assert fitted.centres == pytest.approx(expected.cluster_centers_, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("k", [2, 5])
def test_every_sample_is_fitted_as_if_it_were_alone(k):
    points = normal(k)
    samples = points[np.random.default_rng(1).integers(0, 300, (20, 300))]

    found = fit_each(samples, k, seed=3)

    for sample, centres in zip(samples, found, strict=True):
        model = library(sample, k, seed=3, n_restarts=1)
        assert assign(points, centres).tolist() == model.predict(points).tolist()


def test_blocks_of_runs_change_nothing(monkeypatch):
    points = normal(5)
    whole = fit_kmeans(points, 4, seed=0, n_restarts=10)

    monkeypatch.setattr(kmeans, "BLOCK_POINTS", 700)
    parts = fit_kmeans(points, 4, seed=0, n_restarts=10)

    assert parts.labels.tolist() == whole.labels.tolist()


@pytest.mark.parametrize("more", [0, 1])
def test_on_either_side_of_many_points_clusters_are_the_librarys(more):
    points = normal(0, n=kmeans.MANY_POINTS + more)

    fitted = fit_kmeans(points, 3, seed=0, n_restarts=2)
    single = fit_each(points[None], 3, seed=0)[0]

    expected = library(points, 3, seed=0, n_restarts=2)
    alone = library(points, 3, seed=0, n_restarts=1)
    assert fitted.labels.tolist() == expected.labels_.tolist()
    assert assign(points, single).tolist() == alone.predict(points).tolist()


def test_few_points_with_many_ties_are_clustered_as_in_the_library():
    same = 0
    for seed in range(50):
        points = np.log1p(np.random.default_rng(seed).geometric(0.5, (30, 3)).astype(float))
        k = min(8, len(np.unique(points, axis=0)))

        fitted = fit_kmeans(points, k, seed=seed, n_restarts=1)

        expected = library(points, k, seed=seed, n_restarts=1)
        same += fitted.labels.tolist() == expected.labels_.tolist()
    # Between equal distances rounding decides, and the library multiplies matrices of other shapes.
    assert same >= 48


def test_a_point_between_two_centres_goes_to_the_first():
    assert assign(np.array([[0.0]]), np.array([[1.0], [-1.0]])).tolist() == [0]
