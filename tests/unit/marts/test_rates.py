"""rate_groups counts the customers that page one's shares count, by what was so of them before."""

import datetime as dt

import pandas as pd
import pytest

from rapport.marts.build import build_mart
from unit.marts.conftest import SETTINGS, write_canonical

ORDERS = (
    ("a", "2010-01-05"), ("a", "2010-02-01"), ("a", "2010-11-20"), ("b", "2010-05-20"),
    ("c", "2010-06-10"), ("d", "2010-08-15"), ("d", "2010-10-30"), ("e", "2010-08-20"),
    ("f", "2010-07-25"), ("g", "2010-11-30"), ("h", "2009-12-31"), ("h", "2010-04-02"),
    ("i", "2010-08-10"), ("i", "2010-11-08"),
)  # fmt: skip
CHANNELS = {"a": "web", "b": "store", "c": "web", "d": "web", "e": "store", "f": None}


def make(tmp_path, name, *, answers=(), churn_after_days=180):
    """Make one mart of the customers drawn above."""
    orders = [
        {"order_id": f"o{place}", "order_key": place, "customer_id": customer, "kind": "sale",
         "ordered_on": dt.date.fromisoformat(day), "ordered_at": pd.Timestamp(day), "amount": 5}
        for place, (customer, day) in enumerate(ORDERS)
    ]  # fmt: skip
    firsts = {customer: place for place, (customer, _) in reversed([*enumerate(ORDERS)])}
    customers = [
        {"customer_id": one, "order_key": key, "acquisition_channel": CHANNELS.get(one)}
        for one, key in firsts.items()
    ]
    surveys = [
        {"survey_id": f"s{place}", "customer_id": one, "nps": nps,
         "answered_on": dt.date.fromisoformat(day), "answered_at": pd.Timestamp(day)}
        for place, (one, day, nps) in enumerate(answers)
    ]  # fmt: skip
    snapshot = {"data_from": dt.date(2009, 1, 1), "data_until": dt.date(2010, 12, 9)}
    rows = {"orders": orders, "customers": customers, "surveys": surveys, "snapshot": [snapshot]}
    paths = {one: write_canonical(one, part, tmp_path) for one, part in rows.items()}
    values = SETTINGS | {"period": "2010-11", "churn_after_days": churn_after_days}
    for mart in ("settings", "periods", "charged_orders", "order_spells", name):
        paths[mart] = build_mart(
            mart, paths, settings=values, into=tmp_path, shelf=tmp_path.parent
        ).path
    return pd.read_parquet(paths[name])


def add_up(groups, figure):
    """Give customers counted and those who did it, by window."""
    mine = groups[groups["figure"] == figure]
    hit = mine[mine["points"] == 100].groupby("window")["n"].sum()
    return {
        window: (int(n), int(hit.get(window, 0)))
        for window, n in mine.groupby("window")["n"].sum().items()
    }


@pytest.mark.parametrize("days", [180, 173, 144, 25])
@pytest.mark.parametrize(
    ("figure", "mart", "columns"),
    [
        ("repurchase", "repurchase", ["n_first", "n_again"]),
        ("churn", "churn_months", ["n_at_start", "n_churned"]),
    ],
)
def test_who_is_counted_are_those_of_the_share(tmp_path, figure, mart, columns, days):
    found = make(tmp_path, "rate_groups", churn_after_days=days)
    share = make(tmp_path, mart, churn_after_days=days).set_index("window")[columns]

    expected = {w: tuple(map(int, share.loc[w])) for w in ("current", "previous")}
    assert add_up(found, figure) == {w: pair for w, pair in expected.items() if pair[0]}


def test_customers_are_told_apart_by_year_and_channel_of_their_first_order(tmp_path):
    found = make(tmp_path, "rate_groups")

    rows = found[(found["figure"] == "repurchase") & (found["window"] == "current")]
    told = rows[["cohort", "acquisition_channel", "points", "n"]].to_numpy(dtype=object).tolist()
    # d and i came back, i on the last day; e did not. f was 90 days old in October.
    assert told == [[2010, "store", 0, 1], [2010, "web", 100, 1], [2010, None, 100, 1]]


def test_the_last_answer_of_a_customer_counts_and_strangers_each_for_themselves(tmp_path):
    answers = [
        ("a", "2010-11-02", 9), ("a", "2010-11-20", 3), ("b", "2010-11-05", 8),
        (None, "2010-11-06", 10), (None, "2010-11-07", 10), ("c", "2010-10-07", 10),
        ("d", "2010-12-01", 0),
    ]  # fmt: skip

    found = make(tmp_path, "rate_groups", answers=answers)

    scores = found[found["figure"] == "nps"].groupby(["window", "points"])["n"].sum()
    assert scores.to_dict() == {
        ("current", -100): 1, ("current", 0): 1, ("current", 100): 2, ("previous", 100): 1,
    }  # fmt: skip
