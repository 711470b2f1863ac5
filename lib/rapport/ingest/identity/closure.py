"""Records that are joined, directly or through others, become one customer; and where that stops.

Everything here is arithmetic on record numbers. Records are numbered by first appearance, and
links are taken in a stated order, so neither the order of rows nor of threads matters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Day = tuple[int, int, int]


def close(n: int, a: Ints, b: Ints) -> Ints:
    """Give for each of `n` things the smallest that it is joined to, directly or through others.

    Examples
    --------
    >>> close(5, np.array([1, 3]), np.array([2, 1])).tolist()
    [0, 1, 1, 1, 4]
    """
    root = np.arange(n)
    while True:
        low, high = np.minimum(root[a], root[b]), np.maximum(root[a], root[b])
        if np.array_equal(low, high):
            return root
        np.minimum.at(root, high, low)
        while not np.array_equal(root, root[root]):
            root = root[root]


@dataclass(frozen=True)
class Limits:
    """What one customer cannot be: `apart` are pairs of records that are never one.

    `days` are birth dates as (year, month, day), by record, where they are known and cut.
    """

    max_cluster: int
    apart: frozenset[tuple[int, int]] = frozenset()
    days: Mapping[int, Day] = field(default_factory=dict)


@dataclass(frozen=True, order=True)
class Link:
    """Two records joined at a step: 0 for a declared link, then key by key, then the model.

    `doubt` orders the links of one step: 0 for keys, for the model what lacks to certainty.
    """

    step: int
    doubt: float
    a: int
    b: int


@dataclass(frozen=True)
class Cut:
    """What stands of the links, and the links left out, by reason."""

    kept: Sequence[Link]
    left: Sequence[tuple[Link, str]]


DECLARED = 0
NEVER, BIRTH_DATES, TOO_LARGE = "never", "birth_dates", "too_large"


def is_slip(one: Day, other: Day) -> bool:
    """Say whether two dates may be one, miswritten: one part differs, or day and month changed.

    Examples
    --------
    >>> is_slip((1990, 3, 12), (1990, 12, 3)), is_slip((1990, 3, 12), (1962, 3, 11))
    (True, False)
    """
    same = sum(x == y for x, y in zip(one, other, strict=True))
    return same >= 2 or one == (other[0], other[2], other[1])


class _Clusters:
    """Clusters that grow link by link; those that grew too large can be taken back."""

    def __init__(self, records: set[int], limits: Limits) -> None:
        self.of = {record: record for record in records}
        self.members = {record: [record] for record in records}
        self._days = limits.days
        self._dated = {record: self._dates_of([record]) for record in records}
        self._never: dict[int, list[int]] = {}
        for one, other in limits.apart:
            if one in records and other in records:
                self._never.setdefault(one, []).append(other)
                self._never.setdefault(other, []).append(one)

    def _dates_of(self, records: Sequence[int]) -> set[Day]:
        return {self._days[record] for record in records if record in self._days}

    def refuse(self, a: int, b: int) -> str | None:
        """Say why the clusters of two records cannot be one."""
        one, other = self.of[a], self.of[b]
        if one == other:
            return None
        few, many = sorted((one, other), key=lambda root: len(self.members[root]))
        for record in self.members[few]:
            if any(self.of[apart] == many for apart in self._never.get(record, ())):
                return NEVER
        dated, against = self._dated[one], self._dated[other]
        if any(not is_slip(day, against_day) for day in dated for against_day in against):
            return BIRTH_DATES
        return None

    def join(self, a: int, b: int) -> None:
        """Make the clusters of two records one."""
        few, many = sorted({self.of[a], self.of[b]}, key=lambda root: len(self.members[root]))
        for record in self.members[few]:
            self.of[record] = many
        self.members[many] += self.members.pop(few)
        self._dated[many] |= self._dated.pop(few)

    def take_back(self, root: int, before: Mapping[int, int]) -> None:
        """Give the members of a cluster back to the clusters that they were in before."""
        self._dated.pop(root)
        parts: dict[int, list[int]] = {}
        for record in self.members.pop(root):
            parts.setdefault(before[record], []).append(record)
        for part, records in parts.items():
            self.members[part] = records
            self._dated[part] = self._dates_of(records)
            self.of.update(dict.fromkeys(records, part))


def cut(links: Sequence[Link], limits: Limits) -> Cut:
    """Take links in the order of their trust and leave out those that would break a limit.

    Parameters
    ----------
    links : of clusters that break a limit; a declared link is taken whatever it breaks but
        another declaration
    limits : two people apart, birth dates, the largest cluster

    Returns
    -------
    A link between two people, by declaration or birth date, is left out by itself. Where the
    links of one step make a cluster too large, none of that step's links in it is kept: which
    of many equal links is wrong cannot be told.
    """
    ordered = sorted(links)
    clusters = _Clusters({record for link in ordered for record in (link.a, link.b)}, limits)
    kept: list[Link] = []
    left: list[tuple[Link, str]] = []
    for step, same in groupby(ordered, key=lambda link: link.step):
        before, taken = dict(clusters.of), []
        for link in same:
            reason = clusters.refuse(link.a, link.b)
            if reason == NEVER or (reason and step != DECLARED):
                left.append((link, reason))
                continue
            if clusters.of[link.a] != clusters.of[link.b]:
                clusters.join(link.a, link.b)
            taken.append(link)
        wide = set() if step == DECLARED else _find_wide(clusters, limits)
        left += [(link, TOO_LARGE) for link in taken if clusters.of[link.a] in wide]
        kept += [link for link in taken if clusters.of[link.a] not in wide]
        for root in wide:
            clusters.take_back(root, before)
    return Cut(kept, left)


def _find_wide(clusters: _Clusters, limits: Limits) -> set[int]:
    return {root for root, members in clusters.members.items() if len(members) > limits.max_cluster}
