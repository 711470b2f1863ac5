"""Measures of customers as numbers that a model can take: floats, logarithms, samples.

Money arrives as exact decimals and becomes float here, after the last sum.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from rapport.errors import DataError

Floats = npt.NDArray[np.float64]


def to_floats(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Give the named columns as float64 (decimals, integers and booleans alike).

    Raises
    ------
    DataError
        Columns are absent, or hold empty cells or infinities; every such column is named.
    """
    missing = [name for name in columns if name not in table]
    if missing:
        raise DataError(f"measures: no column {', '.join(missing)}. Rebuild the mart.")
    floats = table[list(columns)].astype(float)
    if not np.isfinite(floats.to_numpy()).all():
        bad = [name for name in columns if not np.isfinite(floats[name]).all()]
        raise DataError(f"measures: empty or infinite cells in {', '.join(bad)}. Rebuild the mart.")
    return floats


def signed_log(values: Floats) -> Floats:
    """Take log(1 + |x|) with the sign of x, so that a negative net keeps its place.

    Examples
    --------
    >>> signed_log(np.array([-1.0, 0.0, 1.0])).round(2).tolist()
    [-0.69, 0.0, 0.69]
    """
    logs: Floats = np.sign(values) * np.log1p(np.abs(values))
    return logs


def sort_by_key(customers: pd.DataFrame) -> pd.DataFrame:
    """Order customers by `order_key`, so that no result depends on the order of rows.

    Raises
    ------
    DataError
        The column is missing or two customers share a key.
    """
    if "order_key" not in customers:
        raise DataError("measures: no column order_key. Rebuild the mart.")
    doubled = int(customers["order_key"].duplicated().sum())
    if doubled:
        raise DataError(f"measures: {doubled} customers share an order_key. Rebuild the mart.")
    return customers.sort_values("order_key", kind="stable")


def sample_by_digest(order_keys: pd.Series, size: int) -> npt.NDArray[np.intp]:
    """Give the positions of `size` rows, chosen by a digest of `order_key` alone.

    A customer is in or out whatever the order of rows. The digest is the finaliser of
    SplitMix64 (Steele, Lea & Flood 2014, OOPSLA): a bijection, so there are no ties, and the
    same on every machine; numpy's and pandas' own hashes promise nothing across versions.
    """
    if len(order_keys) <= size:
        return np.arange(len(order_keys))
    digest = order_keys.to_numpy(dtype=np.int64).view(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        digest = (digest ^ (digest >> np.uint64(shift))) * np.uint64(factor)
    digest ^= digest >> np.uint64(31)
    return np.sort(np.argsort(digest, kind="stable")[:size])
