"""Cohorts of contracts: what still runs at the end of later quarters."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.contract_cohorts import (
    measure_contract_cohorts,
    select_contracts,
    tabulate_contract_cohorts,
)

AS_OF = dt.date(2026, 6, 30)


def contracts_of(rows):
    return pd.DataFrame(
        [{"started_on": pd.Timestamp(day), "n_months": n, "has_ended": ended}
         for day, n, ended in rows]
    )  # fmt: skip


def shares(table):
    return {
        (row.cohort, row.months_since): round(row.share, 3) for row in table.itertuples()
    }  # fmt: skip


def test_a_contract_runs_to_the_quarter_in_which_it_ends():
    # Of the first quarter: one ends in March, one in April, one in July of which it is not known
    # yet, one runs on; of the second: one ends in its first quarter.
    table = tabulate_contract_cohorts(
        contracts_of([
            ("2026-01-10", 2, True), ("2026-02-01", 2, True), ("2026-03-31", 3, False),
            ("2026-03-01", 3, False), ("2026-04-01", 1, True), ("2026-05-01", 1, False),
        ]),
        as_of=AS_OF,
    )  # fmt: skip

    assert shares(table) == {
        ("2026-Q1", 0): 1.0, ("2026-Q1", 1): 0.5, ("2026-Q2", 0): 1.0
    }  # fmt: skip
    assert table["n_customers"].le(table["size"]).all()


@pytest.mark.parametrize(
    ("as_of", "is_whole"),
    [(dt.date(2026, 6, 30), True), (dt.date(2026, 6, 29), False), (dt.date(2026, 5, 31), False)],
)
def test_the_quarter_that_is_not_over_is_marked_and_in_no_pooled_share(as_of, is_whole):
    table = tabulate_contract_cohorts(contracts_of([("2026-01-10", 5, False)] * 40), as_of=as_of)

    assert table["is_whole"].tolist() == [True, is_whole]
    assert len(measure_contract_cohorts(table)) == int(is_whole)


def test_a_planted_rate_of_leaving_lies_in_the_pooled_intervals():
    leaving, held = 0.03, []
    starts = pd.date_range("2023-07-01", "2026-04-01", freq="QS")
    for seed in range(40):
        random = np.random.default_rng(seed)
        lasted = random.geometric(leaving, size=(len(starts), 60)) - 1
        rows = []
        for start, months in zip(starts, lasted, strict=True):
            seen = (AS_OF.year - start.year) * 12 + AS_OF.month - start.month
            rows += [(start, min(int(m), seen), bool(m <= seen)) for m in months]
        found = measure_contract_cohorts(tabulate_contract_cohorts(contracts_of(rows), as_of=AS_OF))
        # Begun in the first month of a quarter, k quarters on it has lasted 3 (k + 1) months.
        truth = [(1 - leaving) ** (3 * (since + 1)) for since in (1, 2, 4)]
        held += [one.interval[0] <= share <= one.interval[1]
                 for one, share in zip(found, truth, strict=True)]  # fmt: skip

    assert sum(held) >= 0.9 * len(held)


def test_only_the_newest_cohorts_are_told_and_rows_in_another_order_change_nothing():
    days = pd.date_range("2020-01-15", "2026-06-15", freq="MS")
    rows = contracts_of([(day, 1, True) for day in days])

    table = tabulate_contract_cohorts(rows, as_of=AS_OF)

    assert table["cohort"].nunique() == 12
    assert table["cohort"].iloc[0] == "2023-Q3"
    again = tabulate_contract_cohorts(rows.iloc[::-1], as_of=AS_OF)
    pd.testing.assert_frame_equal(table, again)


@pytest.mark.parametrize(
    ("kind", "months"), [("orders", (1, 2)), ("contracts", None)], ids=["orders", "a snapshot"]
)
def test_orders_and_snapshots_have_no_cohorts_of_contracts(kind, months):
    rows = contracts_of([("2026-01-10", 5, False)])

    chosen = select_contracts(rows, SimpleNamespace(kind=kind, months=months))

    assert chosen.empty
    assert tabulate_contract_cohorts(chosen, as_of=AS_OF).empty
    assert measure_contract_cohorts(tabulate_contract_cohorts(chosen, as_of=AS_OF)) == []


def test_contracts_with_known_ends_are_taken():
    stages = SimpleNamespace(kind="contracts", months=(1, 2))

    assert len(select_contracts(contracts_of([("2026-01-10", 5, False)]), stages)) == 1
    assert select_contracts(None, stages).empty
