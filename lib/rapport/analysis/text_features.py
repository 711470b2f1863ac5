"""Texts as rows of hashed character pairs: what a linear model of sentiment is fitted on.

Every character and every pair of neighbours falls into one of 65,536 buckets, by arithmetic on
code points that is the same on every machine and in every version of a library. A text is the set
of its buckets, as a row of length one. Words are not cut: on reviews, that ranks worse than pairs.
It does not apply to languages written with few letters, where a pair says little.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse

BITS = 16
N_BUCKETS = 1 << BITS
LONGEST = 2_000
"""Characters of a text that are looked at: a longer one says what it feels before."""
# Odd 64-bit constants of splitmix64 (Steele, Lea & Flood 2014): every bit of the code points
# reaches the upper bits, of which a bucket is made.
_ONE, _TWO, _MIX = (np.uint64(n) for n in (
    0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
))  # fmt: skip
_CHUNK = 1 << 22  # characters at a time: some 200 MB at the most

Buckets = npt.NDArray[np.int64]


def hash_texts(texts: Sequence[str]) -> sparse.csr_matrix:
    """Give the buckets of texts, one row each, of length one; a text without a character is 0.

    Parameters
    ----------
    texts : at most the first 2,000 characters of each count; blanks do not

    Returns
    -------
    matrix of `len(texts)` rows and 65,536 columns

    References
    ----------
    Weinberger, K. et al. (2009), Feature hashing for large scale multitask learning, ICML.

    Examples
    --------
    >>> rows = hash_texts(["好好", "", "好"])
    >>> rows.getnnz(axis=1).tolist(), rows[0].toarray().max().round(4)
    ([2, 0, 1], np.float64(0.7071))
    """
    parts = [_hash(part) for part in _cut(texts)]
    if not parts:
        return sparse.csr_matrix((0, N_BUCKETS))
    return sparse.vstack(parts, format="csr")


def _cut(texts: Sequence[str]) -> Iterator[list[str]]:
    part, size = [], 0
    for text in texts:
        kept = "".join(text[:LONGEST].split())
        part.append(kept)
        size += len(kept)
        if size > _CHUNK:
            yield part
            part, size = [], 0
    if part:
        yield part


def _hash(texts: list[str]) -> sparse.csr_matrix:
    lengths = np.fromiter((len(text) for text in texts), dtype=np.int64, count=len(texts))
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    rows = np.repeat(np.arange(len(texts)), lengths)
    is_pair = rows[1:] == rows[:-1]
    ones = points.astype(np.uint64)
    pairs = ((ones[:-1] << np.uint64(21)) | ones[1:])[is_pair]
    labels = np.concatenate([
        (rows << BITS) | _mix(ones + _TWO), (rows[1:][is_pair] << BITS) | _mix(pairs)
    ])  # fmt: skip
    labels.sort()
    found = labels[np.diff(labels, prepend=-1) > 0]
    row, bucket = found >> BITS, found & (N_BUCKETS - 1)
    n_found = np.bincount(row, minlength=len(texts))
    weights = 1 / np.sqrt(n_found[row])
    edges = np.concatenate([[0], np.cumsum(n_found)])
    return sparse.csr_matrix((weights, bucket, edges), shape=(len(texts), N_BUCKETS))


def _mix(codes: npt.NDArray[np.uint64]) -> Buckets:
    # Wrapping around at 64 bits is meant.
    mixed = codes * _ONE
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _MIX
    buckets: Buckets = (mixed >> np.uint64(64 - BITS)).astype(np.int64)
    return buckets
