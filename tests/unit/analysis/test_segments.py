from decimal import Decimal

import pandas as pd
import pytest

from rapport.analysis.rfm import SEGMENTS
from rapport.analysis.segments import migration, segment_table, sizes_between
from rapport.errors import DataError

CUSTOMERS = pd.DataFrame(
    {
        "rfm_spend": [Decimal("10.01"), Decimal("20.02"), Decimal("-0.03")],
        "rfm_orders": [1, 4, 1],
        "rfm_order_days": [1, 3, 1],
        "rfm_days_since": [5, 10, 300],
        "tenure_days": [5, 200, 300],
    },
    index=["a", "b", "c"],
)
NAMED = pd.Series(["new", "new", "dormant"], CUSTOMERS.index)


def test_a_segment_is_summed_up_exactly():
    table = segment_table(NAMED, CUSTOMERS)

    assert table.loc["new", "spend"] == Decimal("30.03")
    assert sum(table["spend"]) == sum(CUSTOMERS["rfm_spend"])
    assert table.loc["new", ["n_customers", "orders"]].tolist() == [2, 5]
    assert table.loc["new", "aov"] == pytest.approx(6.006)
    assert table.loc["new", "spend_per_customer"] == pytest.approx(15.015)
    assert table.loc["new", ["days_since_median", "share_repeat"]].tolist() == [7.5, 0.5]


def test_shares_are_of_all_customers_and_of_all_spend():
    table = segment_table(NAMED, CUSTOMERS)

    assert table["share_customers"].sum() == pytest.approx(1)
    assert table.loc["new", "share_spend"] == pytest.approx(30.03 / 30.00)


def test_every_segment_has_a_row_also_without_customers():
    table = segment_table(NAMED, CUSTOMERS)

    assert list(table.index) == list(SEGMENTS)
    assert table.loc["general", "n_customers"] == 0
    assert table.loc["general", ["aov", "days_since_median", "share_repeat"]].isna().all()


def test_small_segments_are_marked():
    table = segment_table(NAMED, CUSTOMERS, min_n=2)

    assert table["is_too_few"].to_dict() == dict.fromkeys(SEGMENTS, True) | {"new": False}


def test_no_customers_give_a_table_of_zeros():
    table = segment_table(NAMED.iloc[:0], CUSTOMERS.iloc[:0])

    assert table["n_customers"].sum() == 0
    assert table["share_customers"].isna().all()


def test_the_order_of_customers_moves_nothing():
    shuffled = CUSTOMERS.iloc[[2, 0, 1]]

    pd.testing.assert_frame_equal(segment_table(NAMED, shuffled), segment_table(NAMED, CUSTOMERS))


def test_a_customer_without_a_known_segment_is_refused():
    with pytest.raises(DataError, match="1 of 3 customers have no known segment"):
        segment_table(NAMED.replace("dormant", "sleepy"), CUSTOMERS)
    with pytest.raises(DataError, match="1 of 3 customers have no known segment"):
        segment_table(NAMED.iloc[:2], CUSTOMERS)


def test_moves_count_everybody_of_either_day_once():
    earlier = pd.Series({"a": "new", "b": "new", "c": "dormant"})
    later = pd.Series({"a": "potential", "b": "new", "d": "new"})

    moves = migration(earlier, later)

    assert moves.loc["new", "potential"] == 1
    assert moves.loc["dormant", "absent"] == 1
    assert moves.loc["absent", "new"] == 1
    assert moves.to_numpy().sum() == 4


def test_moves_of_nobody_are_a_table_of_zeros():
    nobody = pd.Series(dtype=object)

    assert migration(nobody, nobody).to_numpy().sum() == 0


def test_sizes_at_two_days_stand_side_by_side():
    sizes = sizes_between(pd.Series(["new", "new"]), pd.Series(["new", "dormant"]))

    assert sizes.loc["new", ["n_earlier", "n_later", "share_later"]].tolist() == [2, 1, 0.5]
    assert sizes["share_earlier"].sum() == 1
