"""Small counts, and the cells that must go with them so that nobody works them out.

The shown cells of a table leave a linear system in the hidden ones: each column adds up to a total,
and in a two-way table each row too. Cells are the edges of a graph between rows and columns, and a
hidden cell can be had by subtraction exactly if its edge lies on no cycle of hidden edges
(Gusfield 1988, SIAM Journal on Computing 17(3), 552-571). So every hidden edge is put on a cycle,
by the way whose cells are smallest. Beside equations a reader has bounds (a hidden cell is at
least 1, one marked as small is below the limit); they are followed line by line until nothing
moves, and a cell that they fix is hidden together with one more.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping, Sequence

Cell = tuple[int, int]
Node = tuple[str, int]
GROUND: Node = ("ground", 0)
Counts = Sequence[Sequence[int]]


def suppress_small(counts: Sequence[int], min_count: int, *, has_total: bool = True) -> list[bool]:
    """Say which counts of one group of customers must not be shown.

    Parameters
    ----------
    counts : customers, cell by cell, 0 or more
    min_count : the smallest count that may be shown; 0 may be shown too
    has_total : the group's total is printed, so one missing cell could be worked out

    Returns
    -------
    True for every cell to suppress, in the order given; where exactly one is too small and the
    total is known, the next smallest (the first of equals) goes with it

    Examples
    --------
    >>> suppress_small([120, 4, 31, 0], 10)
    [False, True, True, False]
    """
    hidden = [0 < count < min_count for count in counts]
    shown = [i for i, count in enumerate(counts) if count > 0 and not hidden[i]]
    if has_total and sum(hidden) == 1 and shown:
        hidden[min(shown, key=lambda i: (counts[i], i))] = True
    return hidden


def protect_cells(
    counts: Counts, min_count: int, *, row_totals: bool = False, has_total_row: bool = False
) -> list[list[bool]]:
    """Say which cells of a table of customers must be hidden, totals among them.

    Parameters
    ----------
    counts : customers, row by row, 0 or more. What each column adds up to counts as known, whether
        or not it stands in the table
    min_count : the smallest count that may be shown; 0 may be shown too
    row_totals : the last column is the sum of the others
    has_total_row : the last row is the sum of the others

    Returns
    -------
    True for every cell to hide, row by row

    Examples
    --------
    >>> protect_cells([[40, 4, 44], [30, 60, 90], [70, 64, 134]], 10, row_totals=True,
    ...               has_total_row=True)
    [[True, True, False], [True, True, False], [False, False, False]]
    """
    table = _Table(counts, min_count, row_totals=row_totals, has_total_row=has_total_row)
    hidden = {cell for cell, n in table.positive.items() if n < min_count}
    while True:
        exposed = next(iter(find_exposed(hidden, row_totals=row_totals)), None)
        way = table.find_way(exposed, hidden) if exposed else table.loosen(hidden)
        if way is None:
            break
        if not way:
            # Nothing is left to hide it with: the table says nothing that is safe.
            hidden = set(table.positive)
            break
        hidden |= way
    return [[(r, c) in hidden for c in range(len(row))] for r, row in enumerate(counts)]


def find_exposed(hidden: set[Cell], *, row_totals: bool) -> list[Cell]:
    """List the hidden cells that the shown ones determine, in order.

    Parameters
    ----------
    hidden : row and column of each; what a column adds up to is known
    row_totals : so is what a row adds up to
    """
    return [
        cell
        for cell in sorted(hidden)
        if not _is_joined(*_ends(cell, row_totals), hidden - {cell}, row_totals)
    ]


def _ends(cell: Cell, row_totals: bool) -> tuple[Node, Node]:  # noqa: FBT001 - a fact of the table
    row, column = cell
    return (("row", row) if row_totals else GROUND), ("column", column)


def _is_joined(start: Node, end: Node, edges: set[Cell], row_totals: bool) -> bool:  # noqa: FBT001
    reached, ahead = {start}, [start]
    neighbours: dict[Node, list[Node]] = {}
    for edge in edges:
        one, other = _ends(edge, row_totals)
        neighbours.setdefault(one, []).append(other)
        neighbours.setdefault(other, []).append(one)
    while ahead:
        for node in neighbours.get(ahead.pop(), []):
            if node not in reached:
                reached.add(node)
                ahead.append(node)
    return end in reached


class _Table:
    """The counts of one table, and what its lines add up to."""

    def __init__(
        self, counts: Counts, min_count: int, *, row_totals: bool, has_total_row: bool
    ) -> None:
        self._row_totals, self._min_count = row_totals, min_count
        self.positive: Mapping[Cell, int] = {
            (r, c): n for r, row in enumerate(counts) for c, n in enumerate(row) if n
        }
        last_row, last_column = len(counts) - 1, len(counts[0]) - 1 if counts else -1
        lines: dict[Node, list[Cell]] = {}
        for cell in self.positive:
            for node in _ends(cell, row_totals):
                lines.setdefault(node, []).append(cell)
        lines.pop(GROUND, None)
        # The sign of a cell in its line: parts less the total are nought.
        self._lines = lines
        self._totals = {
            node: (lambda cell: cell[0] == last_row and has_total_row)
            if node[0] == "column"
            else (lambda cell: cell[1] == last_column)
            for node in lines
        }

    def find_way(self, exposed: Cell, hidden: set[Cell]) -> set[Cell]:
        """Give the smallest cells that put an exposed one on a cycle; none if there are none."""
        start, end = _ends(exposed, self._row_totals)
        costs: dict[Node, int] = {start: 0}
        came: dict[Node, tuple[Node, Cell]] = {}
        ahead: list[tuple[int, Node]] = [(0, start)]
        edges: dict[Node, list[tuple[Node, Cell]]] = {}
        for cell in self.positive:
            one, other = _ends(cell, self._row_totals)
            if cell != exposed:
                edges.setdefault(one, []).append((other, cell))
                edges.setdefault(other, []).append((one, cell))
        while ahead:
            cost, node = heapq.heappop(ahead)
            if cost > costs[node]:
                continue
            for other, cell in sorted(edges.get(node, [])):
                price = cost + (0 if cell in hidden else self.positive[cell])
                if price < costs.get(other, math.inf):
                    costs[other] = price
                    came[other] = (node, cell)
                    heapq.heappush(ahead, (price, other))
        return set(_walk(came, start, end)) - hidden if end in came else set()

    def loosen(self, hidden: set[Cell]) -> set[Cell] | None:
        """Give one more cell to hide if bounds fix a hidden one; None if they fix none."""
        bounds = self._bound(hidden)
        fixed = [cell for cell in sorted(hidden) if bounds[cell][0] == bounds[cell][1]]
        for cell in fixed:
            lines = [self._lines[n] for n in _ends(cell, self._row_totals) if n in self._lines]
            more = sorted((self.positive[c], c) for line in lines for c in line if c not in hidden)
            return {more[0][1]} if more else set()
        return None

    def _bound(self, hidden: set[Cell]) -> dict[Cell, tuple[float, float]]:
        """Follow what a reader knows of the hidden cells until it moves no more."""
        limit = self._min_count
        bounds: dict[Cell, tuple[float, float]] = {
            cell: (1, limit - 1) if self.positive[cell] < limit else (limit, math.inf)
            for cell in hidden
        }
        for _ in range(20 * len(hidden) + 1):
            before = dict(bounds)
            for node, line in self._lines.items():
                self._follow(node, [cell for cell in line if cell in hidden], bounds)
            if bounds == before:
                break
        return bounds

    def _follow(
        self, node: Node, line: Sequence[Cell], bounds: dict[Cell, tuple[float, float]]
    ) -> None:
        signs = {cell: -1 if self._totals[node](cell) else 1 for cell in line}
        residual = sum(sign * self.positive[cell] for cell, sign in signs.items())
        for cell, sign in signs.items():
            others = [_scaled(bounds[c], signs[c]) for c in line if c != cell]
            low = residual - sum(high for _, high in others)
            high = residual - sum(low for low, _ in others)
            low, high = _scaled((low, high), sign)
            bounds[cell] = (max(low, bounds[cell][0]), min(high, bounds[cell][1]))


def _scaled(bound: tuple[float, float], sign: int) -> tuple[float, float]:
    return bound if sign > 0 else (-bound[1], -bound[0])


def _walk(came: Mapping[Node, tuple[Node, Cell]], start: Node, end: Node) -> Iterator[Cell]:
    while end != start:
        end, cell = came[end]
        yield cell
