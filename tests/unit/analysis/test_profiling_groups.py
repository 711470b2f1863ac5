"""Sales by channel and category: rows that sum to the whole, and nobody told apart."""

from decimal import Decimal

import pandas as pd
import pytest

from rapport.analysis.profiling_discounts import list_discounts, measure_discounts
from rapport.analysis.profiling_groups import (
    NOT_LISTED,
    OTHER,
    TOTAL,
    UNKNOWN,
    add_difference,
    choose_channels,
    choose_groups,
    list_groups,
    measure_channels,
    measure_lead,
    sums_to,
)
from support import table

DRAWN = """
    window    name   n_customers  gross  returns  net
    current   web    40           100    -10      90
    current   store  30           80     0        80
    current   phone  4            9      0        9
    current   app    3            5      -1       4
    current   -      0            20     0        20
    previous  web    30           50     0        50
    previous  app    20           30     0        30
"""


def read(drawn):
    rows = table(drawn)
    rows["name"] = rows["name"].where(rows["name"] != "-", None)
    for name in ("gross", "returns", "net"):
        rows[name] = [Decimal(str(amount)) for amount in rows[name]]
    return rows


def test_small_groups_stand_together_and_all_rows_sum_to_the_whole():
    found = list_groups(read(DRAWN), active=60, min_count=10)

    assert found["name"].tolist() == ["web", "store", OTHER, UNKNOWN, TOTAL]
    assert found["net"].tolist() == [90, 80, 13, 20, 203]
    assert sums_to(found, Decimal(203))
    assert found["share_net"].iloc[-1] == 1
    assert sum(found["share_net"].iloc[:-1]) == pytest.approx(1)


def test_customers_put_together_are_not_counted_and_neither_is_the_total_beside_them():
    found = list_groups(read(DRAWN), active=60, min_count=10).set_index("name")

    assert found["n_customers"].isna().to_dict() == {
        "web": False, "store": False, OTHER: True, UNKNOWN: False, TOTAL: True,
    }  # fmt: skip


def test_groups_put_together_are_not_counted_however_many_they_are():
    rows = read(DRAWN)
    rows.loc[rows["name"].isin(["phone", "app"]) & (rows["window"] == "current"), "n_customers"] = 9

    found = list_groups(rows, active=60, min_count=10).set_index("name")

    assert pd.isna(found.loc[OTHER, "n_customers"])
    assert pd.isna(found.loc[TOTAL, "n_customers"])


def test_without_small_groups_the_total_is_the_customers_of_the_period():
    rows = read(DRAWN)
    rows = rows[~rows["name"].isin(["phone", "app"])]

    found = list_groups(rows, active=60, min_count=10).set_index("name")

    assert found.loc[TOTAL, "n_customers"] == 60


def test_changes_are_of_the_same_groups_in_the_earlier_window():
    found = list_groups(read(DRAWN), active=60, min_count=10).set_index("name")

    # The app was large enough before; now it stands among the others.
    assert found.loc["web", "change"] == pytest.approx(0.8)
    assert found.loc[OTHER, "net_previous"] == 30
    assert pd.isna(found.loc["store", "change"])
    assert found.loc[TOTAL, "net_previous"] == 80


def test_a_lone_small_group_takes_the_smallest_other_along():
    rows = read(DRAWN)
    rows = rows[rows["name"] != "phone"]

    found = list_groups(rows, active=60, min_count=10)

    assert found["name"].tolist() == ["web", OTHER, UNKNOWN, TOTAL]


def test_a_category_called_other_or_total_is_one_of_the_units_own():
    rows = read(DRAWN).replace({"name": {"web": "other", "store": "total"}})

    found = list_groups(rows, active=60, min_count=10)

    assert found["name"].tolist() == ["other", "total", OTHER, UNKNOWN, TOTAL]


def test_nothing_sold_gives_no_rows_and_all_returned_gives_no_share():
    empty = read(DRAWN).iloc[:0]
    returned = read(DRAWN).assign(net=Decimal(-5))

    assert list_groups(empty, active=0, min_count=10).empty
    assert sums_to(list_groups(empty, active=0, min_count=10), Decimal(0))
    assert list_groups(returned, active=60, min_count=10)["share_net"].isna().all()


def test_what_orders_hold_beyond_their_lines_is_a_row_of_its_own():
    lines = read(DRAWN).rename(columns={"name": "category"})
    windows = pd.DataFrame({"window": ["current", "previous"], "gross": [Decimal(220), Decimal(80)],
                            "returns": [Decimal(-11), Decimal(0)],
                            "net": [Decimal(209), Decimal(80)]})  # fmt: skip

    found = list_groups(add_difference(lines, windows), active=60, min_count=10)

    assert found.set_index("name").loc[NOT_LISTED, "net"] == 6
    assert sums_to(found, Decimal(209))


@pytest.mark.parametrize(
    ("names", "channels", "groups"),
    [(["web", "store"], "ok", "ok"), (["web", "web"], "one", "none"), ([None], "unknown", "none")],
)
def test_what_can_be_told_apart_depends_on_how_many_names_there_are(names, channels, groups):
    money = {"gross": Decimal(1), "returns": Decimal(0), "net": Decimal(1)}
    rows = pd.DataFrame({"window": "current", "name": names, "n_customers": 40, **money})

    found = list_groups(rows, active=60, min_count=10)

    assert (choose_channels(found), choose_groups(found)) == (channels, groups)
    assert bool(measure_lead(found, "channel", currency="GBP")) == (names != [None])


MIX = """
    channel  n_channels  n_customers
    web      1           60
    web      2           20
    store    1           20
"""


def test_the_mix_shares_customers_by_main_channel_and_counts_those_of_several():
    rows, measured = measure_channels(table(MIX), min_n=30, confidence=0.95)
    values = {one.name: one for one in measured}

    assert rows["share"].tolist() == [0.8, 0.2]
    assert values["multichannel_share"].value == 0.2
    low, high = values["multichannel_share"].interval
    assert low < 0.2 < high


def test_a_mix_of_few_customers_has_no_shares():
    rows, measured = measure_channels(table(MIX), min_n=200, confidence=0.95)

    assert rows.empty
    assert next(one for one in measured if one.name == "multichannel_share").interval is None


CELLS = """
    n_orders  n_discounted  n_customers  n_known  gross  gross_discounted  discount
    1         0             60           60       600    0                 0
    1         1             40           40       360    360               40
    2         1             50           100      1000   400               100
    5         0             4            20       100    0                 0
"""


def read_cells(drawn):
    rows = table(drawn)
    for name in ("gross", "gross_discounted", "discount"):
        rows[name] = [Decimal(str(amount)) for amount in rows[name]]
    return rows


def test_discounts_are_shared_out_by_how_often_customers_order():
    cells = read_cells(CELLS)

    found = list_discounts(cells, min_n=30, confidence=0.95, seed=0).set_index("band")

    assert found.loc["once", "share_discounted"] == 0.4
    assert found.loc["some", ["aov_with", "aov_without"]].tolist() == [8, 12]
    assert pd.isna(found.loc["often", "share_discounted"])  # four customers
    assert found.loc["total", ["n_customers", "n_orders"]].tolist() == [154, 220]
    depth = measure_discounts(found.reset_index(), cells)[1]
    assert depth.value == pytest.approx(140 / 900)


@pytest.mark.parametrize("change", [{"n_known": 0}, {"n_discounted": 0}, {"n_customers": 1}])
def test_without_discounts_or_with_few_customers_nothing_is_said_of_them(change):
    cells = read_cells(CELLS).assign(**change)

    found = list_discounts(cells, min_n=30, confidence=0.95, seed=0)

    assert found.empty
    assert measure_discounts(found, cells) == []
