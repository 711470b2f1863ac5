"""The disclosure gate: nothing is printed that shows a person or too few of them.

What a report would hold is looked through as a whole before anything is rendered: its documents,
values, notebooks and tables. Identifiers come from the unit's private table and leave it only as
kinds: a message says what stands where and never which.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rapport.assets.files import asset_path
from rapport.errors import DisclosureError
from rapport.press.canonical import MIME, join_text
from rapport.press.chapters import Chapter
from rapport.privacy.disclosed import (
    check_columns,
    check_rests,
    check_table,
    check_values,
    list_wholes,
)
from rapport.privacy.scan import CUT, Candidates, Hit, is_confirmed
from rapport.privacy.texts import list_groups
from rapport.privacy.wording import HAS_HAN, SHORT, squash
from rapport.schema import SCHEMAS

NAMED = 12
"""So many places a message names; the rest are counted."""
CODE_HAN = 3
# What stands in these columns is what the house sells, where and how: words of its reports.
SPOKEN_TABLES = ("products", "campaigns", "customers", "orders", "subscriptions", "interactions")
PERSONS = frozenset(["customer_id", "order_id", "original_order_id", "interaction_id",
                     "session_id", "text"])  # fmt: skip
KINDS: Mapping[str, str] = {
    "name": "a customer's name", "phone": "a telephone number", "email": "an e-mail address",
    "address": "a postal address", "birth_date": "a date of birth",
    "national_id": "an identity number", "openid": "an account's mark",
    "unionid": "an account's mark", "loyalty_id": "a card's number",
    "customer_number": "a customer's number",
}  # fmt: skip


class Gate:
    """Looks through one report; the press calls it with what it is about to render."""

    def __init__(
        self,
        chapters: Sequence[Chapter],
        *,
        min_count: int,
        identifiers: Path | None,
        tables: Mapping[str, Path],
    ) -> None:
        self._chapters = chapters
        self._min_count = min_count
        self._identifiers = identifiers
        self._tables = tables
        self._heads = _read_heads(identifiers)

    def check_chapters(self) -> None:
        """Let the chapters pass, before anybody asks whether they can be printed.

        Raises
        ------
        DisclosureError
            One shows a small count or an identifier; the message names every place.
        """
        candidates = Candidates(self._heads)
        few: list[str] = []
        for chapter in self._chapters:
            # Read once, for both questions: that takes longer than to answer either.
            cells = json.loads(chapter.notebook)["cells"]
            outputs = list(_list_outputs(cells))
            _read_notebook(candidates, chapter.name, cells, outputs)
            few += self._check_outputs(chapter, [output for _, output in outputs])
            for name, path in chapter.tables.items():
                table = pq.ParquetFile(path).read(use_threads=False)
                _read_labels(candidates, f"table {name}", table)
                few += check_columns(name, list_numbers(table), self._min_count)
        _refuse([*few, *self._find_persons(candidates)])

    def __call__(
        self, documents: Mapping[str, Mapping[str, Any]], values: Sequence[Mapping[str, Any]]
    ) -> None:
        """Let a report pass, with all that the press adds to its chapters.

        Raises
        ------
        DisclosureError
            It shows a small count or an identifier; the message names every place.
        """
        candidates = Candidates(self._heads)
        for language, document in documents.items():
            for groups in list_groups(document):
                candidates.add(f"report in {language}", groups)
        for groups in list_groups(list(values)):
            candidates.add("values", groups)
        _refuse([*check_values(values, self._min_count), *self._find_persons(candidates)])

    def _check_outputs(
        self, chapter: Chapter, outputs: Sequence[Mapping[str, Any]]
    ) -> Iterator[str]:
        wholes = list_wholes(chapter.values)
        for output in outputs:
            if _kind_of(output) == "table":
                yield from check_table(output[MIME], self._min_count)
                yield from check_rests(output[MIME], wholes, self._min_count)

    def _find_persons(self, candidates: Candidates) -> Iterator[str]:
        places = dict.fromkeys(candidates.pseudonyms)
        yield from (f"{place}: a customer's pseudonym" for place in places)
        if self._identifiers is not None:
            yield from self._look_up(candidates.found)

    def _look_up(self, found: Mapping[str, list[Hit]]) -> Iterator[str]:
        assert self._identifiers is not None
        table = pq.read_table(self._identifiers, columns=["kind", "value", "key"])
        known = pc.is_in(table["key"], value_set=pa.array(list(found), pa.string()))
        words = _Words(self._tables)
        told: dict[str, None] = {}
        for row in table.filter(known).to_pylist():
            for hit in found[row["key"]]:
                is_there = is_confirmed(row["kind"], row["value"], row["key"], hit)
                if is_there and not _is_word(row, hit, words):
                    what = KINDS.get(row["kind"], "an identifier")
                    told[f"{_say_place(hit.place, row['value'])}: {what}"] = None
        yield from told


def _read_heads(identifiers: Path | None) -> frozenset[str]:
    if identifiers is None:
        return frozenset()
    # Who cannot be told from a word or a number has no key.
    keys = pq.read_table(identifiers, columns=["key"])["key"].drop_null()
    return frozenset(pc.utf8_slice_codeunits(keys, 0, CUT).unique().to_pylist())


def read_numbers(path: Path) -> dict[str, list[int | float | None]]:
    """Read the columns of counts and shares of a table in the store."""
    file = pq.ParquetFile(path)
    wanted = [field.name for field in file.schema_arrow if _is_number(field.type)]
    return list_numbers(file.read(columns=wanted, use_threads=False))


def list_numbers(table: pa.Table) -> dict[str, list[int | float | None]]:
    """Give the columns of counts and shares of a table."""
    numbers = [field.name for field in table.schema if _is_number(field.type)]
    return {name: table[name].to_pylist() for name in numbers}


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _refuse(found: Sequence[str]) -> None:
    if found:
        more = f"; and {len(found) - NAMED} more" if len(found) > NAMED else ""
        raise DisclosureError(
            f"not published: {'; '.join(found[:NAMED])}{more}. Hide or group what is too small, "
            "take out what names a person, and run again."
        )


def _say_place(place: str, value: str) -> str:
    """Name a place, unless its own name is what must not be told."""
    for told in (place, place.partition(" (")[0]):
        if squash(value) not in squash(told):
            return told
    return "a table or output that bears it as its name"


def _is_word(row: Mapping[str, str], hit: Hit, words: _Words) -> bool:
    """Say whether an identifier is also a word of the house, so that its place proves nothing."""
    spelled = squash(row["value"])
    if row["kind"] == "name" and "code or prose" in hit.place and _is_short(spelled):
        return True
    if row["key"].startswith(SHORT):
        return words.hold(f"\n{spelled}\n")
    return row["kind"] in ("name", "address") and words.hold(spelled)


def _is_short(spelled: str) -> bool:
    return HAS_HAN.search(spelled) is not None and len(spelled) < CODE_HAN


class _Words:
    """Words that reports use of themselves, read when first asked for: hardly a report asks."""

    def __init__(self, tables: Mapping[str, Path]) -> None:
        self._tables = tables
        self._text: str | None = None

    def hold(self, spelled: str) -> bool:
        if self._text is None:
            locale = sorted(asset_path("locale").glob("*.yml"))
            texts = [squash(path.read_text(encoding="utf-8")) for path in locale]
            self._text = "\n".join(["", *texts, *map(squash, self._list_spoken()), ""])
        return spelled in self._text

    def _list_spoken(self) -> Iterator[str]:
        for name in SPOKEN_TABLES:
            schema = SCHEMAS[name]
            texts = [c.name for c in schema.columns if c.type == "text" and c.name not in PERSONS]
            if name in self._tables:
                table = pq.read_table(self._tables[name], columns=texts, use_threads=False)
                for column in table.columns:
                    yield from (text for text in column.unique().to_pylist() if text)


def _read_notebook(
    candidates: Candidates,
    chapter: str,
    cells: Sequence[Mapping[str, Any]],
    outputs: Sequence[tuple[int, Mapping[str, Any]]],
) -> None:
    for at, cell in enumerate(cells, start=1):
        place = f"{chapter}, cell {at} (code or prose)"
        candidates.add(place, [[line] for line in join_text(cell["source"]).splitlines()])
    for at, output in outputs:
        place = f"{chapter}, cell {at} ({_describe(output)})"
        for groups in list_groups(output):
            candidates.add(place, groups)


def _list_outputs(cells: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give every output's forms by their names, texts whole, with the number of its cell."""
    for at, cell in enumerate(cells, start=1):
        for output in cell.get("outputs", []):
            forms = output.get("data") or {
                name: output[name] for name in ("text", "ename", "evalue") if name in output
            }
            yield at, {name: _whole(form) for name, form in forms.items()}


def _whole(form: Any) -> Any:
    is_lines = isinstance(form, list) and all(isinstance(line, str) for line in form)
    return join_text(form) if is_lines else form


def _kind_of(output: Mapping[str, Any]) -> str:
    bundle = output.get(MIME)
    return str(bundle.get("type")) if isinstance(bundle, Mapping) else "output"


def _describe(output: Mapping[str, Any]) -> str:
    kind, bundle = _kind_of(output), output.get(MIME) or {}
    return f"{kind} {bundle['id']}" if "id" in bundle else kind


def _read_labels(candidates: Candidates, place: str, table: pa.Table) -> None:
    candidates.add_labels(place, [place, *table.column_names])
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_string(column.type):
            labels = [text for text in column.unique().to_pylist() if text]
            candidates.add_labels(f"{place}, column {name}", labels)
