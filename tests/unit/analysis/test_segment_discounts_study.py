import datetime as dt

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.segment_discounts_study import (
    measure_discounts,
    name_discounts,
    study_discounts,
)
from rapport.analysis.segmentation_study import Segmentation, SegmentRules

RULES = SegmentRules(dt.date(2026, 6, 30), min_n=30, min_count=10)


def shop(groups):
    """Make customers: segment -> (customers, orders of each, how many of them had a discount)."""
    rows = [
        (name, orders, discounted if at < with_one else 0)
        for name, (n, orders, discounted, with_one) in groups.items()
        for at in range(n)
    ]
    frame = pd.DataFrame(rows, columns=["segment", "n_orders", "n_discounted_orders"])
    table = pd.DataFrame({"n_customers": frame["segment"].value_counts()})
    found = Segmentation(frame, frame[["segment"]], table, "ok", "high_value", 0)
    return found, frame


APART = {"high_value": (100, 4, 2, 80), "general": (60, 2, 1, 15), "new": (29, 1, 1, 29)}


def test_shares_are_of_orders_and_small_segments_count_among_all_alone():
    table = study_discounts(*shop(APART), RULES).set_index("segment")

    assert table.index.tolist() == ["high_value", "general", "total"]
    assert table["n_orders"].tolist() == [400, 120, 549]
    assert table["share"].tolist() == pytest.approx([160 / 400, 15 / 120, 204 / 549])
    assert (table["low"] < table["share"]).all()
    assert (table["share"] < table["high"]).all()


def test_the_interval_draws_customers_and_is_wider_than_one_of_orders():
    row = study_discounts(*shop(APART), RULES).iloc[0]

    one_order_each = 1.96 * np.sqrt(0.4 * 0.6 / 400)
    # Every customer's orders go the same way by twos: the variance of 100 customers of .5 or 0.
    of_customers = 1.96 * np.sqrt(0.8 * 0.2 * 0.25 / 100)
    assert (row["high"] - row["low"]) / 2 == pytest.approx(of_customers, rel=0.15)
    assert of_customers != pytest.approx(one_order_each, rel=0.1)


def test_segments_are_called_apart_only_where_intervals_are():
    near = APART | {"general": (60, 2, 1, 48)}

    assert name_discounts(study_discounts(*shop(APART), RULES)) == ["apart"]
    assert name_discounts(study_discounts(*shop(near), RULES)) == ["close"]
    named = {one.name: one for one in measure_discounts(study_discounts(*shop(APART), RULES))}
    assert named["discounts.most"].value == "high_value"
    assert named["discounts.least.share"].value == pytest.approx(15 / 120)
    assert named["discounts.share"].n == 549


def test_few_customers_with_a_discount_are_hidden_and_so_is_the_next_smallest():
    groups = {"high_value": (100, 4, 2, 80), "general": (60, 2, 1, 4), "dormant": (40, 1, 1, 30)}

    table = study_discounts(*shop(groups), RULES).set_index("segment")

    assert table["share"].isna().to_dict() == {
        "high_value": False, "general": True, "dormant": True, "total": False,
    }  # fmt: skip
    assert name_discounts(table.reset_index()) == []


@pytest.mark.parametrize("discounted", [None, 0])
def test_without_discounts_there_is_no_table(discounted):
    found, frame = shop(APART)

    assert study_discounts(found, frame.assign(n_discounted_orders=discounted), RULES).empty
    assert study_discounts(found, frame.drop(columns="n_discounted_orders"), RULES).empty


def test_shuffled_customers_change_nothing():
    found, frame = shop(APART)
    order = np.random.default_rng(1).permutation(len(frame))
    mixed = frame.iloc[order]
    again = Segmentation(mixed, mixed[["segment"]], found.table, "ok", "high_value", 0)

    pd.testing.assert_frame_equal(
        study_discounts(again, mixed, RULES), study_discounts(found, frame, RULES)
    )
