from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from rapport.analysis.ingestion_trust import (
    choose_drift,
    list_balance,
    list_lags,
    list_late,
    list_shifts,
    measure_broken,
    measure_freshness,
    measure_lags,
    measure_shifts,
)
from support import table


def steps(text):
    """Steps as drawn, money as Decimal and none where a dash stands."""
    drawn = table(text)
    money = [None if amount == "-" else Decimal(str(amount)) for amount in drawn["money"]]
    return drawn.assign(money=pd.Series(money, dtype=object))


@pytest.fixture
def quality():
    return steps(
        """
        table        source  rule         action       n_rows  money
        order_lines  till    read         read         100     500.00
        order_lines  till    no_price     excluded     5       0.00
        order_lines  till    unreadable   quarantined  3       -
        order_lines  till    key_twice    quarantined  2       -30.50
        order_lines  till    credit       flagged      9       -40.00
        order_lines  till    kept         kept         90      530.50
        customers    crm     read         read         40      -
        customers    crm     empty        quarantined  1       -
        customers    crm     kept         kept         39      -
        """
    )


LAGS = table(
    """
    table   source  lag_days  n_rows
    orders  till    0         50
    orders  till    1         44
    orders  till    2         1
    orders  till    9         5
    orders  web     3         1
    """
)
LATE = table(
    """
    table   period      n_rows  n_late  money_late
    orders  2026-03-01  50      0       0
    orders  2026-04-01  50      4       12.5
    orders  2026-05-01  51      2       7.5
    """
)
DRIFT = table(
    """
    table   column   value  n_before  n_now  people_before  people_now
    orders  amount   1      50        52     50             52
    orders  amount   2      50        48     50             48
    orders  channel  web    90        40     60             30
    orders  channel  app    0         50     0              40
    orders  channel  fax    0         2      0              2
    orders  channel  store  10        0      10             0
    orders  kind     sale   9         9      9              9
    """
)


def named(measured):
    return {one.name: one.value for one in measured}


def test_nothing_is_left_when_all_that_went_is_taken_off(quality):
    balance = list_balance(quality)

    assert balance["n_rows"].tolist() == [0, 0]
    assert balance["money"].tolist() == [Decimal(0), Decimal("0.00")]


def test_a_row_that_went_without_a_rule_is_seen(quality):
    quality.loc[5, ["n_rows", "money"]] = [89, Decimal("530.49")]

    row = list_balance(quality).set_index("table").loc["order_lines"]

    assert (row["n_rows"], row["money"]) == (1, Decimal("0.01"))


def test_broken_rows_and_the_rule_that_took_most_money_are_named(quality):
    found = named(measure_broken(quality, currency="GBP"))

    assert (found["broken.rows"], found["broken.money"]) == (6, Decimal("-30.50"))
    assert (found["largest.rule"], found["largest.table"]) == ("key_twice", "order_lines")
    assert (found["largest.rows"], found["largest.money"]) == (2, Decimal("-30.50"))


def test_without_money_no_rule_is_the_largest(quality):
    found = named(measure_broken(quality[quality["table"] == "customers"], currency="GBP"))

    assert "largest.rule" not in found


def test_the_source_whose_rows_end_first_is_named():
    days = [date(2026, 6, 30), date(2026, 6, 12), None]
    sources = pd.DataFrame({"source": ["till", "web", "plans"], "last_day": days})
    sources["tables"] = ["orders", "interactions", "products"]

    assert named(measure_freshness(sources)) == {
        "fresh.source": "web", "fresh.until": date(2026, 6, 12), "fresh.days": 18,
    }  # fmt: skip


def test_one_dated_source_is_behind_no_other():
    assert (
        measure_freshness(
            table(
                """
        source  last_day    tables
        a       2026-06-01  orders
        b       2026-05-01  campaigns
        """
            )
        )
        == []
    )


def test_lags_are_days_that_occur():
    lags = list_lags(LAGS)

    assert lags[["median", "high", "n_rows"]].to_numpy().tolist() == [[0, 2, 100], [3, 3, 1]]


def test_shuffled_lags_are_the_same():
    pd.testing.assert_frame_equal(list_lags(LAGS.iloc[::-1]), list_lags(LAGS))


def test_late_rows_are_named_with_their_money():
    found = named(measure_lags(LAGS, LATE, currency="GBP"))

    assert (found["lag.median"], found["lag.high"]) == (1, 3)
    assert (found["late.rows"], found["late.money"]) == (6, Decimal("20.0"))


def test_periods_with_late_rows_are_listed_by_name():
    assert list_late(LATE, grain="month")["period"].tolist() == ["2026-04", "2026-05"]


def test_columns_are_graded_and_the_largest_change_stands_first():
    shifts = list_shifts(DRIFT, min_n=30, min_count=10, fdr=0.05)

    assert shifts[["column", "grade"]].to_numpy().tolist() == [
        ["channel", "alarm"], ["amount", "steady"], ["kind", "few"],
    ]  # fmt: skip


def test_words_of_few_people_are_not_named():
    top = list_shifts(DRIFT, min_n=30, min_count=10, fdr=0.05).iloc[0]

    assert (top["new"], top["gone"]) == ("app", "store")


def test_the_periods_and_the_largest_shift_are_named():
    shifts = list_shifts(DRIFT, min_n=30, min_count=10, fdr=0.05)

    found = named(measure_shifts(shifts, (date(2026, 4, 1), date(2026, 5, 1)), grain="month"))

    assert (found["drift.before"], found["drift.now"]) == ("2026-04", "2026-05")
    assert (found["drift.alarm"], found["drift.columns"]) == (1, 3)
    assert found["drift.top.column"] == "channel"


def test_periods_of_few_rows_are_said_to_be_so():
    shifts = list_shifts(DRIFT, min_n=1000, min_count=10, fdr=0.05)
    measured = measure_shifts(shifts, (date(2026, 4, 1), date(2026, 5, 1)), grain="month")

    assert choose_drift({one.slot: one for one in measured}) == "few"


def test_without_two_periods_nothing_is_compared():
    shifts = list_shifts(DRIFT.iloc[:0], min_n=30, min_count=10, fdr=0.05)

    assert measure_shifts(shifts, None, grain="month") == []
    assert choose_drift({}) == "none"
    assert list_lags(LAGS.iloc[:0]).empty
    assert measure_lags(LAGS.iloc[:0], LATE.iloc[:0], currency="GBP") == []
