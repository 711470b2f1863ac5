"""Fields of a fixed width whose places are counted in bytes of the file's own encoding.

A Chinese character takes two bytes (or four) in GB18030 and three in UTF-8, so characters and
bytes agree only up to the first one of a line.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Places = Mapping[str, tuple[int, int]]


def cut_bytes(
    table: pa.Table, column: str, places: Places, encoding: str
) -> tuple[pa.Table, np.ndarray]:
    """Cut the lines of a table into fields.

    Parameters
    ----------
    table : its `column` holds the lines
    places : of each field the first and the last byte, counted from 1
    encoding : in which the file counted them

    Returns
    -------
    the table with a column of text for each field, and which lines have a character that stands
    in two fields: their cells are empty
    """
    lines = table[column].combine_chunks()
    others = np.flatnonzero(~np.asarray(pc.fill_null(pc.string_is_ascii(lines), True)))  # noqa: FBT003
    spelled = [line.as_py().encode(encoding) for line in lines.take(pa.array(others))]
    parted = np.zeros(len(lines), dtype=bool)
    for name, (first, last) in places.items():
        cells = pc.utf8_slice_codeunits(lines, first - 1, last).to_numpy(zero_copy_only=False)
        for at, line in zip(others, spelled, strict=True):
            try:
                cells[at] = line[first - 1 : last].decode(encoding)
            except UnicodeDecodeError:
                parted[at], cells[at] = True, None
        table = table.append_column(name, pa.array(cells, pa.string()))
    return table, parted
