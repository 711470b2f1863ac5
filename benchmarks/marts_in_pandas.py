"""What the marts of customers hold, as one would write it in pandas: the peer of `bench_marts`.

Vectorised throughout: no loop over customers, no `apply`, customers as whole numbers once read.
Money is a float here, where the marts add exactly; nothing is written.
"""

from pathlib import Path

import numpy as np
import pandas as pd

COLUMNS = ("customer_id", "ordered_on", "kind", "status", "amount", "discount", "channel")
AS_OF = np.datetime64("2023-12-31")
# current, previous, last_year, cut, train, test, as the marts' calendar has them for 2023-12.
ENDS = ("2023-12-31", "2023-11-30", "2022-12-31", "2023-07-04", "2023-10-02")
RISK, CHURN, LOYAL, LOOK_BACK, AHEAD = 60, 180, 4, 365, 90


def make_features(folder: Path) -> dict[str, pd.DataFrame]:
    """Make measures, habits, mixes, cohorts and transitions, all as frames in memory."""
    orders = pd.read_parquet(folder / "orders.parquet", columns=list(COLUMNS))
    customers = pd.read_parquet(folder / "customers.parquet", columns=["customer_id", "region"])
    orders = orders[(orders["status"] != "cancelled") & orders["customer_id"].notna()]
    codes = pd.Index(customers["customer_id"]).get_indexer(orders["customer_id"])
    orders = orders.assign(
        customer=codes, day=orders["ordered_on"].to_numpy("datetime64[s]"),
        amount=orders["amount"].astype(float), discount=orders["discount"].astype(float),
        channel=orders["channel"].astype("category"),
    ).drop(columns=["customer_id", "ordered_on", "status"])  # fmt: skip
    orders = orders.sort_values(["customer", "day"], kind="stable")
    sales = orders[orders["kind"] == "sale"]
    days = sales[["customer", "day"]].drop_duplicates()
    return {
        "measures": pd.concat([measure(orders, sales, days, end) for end in ENDS]),
        "habits": pd.concat([find_habits(sales, days, end) for end in ENDS[:2]]),
        "mixes": mix(orders, sales, customers),
        "cohorts": count_cohorts(days),
        "transitions": count_moves(days),
    }


def measure(
    orders: pd.DataFrame, sales: pd.DataFrame, days: pd.DataFrame, end: str
) -> pd.DataFrame:
    """Measure each customer up to a day: first, last, counts, money, RFM, 90 days, days after."""
    on = np.datetime64(end)
    by, bought, on_days = (frame[frame["day"] <= on] for frame in (orders, sales, days))
    since = on - np.timedelta64(LOOK_BACK, "D")
    recent, rfm_days = bought[bought["day"] > since], on_days[on_days["day"] > since]
    late = on - np.timedelta64(90, "D")
    after = days[(days["day"] > on) & (days["day"] <= on + np.timedelta64(AHEAD, "D"))]
    back = by[by["kind"] == "return"]
    parts = [
        bought.groupby("customer").agg(
            first=("day", "min"), last=("day", "max"), n=("day", "size"), gross=("amount", "sum")
        ),
        on_days.groupby("customer").size().rename("n_days"),
        back.groupby("customer")["amount"].agg(n_returns="size", returns="sum"),
        recent.groupby("customer")["amount"].agg(rfm_orders="size", rfm_gross="sum"),
        rfm_days.groupby("customer")["day"].agg(rfm_days="size", rfm_first="min"),
        back[back["day"] > since].groupby("customer")["amount"].sum().rename("rfm_returns"),
        bought[bought["day"] > late].groupby("customer")["amount"].sum().rename("gross_90"),
        on_days[on_days["day"] > late].groupby("customer").size().rename("days_90"),
        after.groupby("customer").size().rename("n_next"),
    ]
    return pd.concat(parts, axis=1).assign(end=end)


def find_habits(sales: pd.DataFrame, days: pd.DataFrame, end: str) -> pd.DataFrame:
    """Find the median gap, the main channel, the number of channels and of discounted orders."""
    on = np.datetime64(end)
    bought, on_days = sales[sales["day"] <= on], days[days["day"] <= on]
    gaps = on_days["day"].diff().where(on_days["customer"].diff() == 0)
    medians = gaps.dt.days.groupby(on_days["customer"]).median()
    used = bought.groupby(["customer", "channel"], observed=True).size().reset_index(name="n")
    ranked = used.sort_values(["customer", "n", "channel"], ascending=[True, False, True])
    return pd.concat(
        [
            medians.rename("median_gap"),
            ranked.drop_duplicates("customer").set_index("customer")["channel"],
            used.groupby("customer").size().rename("n_channels"),
            bought[bought["discount"] > 0].groupby("customer").size().rename("n_discounted"),
        ],
        axis=1,
    ).assign(end=end)


def mix(orders: pd.DataFrame, sales: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Sum three months by channel and region, and count customers by main channel of a year."""
    regions = customers["region"].astype("category").to_numpy()
    month = orders["day"].to_numpy("datetime64[M]")
    frames = []
    for window in ("2023-12", "2023-11", "2022-12"):
        inside = orders[month == np.datetime64(window)]
        inside = inside.assign(region=regions[inside["customer"]])
        for dimension in ("channel", "region"):
            frame = inside.groupby([dimension, "kind"], observed=True).agg(
                money=("amount", "sum"), n=("amount", "size"), buyers=("customer", "nunique")
            )
            frames.append(frame.reset_index(names=["name", "kind"]).assign(window=window))
    year = sales[sales["day"] > AS_OF - np.timedelta64(LOOK_BACK, "D")]
    used = year.groupby(["customer", "channel"], observed=True)["amount"].agg(["size", "sum"])
    used = used.reset_index().sort_values(["customer", "size", "sum", "channel"])
    main = used.drop_duplicates("customer", keep="last").groupby("channel", observed=True).size()
    return pd.concat([*frames, main.reset_index(name="n")])


def count_cohorts(days: pd.DataFrame) -> pd.DataFrame:
    """Count customers by month of the first order and months since."""
    month = days["day"].to_numpy("datetime64[M]").astype(int)
    months = pd.DataFrame({"customer": days["customer"].to_numpy(), "month": month})
    months = months.drop_duplicates()
    first = months.groupby("customer")["month"].transform("min")
    return months.assign(cohort=first, since=months["month"] - first).groupby(
        ["cohort", "since"]
    ).size().reset_index(name="n")  # fmt: skip


def count_moves(days: pd.DataFrame) -> pd.DataFrame:
    """Count moves between the stages at two month ends after one another."""
    ends = np.arange("2021-02", "2024-02", dtype="datetime64[M]").astype("datetime64[D]") - 1
    before, moves = None, []
    for end in ends:
        seen = days[days["day"] <= end]
        last = (end - seen.groupby("customer")["day"].max()).dt.days
        first = seen.groupby("customer")["day"].min().to_numpy("datetime64[M]")
        recent = seen[seen["day"] > end - np.timedelta64(LOOK_BACK, "D")]
        n = recent.groupby("customer").size().reindex(last.index, fill_value=0)
        stages = np.select(
            [last >= CHURN, last >= RISK, first == end.astype("datetime64[M]"), n >= LOYAL],
            ["churned", "at_risk", "new", "loyal"], "growing",
        )  # fmt: skip
        now = pd.Series(stages, index=last.index, dtype="category")
        if before is not None:
            pairs = pd.DataFrame({"before": before.reindex(now.index), "now": now})
            moves.append(pairs.value_counts(dropna=False).reset_index().assign(end=end))
        before = now
    return pd.concat(moves)
