"""The commented YAML of a guess: what was taken for what and why, what was left, what to check.

Every name that comes from a file is written as a JSON string, which is YAML too, in comments as
well: no name of a column can end its line, open a comment or be read as anything but a text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapport.ingest.guess.describe import Column, Described
from rapport.ingest.guess.tables import Guess
from rapport.ingest.guess.words import CURRENCIES
from rapport.ingest.remote.address import variable_of

# Files and tables whose columns have types of their own.
TYPED = ("parquet", "database")
HAN = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Unit:
    """What a unit's file says of the unit itself, each with the reason."""

    name: str
    currency: tuple[str, str]
    timezone: tuple[str, str]
    language: str


def guess_unit(
    name: str, files: Sequence[Described], *, currency: str | None, timezone: str | None
) -> Unit:
    """Guess currency, zone and language from names of columns and signs in cells."""
    heads = "".join(column.name for file in files for column in file.columns)
    is_chinese = bool(HAN.search(heads))
    signs = {CURRENCIES[m] for file in files for c in file.columns for m in c.marks}
    known = sorted({
        word for file in files for c in file.columns if c.role == "currency"
        for word in c.words if word in CURRENCIES.values()
    })  # fmt: skip
    if currency:
        money = currency, "as asked for"
    elif len(known) == 1:
        money = known[0], "the one word of the column of currencies"
    elif len(signs) == 1:
        money = signs.pop(), "by the sign in cells or names"
    elif is_chinese:
        money = "CNY", "names of columns are Chinese: mend it if it is another"
    else:
        money = "EUR", "NO SIGN OF ONE WAS FOUND: mend it"
    if timezone:
        zone = timezone, "as asked for"
    elif is_chinese:
        zone = "Asia/Shanghai", "names of columns are Chinese: mend it if it is another"
    else:
        zone = "UTC", "files do not say theirs: mend it, days are cut in it"
    return Unit(name, money, zone, "zh" if is_chinese else "en")


def write_params(unit: Unit, files: Sequence[Described], guesses: Sequence[Guess]) -> str:
    """Write a unit's file."""
    used = {guess.described.name for guess in guesses}
    # What nobody named and nothing is made of would be read with every run.
    kept = [file for file in files if file.name in used or not file.is_one_of_many]
    lines = [*_head(unit), *_databases(kept), "", "sources:"]
    for file in kept:
        typed = {name for g in guesses if g.described.name == file.name for name in g.typed}
        lines += _source(file, typed, guesses)
    lines += ["", "tables:"]
    for table in dict.fromkeys(guess.table for guess in guesses):
        lines += _table(table, [guess for guess in guesses if guess.table == table])
    lines += _derived(guesses)
    return "\n".join([*lines, *_left(files, guesses)]) + "\n"


def scalar(text: object) -> str:
    r"""Write a text so that YAML reads it back and nothing else, in one line.

    Examples
    --------
    >>> print(scalar("a: 'b'\n# c"))
    "a: 'b'\n# c"
    """
    quoted = json.dumps(str(text), ensure_ascii=False)
    # JSON leaves these as they are; YAML takes some for the end of a line.
    return re.sub("[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]", _escape, quoted)


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _head(unit: Unit) -> list[str]:
    title = unit.name.replace("-", " ").capitalize()
    return [
        "# Guessed by `rapport new unit` from the sources below: read it, mend what is wrong.",
        "# Then: rapport data check " + unit.name + ", rapport run " + unit.name,
        f"title: {{en: {scalar(title)}, zh: {scalar(title[:40])}}} # what the report is called",
        f"language: {unit.language}",
        f"currency: {unit.currency[0]} # {unit.currency[1]}",
        f"timezone: {unit.timezone[0]} # {unit.timezone[1]}",
    ]


def _databases(files: Sequence[Described]) -> Iterator[str]:
    declared = {str(file.settings["database"]): file.database for file in files if file.database}
    if declared:
        yield "databases: # their addresses and passwords stand in the environment, never here"
    for name, settings in sorted(declared.items()):
        told = ", ".join(f"{key}: {value}" for key, value in settings.items())
        yield f"  {name}: {{{told}}} # {variable_of(name, 'URL')}"


def _source(file: Described, typed: set[str], guesses: Sequence[Guess]) -> Iterator[str]:
    settings = dict(file.settings)
    path: str = settings.pop("path", "")
    yield f"  # {file.n_rows:,} rows, {len(file.columns)} columns{_aside(file)}"
    yield f"  {file.name}:"
    note = " # in data/raw its name alone would do" if Path(path).is_absolute() else ""
    if path:
        yield f"    path: {scalar(path)}{note}"
    for name, value in settings.items():
        yield f"    {name}: {json.dumps(value, ensure_ascii=False)}"
    mapped = _mapped(file, guesses)
    forms: dict[str, dict[str, str]] = {"numbers": {}, "dates": {}}
    for column in file.columns:
        if column.shape.form and column.name in mapped:
            kind = "numbers" if column.shape.kind == "number" else "dates"
            forms[kind][column.name] = column.shape.form
    # An expression needs numbers where the file has texts.
    types = {c.name: "decimal" for c in file.columns if c.name in typed}
    for name, pairs in (("types", types), *forms.items()):
        if pairs and not (name == "types" and file.settings["format"] in TYPED):
            yield f"    {name}: {_flow(pairs)}"


def _aside(file: Described) -> str:
    return f"; {file.n_aside:,} more put aside by name, totals among them" if file.n_aside else ""


def _flow(pairs: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f"{scalar(k)}: {scalar(v)}" for k, v in pairs.items()) + "}"


def _mapped(file: Described, guesses: Sequence[Guess]) -> set[str]:
    found: set[str] = set()
    for guess in guesses:
        if guess.described.name == file.name:
            found |= guess.typed
            for filled in guess.columns.values():
                origin = filled.origin
                found.add(origin if isinstance(origin, str) else str(origin.get("column", "")))
            name = _product_name(guesses)
            found |= {name} if guess.table == "order_lines" and name else set()
    return found


def _product_name(guesses: Sequence[Guess]) -> str | None:
    """Give the column of lines that names products, where no file lists them."""
    if any(guess.table == "products" for guess in guesses):
        return None
    found = [g.described.find("product_name") for g in guesses if g.table == "order_lines"]
    names = {column.name for column in found if column}
    return names.pop() if all(found) and len(names) == 1 else None


def _table(table: str, guesses: Sequence[Guess]) -> Iterator[str]:
    yield ""
    yield f"  {table}:"
    for guess in guesses:
        yield f"    - from: {guess.described.name}"
        yield f"      source: {guess.described.name}"
        yield "      columns:"
        for name, filled in guess.columns.items():
            yield f"        {name}: {_origin(filled.origin)} # {filled.why}"
        if guess.sets_aside:
            yield "      quarantine: {share: 0.01} # broken rows are set aside, up to this share"
        for check in guess.checks:
            yield f"      # CHECK {check}"
        for column in guess.described.columns:
            if column.shape.is_open and column.name in _mapped(guess.described, [guess]):
                what = "day and month may be the other way round"
                yield f"      # CHECK {scalar(column.name)}: {what}"


def _origin(origin: Any) -> str:
    if isinstance(origin, str):
        return scalar(origin)
    if "sql" in origin:
        return f"{{sql: {scalar(origin['sql'])}}}"
    return f"{{column: {scalar(origin['column'])}, values: {_flow(origin['values'])}}}"


def _derived(guesses: Sequence[Guess]) -> Iterator[str]:
    held = {guess.table for guess in guesses}
    lines = [g for g in guesses if g.table == "order_lines"]
    if lines and "orders" not in held:
        yield "  orders: {from_lines: true} # amounts of lines added up"
    name = _product_name(guesses)
    if name:
        yield f"  products: {{from_lines: true, columns: {{name: {scalar(name)}}}}}"
    if held & {"orders", "order_lines"} and "customers" not in held:
        yield "  customers: {from_orders: true} # no file lists customers"


def _left(files: Sequence[Described], guesses: Sequence[Guess]) -> Iterator[str]:
    """Say which columns were left out, and why."""
    for file in files:
        mapped = _mapped(file, guesses)
        people = [c for c in file.columns if c.personal and c.name not in mapped]
        others = [c for c in file.columns if not c.personal and c.name not in mapped]
        kind = [g.table for g in guesses if g.described.name == file.name]
        if not kind:
            what = "map it by hand or take the source out"
            if file.is_one_of_many:
                what = "it is not among the sources"
            yield f"\n# {file.name}: looks like no table; {what}."
        if people:
            yield f"\n# {file.name}: identifiers of persons, not mapped into any table:"
            yield from (f"#   {scalar(c.name)} ({c.personal})" for c in people)
        if others:
            yield f"\n# {file.name}: not mapped:"
            yield from (f"#   {scalar(c.name)} ({_say(c)})" for c in others)


def _say(column: Column) -> str:
    if column.shape.kind == "empty":
        return "empty"
    filled = f"{column.n_filled:,} filled, {column.n_distinct:,} different"
    role = f", perhaps {column.role.replace('_', ' ')}" if column.role else ""
    return f"{column.shape.kind}; {filled}{role}"
