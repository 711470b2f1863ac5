from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.analysis.mix_rate import bound_parts, split_change, sum_groups
from rapport.errors import DataError
from support import table

COUNT = st.integers(min_value=0, max_value=10**6)
MONEY = st.decimals(min_value=-(10**12), max_value=10**12, places=4)
CELL = st.tuples(COUNT, MONEY, COUNT, MONEY).map(
    lambda cell: (cell[0], cell[1] if cell[0] else Decimal(0),
                  cell[2], cell[3] if cell[2] else Decimal(0))
)  # fmt: skip
COLUMNS = ["n_then", "total_then", "n_now", "total_now"]


def groups(text):
    return table(text, index="group")


def test_what_moved_is_told_apart_from_who_is_there():
    split = split_change(
        groups(
            """
            group  n_then  total_then  n_now  total_now
            old        50          40     50         30
            new        50          10     50         10
            """
        )
    )

    assert (split.mix, split.rate) == (Decimal(0), Decimal("-0.1"))
    assert split.groups["rate"].tolist() == [Decimal("-0.1"), Decimal(0)]


def test_with_rates_unchanged_all_is_mix():
    split = split_change(
        groups(
            """
            group  n_then  total_then  n_now  total_now
            old        80          40     20         10
            new        20           5     80         20
            """
        )
    )

    assert (split.mix, split.rate) == (Decimal("-0.15"), Decimal(0))
    assert split.pair == "agree"


@given(st.lists(CELL, min_size=1, max_size=8))
def test_the_parts_add_up_to_the_last_decimal(cells):
    split = split_change(pd.DataFrame(cells, columns=COLUMNS))

    n_then, n_now = (sum(cell[at] for cell in cells) for at in (0, 2))
    if split is None:
        assert 0 in (n_then, n_now)
        return
    assert split.mix + split.rate == split.now - split.then
    assert sum(split.groups["mix"]) == split.mix
    assert sum(split.groups["rate"]) == split.rate
    assert abs(split.now * n_now - sum(cell[3] for cell in cells)) <= n_now * Decimal("1e-9")


@given(st.lists(CELL, min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_groups_means_nothing(cells, random):
    frame = pd.DataFrame(cells, columns=COLUMNS)
    order = list(range(len(cells)))
    random.shuffle(order)

    one, other = split_change(frame), split_change(frame.iloc[order])

    if one is not None:
        # Rounding may leave its last digits to another of two equal groups.
        assert abs(one.mix - other.mix) <= 20 * Decimal("1e-9")
        assert one.pair == other.pair


def test_a_group_that_appears_or_vanishes_is_all_mix():
    split = split_change(
        groups(
            """
            group   n_then  total_then  n_now  total_now
            stays       50          25     50         25
            left        50          10      0          0
            came         0           0     50         40
            """
        )
    )

    assert split.rate == 0
    assert split.mix == split.now - split.then == Decimal("0.3")
    assert split.groups["rate_then"].isna().tolist() == [False, False, True]
    assert split.groups["rate_now"].isna().tolist() == [False, True, False]


def test_a_rate_that_falls_though_every_group_rises_is_simpson():
    split = split_change(
        groups(
            """
            group  n_then  total_then  n_now  total_now
            loyal      80          40     20         11
            new        20           2     80          9
            """
        )
    )

    assert split.now < split.then
    assert (split.groups["rate_now"] > split.groups["rate_then"]).all()
    assert split.pair == "simpson"


def test_one_group_that_moves_with_the_whole_is_no_simpson_pair():
    split = split_change(
        groups(
            """
            group  n_then  total_then  n_now  total_now
            loyal      80          40     20         11
            new        20           2     70          8
            few         1           1     10          9
            """
        )
    )

    assert split.pair == "outweighed"
    assert split.rate > 0 > split.change


@pytest.mark.parametrize("empty", ["n_then", "n_now"])
def test_a_period_without_customers_is_compared_with_nothing(empty):
    cells = {"n_then": [5], "total_then": [1], "n_now": [5], "total_now": [2]}
    cells |= {empty: [0], empty.replace("n_", "total_"): [0]}

    assert split_change(pd.DataFrame(cells)) is None


def test_no_groups_are_compared_with_nothing():
    assert split_change(pd.DataFrame(columns=COLUMNS)) is None


def test_a_total_of_no_customers_is_refused():
    broken = pd.DataFrame({"n_then": [0], "total_then": [1], "n_now": [1], "total_now": [1]})

    with pytest.raises(DataError, match="1 of 1 groups have a total of no customers"):
        split_change(broken)


def test_the_input_is_left_as_it_was():
    frame = pd.DataFrame({"n_then": [2], "total_then": [1], "n_now": [2], "total_now": [2]})
    before = frame.copy(deep=True)

    split_change(frame)

    pd.testing.assert_frame_equal(frame, before)


def draw(seed, n=400):
    random = np.random.default_rng(seed)
    kinds = random.choice(["a", "b", "c"], n, p=[0.5, 0.4, 0.1])
    spent = random.lognormal(2, 0.8, n) * np.where(kinds == "a", 2, 1)
    later = np.where(kinds == "c", "d", np.where(random.random(n) < 0.3, "b", kinds))
    again = spent * random.lognormal(0.1, 0.3, n)
    then = pd.DataFrame(
        {"customer_id": range(n), "is_now": False, "group": kinds, "value": spent, "counts": 1}
    )
    now = then.assign(is_now=True, group=later, value=again)
    rows = pd.concat([then, now], ignore_index=True)
    rows = rows[random.random(len(rows)) < 0.8].reset_index(drop=True)
    return rows.assign(value=rows["value"].map(lambda x: Decimal(repr(round(x, 4)))))


def test_intervals_are_as_wide_as_drawing_customers_again_says():
    rows = draw(0)
    split = split_change(sum_groups(rows))
    random = np.random.default_rng(1)
    place = rows.groupby("customer_id").indices
    drawn = []
    for _ in range(200):
        picked = random.choice(list(place), len(place))
        again = rows.iloc[np.concatenate([place[one] for one in picked])]
        floats = again.assign(value=again["value"].astype(float))
        one = split_change(sum_groups_as_floats(floats))
        drawn.append((float(one.mix), float(one.rate), float(one.change)))

    bounds = bound_parts(rows, split)

    halves = [(bounds[n].high - bounds[n].low) / 2 / 1.96 for n in ("mix", "rate", "change")]
    assert np.std(drawn, axis=0) == pytest.approx(halves, rel=0.2)


def sum_groups_as_floats(rows):
    sums = rows.pivot_table(
        index="group", columns="is_now", values="value", aggfunc=["size", "sum"], fill_value=0
    )
    sums.columns = [f"{'n' if k == 'size' else 'total'}_{'now' if w else 'then'}"
                    for k, w in sums.columns]  # fmt: skip
    return sums


def test_shuffled_rows_give_the_same_parts_and_intervals():
    rows = draw(3, n=120)
    mixed = rows.sample(frac=1, random_state=1).reset_index(drop=True)

    one, other = (split_change(sum_groups(each)) for each in (rows, mixed))
    bounds, again = bound_parts(rows, one), bound_parts(mixed, other)

    assert (one.mix, one.rate) == (other.mix, other.rate)
    assert bounds["mix"].ends == pytest.approx(again["mix"].ends, rel=1e-12)


def test_few_customers_get_no_interval():
    rows = draw(0, n=20)

    assert bound_parts(rows, split_change(sum_groups(rows))) is None


def test_under_two_hundred_customers_the_interval_is_approximate():
    rows = draw(0, n=100)

    assert bound_parts(rows, split_change(sum_groups(rows)))["mix"].approximate


def test_money_of_one_who_is_not_counted_is_summed():
    rows = pd.DataFrame(
        {
            "is_now": [False, True, True], "group": "a", "counts": [1, 1, 0],
            "value": [Decimal(9), Decimal(9), Decimal(-4)],
        }
    )  # fmt: skip

    summed = sum_groups(rows)

    assert summed.loc["a"].to_dict() == {
        "n_then": 1, "total_then": Decimal(9), "n_now": 1, "total_now": Decimal(5),
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_the_interval_of_the_change_is_that_of_two_ratios(seed):
    rows = draw(seed, n=60).assign(group="all")
    now, then = (rows[rows["is_now"] == when] for when in (True, False))
    by = [part.set_index("customer_id")["value"].astype(float) for part in (now, then)]
    off = [(one - one.mean()) / len(one) for one in by]
    error = np.sqrt((off[0].sub(off[1], fill_value=0) ** 2).sum())

    bounds = bound_parts(rows, split_change(sum_groups(rows)))

    assert (bounds["change"].high - bounds["change"].low) / 2 == pytest.approx(1.96 * error, 1e-4)


def test_where_all_groups_came_and_went_all_of_the_interval_is_of_the_mix():
    rows = draw(0, n=100)
    rows = rows.assign(group=np.where(rows["is_now"], "new", "old"))

    bounds = bound_parts(rows, split_change(sum_groups(rows)))

    assert bounds["rate"].ends == (0.0, 0.0)
    assert bounds["mix"].ends == pytest.approx(bounds["change"].ends)
    whole = rows.assign(group="all")
    assert bounds["mix"].ends == pytest.approx(
        bound_parts(whole, split_change(sum_groups(whole)))["change"].ends, rel=1e-6
    )
