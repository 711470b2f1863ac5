"""Which canonical tables the described files seem to hold, and what fills their columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapport.ingest.guess.describe import Column, Described
from rapport.ingest.guess.words import CELLS
from rapport.tables.engine import identifier

Origin = str | Mapping[str, Any]


@dataclass(frozen=True)
class Filled:
    """What fills one canonical column, and why."""

    origin: Origin
    why: str


@dataclass
class Guess:
    """One canonical table from one source, with what to check about it."""

    table: str
    described: Described
    columns: dict[str, Filled] = field(default_factory=dict)
    checks: list[str] = field(default_factory=list)
    typed: set[str] = field(default_factory=set)
    """Columns that an expression needs as numbers."""
    sets_aside: bool = False
    """Whether rows that break the contract are so few that they may be set aside."""


def guess_tables(files: Sequence[Described]) -> list[Guess]:
    """Guess one table for each file; none for a file that looks like none of them."""
    kinds = {file.name: _kind(file) for file in files}
    dated = any(kind in {"orders", "order_lines"} for kind in kinds.values())
    if not dated:
        # Lines without a time need orders that have one.
        kinds = {name: "" if kind == "undated_lines" else kind for name, kind in kinds.items()}
    named = [(file, kinds[file.name].replace("undated_lines", "order_lines")) for file in files]
    return [_fill(table, file) for file, table in named if table]


def _kind(file: Described) -> str:
    has = {column.role for column in file.columns}
    tests: list[tuple[str, Callable[[], bool]]] = [
        ("subscriptions", lambda: {"plan", "started", "customer"} <= has),
        ("surveys", lambda: bool(has & {"nps", "csat"})),
        ("order_lines", lambda: "time" in has and _has_money(has) and _has_lines(file, has)),
        ("orders", lambda: {"time"} <= has and _has_money(has)),
        ("undated_lines", lambda: "order" in has and _has_money(has) and _has_product(has)),
        ("interactions", lambda: "time" in has and bool(has & {"event", "page", "session"})),
        ("customers", lambda: "customer" in has and _is_key(file, "customer")),
        ("products", lambda: "product" in has and _is_key(file, "product")),
    ]
    return next((table for table, test in tests if test()), "")


def _has_money(has: set[str]) -> bool:
    return "amount" in has or {"price", "quantity"} <= has


def _has_product(has: set[str]) -> bool:
    return bool(has & {"product", "product_name"})


def _has_lines(file: Described, has: set[str]) -> bool:
    return _has_product(has) and "order" in has and not _is_key(file, "order")


def _is_key(file: Described, role: str) -> bool:
    column = file.find(role)
    return column is not None and column.n_distinct == column.n_filled > 0


def _fill(table: str, file: Described) -> Guess:
    guess = Guess(table, file)
    for name, role in PLAIN[table].items():
        column = file.find(role)
        if column is not None:
            guess.columns |= dict(_plain(guess, name, column))
    COMPLETE[table](guess)
    return guess


def _plain(guess: Guess, name: str, column: Column) -> Iterator[tuple[str, Filled]]:
    words = CELLS.get("gender" if name == "gender" else name)
    if words is None:
        yield name, Filled(column.name, "by its name")
        return
    known = {word: words.get(word.lower()) for word in column.words}
    if known and all(known.values()):
        yield name, Filled({"column": column.name, "values": known}, "by its name and words")
    else:
        guess.checks.append(
            f"{name}: a column seems to hold it, but not all of its {column.n_distinct} words are "
            "known: list them under `values` and map it"
        )


PLAIN: Mapping[str, Mapping[str, str]] = {
    "orders": {
        "order_id": "order", "customer_id": "customer", "ordered_at": "time", "kind": "kind",
        "status": "status", "amount": "amount", "discount": "discount", "tax": "tax",
        "shipping": "shipping", "channel": "channel", "store_id": "store",
    },
    "order_lines": {
        "order_id": "order", "line": "line", "customer_id": "customer", "ordered_at": "time",
        "kind": "kind", "status": "status", "product_id": "product", "quantity": "quantity",
        "amount": "amount", "discount": "discount",
    },
    "products": {
        "product_id": "product", "name": "product_name", "category_1": "category",
        "brand": "brand", "list_price": "list_price", "unit_cost": "unit_cost",
    },
    "customers": {
        "customer_id": "customer", "created_at": "registered", "birth_year": "birth_year",
        "gender": "gender", "city": "city", "loyalty_tier": "tier", "loyalty_points": "points",
        "acquisition_channel": "channel",
    },
    "subscriptions": {
        "customer_id": "customer", "plan": "plan", "started_on": "started", "ended_on": "ended",
        "price": "price",
    },
    "interactions": {
        "customer_id": "customer", "occurred_at": "time", "page": "page", "session_id": "session",
        "channel": "channel",
    },
    "surveys": {
        "survey_id": "survey", "customer_id": "customer", "answered_at": "time", "nps": "nps",
        "csat": "csat", "text": "comment",
    },
}  # fmt: skip


def _sql(guess: Guess, name: str, sql: str, why: str) -> None:
    guess.columns[name] = Filled({"sql": sql}, why)


def _row_as_number(guess: Guess, name: str, what: str) -> None:
    if name not in guess.columns:
        _sql(guess, name, "source_row", f"no column numbers the {what}: the row does")
        guess.checks.append(f"{name}: shuffling the file gives {what} other numbers")


def _complete_money(guess: Guess) -> None:
    if "amount" in guess.columns:
        guess.checks.append("amount: is it net of tax and discount, in the unit's currency?")
        return
    price, quantity = guess.described.find("price"), guess.described.find("quantity")
    assert price is not None
    assert quantity is not None
    guess.typed |= {price.name, quantity.name}
    sql = f"{identifier(price.name)} * {identifier(quantity.name)}"
    _sql(guess, "amount", sql, "price times quantity: no column holds an amount")
    guess.checks.append("amount: is the price net of tax and discount?")


def _complete_orders(guess: Guess) -> None:
    _complete_money(guess)
    number = guess.described.find("order")
    if number is not None and not _is_key(guess.described, "order"):
        del guess.columns["order_id"]
        guess.checks.append(
            "order_id: its numbers occur on several rows and no column names a product: each row "
            "is taken as an order of its own"
        )
    _row_as_number(guess, "order_id", "orders")
    if "customer_id" not in guess.columns:
        guess.checks.append("customer_id: no column names the customer: every order is a guest's")


def _complete_lines(guess: Guess) -> None:
    _complete_money(guess)
    name = guess.described.find("product_name")
    if "product_id" not in guess.columns and name is not None:
        guess.columns["product_id"] = Filled(name.name, "no number of the product: its name")
    if "quantity" not in guess.columns:
        _sql(guess, "quantity", "1", "no column holds a quantity")
        guess.checks.append("quantity: every line is counted as one piece")
    if "line" in guess.columns and not _numbers_lines(guess.described):
        del guess.columns["line"]
    if "ordered_at" in guess.columns:
        guess.checks.append("order_id: one order's lines must have one customer")


def _numbers_lines(file: Described) -> bool:
    line = file.find("line")
    return line is not None and line.shape.is_whole and line.n_distinct < line.n_filled


def _complete_customers(guess: Guess) -> None:
    for name in ("birth_year", "loyalty_points"):
        held = guess.columns.get(name)
        column = next((c for c in guess.described.columns if held and c.name == held.origin), None)
        if column is not None and not column.shape.is_whole:
            del guess.columns[name]


def _complete_interactions(guess: Guess) -> None:
    _row_as_number(guess, "interaction_id", "contacts")
    event = guess.described.find("event")
    if event is not None and "page" not in guess.columns:
        guess.columns["page"] = Filled(event.name, "by its name: the word of each event")
    if "channel" not in guess.columns:
        _sql(guess, "channel", "'web'", "no column holds a channel whose words are known")
    _sql(guess, "kind", "'page'", "every row is counted as a page that was seen")
    guess.checks.append("channel, kind: are these contacts pages of a site, and nothing else?")


def _complete_surveys(guess: Guess) -> None:
    _row_as_number(guess, "survey_id", "answers")


def _nothing(_guess: Guess) -> None:
    """Leave a table as its columns fill it."""


COMPLETE: Mapping[str, Callable[[Guess], None]] = {
    "orders": _complete_orders, "order_lines": _complete_lines, "products": _nothing,
    "customers": _complete_customers, "subscriptions": _nothing,
    "interactions": _complete_interactions, "surveys": _complete_surveys,
}  # fmt: skip
