"""Who bought, what of it may be said, and what was before."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.key_figures import Rules
from rapport.analysis.profiling import (
    choose_outcome,
    describe_customers,
    describe_orders,
    gather,
    list_again,
    list_changes,
    list_clear,
    list_profile,
    measure_customers,
)
from rapport.analysis.profiling_concentration import list_remarks, measure_concentration
from rapport.analysis.profiling_windows import (
    choose_days,
    describe_windows,
    measure_days,
)

RULES = Rules("GBP")
WINDOWS = ("current", "previous", "last_year", "history-2026-05", "history-2026-06")


def make_buyers(sizes, *, seed=0):
    """Draw customers of each window: who, how many orders, how much."""
    random = np.random.default_rng(seed)
    parts = []
    for window, n in sizes.items():
        orders = random.integers(1, 4, n)
        net = [Decimal(str(round(x, 2))) for x in random.gamma(2, 20, n) * orders]
        parts.append(pd.DataFrame({
            "window": window, "customer_id": [f"c{k}" for k in range(n)], "order_key": range(n),
            "n_orders": orders, "gross": net, "returns": Decimal(0), "net": net,
        }))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def make_periods(buyers, *, is_whole=True, new=20, comparable=WINDOWS):
    rows = []
    for position, window in enumerate(WINDOWS):
        mine = buyers[buyers["window"] == window.replace("history-2026-06", "current")]
        net = sum(mine["net"], Decimal(0))
        n = int(mine["n_orders"].sum())
        rows.append({
            "window": window, "position": position, "period": f"2026-0{6 - position % 2}",
            "is_whole": is_whole, "is_comparable": window in comparable, "net": net, "gross": net,
            "returns": Decimal(0), "n_orders": n, "identified_net": net, "identified_orders": n,
            "unidentified_net": Decimal(0), "n_active": len(mine), "trading_days": 30,
            "n_new": min(new, len(mine)), "n_returning": len(mine) - min(new, len(mine)),
        })  # fmt: skip
    return pd.DataFrame(rows)


def make_tables(sizes, **given):
    buyers = make_buyers(sizes)
    return gather(make_periods(buyers, **given), buyers, None)


def test_five_figures_come_in_order_and_a_missing_one_is_replaced():
    tables = make_tables({"current": 120, "previous": 100})

    names = [figure.name for figure in list_profile(tables, rules=RULES)]

    assert names == ["active", "frequency", "aov", "spend_per_customer", "return_rate"]


def test_spend_each_is_net_by_customer_with_its_interval():
    tables = make_tables({"current": 120})

    figures = {figure.name: figure.now for figure in list_profile(tables, rules=RULES)}

    spend = figures["spend_per_customer"]
    expected = float(sum(tables.buyers["net"], Decimal(0))) / 120
    assert spend.value == pytest.approx(expected)
    assert spend.interval[0] < expected < spend.interval[1]
    assert spend.n == 120


@pytest.mark.parametrize(
    ("sizes", "whole", "outcome"),
    [({"current": 120, "previous": 100}, True, "up"),
     ({"current": 80, "previous": 100}, True, "down"),
     ({"current": 101, "previous": 100}, True, "level"), ({"current": 120}, True, "alone"),
     ({"current": 80, "previous": 100}, False, "part_down"), ({"previous": 100}, True, "nobody"),
     ({"other": 3}, True, "unsold")],
)  # fmt: skip
def test_the_headline_says_no_more_than_the_count_allows(sizes, whole, outcome):
    tables = make_tables(sizes, is_whole=whole)

    figures = list_profile(tables, rules=RULES)

    assert choose_outcome(figures, tables.periods) == outcome


@pytest.mark.parametrize(
    ("before", "whole", "outcome"),
    [(100, True, "year_up"), (150, True, "year_down"), (119, True, "year_level"),
     (100, False, "part_year_up")],
)  # fmt: skip
def test_the_headline_is_of_last_year_where_the_period_before_cannot_be_compared(
    before, whole, outcome
):
    sizes = {"current": 120, "previous": 90, "last_year": before}
    tables = make_tables(sizes, comparable=("current", "last_year"), is_whole=whole)

    figures = list_profile(tables, rules=RULES)

    assert choose_outcome(figures, tables.periods) == outcome


def test_a_window_that_begins_before_the_data_is_compared_with_nothing():
    tables = make_tables({"current": 120, "previous": 100}, comparable=("current",))

    figures = list_profile(tables, rules=RULES)

    assert choose_outcome(figures, tables.periods) == "alone"
    assert list_changes(figures, tables) == []
    described = describe_windows(figures, tables.periods, currency="GBP")
    assert "previous" not in described


def test_customers_that_would_tell_too_few_others_are_not_counted_apart():
    tables = make_tables({"current": 120}, new=115)
    measured = measure_customers(tables, None, rules=RULES)

    known = {one.name: one.value for one in measured}
    assert (known["new"], known["returning"]) == (None, None)
    assert describe_customers(measured, "up", min_count=10) == "each"


@pytest.mark.parametrize(
    ("sizes", "case"),
    [({"current": 120}, "both"), ({"current": 9}, "few"), ({"other": 1}, "nobody")],
)
def test_sentences_on_customers_need_enough_of_them(sizes, case):
    tables = make_tables(sizes)
    measured = measure_customers(tables, None, rules=RULES)
    outcome = "nobody" if case == "nobody" else "alone"

    assert describe_customers(measured, outcome, min_count=10) == case


def test_new_and_returning_and_few_are_hidden_in_the_table_too():
    tables = make_tables({"current": 8, "previous": 100}, new=95)

    table = describe_windows([], tables.periods, currency="GBP").set_index("name")

    assert table.loc[["active", "new", "returning"], "current"].isna().all()
    assert table.loc[["new", "returning"], "previous"].isna().all()
    assert table.loc["active", "previous"] == 100
    assert pd.isna(table.loc["active", "change"])


def test_changes_of_estimates_are_given_only_where_they_are_clear():
    tables = make_tables({"current": 120, "previous": 100})
    figures = list_profile(tables, rules=RULES)

    table = describe_windows(figures, tables.periods, currency="GBP").set_index("name")

    assert list_clear(figures) == []
    assert pd.isna(table.loc["aov", "change"])
    assert table.loc["orders", "change"] == pytest.approx(
        table.loc["orders", "current"] / table.loc["orders", "previous"] - 1
    )


def test_one_customer_who_makes_the_change_is_spoken_of():
    tables = make_tables({"current": 120, "previous": 100})
    buyers = tables.buyers.copy()
    buyers.loc[0, "net"] = Decimal(10**12)

    told = list_changes(list_profile(tables, rules=RULES), gather(tables.periods, buyers, None))

    assert ("largest", None) in told


@pytest.mark.parametrize(
    ("orders", "known", "case"), [(5, 5, "all"), (5, 3, "some"), (0, 0, "none")]
)
def test_orders_without_a_customer_are_told(orders, known, case):
    periods = pd.DataFrame({"window": ["current"], "n_orders": orders, "identified_orders": known})

    assert describe_orders(periods) == case


def test_repurchase_so_far_counts_days_and_needs_enough_customers():
    tables = make_tables({"current": 120})
    seen = pd.DataFrame({"n_orders": [1] * 60 + [0], "n_order_days": [2] * 15 + [1] * 45 + [0]})
    measured = measure_customers(tables, seen, rules=RULES)

    again = next(one for one in measured if one.name == "repurchase_all")
    assert (again.value, again.n) == (0.25, 60)
    assert list_again(measured, [], min_n=30) == ["all"]
    assert list_again(measured, [], min_n=61) == ["few"]
    assert list_again(measure_customers(tables, None, rules=RULES), [], min_n=30) == []


def test_an_unfinished_period_is_compared_in_total_and_by_trading_day():
    periods = pd.DataFrame({
        "window": ["current", "previous", "last_year"], "is_whole": [False, True, True],
        "is_comparable": [True, True, True], "trading_days": [8, 8, 9],
        "net": [Decimal("377488.45"), Decimal("423000"), Decimal("386973.03")],
    })  # fmt: skip

    measured = {one.name: one.value for one in measure_days(periods, currency="GBP")}

    # The nine days of December 2010 in docs/methods.md: -2.5 % in total, +9.7 % a day.
    assert choose_days(periods) == "year"
    assert measured["days_change_year"] == pytest.approx(-0.0245, abs=5e-5)
    assert measured["days_change_year.daily"] == pytest.approx(0.0974, abs=5e-5)
    assert choose_days(periods.assign(is_whole=True)) is None
    assert choose_days(periods.assign(is_comparable=[True, False, False])) == "alone"


def spend_of(amounts):
    return pd.DataFrame({"n_orders": 1, "gross": amounts, "total_spend": amounts})


def test_concentration_says_how_much_the_largest_fifth_brought():
    found = measure_concentration(
        spend_of([Decimal(80)] * 10 + [Decimal(5)] * 40), spend="net", rules=RULES
    )

    known = {one.name: one for one in found.measured}
    assert known["top_share"].value == 0.8
    assert (known["concentration.n"].value, known["concentration.top"].value) == (50, 10)
    low, high = known["top_share"].interval
    assert low <= 0.8 <= high
    assert list_remarks(found) == ["concentration_how"]


@pytest.mark.parametrize(
    ("customers", "outcome"),
    [(None, "few"), (spend_of([Decimal(1)] * 29), "few"), (spend_of([]), "few"),
     (spend_of([Decimal(-1)] * 40), "no_spend")],
)  # fmt: skip
def test_a_share_of_few_or_of_nothing_is_not_given(customers, outcome):
    found = measure_concentration(customers, spend="net", rules=RULES)

    assert found.outcome == outcome
    assert found.points.empty
    assert list_remarks(found) == []


def test_customers_who_returned_all_are_counted_and_spoken_of():
    spent = [Decimal(10)] * 40 + [Decimal(-5)]

    found = measure_concentration(spend_of(spent), spend="net", rules=RULES)

    assert "not_positive" in list_remarks(found)


def test_all_alike_and_one_of_a_million_millions_give_numbers():
    alike = measure_concentration(spend_of([Decimal(7)] * 50), spend="net", rules=RULES)
    one = measure_concentration(
        spend_of([Decimal(10**12)] + [Decimal(1)] * 49), spend="net", rules=RULES
    )

    shares = [{m.name: m.value for m in found.measured} for found in (alike, one)]
    assert shares[0]["gini"] == pytest.approx(0)
    assert shares[1]["top_share"] == pytest.approx(1)
