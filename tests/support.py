"""What several tests share: frames drawn as text."""

import io
import textwrap

import pandas as pd


def table(text: str, *, index: str | None = None) -> pd.DataFrame:
    """Read a frame that is drawn in a test: a head and rows, parted by two or more blanks.

    Examples
    --------
    >>> table('''
    ...     name  n
    ...     a     1
    ... ''')["n"].tolist()
    [1]
    """
    drawn = textwrap.dedent(text).strip()
    frame = pd.read_csv(io.StringIO(drawn), sep=r"\s{2,}", engine="python")
    return frame if index is None else frame.set_index(index)
