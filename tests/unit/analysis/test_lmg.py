from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.lmg import share_r_squared


def drawn(seed=0, n=80, k=4):
    random = np.random.default_rng(seed)
    mood = random.normal(size=n)
    rows = pd.DataFrame(0.6 * mood[:, None] + random.normal(size=(n, k)), columns=list("abcd")[:k])
    return rows, pd.Series(rows.to_numpy() @ np.array([1, 0.5, 0.2, 0])[:k] + random.normal(size=n))


def explain(rows, outcome, names):
    design = np.column_stack([np.ones(len(rows)), rows[list(names)]])
    rest = outcome - design @ np.linalg.lstsq(design, outcome, rcond=None)[0]
    return 1 - float((rest**2).sum() / ((outcome - outcome.mean()) ** 2).sum())


def test_a_part_is_what_an_attribute_adds_averaged_over_all_orders():
    rows, outcome = drawn()
    added = {name: [] for name in rows}
    for order in permutations(rows.columns):
        for place, name in enumerate(order):
            before = explain(rows, outcome, order[:place])
            added[name].append(explain(rows, outcome, order[: place + 1]) - before)

    found = share_r_squared(rows, outcome).table.set_index("attribute")

    assert found["part"].to_dict() == pytest.approx({n: np.mean(v) for n, v in added.items()})


def test_parts_add_up_to_r_squared_and_shares_to_one():
    rows, outcome = drawn()

    found = share_r_squared(rows, outcome)

    assert found.table["part"].sum() == pytest.approx(explain(rows, outcome, rows.columns))
    assert found.table["share"].sum() == pytest.approx(1)


def test_an_interval_holds_its_share_and_does_not_depend_on_the_order_of_rows():
    rows, outcome = drawn(n=200)
    order = np.random.default_rng(5).permutation(200)

    one = share_r_squared(rows, outcome).table
    other = share_r_squared(rows.iloc[order], outcome.iloc[order]).table

    assert ((one["low"] <= one["share"]) & (one["share"] <= one["high"])).all()
    assert one["low"].tolist() == pytest.approx(other["low"].tolist())


def test_nothing_explained_is_no_share():
    rows = pd.DataFrame({"a": [1.0, 2.0, 1.0, 2.0]})

    assert share_r_squared(rows, pd.Series([1.0, 1.0, 1.0, 1.0])) is None
