"""The part of a unit's file that says where its data lie and how they are read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from rapport.params.databases import OBJECTS, DatabaseName
from rapport.params.excel import ExcelOptions
from rapport.params.forms import Dates, Numbers, check_forms
from rapport.params.limits import FileLimits
from rapport.params.queries import refuse_query
from rapport.params.strict import Strict

Position = Annotated[int, Field(ge=1, le=100_000)]
SourceType = Literal["integer", "decimal", "date", "timestamp", "bool"]
Mark = Annotated[str, Field(pattern=r"^[\t\x20-\x7e]$")]
Word = Annotated[str, Field(min_length=1, max_length=40)]
Table = Annotated[str, Field(min_length=1, max_length=130)]
Query = Annotated[str, Field(min_length=1, max_length=20_000)]
Function = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]*:[a-zA-Z_][a-zA-Z0-9_]*$")]
Argument = str | int | bool
# A program that has no number writes these; nobody is called so.
NO_NUMBER = ("NaN", "nan")
SELECT = re.compile(r"\s*(?:select|with)\s", re.IGNORECASE)
# What belongs to some forms alone; a form that must have one of several names them in `_NEEDS`.
_ONLY: Mapping[str, tuple[str, ...]] = {
    "fields": ("fixed",),
    "positions": ("fixed",),
    "table": ("sqlite", "database"),
    "query": ("sqlite", "select", "database"),
    "function": ("python",),
    "arguments": ("python",),
    "excel": ("excel",),
    "names": ("csv",),
    "delimiter": ("csv", "baskets"),
    "quote": ("csv", "baskets"),
    "escape": ("csv",),
    "comment": ("csv", "fixed"),
    "skip": ("csv", "fixed"),
    "encoding": ("csv", "fixed", "json", "baskets"),
}
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "fixed": ("fields",), "sqlite": ("table", "query"), "select": ("query",),
    "python": ("function",), "database": ("table", "query"),
}  # fmt: skip
NO_FILES = ("select", "python", "database")
# What lies elsewhere is read once for each `delivery`, or when somebody asks for it anew.
FETCHED = ("python", "database")


class Source(Strict):
    """One or several files of one form, as a channel delivered them.

    `path` may hold `*` and `?`: the files are read in the order of their names, their columns
    are put together by name. Columns of text files are text unless `types` says else, which
    expressions over them need. Words of `missing` mean that nothing stands there.

    `fields` of format fixed are counted in characters unless `positions` says bytes; in an encoding
    of two bytes a Chinese character it must be said.

    `numbers` and `dates` say how texts are written: 1.234,5 or ¥1,200 or 3万; 2024年1月5日 or
    45296. One word or list is for the columns to which `types` gives such a type.

    A `table` or `query` of a `database` that the unit declares, and objects whose `path` begins
    with s3://, are read into the store, and runs read them there.

    A `select` reads other sources; a `python` function of the project is run once for each
    `delivery`, a word that stands for the day or batch fetched: another word fetches anew.
    """

    path: Annotated[str, Field(pattern=r"^[^\x00-\x1f]*$", max_length=1_000)] = ""
    format: Literal[
        "csv", "parquet", "fixed", "excel", "json", "sqlite", "select", "python", "baskets",
        "database",
    ]  # fmt: skip
    encoding: str = "utf-8"
    delimiter: Mark = ","
    quote: Mark | None = '"'
    escape: Mark | None = None
    comment: Mark | None = None
    skip: Annotated[int, Field(ge=0, le=10_000)] = 0
    names: tuple[Word, ...] | None = None
    fields: Mapping[str, tuple[Position, Position]] | None = None
    positions: Literal["characters", "bytes"] | None = None
    database: DatabaseName | None = None
    table: Table | None = None
    query: Query | None = None
    function: Function | None = None
    arguments: Mapping[str, Argument] = Field(default_factory=dict)
    delivery: Word | None = None
    types: Mapping[str, SourceType] = Field(default_factory=dict)
    missing: tuple[Word, ...] = NO_NUMBER
    limits: FileLimits = FileLimits.model_construct()
    excel: ExcelOptions | None = None
    numbers: Numbers = None
    dates: Dates = None

    _forms_have_columns = model_validator(mode="after")(check_forms)

    @model_validator(mode="after")
    def _fits_its_form(self) -> Source:
        if (self.format in NO_FILES) != (not self.path):
            verb = "has no" if self.path else "needs a"
            raise ValueError(f"format {self.format} {verb} `path`")
        for name, forms in _ONLY.items():
            default = Source.model_fields[name].get_default(call_default_factory=True)
            if self.format not in forms and getattr(self, name) != default:
                raise ValueError(f"`{name}` belongs to format {' and '.join(forms)}")
        if self.delivery is not None and self.format not in FETCHED and not self.is_object:
            raise ValueError("`delivery` belongs to format python and database, and to s3:// paths")
        needed = _NEEDS.get(self.format, ())
        if needed and sum(getattr(self, name) is not None for name in needed) != 1:
            raise ValueError(f"format {self.format} needs `{'` or `'.join(needed)}`")
        return self

    @model_validator(mode="after")
    def _lies_where_it_can_be_read(self) -> Source:
        if (self.format == "database") != (self.database is not None):
            raise ValueError("format database needs `database`, and no other format has it")
        if "://" in self.path and not self.is_object:
            raise ValueError("`path` is a file, or objects: s3://bucket/name")
        if self.is_object and not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,62}/[^/].*", self.path):
            raise ValueError("`path` of objects is s3://bucket/name; * and ? only in the name")
        refusal = refuse_query(self.query or "") if self.format == "database" else ""
        if self.query is not None and refusal:
            raise ValueError(f"the `query` {refusal}. Write one plain SELECT")
        return self

    @property
    def is_object(self) -> bool:
        """Whether the files are objects of a store."""
        return self.path.startswith(OBJECTS)

    @property
    def is_remote(self) -> bool:
        """Whether it is read into the store before it is read."""
        return self.format == "database" or self.is_object

    @model_validator(mode="after")
    def _positions_are_told(self) -> Source:
        if self.format != "fixed":
            return self
        ascii_bytes, han_bytes = (_count_bytes(mark, self.encoding) for mark in "a中")
        if self.positions == "bytes" and ascii_bytes > 1:
            raise ValueError(f"`positions: bytes` cannot be counted in {self.encoding}")
        # Old programs count bytes there and new ones characters: a guess would move the columns
        # behind the first Chinese character, and many a moved number is still a number.
        if self.positions is None and ascii_bytes == 1 and han_bytes == 2:
            raise ValueError(
                f"in {self.encoding} `fields` need `positions: bytes` or `positions: characters`"
            )
        return self

    @model_validator(mode="after")
    def _marks_differ(self) -> Source:
        marks = [m for m in (self.delimiter, self.quote, self.escape, self.comment) if m]
        if self.format == "csv" and len(set(marks)) < len(marks):
            raise ValueError("`delimiter`, `quote`, `escape` and `comment` must differ")
        return self


def _count_bytes(mark: str, encoding: str) -> int:
    """Count the bytes of a character; 0 where the encoding has no such character or is unknown."""
    try:
        return len(mark.encode(encoding))
    except (LookupError, UnicodeEncodeError):
        return 0


def name_selects(unit: Any) -> Any:
    """Make a source of each SELECT that stands in a table's `from`, before anything is checked.

    Examples
    --------
    >>> unit = {"sources": {}, "tables": {"orders": {"from": "SELECT 1"}}}
    >>> made = name_selects(unit)
    >>> made["tables"], made["sources"]["select_orders"]["query"]
    ({'orders': [{'from': 'select_orders'}]}, 'SELECT 1')
    """
    tables, sources = unit.get("tables"), unit.get("sources")
    if not isinstance(tables, Mapping) or not isinstance(sources, Mapping):
        return unit
    made: dict[str, Any] = {}
    left: dict[str, Any] = {}
    for table, given in tables.items():
        one = [given] if isinstance(given, Mapping) else given
        left[table] = given
        if isinstance(one, list | tuple) and any(map(_selects, one)):
            left[table] = [_named(table, n, mapping, made) for n, mapping in enumerate(one)]
    return {**unit, "tables": left, "sources": {**sources, **made}} if made else unit


def _selects(mapping: Any) -> bool:
    origin = mapping.get("from") if isinstance(mapping, Mapping) else None
    return isinstance(origin, str) and SELECT.match(origin) is not None


def _named(table: str, number: int, mapping: Any, made: dict[str, Any]) -> Any:
    if not _selects(mapping):
        return mapping
    name = f"select_{table}_{number + 1}" if number else f"select_{table}"
    made[name] = {"format": "select", "query": mapping["from"]}
    return {**mapping, "from": name}
