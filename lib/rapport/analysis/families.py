"""Many tests at once: which differences survive when a table's tests are one family.

Controls the expected share of false finds among the finds, for independent tests or tests
that go together. Not a measure of size: report size and interval beside it.
"""

import numpy as np
import pandas as pd


def adjust_p_values(p_values: pd.Series) -> pd.Series:
    """Adjust the p-values of one family after Benjamini and Hochberg.

    Parameters
    ----------
    p_values : one per test, 0 to 1; an empty cell is a test that could not be made and
        counts for nothing

    Returns
    -------
    the adjusted values, in the order given; a test is a find at `fdr` if its value is <= `fdr`

    References
    ----------
    Benjamini, Y. & Hochberg, Y. (1995), JRSS B 57, 289-300.

    Examples
    --------
    >>> adjust_p_values(pd.Series([0.01, 0.04, 0.03])).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    made = p_values.dropna().sort_values(kind="stable")
    ranks = np.arange(1, len(made) + 1)
    # From the largest down, so that a smaller p-value never gets a larger adjusted one.
    raised = (made.to_numpy() * len(made) / ranks)[::-1]
    adjusted = pd.Series(np.minimum.accumulate(raised)[::-1], made.index)
    return adjusted.clip(upper=1.0).reindex(p_values.index)
