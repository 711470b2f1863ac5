"""Orders of `sample-people` in three monthly files that overlap, come late, drift and take back.

May's file brings the last days of April once more, some with another amount: the later file
counts. June's file holds orders of April and May that no file had brought. In June the store
takes a larger share and amounts rise. Refunds follow in a later month than their order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from rapport.ingest.sample.days import day, spell_times
from rapport.ingest.sample.draws import Flags, Key, draw_below, draw_chance
from rapport.ingest.sample.files import Sheet, spell_money

MONTHS = ("2026-04", "2026-05", "2026-06")
ENDS = (day("2026-04-30"), day("2026-05-31"), day("2026-06-30"))
FIRST = day("2026-04-01")
ORDERS_A_RECORD = 3
LATE_PPM, MENDED_PPM, REFUND_PPM = 20_000, 100_000, 60_000
OVERLAP_DAYS = 4
MENDED_CENTS = 100  # by which the later file's amount differs
JUNE_PERCENT = 130  # amounts of June, 100 = as before
STORE_PPM = 300_000  # of June's orders that move to the store
NAMES = ("crm", "app", "store")
FORMS = ("M{:06d}", "wx{:08d}", "K{:07d}")


def make_orders(key: Key, told: pd.DataFrame) -> tuple[list[Sheet], dict[str, Any]]:
    """Make the monthly files and say what was planted.

    Parameters
    ----------
    told : one row per customer record: `source` (position in `NAMES`), `no`
    """
    orders = _draw(key, told)
    refunds = _refund(key.of("refunds"), orders)
    late = draw_chance(key.of("late"), LATE_PPM, len(orders)) & (orders["month"] < 2).to_numpy()
    again = ((orders["month"] == 0) & (orders["day"] > ENDS[0] - OVERLAP_DAYS)).to_numpy() & ~late
    mended = again & draw_chance(key.of("mended"), MENDED_PPM, len(orders))
    files = [_file(month, orders, refunds, {"late": late, "again": again, "mended": mended})
             for month in range(len(MONTHS))]  # fmt: skip
    planted = {
        "orders": len(orders), "refunds": len(refunds), "orders_late": int(late.sum()),
        "orders_delivered_twice": int(again.sum()), "orders_mended": int(mended.sum()),
        "net_cents": int(orders["amount"].sum() + MENDED_CENTS * mended.sum())
        - int(refunds["amount"].sum()),
        "june_amounts_percent": JUNE_PERCENT, "june_moved_to_store_ppm": STORE_PPM,
    }  # fmt: skip
    return files, planted


def _draw(key: Key, told: pd.DataFrame) -> pd.DataFrame:
    n = len(told) * ORDERS_A_RECORD
    who = draw_below(key.of("who"), len(told), n)
    days = FIRST + draw_below(key.of("day"), ENDS[-1] - FIRST + 1, n)
    month = np.searchsorted(ENDS, days)
    # In June some of the online customers' orders are the store's: its regulars buy more.
    store = np.flatnonzero(told["source"].to_numpy() == 2)
    moves = (month == 2) & draw_chance(key.of("moves"), STORE_PPM, n) & (len(store) > 0)
    who[moves] = store[who[moves] % max(len(store), 1)]
    cents = 500 + draw_below(key.of("amount"), 20_000, n) * draw_below(key.of("size"), 5, n)
    rows = pd.DataFrame({
        "source": told["source"].to_numpy()[who], "no": told["no"].to_numpy()[who], "day": days,
        "minute": 480 + draw_below(key.of("minute"), 720, n), "month": month,
        "amount": np.where(month == 2, cents * JUNE_PERCENT // 100, cents),
    })  # fmt: skip
    rows = rows.sort_values(["day", "minute", "source", "no"], kind="stable", ignore_index=True)
    return rows.assign(number=np.arange(1, n + 1))


def _refund(key: Key, orders: pd.DataFrame) -> pd.DataFrame:
    """Take whole orders of April and May back, 31 to 60 days later."""
    back = draw_chance(key.of("which"), REFUND_PPM, len(orders))
    after = orders["day"].to_numpy() + 31 + draw_below(key.of("after"), 30, len(orders))
    rows = orders.assign(day=after, of=orders["number"])[back & (after <= ENDS[-1])]
    month = np.searchsorted(ENDS, rows["day"].to_numpy())
    return rows.assign(month=month, number=np.arange(1, len(rows) + 1))


def _file(
    month: int, orders: pd.DataFrame, refunds: pd.DataFrame, flags: Mapping[str, Flags]
) -> Sheet:
    own = (orders["month"] == month).to_numpy() & ~flags["late"]
    chosen = own | (flags["again"] if month == 1 else flags["late"] if month == 2 else False)
    # The later file has the amount that counts.
    fee = np.where(flags["mended"] & (month == 1), MENDED_CENTS, 0)
    sales = orders.assign(amount=orders["amount"] + fee, kind="sale", form="A{:07d}")[chosen]
    back = refunds[refunds["month"] == month].assign(kind="refund", form="R{:07d}")
    back = back.assign(amount=-back["amount"])
    rows = pd.concat([sales, back], ignore_index=True)
    source = rows["source"].tolist()
    of = rows["of"].fillna(0).astype("int64") if "of" in rows else pd.Series(0, rows.index)
    columns = [
        [form.format(n) for form, n in zip(rows["form"], rows["number"], strict=True)],
        spell_times(rows["day"].to_numpy(), rows["minute"].to_numpy()),
        [NAMES[s] for s in source],
        [FORMS[s].format(n) for s, n in zip(source, rows["no"].tolist(), strict=True)],
        rows["kind"].tolist(),
        spell_money(rows["amount"]),
        [f"A{n:07d}" if n else "" for n in of.tolist()],
    ]
    heads = "order|at|source|customer|kind|amount|refund of"
    return Sheet.of(f"orders-{MONTHS[month]}.csv", heads, columns)
