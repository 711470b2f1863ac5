"""Online Retail II 2009-10 as canonical tables, and the marts of a period made from them.

Made here by three SELECTs and not by the ingestion, so that a difference is one of the marts:
lines without a price and adjustments (`A...`) leave, credit notes (`C...`) are returns.
"""

import functools
import tempfile
from pathlib import Path

import pyarrow as pa

from published.reference_data import ONLINE_RETAIL, find
from rapport import tables
from rapport.marts.build import build_mart
from rapport.marts.catalog import list_buildable
from rapport.schema import SCHEMAS
from rapport.tables.engine import select

SETTINGS = {
    "period_grain": "month", "spend": "gross", "rfm_days": 365, "new_days": 30,
    "churn_after_days": 180, "risk_after_days": 60, "loyal_orders": 4, "horizon_days": 90,
    "holdout_share": 0.5,
    "silent_days": 14, "activation_days": 90, "window_months": 12,
    "confidence": 0.95, "min_change": 0.02, "seed": 0, "k": 0, "profiling": "given",
    "funnel_days": 30, "funnel_steps": "visit, cart, checkout, order",
}  # fmt: skip
ORDERS = """
select
    Invoice as order_id,
    min(cast("Customer ID" as varchar)) as customer_id,
    min(cast(InvoiceDate as timestamp)) as ordered_at,
    min(cast(InvoiceDate as date)) as ordered_on,
    cast(extract(year from min(InvoiceDate)) * 12 + extract(month from min(InvoiceDate)) - 1
        as integer) as month_no,
    -- Rows of the file lie in the order of their time stamps but for some; documents do not tie.
    row_number() over (order by min(InvoiceDate), Invoice) as order_key,
    case when Invoice like 'C%' then 'return' else 'sale' end as kind,
    cast(null as varchar) as status,
    sum(cast(Quantity * cast(Price as decimal(18, 4)) as decimal(18, 4))) as amount
from invoices
where Invoice not like 'A%' and Price <> 0 and not (Invoice like 'C%' and Quantity > 0)
group by Invoice
order by order_key
"""
CUSTOMERS = """
select
    customer_id, min(order_key) as order_key
from orders where customer_id is not null group by customer_id order by order_key
"""
SNAPSHOT = "select min(ordered_on) as data_from, max(ordered_on) as data_until from orders"


def fill_columns(rows, name):
    """Give a table every column of its schema, empty where the shop has none."""
    for field in tables.arrow_schema(SCHEMAS[name]):
        if field.name not in rows.column_names:
            rows = rows.append_column(field, pa.nulls(rows.num_rows, field.type))
    return rows


@functools.cache
def write_canonical():
    """Write the canonical tables once and give their paths."""
    into = Path(tempfile.mkdtemp(prefix="rapport-published-"))
    paths = {"invoices": find(ONLINE_RETAIL)}
    for name, sql in {"orders": ORDERS, "customers": CUSTOMERS, "snapshot": SNAPSHOT}.items():
        rows = fill_columns(select(sql, paths), name)
        paths[name] = tables.write_table(rows, into / f"{name}.parquet").path
    return {name: path for name, path in paths.items() if name != "invoices"}


# What other marts read.
FIRST = ("settings", "periods", "charged_orders", "order_spells")


@functools.cache
def read_marts(period, only=None):
    """Make every mart of a period, or those whose names begin with `only`, as frames by name."""
    paths = dict(write_canonical())
    into = paths["orders"].parent / period
    frames = {}
    for name in list_buildable(paths):
        if only is not None and not name.startswith((only, *FIRST)):
            continue
        values = SETTINGS | {"period": period}
        paths[name] = build_mart(name, paths, settings=values, into=into).path
        frames[name] = tables.read_table(paths[name])
    return frames
