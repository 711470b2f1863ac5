from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.analysis.regions import (
    bound_places,
    list_change,
    measure_places,
    name_customers,
    sum_places,
    sums_to,
)
from rapport.analysis.small_groups import GUESTS, OTHER, UNKNOWN


def groups(now, before=None, *, dimension="region"):
    """Give rows of profile_groups: place -> (customers, net)."""
    rows = [
        (window, dimension, name, n, Decimal(str(net)))
        for window, cells in (("current", now), ("previous", before or {}))
        for name, (n, net) in cells.items()
    ]
    return pd.DataFrame(rows, columns=["window", "dimension", "name", "n_customers", "net"])


def sales(*guests):
    """Give rows of period_measures: sales without a customer number, now and before."""
    windows = ["current", "previous"][: len(guests)]
    nets = [Decimal(str(net)) for net in guests]
    return pd.DataFrame({"window": windows, "unidentified_net": pd.Series(nets, dtype=object)})


NOBODY = sales(0, 0)


def shown(places, *columns):
    return places.table[["place", *columns]].to_numpy().tolist()


def test_places_come_by_money_and_the_rest_last():
    places = sum_places(
        groups({"CN-SH": (20, 50), "CN-GD": (40, 300), None: (15, 90), "CN-BJ": (20, 50)}),
        NOBODY,
        has_before=False,
    )

    assert shown(places, "n_customers", "net") == [
        ["CN-GD", 40, Decimal(300)],
        ["CN-BJ", 20, Decimal(50)],
        ["CN-SH", 20, Decimal(50)],
        [UNKNOWN, 15, Decimal(90)],
    ]
    assert places.outcome == "places"


def test_places_of_few_customers_are_put_together():
    places = sum_places(
        groups({"a": (40, 300), "b": (6, 50), "c": (5, 10), "d": (30, 20)}),
        NOBODY,
        has_before=False,
    )

    assert shown(places, "n_customers", "net") == [
        ["a", 40, Decimal(300)], ["d", 30, Decimal(20)], [OTHER, 11, Decimal(60)],
    ]  # fmt: skip


def test_a_lone_small_place_takes_the_next_smallest_with_it():
    places = sum_places(
        groups({"a": (40, 300), "b": (6, 50), "d": (30, 20)}), NOBODY, has_before=False
    )

    assert shown(places, "n_customers") == [["a", 40], [OTHER, 36]]


def test_a_place_that_was_small_before_is_small():
    places = sum_places(
        groups(
            {"a": (40, 1), "b": (30, 1), "c": (31, 1)}, {"a": (40, 1), "b": (3, 1), "c": (12, 1)}
        ),
        NOBODY,
        has_before=True,
    )

    assert shown(places, "n_customers", "n_before") == [["a", 40, 40], [OTHER, 61, 15]]


def test_returns_of_one_who_bought_nothing_are_not_told():
    places = sum_places(
        groups({"a": (40, 300), "b": (0, -50), "c": (30, 20)}), NOBODY, has_before=False
    )

    assert "b" not in set(places.table["place"])
    assert sum(places.table["net"]) == 270


def test_sales_to_guests_have_a_row_of_their_own_and_no_spend_per_customer():
    places = sum_places(
        groups({"a": (40, 300), "b": (30, 20), None: (14, 80)}), sales(66), has_before=False
    )

    table = places.table.set_index("place")
    assert table["net"].to_dict() == {"a": 300, "b": 20, UNKNOWN: 14, GUESTS: 66}
    assert table["n_customers"].tolist() == [40, 30, 14, 0]
    assert table.loc[UNKNOWN, "per_customer"] == 1
    assert np.isnan(table.loc[GUESTS, "per_customer"])


def test_a_few_customers_without_a_place_take_no_guests_with_them():
    places = sum_places(
        groups({"a": (40, 300), "b": (30, 20), None: (3, 80)}), sales(66), has_before=False
    )

    table = places.table.set_index("place")
    assert table["net"].to_dict() == {"a": 300, OTHER: 34, GUESTS: 66}
    assert table.loc[OTHER, "n_customers"] == 33


def test_shares_changes_and_spend_per_customer():
    places = sum_places(
        groups({"a": (50, 300), "b": (20, 100)}, {"a": (40, 240), "b": (20, 0)}),
        NOBODY,
        has_before=True,
    )

    table = places.table.set_index("place")
    assert table["share"].tolist() == [0.75, 0.25]
    assert table["per_customer"].tolist() == [6.0, 5.0]
    assert table.loc["a", "change"] == 0.25
    assert np.isnan(table.loc["b", "change"])
    assert table["is_few"].tolist() == [False, True]


def test_without_a_period_before_there_is_no_change():
    places = sum_places(
        groups({"a": (50, 300), "b": (20, 100)}, {"a": (40, 240)}), NOBODY, has_before=False
    )

    assert places.table["change"].isna().all()
    assert list_change(places) == []


def test_countries_are_taken_where_customers_live_in_one_region():
    rows = pd.concat(
        [groups({"GB-LND": (90, 9), None: (60, 6)}),
         groups({"GB": (90, 9), "FR": (60, 6)}, dimension="country")]
    )  # fmt: skip

    places = sum_places(rows, NOBODY, has_before=False)

    assert (places.dimension, places.kept) == ("country", frozenset({"GB", "FR"}))


@pytest.mark.parametrize("cells", [{}, {"a": (9, 5)}, {None: (5, 5), "a": (4, 1)}, {"a": (0, 0)}])
def test_too_few_customers_give_no_places(cells):
    places = sum_places(groups(cells), NOBODY, has_before=False)

    assert places.outcome == "none"
    assert places.table.empty
    assert measure_places(places, currency="GBP") == []


def test_a_total_of_nothing_has_no_shares():
    places = sum_places(groups({"a": (20, 5), "b": (20, -5)}), NOBODY, has_before=False)

    assert places.table["share"].isna().all()


def test_a_long_tail_is_put_together():
    cells = {f"p{n:02}": (20, 100 - n) for n in range(40)}

    places = sum_places(groups(cells), NOBODY, has_before=False)

    assert len(places.table) == 15
    assert places.table["place"].tolist()[-1] == OTHER


CELL = st.tuples(st.integers(0, 40), st.decimals(-(10**6), 10**6, places=4))
CELLS = st.dictionaries(st.sampled_from(["a", "b", "c", "d", "e", None]), CELL, max_size=6)


@given(CELLS, CELLS, st.booleans())
def test_rows_add_up_and_tell_of_no_small_number(now, before, has_before):
    places = sum_places(groups(now, before), NOBODY, has_before=has_before)

    assert sums_to(places, sum(net for _, net in now.values()))
    if places.table.empty:
        return
    known = {None: (0, Decimal(0)), **now}
    assert sum(places.table["net"]) == sum(net for _, net in known.values())
    assert places.table["n_customers"].sum() == sum(n for n, _ in known.values())
    named = places.table[places.table["place"].isin(places.kept)]
    for count in ("n_customers", "n_before"):
        assert (named[count].eq(0) | named[count].ge(10)).all()


def flows(names, seed=0):
    random = np.random.default_rng(seed)
    n = len(names)
    spent = [Decimal(str(round(x, 2))) for x in random.lognormal(3, 1, n)]
    people = {"window": "current", "customer_id": [f"c{k}" for k in range(n)]}
    return pd.DataFrame({**people, "n_orders": 1, "net": spent})


def test_without_known_customers_spend_per_customer_has_no_interval():
    places = sum_places(groups({"a": (100, 300), "b": (100, 5)}), NOBODY, has_before=False)

    assert bound_places(places, None, name_customers(None, places)).table["low"].isna().all()


def test_spend_per_customer_has_its_interval_where_there_are_enough():
    live = ["a"] * 100 + ["b"] * 20 + ["c"] * 3 + [None] * 40
    customers = pd.DataFrame({"customer_id": [f"c{k}" for k in range(163)], "region": live})
    rows = flows(live)
    cells = {
        name: (live.count(name), sum(rows["net"][[one == name for one in live]]))
        for name in ("a", "b", "c", None)
    }
    places = sum_places(groups(cells), NOBODY, has_before=False)
    names = name_customers(customers, places)

    table = bound_places(places, rows, names).table.set_index("place")

    assert names["c0"] == "a"
    assert names["c122"] == OTHER
    assert table.loc["a", "low"] < table.loc["a", "per_customer"] < table.loc["a", "high"]
    assert table["low"].isna().to_dict() == {"a": False, OTHER: True, UNKNOWN: False}


def test_the_place_that_moved_most_is_named():
    places = sum_places(
        groups({"a": (50, 300), "b": (40, 100)}, {"a": (40, 290), "b": (20, 40)}),
        NOBODY,
        has_before=True,
    )

    values = {one.name: one.value for one in measure_places(places, currency="GBP")}

    assert values["places.lead.name"] == "a"
    assert values["places.mover.name"] == "b"
    assert values["places.mover.change"] == 60
    assert values["places.mover.relative"] == 1.5
    assert list_change(places) == ["up"]


def test_a_place_of_few_customers_names_no_spend_per_customer():
    places = sum_places(groups({"a": (20, 300), "b": (20, 100)}), NOBODY, has_before=False)

    values = {one.name: one.value for one in measure_places(places, currency="GBP")}

    assert values["places.lead.per_customer"] is None
