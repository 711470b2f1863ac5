"""The part of a unit's file that says where its data lie and how they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from rapport.params.excel import ExcelOptions
from rapport.params.forms import Dates, Numbers, check_forms
from rapport.params.strict import Strict

Position = Annotated[int, Field(ge=1, le=100_000)]
SourceType = Literal["integer", "decimal", "date", "timestamp", "bool"]


class Source(Strict):
    """One or several files of one form, as a channel delivered them.

    `path` may hold `*` and `?`: the files are read in the order of their names. Columns of text
    files are text unless `types` says else, which expressions over them need.
    """

    path: str = Field(min_length=1)
    format: Literal["csv", "parquet", "fixed", "excel"]
    encoding: str = "utf-8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    fields: Mapping[str, tuple[Position, Position]] | None = None
    types: Mapping[str, SourceType] = Field(default_factory=dict)
    excel: ExcelOptions | None = None
    numbers: Numbers = None
    dates: Dates = None

    _forms_have_columns = model_validator(mode="after")(check_forms)

    @model_validator(mode="after")
    def _fixed_has_fields(self) -> Source:
        if (self.format == "fixed") != (self.fields is not None):
            raise ValueError("`fields` belongs to format fixed, and fixed needs it")
        return self
