"""How a workbook is read: its sheets, its head, its rows that are no data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from rapport.params.strict import Strict

SheetRow = Annotated[int, Field(ge=1, le=1_048_576)]
SheetName = Annotated[str, Field(min_length=1, max_length=31)]


def _name_shape(given: Any) -> str:
    """Say what somebody meant to write, so that a message is of that alone."""
    return "several" if isinstance(given, list | tuple) else "one"


Sheets = Annotated[
    Annotated[SheetName, Tag("one")] | Annotated[tuple[SheetName, ...], Tag("several")],
    Discriminator(_name_shape),
]
HeadRows = Annotated[
    Annotated[SheetRow, Tag("one")] | Annotated[tuple[SheetRow, SheetRow], Tag("several")],
    Discriminator(_name_shape),
]
Policy = Literal["aside", "keep"]


class ExcelOptions(Strict):
    """What a workbook's reader is told; without a word it finds the head, and says what it left.

    `sheets` is `all`, a name or a list of names, in which `*` and `?` stand for any letters;
    without it exactly one visible sheet may hold rows. `head` is the row of the head as the
    sheet numbers it, or its first and last row; names of several rows are joined by `head_mark`.
    Rows put `aside` leave by name, with their money. `merged` says of a column of numbers with
    cells merged over several rows whether each row has the number (`fill`) or the `first` alone.
    `sheet_column` adds a column `source_sheet`; `currencies` adds, beside each column whose number
    formats show a currency, a column `<name> currency` with its code.
    """

    sheets: Sheets | None = None
    head: HeadRows | None = None
    head_mark: Annotated[str, Field(max_length=3)] = "/"
    hidden_rows: Policy = "aside"
    hidden_sheets: Policy = "aside"
    hidden_columns: Policy = "keep"
    totals: Policy = "aside"
    total_words: tuple[Annotated[str, Field(min_length=1, max_length=40)], ...] = ()
    merged: Mapping[str, Literal["fill", "first"]] = Field(default_factory=dict)
    sheet_column: bool = False
    currencies: bool = False

    @model_validator(mode="after")
    def _head_runs_downward(self) -> ExcelOptions:
        if isinstance(self.head, tuple) and not 0 <= self.head[1] - self.head[0] <= 9:
            raise ValueError("`head` is a row, or its first and last row, at most ten")
        return self
