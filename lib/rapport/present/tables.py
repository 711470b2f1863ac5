"""Tables as readers see them: aligned cells of text in both languages.

A column shows every cell with the same decimals, so that right-aligned numbers stand on
their decimal point. Large units stand in the head: "Spend, £", "消费（英镑）".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal

import pandas as pd

from rapport.present.formats import show, table_decimals, unit_name
from rapport.present.labels import LANGUAGES, Language, label
from rapport.present.rows import records_of
from rapport.present.sentences import Sentence
from rapport.present.units import unit_of
from rapport.present.values import WITHHELD, Kind, Suppressed, Value, Withheld

Align = Literal["left", "right"]


@dataclass(frozen=True)
class Column:
    """One column: which of the frame, its head, and how its cells are shown.

    `head` is an id of `labels.yml`, or both words. `unit` is a unit, or for kind label the
    group of labels ("text" prints cells as they are). `limits` names the two columns of an
    interval, for the styles interval, limits and range. `units` names the column that holds the
    unit of each row, where rows are of different measures; `words` the column of each language,
    where cells are somebody's own words; `missing` the column that holds the id of the label that a
    row without a number prints.
    """

    key: str
    head: str | Mapping[str, str]
    kind: Kind
    unit: str
    style: str = "table"
    limits: tuple[str, str] | None = None
    units: str | None = None
    words: Mapping[Language, str] | None = None
    missing: str | None = None

    @property
    def align(self) -> Align:
        """Numbers stand on their decimal, words at the left."""
        return "left" if self.kind in ("label", "date") else "right"

    @property
    def keys(self) -> tuple[str, ...]:
        """Give the columns of the frame that it shows: one, or one in each language."""
        return (self.key,) if self.words is None else tuple(self.words.values())

    @property
    def is_number(self) -> bool:
        """Say whether cells are numbers."""
        return self.align == "right"


@dataclass(frozen=True, eq=False)
class TableSpec:
    """A table before it is set: one row of `frame` a row, `strong` the rows in bold."""

    id: str
    columns: tuple[Column, ...]
    frame: pd.DataFrame
    title: Sentence
    subtitle: Sentence | None = None
    note: Sentence | None = None
    strong: frozenset[int] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        """Refuse columns that the frame does not have."""
        wanted = {key for column in self.columns for key in column.keys}
        wanted |= {column.units for column in self.columns if column.units is not None}
        wanted |= {name for column in self.columns for name in column.limits or ()}
        missing = sorted(wanted - set(self.frame.columns))
        if missing:
            msg = f"table {self.id}: the frame has no columns {', '.join(missing)}"
            raise ValueError(msg)

    @property
    def kinds(self) -> dict[str, Kind]:
        """Give the kind of every column of the frame that is shown."""
        kinds = {key: column.kind for column in self.columns for key in column.keys}
        kinds |= {column.units: "label" for column in self.columns if column.units is not None}
        limits = {name: column.kind for column in self.columns for name in column.limits or ()}
        return {**limits, **kinds}


def by_language(name: str) -> dict[Language, str]:
    """Name the columns of a frame that hold the same words in each language.

    Examples
    --------
    >>> by_language("owner")
    {'en': 'owner_en', 'zh': 'owner_zh'}
    """
    return {language: f"{name}_{language}" for language in LANGUAGES}


def confidence_of(values: Mapping[str, Value]) -> float:
    """Give the confidence of a chapter's intervals; where nothing was measured it names none."""
    return float(str(values["confidence"].value)) if "confidence" in values else 0.95


def interval_head(confidence: float) -> dict[str, str]:
    """Give the head of a column of intervals, with the confidence that they have.

    Examples
    --------
    >>> interval_head(0.9)
    {'en': '90% interval', 'zh': '90% 区间'}
    """
    value = Value(id="parameter.confidence", value=confidence, kind="ratio", unit="share")
    return {
        language: f"{show(value, language, style='whole')} {label('word.interval', language)}"
        for language in LANGUAGES
    }


def withhold(frame: pd.DataFrame, rows: Iterable[bool], names: Sequence[str]) -> pd.DataFrame:
    """Hide cells of these rows and columns: they print as withheld, and are published as empty.

    Examples
    --------
    >>> withhold(pd.DataFrame({"share": [0.25, 0.5]}), [False, True], ["share"])["share"].tolist()
    [0.25, Withheld()]
    """
    away = list(rows)
    hidden = {}
    for name in names:
        cells = [
            WITHHELD if is_away else cell for cell, is_away in zip(frame[name], away, strict=True)
        ]
        hidden[name] = pd.Series(cells, frame.index, dtype=object)
    return frame.assign(**hidden)


def render_table(spec: TableSpec, language: Language) -> list[list[str]]:
    """Give the cells of a table as text, rows in the frame's order.

    Examples
    --------
    >>> frame = pd.DataFrame({"segment": ["new", "at_risk"], "share": [0.25, 0.005]})
    >>> columns = (Column("segment", "segment.new", "label", "segment"),
    ...            Column("share", "segment.new", "ratio", "share"))
    >>> spec = TableSpec("a.b", columns, frame, Sentence("figures.item"))
    >>> render_table(spec, "en")
    [['New', '25.0%'], ['At risk', '0.5%']]
    """
    rows = records_of(spec.frame)
    columns = [_cells(column, rows, language) for column in spec.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def render_heads(spec: TableSpec, language: Language) -> list[str]:
    """Give the heads of a table with their units."""
    return [_head(column, language) for column in spec.columns]


def _head(column: Column, language: Language) -> str:
    name = label(column.head, language) if isinstance(column.head, str) else column.head[language]
    if not column.is_number or unit_of(column.unit).family != "money":
        return name
    # Table money is never scaled, so the head carries the currency alone.
    value = Value(id=column.key, value=0, kind="money", unit=column.unit)
    unit = unit_name(value, language)
    return f"{name}, {unit}" if language == "en" else join_unit(name, unit)


def join_unit(name: str, unit: str) -> str:
    """Put a unit into a Chinese name: 销售额（净） and 英镑 give 销售额（净，英镑）.

    Examples
    --------
    >>> join_unit("客单价", "英镑")
    '客单价（英镑）'
    """
    if not unit:
        return name
    return f"{name[:-1]}，{unit}）" if name.endswith("）") else f"{name}（{unit}）"


def _cells(column: Column, rows: Sequence[Mapping[Any, Any]], language: Language) -> list[str]:
    values = [_value(column, row, language) for row in rows]
    if column.missing is not None:
        return [
            label(str(row[column.missing]), language)
            if value.value is None
            else show(value, language, style=column.style)
            for value, row in zip(values, rows, strict=True)
        ]
    if not column.is_number or column.units is not None:
        return [show(value, language, style=column.style) for value in values]
    numbers = [value.value for value in values if isinstance(value.value, int | float | Decimal)]
    decimals = table_decimals(column.unit, numbers)
    return [show(value, language, style=column.style, decimals=decimals) for value in values]


def _value(column: Column, row: Mapping[Any, Any], language: Language) -> Value:
    key = column.key if column.words is None else column.words[language]
    unit = column.unit if column.units is None else str(row[column.units])
    value = Value(id=column.key, value=_scalar(row[key]), kind=column.kind, unit=unit)
    if column.limits is None:
        return value
    low, high = (_scalar(row[name]) for name in column.limits)
    if low is None or high is None:
        return value
    return replace(value, interval=(low, high))


def _scalar(cell: Any) -> Any:
    if cell is None or isinstance(cell, Suppressed | Withheld | str):
        return cell
    if pd.isna(cell):
        return None
    if isinstance(cell, pd.Timestamp):
        return cell.date()
    return cell.item() if hasattr(cell, "item") else cell
