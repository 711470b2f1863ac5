"""Who leans to what: the index, what counts as clear, and what is hidden."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.affinity import find_strongest, measure_affinity, measure_strongest


def draw(lines, *, price=None):
    """Make the mart of one attribute from lines by customer: {group: array of (cup, pan) lines}."""
    prices = price or {"cup": 10, "pan": 10}
    rows = []
    for group, drawn in lines.items():
        counts = np.asarray(drawn)
        whole = counts.sum(axis=1)
        for place, category in enumerate(("cup", "pan")):
            mine = counts[:, place]
            rows.append({
                "attribute": "gender", "name": group, "category": category,
                "n_customers": int((mine > 0).sum()), "n_customers_group": len(counts),
                "net": Decimal(int(mine.sum()) * prices[category]),
                "n_lines": int(mine.sum()), "n_squared": int((mine**2).sum()),
                "n_crossed": int((mine * whole).sum()), "n_lines_group": int(whole.sum()),
                "n_squared_group": int((whole**2).sum()), "n_largest": int(mine.max()),
                "n_largest_group": int(whole.max()),
            })  # fmt: skip
    return pd.DataFrame(rows)


def customers(n, shares, *, lines=6, seed=0):
    return np.random.default_rng(seed).multinomial(lines, shares, size=n)


def test_the_index_is_the_share_of_spend_by_that_of_all():
    rows = draw({"a": [[3, 1]] * 40, "b": [[1, 3]] * 40})

    found = measure_affinity(rows)

    # Of each group 3/4 and 1/4, of all 1/2.
    assert found.shown["index"].tolist() == [150, 50, 50, 150]
    assert found.shown["share_lines"].tolist() == [0.75, 0.25, 0.25, 0.75]


def test_groups_that_differ_are_clear_and_the_strongest_is_named():
    rows = draw({"a": customers(200, [0.8, 0.2]), "b": customers(400, [0.5, 0.5], seed=1)})

    found = measure_affinity(rows)
    strongest = find_strongest(found)

    assert found.outcome == "clear"
    assert (strongest["name"], strongest["category"]) in {("a", "cup"), ("a", "pan"), ("b", "cup"),
                                                          ("b", "pan")}  # fmt: skip
    low, high = next(one for one in measure_strongest(strongest) if one.name == "affinity.lines"
                     ).interval  # fmt: skip
    assert low < strongest["share_lines"] < high


def test_groups_alike_are_level_and_nothing_is_named():
    rows = draw({"a": customers(200, [0.6, 0.4]), "b": customers(200, [0.6, 0.4], seed=1)})

    found = measure_affinity(rows)

    assert found.outcome == "level"
    assert find_strongest(found) is None
    assert measure_strongest(None) == []


def test_lines_of_one_customer_are_no_independent_evidence():
    heavy = np.zeros((60, 2), dtype=int)
    heavy[:, 0], heavy[:, 1] = 2, 2
    heavy[0] = [400, 0]  # one customer alone makes the group lean
    rows = draw({"a": heavy, "b": [[2, 2]] * 60})

    assert measure_affinity(rows).outcome == "level"


def test_of_groups_that_are_alike_few_are_called_clear():
    calls = 0
    for seed in range(40):
        rows = draw({"a": customers(80, [0.5, 0.5], seed=2 * seed),
                     "b": customers(80, [0.5, 0.5], seed=2 * seed + 1)})  # fmt: skip
        calls += measure_affinity(rows).outcome == "clear"

    assert calls <= 6


def test_lines_that_lean_while_spend_leans_the_other_way_are_not_clear():
    rows = draw({"a": customers(300, [0.7, 0.3]), "b": customers(300, [0.5, 0.5], seed=1)})
    rows["net"] = [Decimal(n) for n in (100, 300, 300, 100)]

    assert measure_affinity(rows).outcome == "level"


def test_a_cell_of_few_buyers_is_hidden_with_all_its_numbers():
    one = [[1, 1]] * 5 + [[0, 2]] * 60  # five bought cups

    found = measure_affinity(draw({"a": one, "b": [[1, 1]] * 80}))

    hidden = found.shown.set_index(["name", "category"]).loc[("a", "cup")]
    assert hidden[["index", "n_customers", "share_lines", "low", "p"]].isna().all()
    assert not hidden["is_clear"]


@pytest.mark.parametrize("rows", [
    None, draw({"a": [[1, 1]] * 40}), draw({"a": [[1, 1]] * 40, "b": [[1, 1]] * 5}),
    draw({"a": [[1, 0]] * 40, "b": [[1, 0]] * 40}),
])  # fmt: skip
def test_where_nothing_can_be_compared_nothing_is_measured(rows):
    found = measure_affinity(rows)

    assert (found.outcome, found.attribute) == ("none", None)
    assert found.shown.empty


def test_the_order_of_rows_means_nothing_and_the_input_is_left_alone():
    rows = draw({"a": customers(100, [0.7, 0.3]), "b": customers(100, [0.5, 0.5], seed=1)})
    before = rows.copy()

    one, other = measure_affinity(rows), measure_affinity(rows.iloc[::-1])

    pd.testing.assert_frame_equal(one.cells, other.cells)
    pd.testing.assert_frame_equal(rows, before)


def test_more_came_back_than_was_bought_in_a_group_gives_no_index():
    rows = draw({"a": [[2, 2]] * 40, "b": [[2, 2]] * 40})
    rows.loc[rows["name"] == "a", "net"] = Decimal(-1)

    found = measure_affinity(rows)

    assert found.shown[found.shown["name"] == "a"]["index"].isna().all()
    assert not found.shown["is_clear"].any()
