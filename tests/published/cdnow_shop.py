"""CDNOW, the tenth of the 1997 cohort, as canonical tables, and the marts made from them.

The log is read as it lies: 6,919 rows, of which 8 have amount 0 and 21 are exact copies; purchases
of one day are one.
"""

import functools
import gzip
import tempfile
from pathlib import Path

import pandas as pd
import pyarrow as pa

from published.reference_data import find
from rapport import tables
from rapport.marts.build import build_mart
from rapport.tables.engine import select

CDNOW = "cdnow/CDNOW_sample.txt.gz"
SETTINGS = {"rfm_days": 365, "churn_after_days": 180, "horizon_days": 90, "holdout_share": 0.5}


@functools.cache
def write_canonical():
    """Write the canonical tables once and give their paths."""
    with gzip.open(find(CDNOW), "rt", encoding="ascii") as log:
        rows = [line.split() for line in log]
    drawn = pd.DataFrame(rows, columns=["master", "customer_id", "day", "n", "amount"])
    drawn = drawn.sort_values(["day", "customer_id"], kind="stable")
    raw = pa.table({
        "customer_id": drawn["customer_id"].tolist(), "day": drawn["day"].tolist(),
        "amount": drawn["amount"].tolist(), "order_key": range(len(drawn)),
    })  # fmt: skip
    into = Path(tempfile.mkdtemp(prefix="rapport-cdnow-"))
    paths = {"log": tables.write_table(raw, into / "log.parquet").path}
    sqls = {
        "orders": "select customer_id, order_key, 'sale' as kind, cast(null as varchar) as status, "
        "cast(null as varchar) as channel, cast(null as decimal(18, 4)) as discount, "
        "cast(strptime(day, '%Y%m%d') as date) as ordered_on, "
        "cast(amount as decimal(18, 4)) as amount from log order by order_key",
        "customers": "select customer_id, min(order_key) as order_key from orders "
        "group by customer_id order by order_key",
        "snapshot": "select min(ordered_on) as data_from, max(ordered_on) as data_until "
        "from orders",
    }
    for name, sql in sqls.items():
        paths[name] = tables.write_table(select(sql, paths), into / f"{name}.parquet").path
    return paths


@functools.cache
def read_marts():
    """Give customer_transactions and holdout_days of June 1998, the last month of the log."""
    paths = dict(write_canonical())
    frames = {}
    for name in (
        "settings", "periods", "charged_orders", "customer_transactions", "holdout_days",
    ):  # fmt: skip
        into = paths["orders"].parent / "marts"
        values = SETTINGS | {"period": "1998-06"}
        paths[name] = build_mart(name, paths, settings=values, into=into).path
        frames[name] = tables.read_table(paths[name])
    return frames
