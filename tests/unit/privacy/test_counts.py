"""Cells hidden so that nobody has them by subtraction: proved by linear algebra, not by the code.

A reader knows the shown cells, that parts add up to totals, that nothing hidden is nought, and
which cells are marked as small. What that leaves open is asked of numpy (is a hidden cell a
combination of the equations?) and of scipy (do its smallest and its largest value agree?).
"""

import random

import numpy as np
import pytest
from scipy.optimize import linprog

from rapport.privacy.counts import find_exposed, protect_cells

LIMIT = 10


def draw_two_way(draw):
    parts = [
        [draw.choice((0, draw.randrange(1, 10), draw.randrange(10, 60))) for _ in range(width)]
        for width in [draw.randrange(2, 5)]
        for _ in range(draw.randrange(2, 5))
    ]
    rows = [[*row, sum(row)] for row in parts]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]


def draw_one_way(draw):
    rows = [[draw.choice((0, draw.randrange(1, 10), draw.randrange(10, 60)))] for _ in range(6)]
    return [*rows, [sum(n for (n,) in rows)]]


def list_equations(counts, hidden, *, row_totals):
    """Give matrix and right side of what a reader knows of the hidden cells, in their order."""
    cells = [(r, c) for r, row in enumerate(hidden) for c, is_hidden in enumerate(row) if is_hidden]
    height, width = len(counts), len(counts[0])
    lines = [([(r, c) for r in range(height)], (height - 1, c)) for c in range(width)]
    if row_totals:
        lines += [([(r, c) for c in range(width)], (r, width - 1)) for r in range(height)]
    matrix = [
        [(-1 if cell == total else 1) if cell in line else 0 for cell in cells]
        for line, total in lines
    ]
    shown = [
        -sum((-1 if (r, c) == total else 1) * counts[r][c] for r, c in line if (r, c) not in cells)
        for line, total in lines
    ]
    return cells, np.array(matrix, dtype=float), np.array(shown, dtype=float)


def span(matrix, shown, at, bounds):
    goal = np.zeros(matrix.shape[1])
    goal[at] = 1
    low, high = (linprog(s * goal, A_eq=matrix, b_eq=shown, bounds=bounds) for s in (1, -1))
    assert low.status in (0, 3) and high.status in (0, 3)
    return np.inf if high.status == 3 else -high.fun - low.fun


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("draw_table", [draw_one_way, draw_two_way])
def test_no_small_cell_can_be_worked_out(draw_table, seed):
    draw = random.Random(seed)
    counts = draw_table(draw)
    row_totals = draw_table is draw_two_way

    hidden = protect_cells(counts, LIMIT, row_totals=row_totals, has_total_row=True)

    flat = [(n, h) for row, marks in zip(counts, hidden, strict=True)
            for n, h in zip(row, marks, strict=True)]  # fmt: skip
    assert all(is_hidden for n, is_hidden in flat if 0 < n < LIMIT)
    assert not any(is_hidden for n, is_hidden in flat if n == 0)
    cells, matrix, shown = list_equations(counts, hidden, row_totals=row_totals)
    small = [counts[r][c] < LIMIT for r, c in cells]
    bounds = [(1, LIMIT - 1) if is_small else (LIMIT, None) for is_small in small]
    for at in range(len(cells)):
        unit = np.eye(len(cells))[at]
        assert np.linalg.matrix_rank(np.vstack([matrix, unit])) > np.linalg.matrix_rank(matrix)
        if small[at]:
            assert span(matrix, shown, at, bounds) >= 1 - 1e-7


def test_one_small_cell_takes_the_smallest_rectangle_with_it():
    counts = [
        [40, 30, 20, 90],
        [25, 4, 31, 60],
        [50, 35, 15, 100],
        [115, 69, 66, 250],
    ]

    hidden = protect_cells(counts, LIMIT, row_totals=True, has_total_row=True)

    # 4 stands at (1, 1); of all rectangles through it rows 1 and 0, columns 1 and 0 cost 95,
    # rows 1 and 0 with columns 1 and 2 cost 81, rows 1 and 2 with columns 1 and 2 cost 81 too.
    assert [[r, c] for r, row in enumerate(hidden) for c, h in enumerate(row) if h] in (
        [[0, 1], [0, 2], [1, 1], [1, 2]],
        [[1, 1], [1, 2], [2, 1], [2, 2]],
    )


def test_a_table_without_small_cells_is_shown_whole():
    assert protect_cells([[10, 0], [25, 31]], LIMIT) == [[False, False], [False, False]]


def test_two_ones_are_not_hidden_alone_because_their_sum_says_what_they_are():
    hidden = protect_cells([[1], [1], [31], [50]], LIMIT)

    assert hidden == [[True], [True], [True], [False]]


def test_nothing_can_hide_a_lone_customer_but_the_whole_table():
    assert protect_cells([[3], [0]], LIMIT) == [[True], [False]]


def test_a_cell_on_no_cycle_of_hidden_cells_is_exposed():
    square = {(0, 0), (0, 1), (1, 0), (1, 1)}

    assert find_exposed(square, row_totals=True) == []
    assert find_exposed(square - {(1, 1)}, row_totals=True) == [(0, 0), (0, 1), (1, 0)]
    assert find_exposed({(0, 0), (1, 0), (0, 1)}, row_totals=False) == [(0, 1)]


def test_no_rows_hide_nothing():
    assert protect_cells([], LIMIT) == []
