"""K-means from k-means++ starts, iterated until no point moves, many runs side by side.

The choice of a number of clusters takes some three hundred runs over a thousand points. One by
one, most of their time went into what surrounds a run; here the runs of a block share every step.
Draws and results are those of scikit-learn's `KMeans` with tolerance 0 (tested). Where a cluster
runs empty, which moves its centre, that routine itself is asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.cluster import KMeans

from rapport.analysis.cluster_measures import Labels
from rapport.analysis.measures import Floats

MAX_ITERATIONS = 300
# From here on a run takes longer than what surrounds it, and the library's loop is as fast.
MANY_POINTS = 1_500
# Points of all runs of a block: what fits into a processor's cache.
BLOCK_POINTS = 20_000


@dataclass(frozen=True)
class Fitted:
    """Centres of clusters, and the cluster of each point that they were fitted to."""

    centres: Floats
    labels: Labels


def fit_kmeans(points: Floats, k: int, *, seed: int, n_restarts: int) -> Fitted:
    """Fit K-means from several starts, and keep the run of least squares, the first of equals.

    References
    ----------
    Arthur, D. & Vassilvitskii, S. (2007), k-means++, SODA, 1027-1035. Lloyd, S. P. (1982),
    IEEE Transactions on Information Theory 28, 129-137.

    Examples
    --------
    >>> fit_kmeans(np.array([[0.0], [0.0], [9.0]]), 2, seed=0, n_restarts=3).labels.tolist()
    [0, 0, 1]
    """
    if len(points) > MANY_POINTS:
        return _fit_by_library(points, k, seed=seed, n_restarts=n_restarts)
    middle = points.mean(axis=0)
    centred = np.ascontiguousarray((points - middle).T)
    uniforms = np.random.RandomState(seed).random_sample((n_restarts, _n_uniforms(k)))
    best, least = None, np.inf
    for some in _blocks(n_restarts, len(points)):
        starts = uniforms[some]
        for run in _run(np.repeat(centred[None], len(starts), axis=0), starts, k):
            if run is None:
                return _fit_by_library(points, k, seed=seed, n_restarts=n_restarts)
            squares = float(((centred - run.centres[run.labels].T) ** 2).sum())
            if best is None or (squares < least and not _is_same(best.labels, run.labels, k)):
                best, least = run, squares
    assert best is not None
    return Fitted(best.centres + middle, best.labels)


def fit_each(samples: npt.NDArray[np.float64], k: int, *, seed: int) -> list[Floats]:
    """Fit K-means to each sample of points from one start, all with the same draws.

    Parameters
    ----------
    samples : samples of equal size, one after the other: sample, point, measure

    Returns
    -------
    centres of each sample
    """
    if samples.shape[1] > MANY_POINTS:
        each = [_fit_by_library(one, k, seed=seed, n_restarts=1) for one in samples]
        return [one.centres for one in each]
    middles = samples.mean(axis=1)
    centred = np.ascontiguousarray((samples - middles[:, None]).transpose(0, 2, 1))
    uniforms = np.random.RandomState(seed).random_sample((1, _n_uniforms(k)))
    centres = []
    for some in _blocks(len(samples), samples.shape[1]):
        runs = _run(centred[some], np.repeat(uniforms, len(centred[some]), axis=0), k)
        for place, run in enumerate(runs, start=some.start):
            if run is None:
                again = _fit_by_library(samples[place], k, seed=seed, n_restarts=1)
                centres.append(again.centres)
            else:
                centres.append(run.centres + middles[place])
    return centres


def assign(points: Floats, centres: Floats) -> Labels:
    """Give the nearest centre of each point, the first of equals."""
    nearest: Labels = _nearest(points.T[None], centres[None])[0]
    return nearest


def _fit_by_library(points: Floats, k: int, *, seed: int, n_restarts: int) -> Fitted:
    model = KMeans(k, n_init=n_restarts, tol=0, random_state=seed).fit(points)
    return Fitted(model.cluster_centers_, model.labels_.astype(np.intp))


def _blocks(n_runs: int, n_points: int) -> Iterator[slice]:
    step = max(1, BLOCK_POINTS // n_points)
    return (slice(start, min(start + step, n_runs)) for start in range(0, n_runs, step))


def _n_trials(k: int) -> int:
    return 2 + int(np.log(k))


def _n_uniforms(k: int) -> int:
    return 1 + (k - 1) * _n_trials(k)


def _is_same(one: Labels, two: Labels, k: int) -> bool:
    # The same clusters under other numbers: each of one's meets a single one of two's.
    return len(np.unique(one * k + two)) == len(np.unique(one))


def _run(points: Floats, uniforms: Floats, k: int) -> list[Fitted | None]:
    # points: run, measure, point. None where a cluster ran empty or points went on moving.
    centres = _seed(points, uniforms, k)
    runs: Labels = np.arange(len(points))
    labels = np.full((len(points), points.shape[2]), -1)
    results: list[Fitted | None] = [None] * len(points)
    for _ in range(MAX_ITERATIONS):
        moved = _nearest(points, centres)
        still = (moved == labels).all(axis=1)
        labels = moved
        centres, is_sound = _average(points, labels, k)
        for place in np.flatnonzero(still & is_sound):
            results[runs[place]] = Fitted(centres[place], labels[place])
        kept = ~still & is_sound
        if not kept.any():
            break
        if not kept.all():
            runs, points, labels, centres = runs[kept], points[kept], labels[kept], centres[kept]
    return results


def _nearest(points: Floats, centres: Floats) -> Labels:
    # The square of the point's own length is left out: it is the same for every centre.
    apart = (-2 * centres) @ points
    apart += np.einsum("rkd,rkd->rk", centres, centres)[:, :, None]
    least = apart[:, 0].copy()
    labels = np.zeros(least.shape, dtype=np.intp)
    for label in range(1, apart.shape[1]):
        closer = apart[:, label] < least
        np.copyto(least, apart[:, label], where=closer)
        np.copyto(labels, label, where=closer)
    return labels


def _average(points: Floats, labels: Labels, k: int) -> tuple[Floats, npt.NDArray[np.bool_]]:
    cells = (labels + k * np.arange(len(points))[:, None]).ravel()
    sizes = np.bincount(cells, minlength=len(points) * k).reshape(-1, k, 1)
    # One point after the other and times the inverse, as the library adds and divides: a point
    # half way between two centres goes where it goes there.
    sums = [
        np.bincount(cells, weights=points[:, measure].ravel(), minlength=sizes.size)
        for measure in range(points.shape[1])
    ]
    totals = np.stack(sums, axis=1).astype(np.float64).reshape(len(points), k, -1)
    centres: Floats = totals * (1 / np.maximum(sizes, 1))
    is_sound = np.asarray((sizes > 0).all(axis=(1, 2)))
    return centres, is_sound


def _seed(points: Floats, uniforms: Floats, k: int) -> Floats:
    # Greedy k-means++: of a few candidates, drawn by their squared distance to the nearest
    # centre so far, the one is taken that leaves the smallest sum of squares.
    n_runs, _, n_points = points.shape
    runs, each = np.arange(n_runs), np.full(n_points, 1 / n_points).cumsum()
    chosen = (each / each[-1]).searchsorted(uniforms[:, 0], side="right")
    centres = [points[runs, :, chosen]]
    # Lengths and sums as the library adds them: which of two equals is less hangs on the way.
    ones, rows = np.ones((n_points, 1)), np.ascontiguousarray(points.transpose(0, 2, 1))
    lengths = np.einsum("rnd,rnd->rn", rows, rows)
    closest = _squares(points, lengths, chosen[:, None])[:, 0]
    total = (closest[:, None] @ ones)[:, 0, 0]
    for draws in uniforms[:, 1:].reshape(n_runs, k - 1, -1).transpose(1, 0, 2):
        sums, aims = closest.cumsum(axis=1), draws * total[:, None]
        chosen = np.stack([sums[run].searchsorted(aims[run]) for run in runs])
        chosen = np.minimum(chosen, n_points - 1)
        left = np.minimum(_squares(points, lengths, chosen), closest[:, None])
        totals = (left @ ones)[:, :, 0]
        best = totals.argmin(axis=1)
        closest, total = left[runs, best], totals[runs, best]
        centres.append(points[runs, :, chosen[runs, best]])
    return np.stack(centres, axis=1)


def _squares(points: Floats, lengths: Floats, chosen: Labels) -> Floats:
    runs = np.arange(len(points))[:, None]
    apart: Floats = -2 * points[runs, :, chosen] @ points
    apart += lengths[runs, chosen][:, :, None]
    apart += lengths[:, None]
    np.maximum(apart, 0, out=apart)
    return apart
