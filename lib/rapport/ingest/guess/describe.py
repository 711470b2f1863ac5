"""Read files that are not described yet and say what their columns seem to hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from rapport.errors import DataError
from rapport.ingest.excel.guard import check_file
from rapport.ingest.excel.workbook import open_workbook
from rapport.ingest.faults import describe as tell
from rapport.ingest.guess.dialect import Dialect, guess_dialect
from rapport.ingest.guess.shapes import Shape, find_shape, is_value
from rapport.ingest.guess.words import PERSONAL, ROLES, Words
from rapport.ingest.read import FILE, ROW, RULE, open_source, relation_of
from rapport.ingest.readers.packing import RefusedFileError
from rapport.params import Source
from rapport.params.limits import FileLimits
from rapport.tables.engine import Engine, identifier

ROWS_LOOKED_AT = 20_000
ENDINGS = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".parquet": "parquet", ".xlsx": "excel",
    ".xlsm": "excel", ".xls": "excel", ".jsonl": "json", ".ndjson": "json",
}  # fmt: skip
PACKED = (".gz", ".zst", ".bz2")
DISTINCT_WORDS = 40


@dataclass(frozen=True)
class Column:
    """A column as read: its name, how much of it is filled, what it looks like and may mean."""

    name: str
    n_filled: int
    n_distinct: int
    shape: Shape
    words: tuple[str, ...] = ()
    """Its distinct cells where they are few; they are compared and never written."""
    marks: str = ""
    """Signs of a currency that stand in its cells or name."""
    role: str = ""
    personal: str = ""
    score: int = 0


@dataclass(frozen=True)
class Described:
    """One source: what its file says of it, and its columns."""

    name: str
    settings: Mapping[str, Any]
    n_rows: int
    columns: tuple[Column, ...]
    n_aside: int = 0
    is_one_of_many: bool = False
    """Whether nobody named it: a table of a database or of an SQLite file."""
    database: Mapping[str, str] = field(default_factory=dict)
    """What a unit's file says of the database in which it is."""

    def find(self, role: str) -> Column | None:
        """Give the column of a role."""
        return next((column for column in self.columns if column.role == role), None)


def describe_file(path: Path, taken: set[str]) -> list[Described]:
    """Describe a file, each sheet of a workbook by itself.

    Parameters
    ----------
    taken : names of sources that are given; its own are added

    Raises
    ------
    DataError
        It is absent, empty, of an unknown kind, has no head, or cannot be read.
    """
    return [*_describe(path, taken)]


def _describe(path: Path, taken: set[str]) -> Iterator[Described]:
    if not path.is_file():
        raise DataError(f"{path.name}: no such file. Name files that are there.")
    stem = path.name
    while Path(stem).suffix.lower() in PACKED:
        stem = Path(stem).stem
    form = ENDINGS.get(Path(stem).suffix.lower())
    if form is None:
        known = ", ".join(ending for ending in ENDINGS if ending != ".xls")
        raise DataError(f"{path.name}: of no kind that is read here. Use {known}.")
    if form != "excel":
        settings = _settings(path, form)
        yield read_described(choose_name(Path(stem).stem, taken), path, settings)
        return
    for sheet in _list_sheets(path):
        label = f"{Path(stem).stem}_{sheet}"
        made = read_described(
            choose_name(label, taken), path, {"format": "excel", "excel": {"sheets": sheet}}
        )
        if made.columns:
            yield made


def _settings(path: Path, form: str) -> dict[str, Any]:
    if form != "csv":
        return {"format": form}
    dialect = guess_dialect(path)
    _check_head(path, dialect)
    settings: dict[str, Any] = {"format": "csv"}
    for name, usual in (("encoding", "utf-8"), ("delimiter", ","), ("skip", 0)):
        if getattr(dialect, name) != usual:
            settings[name] = getattr(dialect, name)
    return settings


def _check_head(path: Path, dialect: Dialect) -> None:
    # A first row of values would be taken for names, and a customer's would come into the file.
    if any(is_value(cell) for cell in dialect.head) or not any(dialect.head):
        raise DataError(
            f"{path.name}: has no head: its first row holds values. Write a row with the names of "
            "the columns above it."
        )


def _list_sheets(path: Path) -> list[str]:
    try:
        check_file(path, FileLimits())
        with path.open("rb") as file:
            return [tab.name for tab in open_workbook(file).tabs if not tab.is_hidden]
    except RefusedFileError as error:
        raise DataError(f"{path.name}: {error.found}. {error.advice}") from error
    except ModuleNotFoundError as error:
        raise DataError(
            f'{path.name}: workbooks need the extra `excel`: pip install "rapport-reports[excel]".'
        ) from error


def choose_name(label: str, taken: set[str]) -> str:
    """Choose a name for a source that no other has."""
    plain = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:40] or "source"
    if not isinstance(yaml.safe_load(plain), str) or not plain[0].isalpha():
        # YAML reads 2024_03 as a number, and no as a truth value.
        plain = f"source_{plain}"
    name, n = plain, 2
    while name in taken:
        name, n = f"{plain}_{n}", n + 1
    taken.add(name)
    return name


def read_described(name: str, path: Path, settings: dict[str, Any]) -> Described:
    """Read a file as `settings` of a source say, and describe its columns."""
    source = Source.model_validate({"path": str(path), **settings})
    with Engine({}, files=[path]) as engine:
        opened = open_source(engine, name, source, (path,))
        if opened.faults:
            if settings["format"] == "excel" and _is_empty(opened.faults):
                return Described(name, settings, 0, ())
            raise DataError("\n".join(tell(fault) for fault in opened.faults))
        relation = identifier(relation_of(name))
        data = f"WHERE {RULE} IS NULL" if RULE in opened.columns else ""
        counts = engine.rows(f"SELECT count(*) AS n FROM {relation} {data}")  # noqa: S608
        total = engine.rows(f"SELECT count(*) AS n FROM {relation}")  # noqa: S608
        rows = engine.fetch(f"SELECT * FROM {relation} {data} LIMIT {ROWS_LOOKED_AT}")  # noqa: S608
    kept = [column for column in rows.schema.names if column not in {FILE, ROW, RULE}]
    if any(is_value(column) for column in kept):
        raise DataError(
            f"{path.name}: has no head: a column is called by a value. Write a row with the names "
            "of the columns above the first row."
        )
    columns = [_look(column, rows[column].to_pylist(), opened.columns[column]) for column in kept]
    n_rows = counts[0]["n"]
    aside = total[0]["n"] - n_rows
    return Described(name, {**settings, "path": path}, n_rows, tuple(_assign(columns)), aside)


def _is_empty(faults: Sequence[Any]) -> bool:
    return all("no row" in fault.found or "empty" in fault.found for fault in faults)


def _look(name: str, cells: Sequence[Any], kind: str) -> Column:
    filled = [cell for cell in cells if cell is not None and str(cell).strip()]
    distinct = sorted({str(cell).strip() for cell in filled})
    shape = _typed(kind) or find_shape(distinct)
    cells_of_money = distinct[:200] if shape.kind == "number" else ()
    marks = {s for s in "¥￥£€$元" if s in name or any(s in cell for cell in cells_of_money)}
    words = tuple(distinct) if len(distinct) <= DISTINCT_WORDS else ()
    return Column(name, len(filled), len(distinct), shape, words, "".join(sorted(marks)))


def _typed(kind: str) -> Shape | None:
    if kind.startswith(("TIMESTAMP", "DATE")):
        return Shape("time")
    if kind in {"BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UBIGINT", "UINTEGER"}:
        return Shape("number", is_whole=True)
    return Shape("number") if kind.startswith(("DOUBLE", "FLOAT", "DECIMAL")) else None


def _assign(columns: Sequence[Column]) -> Iterator[Column]:
    """Give each column the role that its name says best; a role goes to one column alone."""
    found = []
    for column in columns:
        said, certain = _match(column.name, PERSONAL)
        personal = said or _personal_shape(column.shape)
        role, score = _match(column.name, ROLES)
        fits = _fits(role, column)
        # What a name says for certain goes before what it may contain: 客户编号 is no 客户名称.
        if personal and (score < 2 or certain == 2 or not said):
            found.append((column, personal, "", 0))
        else:
            found.append((column, "", role if fits else "", score))
    best: dict[str, int] = {}
    for _, _, role, score in found:
        best[role] = max(best.get(role, 0), score)
    given: set[str] = set()
    for column, personal, role, score in found:
        takes = bool(role) and score == best[role] and role not in given
        given |= {role} if takes else set()
        yield Column(
            column.name, column.n_filled, column.n_distinct, column.shape, column.words,
            column.marks, role if takes else "", personal, score,
        )  # fmt: skip


def _personal_shape(shape: Shape) -> str:
    shapes = {"mail": "e-mail", "mobile": "phone", "identity": "identity number"}
    return shapes.get(shape.kind, "")


def _match(name: str, words: Mapping[str, tuple[Words, Words]]) -> tuple[str, int]:
    """Give the role that a name says: 2 for certain, 1 if it contains a role's word."""
    plain = squeeze(name)
    for role, (exact, _) in words.items():
        if plain in exact:
            return role, 2
    # The longest word that the name contains says most.
    inside = [(len(w), role) for role, (_, parts) in words.items() for w in parts if w in plain]
    return (max(inside)[1], 1) if inside else ("", 0)


def squeeze(name: str) -> str:
    """Write a name without case, blanks, marks and what stands in brackets.

    Examples
    --------
    >>> squeeze("Order No."), squeeze("金额（元）")
    ('orderno', '金额')
    """
    plain = unicodedata.normalize("NFKC", name).lower()
    plain = re.sub(r"\([^)]*\)", "", plain)
    return "".join(letter for letter in plain if letter.isalnum())


NUMERIC = {
    "amount", "price", "quantity", "discount", "tax", "shipping", "list_price", "unit_cost",
    "points", "nps", "csat", "birth_year",
}  # fmt: skip
TIMES = {"time", "registered", "started", "ended"}


def _fits(role: str, column: Column) -> bool:
    kind = column.shape.kind
    if role in NUMERIC:
        return kind == "number"
    if role in TIMES:
        return kind == "time"
    return bool(role) and column.n_filled > 0
