"""The part of a unit's file that says what its tables are made of, and under which rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from rapport.params.strict import Strict

Canonical = Literal[
    "customers", "orders", "order_lines", "products", "subscriptions", "interactions",
    "surveys", "campaigns", "campaign_contacts", "consents",
]  # fmt: skip

CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
FILE_MARKS = re.compile("%[YmdHMS]")


class Sql(Strict):
    """A column that is computed from columns of the source: one scalar expression."""

    sql: str = Field(min_length=1, max_length=2_000)


class Recoded(Strict):
    """A column whose words are replaced by others: every word must be listed, null empties it."""

    column: str
    values: Mapping[str, str | None] = Field(min_length=1)


class TimeRule(Strict):
    """How a time stamp is read: its source column, its form and its zone."""

    column: str | None = None
    format: str | None = None
    zone: str | None = None


class Arrival(Strict):
    """When rows arrived: a time in a column of theirs, or the date in the names of their files.

    `file` is the form of that date, such as `%Y%m%d`; without a day the file counts as of the
    last of its month. `format` and `zone` are the column's.
    """

    column: str | None = None
    format: str | None = None
    zone: str | None = None
    file: str | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> Arrival:
        if (self.column is None) == (self.file is None):
            raise ValueError("`arrived` needs either `column` or `file`")
        if self.file is not None and not {"%Y", "%m"} <= set(FILE_MARKS.findall(self.file)):
            raise ValueError("the form of a file's date needs %Y and %m")
        return self


class Rates(Strict):
    """What one of a foreign currency is worth in the unit's own: fixed, or by day in a source.

    `day`, `currency` and `rate` are columns of the source. A day without a rate takes the newest
    one before it, at most `max_age_days` old.
    """

    fixed: Mapping[CurrencyCode, Annotated[Decimal, Field(gt=0)]] = Field(default_factory=dict)
    source: str | None = None
    day: str | None = None
    currency: str | None = None
    rate: str | Sql | None = None
    max_age_days: Annotated[int, Field(ge=0, le=31)] = 7

    @model_validator(mode="after")
    def _one_origin(self) -> Rates:
        named = [self.source, self.day, self.currency, self.rate]
        if bool(self.fixed) == any(named) or (any(named) and not all(named)):
            raise ValueError("`rates` needs `fixed`, or `source` with `day`, `currency` and `rate`")
        return self


class Quarantine(Strict):
    """How many broken rows may be set aside; above `rows`, or `share` of those read, all stops."""

    share: Annotated[float | None, Field(ge=0, le=1)] = None
    rows: Annotated[int | None, Field(ge=0)] = None

    @model_validator(mode="after")
    def _one_limit(self) -> Quarantine:
        if self.share is None and self.rows is None:
            raise ValueError("`quarantine` needs `share`, `rows` or both")
        return self


class TableMapping(Strict):
    """How one canonical table, or one channel's part of it, comes from a source.

    Rows of `exclude` leave, rows of `flag` stay; both are counted by name, with their money.
    `missing` says what an empty value of a column means: `keep` leaves it empty, `unknown` makes
    a word of it, `drop` takes the row out. `quarantine` goes over the unit's own for this table.
    """

    source: str | None = None
    from_: Annotated[str | None, Field(alias="from")] = None
    from_lines: bool = False
    from_orders: bool = False
    columns: Mapping[str, str | Sql | Recoded] = Field(default_factory=dict)
    time: TimeRule | None = None
    exclude: Mapping[str, str] = Field(default_factory=dict)
    flag: Mapping[str, str] = Field(default_factory=dict)
    exact_duplicates: Literal["keep", "drop"] = "keep"
    currency: Sql | str | None = None
    missing: Mapping[str, Literal["keep", "unknown", "drop"]] = Field(default_factory=dict)
    arrived: Arrival | None = None
    quarantine: Quarantine | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> TableMapping:
        if sum((self.from_ is not None, self.from_lines, self.from_orders)) != 1:
            raise ValueError("a table needs exactly one of `from`, `from_lines`, `from_orders`")
        return self


class Expect(Strict):
    """What a delivery must look like; anything else stops the ingestion."""

    rows: Mapping[str, int] = Field(default_factory=dict)
    money: Mapping[Canonical, Decimal] = Field(default_factory=dict)
    first_day: date | None = None
    last_day: date | None = None
