"""Silhouettes and the adjusted Rand index, many at a time.

The numbers are scikit-learn's to the last bit (tested), whose functions take distances anew for
every number of clusters and spend most of their time on checks of what is known here.
"""

import numpy as np
import numpy.typing as npt

from rapport.analysis.measures import Floats

Labels = npt.NDArray[np.intp]


def measure_distances(points: Floats) -> Floats:
    """Give the Euclidean distances of all pairs; row j holds those to point j."""
    squares = np.einsum("ij,ij->i", points, points)
    distances: Floats = points @ points.T
    distances *= -2
    distances += squares[None, :]
    distances += squares[:, None]
    np.sqrt(np.maximum(distances, 0, out=distances), out=distances)
    np.fill_diagonal(distances, 0)
    return distances


def silhouette(distances: Floats, labels: Labels) -> float:
    """Give the mean silhouette of points by the distances of all pairs.

    Parameters
    ----------
    distances : as `measure_distances` gives them
    labels : the cluster of each point; a sample inside one cluster, or of clusters of one, shows
        no distance between clusters and has silhouette 0

    References
    ----------
    Rousseeuw, P. J. (1987), J. Computational and Applied Mathematics 20, 53-65.

    Examples
    --------
    >>> points = np.array([[0.0], [1.0], [10.0], [11.0]])
    >>> round(silhouette(measure_distances(points), np.array([0, 0, 1, 1])), 3)
    0.9
    """
    present, labels = np.unique(labels, return_inverse=True)
    if not 2 <= len(present) < len(labels):
        return 0.0
    sizes = np.bincount(labels)
    # Whole rows are added one after the other, in the order of the points.
    to = np.stack([distances[labels == label].sum(axis=0) for label in range(len(present))])
    places = labels, np.arange(len(labels))
    with np.errstate(divide="ignore", invalid="ignore"):
        within = to[places] / (sizes - 1)[labels]
        to[places] = np.inf
        nearest = (to / sizes[:, None]).min(axis=0)
        apart = (nearest - within) / np.maximum(within, nearest)
    # A cluster of one has no distance within; its silhouette is 0.
    return float(np.mean(np.nan_to_num(apart)))


def adjusted_rand(both: npt.NDArray[np.int_]) -> float:
    """Give the adjusted Rand index of two clusterings from the table of their common counts.

    References
    ----------
    Hubert, L. & Arabie, P. (1985), Journal of Classification 2, 193-218.

    Examples
    --------
    >>> adjusted_rand(np.array([[0, 2], [3, 0]]))
    1.0
    """
    # Ordered pairs of customers who are together in both, in the first only, in the second only.
    n, squares = int(both.sum()), int((both**2).sum())
    first = int((both.sum(axis=1) ** 2).sum()) - squares
    second = int((both.sum(axis=0) ** 2).sum()) - squares
    if first == 0 and second == 0:
        return 1.0
    same = squares - n
    apart = n * n - first - second - squares
    return (
        2.0
        * (same * apart - first * second)
        / ((same + first) * (first + apart) + (same + second) * (second + apart))
    )
