"""Histories of repeat orders, each distinct one once with the number of its customers.

A history is Fader & Hardie's (x, t_x, T): repeat order days, days from the first order to the last,
days from the first order to the end of observation. Days are whole, so many customers share one,
and everything that a model needs of time can be looked up in a table with one entry a day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rapport.errors import DataError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Histories:
    """Distinct histories, by rising x, t_x, T; `n` customers each (any weight above 0).

    `row` is the place among them of every customer, in the order given.
    """

    x: Ints
    t_x: Ints
    T: Ints
    n: Floats
    row: Ints

    @property
    def n_customers(self) -> int:
        """Customers in all."""
        return len(self.row)

    @property
    def n_repeating(self) -> int:
        """Customers with at least one repeat order day."""
        return int(self.n[self.x > 0].sum())


def collapse(x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike) -> Histories:
    """Put equal histories together.

    Parameters
    ----------
    x : repeat order days of each customer, 0 or more
    t_x, T : whole days, 0 <= t_x <= T; t_x is 0 if and only if x is

    Raises
    ------
    DataError
        A history cannot be: it counts no day between two order days, or ends after T.

    Examples
    --------
    >>> found = collapse([0, 2, 0], [0, 30, 0], [40, 40, 40])
    >>> found.x.tolist(), found.n.tolist(), found.row.tolist()
    ([0, 2], [2.0, 1.0], [0, 1, 0])
    """
    orders, last, whole = (np.asarray(part, dtype=np.int64) for part in (x, t_x, T))
    _check(orders, last, whole)
    span = int(whole.max(initial=0)) + 1
    codes, row, n = np.unique(
        (orders * span + last) * span + whole, return_inverse=True, return_counts=True
    )
    rest, T_days = np.divmod(codes, span)
    x_days, t_x_days = np.divmod(rest, span)
    return Histories(x_days, t_x_days, T_days, n.astype(float), row)


def _check(x: Ints, t_x: Ints, T: Ints) -> None:
    # Between two order days lies at least one day, so x repeats take x days.
    bad = (x < 0) | (t_x < x) | (t_x > T) | ((x == 0) != (t_x == 0))
    if bad.any():
        raise DataError(
            f"histories: {int(bad.sum())} of {len(x)} are impossible (x, t_x and T do not go "
            "together). Rebuild the mart customer_transactions."
        )


def thin(histories: Histories, n_rows: int) -> Histories:
    """Give about `n_rows` of the distinct histories, evenly spread, with their weights.

    They are taken along their own order, so how a file was sorted means nothing.
    """
    step = max(1, -(-len(histories.x) // n_rows))
    if step == 1:
        return histories
    x, t_x, T = (part[::step] for part in (histories.x, histories.t_x, histories.T))
    return Histories(x, t_x, T, histories.n[::step], np.empty(0, dtype=np.int64))
