"""Rows of totals amid the rows that they add up, found by their word or by their sum.

Real data are not taken for a total: a row with such a word leaves only where a column that other
rows fill is empty in it (a firm may be called Total), or where every number in it is the sum of
rows above. Without a word a row leaves only if it holds nothing but numbers, lacks what other rows
have, and each of its numbers is, to the last digit, the sum of the same two or more rows above.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from rapport.ingest.excel.cells import Cell
from rapport.ingest.excel.sheets import Line

TOTAL, DIFFERS = "total_row", "total_row_differs"
EXACT = re.compile(
    r"((本(页|月|日|周|季|年)|全(年|月|部)|总)?(合计|小计|共计|累计)|总计|总和|汇总|"
    r"(grand|sub)?[ -]?totals?|sum)([(（].*[)）])?[:：]?",
    re.IGNORECASE,
)
LONGER = re.compile(
    r".{1,40}(合计|小计|总计|共计|累计)([(（].*[)）])?[:：]?|"
    r"(sub-?|grand )?total( for|:| of)? .{1,40}|.{1,40} (sub)?total",
    re.IGNORECASE,
)
MONEY = re.compile(r"(\()?([+-])?([0-9]+(?:[.][0-9]*)?|[.][0-9]+)([万亿])?(\))?")
UNITS = {"万": 10_000, "亿": 100_000_000}
# A column that rows fill: nine of ten do. Where a row is nothing but sums, half are enough; it is
# then one of the rows counted.
USUAL, COMMON = Decimal("0.9"), Decimal("0.5")
# More digits than anybody types: behind the last digit of what Excel added in binary is noise.
NOISY = 13
SAMPLE = 200
# Sums are looked for back to so many totals before.
LOOKED_BACK = 50


class Sums(NamedTuple):
    """Running sums by column, of all rows and of those not hidden, and where totals stood."""

    sums: dict[tuple[int, bool], Decimal]
    counts: list[int]
    marks: list[dict[tuple[int, bool], Decimal]]


def find_totals(lines: Sequence[Line], words: Sequence[str]) -> dict[int, str]:
    """Give the rule of every line that is a total, by its place among the lines.

    `total_row_differs` has a word, but its numbers are not the sum of any rows above it or of all
    rows: something is missing from the sheet, or the total was typed.

    Parameters
    ----------
    lines : the rows below the head, in order
    words : words of the unit's own that mark a total
    """
    labels = {n: label for n, line in enumerate(lines) if (label := _label(line, words))}
    data = [line for n, line in enumerate(lines) if n not in labels]
    usual, common, numeric = _filled(data, USUAL), _filled(data, COMMON), _numeric(data)
    bare = {n for n, line in enumerate(lines) if _is_bare(line, common, numeric)}
    if not labels and not bare:
        return {}
    found: dict[int, str] = {}
    sums = Sums({}, [0], [{}])
    for n, line in enumerate(lines):
        if n in labels:
            rule = _rule(line, labels[n], usual, numeric, sums)
        else:
            rule = TOTAL if n in bare and _agrees(line, numeric, sums, least=2) else None
        if rule:
            found[n] = rule
            sums.marks.append(dict(sums.sums))
            sums.counts.append(0)
        else:
            _add(sums, line, numeric)
    everything = Sums(sums.sums, [2], [{}])
    return {
        n: TOTAL if rule == DIFFERS and _agrees(lines[n], numeric, everything) else rule
        for n, rule in found.items()
    }


def read_money(text: str) -> Decimal | None:
    """Read a number as people write amounts, for sums; None where it is none.

    Examples
    --------
    >>> read_money("¥1,234.50"), read_money("(1.2万)"), read_money("cup")
    (Decimal('1234.50'), Decimal('-12000.0'), None)
    """
    return _read_money(text) if len(text) <= 40 else None


@lru_cache(maxsize=65_536)
def _read_money(text: str) -> Decimal | None:
    plain = re.sub(r"[\s,¥$€£元]", "", unicodedata.normalize("NFKC", text))
    parts = MONEY.fullmatch(plain)
    if not parts or bool(parts[1]) != bool(parts[5]):
        return None
    amount = Decimal(parts[3]) * UNITS.get(parts[4] or "", 1)
    return -amount if parts[1] or parts[2] == "-" else amount


def _number(cell: Cell) -> Decimal | None:
    if cell.kind == "text":
        return read_money(cell.text)
    return Decimal(cell.text) if cell.kind in {"number", "long"} else None


class Label(NamedTuple):
    """The column in which a line calls itself a total, and whether it says nothing else."""

    column: int
    is_exact: bool


def _label(line: Line, words: Sequence[str]) -> Label | None:
    own = frozenset(_squeeze(word) for word in words)
    labels = [
        Label(column, is_exact)
        for column, cell in line.cells.items()
        if cell.kind == "text" and (is_exact := _says_total(cell.text, own)) is not None
    ]
    return max(labels, key=lambda label: (label.is_exact, -label.column), default=None)


@lru_cache(maxsize=65_536)
def _says_total(text: str, own: frozenset[str]) -> bool | None:
    if len(text) > 60:
        return None
    squeezed, spaced = _squeeze(text), " ".join(unicodedata.normalize("NFKC", text).split())
    if squeezed in own or EXACT.fullmatch(squeezed):
        return True
    return False if LONGER.fullmatch(squeezed) or LONGER.fullmatch(spaced) else None


def _squeeze(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _filled(data: Sequence[Line], share: Decimal) -> frozenset[int]:
    """Give the columns that at least such a share of rows fill."""
    # Notes, and totals that nothing tells yet, are not as wide as rows of data.
    widest = max((len(line.cells) for line in data), default=0)
    wide = [line for line in data if 2 * len(line.cells) >= widest]
    filled = Counter(column for line in wide for column in line.cells)
    return frozenset(column for column, n in filled.items() if n >= share * len(wide))


def _numeric(data: Sequence[Line]) -> frozenset[int]:
    seen: dict[int, bool] = {}
    for line in data[:SAMPLE]:
        for column, cell in line.cells.items():
            seen[column] = seen.get(column, True) and _number(cell) is not None
    return frozenset(column for column, is_numeric in seen.items() if is_numeric)


def _rule(
    line: Line, label: Label, usual: frozenset[int], numeric: frozenset[int], sums: Sums
) -> str | None:
    lacks = usual - set(line.cells)
    others = numeric - {label.column}
    agrees = _agrees(line, others, sums)
    if lacks or (label.is_exact and (agrees or len(usual) <= 2)):
        return TOTAL if agrees or not _figures(line, others) else DIFFERS
    return None


def _figures(line: Line, numeric: frozenset[int]) -> dict[int, Decimal]:
    cells = {column: line.cells[column] for column in sorted(numeric & set(line.cells))}
    return {c: number for c, cell in cells.items() if (number := _number(cell)) is not None}


def _is_bare(line: Line, common: frozenset[int], numeric: frozenset[int]) -> bool:
    """Say whether a line is numbers alone, not all of them 0, and lacks what other lines have."""
    if not set(line.cells) <= numeric or not common - set(line.cells):
        return False
    figures = _figures(line, numeric)
    return len(figures) == len(line.cells) and any(figures.values())


def _add(sums: Sums, line: Line, numeric: frozenset[int]) -> None:
    sums.counts[-1] += 1
    for column in numeric & set(line.cells):
        number = _number(line.cells[column])
        for is_seen in (False, True) if number and not line.is_hidden else (False,):
            key = (column, is_seen)
            sums.sums[key] = sums.sums.get(key, Decimal(0)) + (number or 0)


def _agrees(line: Line, numeric: frozenset[int], sums: Sums, *, least: int = 1) -> bool:
    """Say whether every number of a line is the sum of the same rows above, hidden ones or not."""
    figures = _figures(line, numeric)
    if not figures:
        return False
    places = range(len(sums.marks))
    for place in [*reversed(places[-LOOKED_BACK:]), 0]:
        mark = sums.marks[place]
        if sum(sums.counts[place:]) < least:
            continue
        for is_seen in (False, True):
            if all(
                _equal(number, _since(sums, mark, (column, is_seen)))
                for column, number in figures.items()
            ):
                return True
    return False


def _since(sums: Sums, mark: Mapping[tuple[int, bool], Decimal], key: tuple[int, bool]) -> Decimal:
    return sums.sums.get(key, Decimal(0)) - mark.get(key, Decimal(0))


def _equal(number: Decimal, total: Decimal) -> bool:
    if number == total or len(number.as_tuple().digits) < NOISY:
        return number == total
    return round(number, max(0, -int(total.as_tuple().exponent))) == total
