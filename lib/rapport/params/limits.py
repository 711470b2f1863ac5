"""How much one file of a source may hold before it is refused unread."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rapport.params.strict import Strict


class FileLimits(Strict):
    """Bounds that no honest file comes near, so that a small file cannot fill the machine.

    `unpacked_mb` is the size of the text in megabytes, `ratio` how many times larger than the
    packed file it may be, counted above 64 MB; `cell_kb` the largest cell (a longer one breaks
    its row); `rows` and `columns` are counts. `steps` bounds the work of a query inside SQLite,
    in millions of its machine's steps.
    """

    unpacked_mb: Annotated[int, Field(ge=1, le=16_777_216)] = 65_536
    ratio: Annotated[int, Field(ge=2, le=100_000)] = 250
    rows: Annotated[int, Field(ge=1, le=100_000_000_000)] = 500_000_000
    columns: Annotated[int, Field(ge=1, le=16_384)] = 4_096
    cell_kb: Annotated[int, Field(ge=1, le=65_536)] = 1_024
    steps: Annotated[int, Field(ge=1, le=100_000_000)] = 200_000
