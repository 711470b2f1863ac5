"""`sample-load`: one shop of any size for measurements, written as it is drawn.

Blocks of rows are drawn each from a key of its own and written one after another, so a file of
five million orders takes the memory of one block. A customer's number of orders is skewed: a
third of the orders come from a tenth of the customers. Days run over three years, with amounts
between 1 and 400 and one return in 25 orders.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from rapport.errors import ParameterError
from rapport.ingest.sample.days import day
from rapport.ingest.sample.draws import Ints, Key, draw_below, draw_chance, draw_weighted
from rapport.ingest.sample.files import write_bytes

UNIT = "sample-load"
SEED = 20260101
BLOCK = 250_000
ORDERS_A_CUSTOMER = (25, 2)  # 12.5
FIRST, DAYS = "2023-07-01", 1_096
CHANNELS = ("web", "app", "store", "marketplace")
COUNTRIES = ("GB", "DE", "FR", "NL", "IE")
RETURNED_PPM, GUEST_PPM = 40_000, 100_000
PARAMS = """\
# {n_orders:,} orders drawn for load. Copy this file to params/sample-load.yml to run it.
title: {{en: Load (sample), zh: 压力样例}}
currency: GBP
timezone: UTC
sample: true
sources:
  customers: {{path: sample-load/customers.csv, format: csv}}
  orders: {{path: sample-load/orders.csv, format: csv}}
tables:
  customers:
    from: customers
    source: crm
    columns: {{customer_id: customer, created_at: created, country: country}}
  orders:
    from: orders
    source: till
    columns:
      order_id: order
      customer_id: customer
      ordered_at: at
      kind: kind
      amount: amount
      discount: discount
      channel: channel
expect:
  rows: {{customers: {n_customers}, orders: {n_orders}}}
"""


def write_load(folder: Path, *, rows: int, seed: int = SEED) -> dict[str, str]:
    """Write a shop of `rows` orders and give the sha256 of each of its files.

    Parameters
    ----------
    folder : where `sample-load/` is made
    rows : orders, at least 1,000; customers are two for every 25 of them
    seed : equal seeds and rows give equal bytes

    Raises
    ------
    ParameterError
        Fewer than 1,000 orders.
    """
    if rows < 1_000:
        raise ParameterError(f"rows: {rows} orders are no load. Use 1,000 at least.")
    key = Key((seed,)).of(UNIT)
    n_customers = rows * ORDERS_A_CUSTOMER[1] // ORDERS_A_CUSTOMER[0]
    params = PARAMS.format(n_orders=rows, n_customers=n_customers)
    return {
        f"{UNIT}/customers.csv": _stream(
            folder / UNIT / "customers.csv", _blocks(n_customers, _draw_customers, key.of("people"))
        ),
        f"{UNIT}/orders.csv": _stream(
            folder / UNIT / "orders.csv",
            _blocks(rows, lambda k, n, at: _draw_orders(k, n, at, n_customers), key.of("orders")),
        ),
        f"{UNIT}/{UNIT}.yml": write_bytes(folder / UNIT / f"{UNIT}.yml", params.encode("utf-8")),
    }


def _blocks(
    n: int, draw: Callable[[Key, int, int], Mapping[str, pa.Array]], key: Key
) -> Iterator[pa.Table]:
    for at in range(0, n, BLOCK):
        yield pa.table(dict(draw(key.of(at), min(BLOCK, n - at), at)))


def _stream(path: Path, blocks: Iterator[pa.Table]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.part")
    first = next(blocks)
    options = pa_csv.WriteOptions(quoting_style="none")
    with pa_csv.CSVWriter(aside, first.schema, write_options=options) as file:
        file.write_table(first)
        for block in blocks:
            file.write_table(block)
    with aside.open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
    aside.replace(path)
    return digest


def _draw_customers(key: Key, n: int, at: int) -> dict[str, pa.Array]:
    created = day(FIRST) - 400 + draw_below(key.of("created"), 400, n)
    countries = pa.array(COUNTRIES).take(
        pa.array(draw_weighted(key.of("country"), (60, 15, 10, 9, 6), n))
    )
    return {
        "customer": _spell("c", np.arange(at, at + n)), "created": _days(created),
        "country": countries,
    }  # fmt: skip


def _draw_orders(key: Key, n: int, at: int, n_customers: int) -> dict[str, pa.Array]:
    # The lesser of several draws is small more often: that makes few customers many orders.
    who = np.minimum.reduce([draw_below(key.of(f"who {i}"), n_customers, n) for i in range(4)])
    days = day(FIRST) + draw_below(key.of("day"), DAYS, n)
    seconds = draw_below(key.of("second"), 86_400, n)
    back = draw_chance(key.of("back"), RETURNED_PPM, n)
    cents = 100 + draw_below(key.of("cents"), 40_000, n)
    off = np.where(draw_chance(key.of("off"), 200_000, n) & ~back, cents // 10, 0)
    guests = draw_chance(key.of("guest"), GUEST_PPM, n)
    customers = pc.if_else(pa.array(guests), pa.scalar(""), _spell("c", who))
    stamps = pa.array(days * 86_400 + seconds, pa.timestamp("s"))
    channels = pa.array(CHANNELS).take(
        pa.array(draw_weighted(key.of("channel"), (45, 25, 20, 10), n))
    )
    return {
        "order": _spell("o", np.arange(at, at + n)), "customer": customers,
        "at": pc.strftime(stamps, "%Y-%m-%d %H:%M:%S"),
        "kind": pc.if_else(pa.array(back), pa.scalar("return"), pa.scalar("sale")),
        "amount": _money(np.where(back, -cents, cents - off)), "discount": _money(off),
        "channel": channels,
    }  # fmt: skip


def _spell(mark: str, numbers: Ints) -> pa.Array:
    digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), 8, padding="0")
    return pc.binary_join_element_wise(pa.scalar(mark), digits, pa.scalar(""))


def _days(numbers: Ints) -> pa.Array:
    return pa.array(numbers.astype("int32"), pa.date32()).cast(pa.string())


def _money(cents: Ints) -> pa.Array:
    whole, part = (pa.array(half) for half in np.divmod(np.abs(cents), 100))
    digits = pc.utf8_lpad(part.cast(pa.string()), 2, padding="0")
    text = pc.binary_join_element_wise(whole.cast(pa.string()), digits, pa.scalar("."))
    return pc.binary_join_element_wise(
        pc.if_else(pa.array(cents < 0), pa.scalar("-"), pa.scalar("")), text, pa.scalar("")
    )
