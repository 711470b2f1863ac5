from decimal import Decimal

import pandas as pd
import pytest

from rapport.present.chapters.ingestion_trust import (
    drift_table,
    lag_table,
    late_table,
    quarantine_table,
)
from rapport.present.labels import LANGUAGES
from rapport.present.pieces import describe_table
from rapport.present.sentences import Sentence
from rapport.present.tables import render_table
from rapport.present.values import Value, date_value, label_value, text_value
from support import table


def counted(name, n, unit="rows"):
    return Value(f"ingestion.{name}", n, "count", unit)


def money(name, amount):
    return Value(f"ingestion.{name}", Decimal(amount), "money", "GBP")


@pytest.fixture
def values():
    indexes = {"watch_at": 0.1, "alarm_at": 0.25, "top_index": 0.3}
    index = {name: Value(f"ingestion.{name}", x, "ratio", "ratio") for name, x in indexes.items()}
    return {
        "fresh_source": text_value("ingestion.fresh.source", "<b>门店</b>"),
        "fresh_until": date_value("ingestion.fresh.until", pd.Timestamp("2026-06-03").date()),
        "fresh_days": counted("fresh.days", 27, "days"),
        "broken_rows": counted("broken.rows", 7),
        "broken_money": money("broken.money", "12.50"),
        "largest_table": label_value("table", "order_lines"),
        "largest_rule": label_value("rule", "staff_sale"),
        "largest_rows": counted("largest.rows", 3),
        "largest_money": money("largest.money", "-30.50"),
        "lag_median": counted("lag.median", 1, "days"),
        "lag_high": counted("lag.high", 4, "days"),
        "lag_covered": Value("ingestion.lag.covered", 0.95, "ratio", "share"),
        "late_rows": counted("late.rows", 6),
        "late_money": money("late.money", "20.00"),
        "drift_before": Value("ingestion.drift.before", "2026-05", "label", "period"),
        "drift_now": Value("ingestion.drift.now", "2026-06", "label", "period"),
        "drift_columns": counted("drift.columns", 20, "columns"),
        "drift_alarm": counted("drift.alarm", 1, "columns"),
        "drift_watch": counted("drift.watch", 2, "columns"),
        "drift_top_table": label_value("table", "orders"),
        "drift_top_column": label_value("column", "a_seats"),
        **{f"drift_{name}": value for name, value in index.items()},
    }


CASES = [
    ("fresh", "behind"), ("fresh", "even"), ("fresh", "none"), ("largest", "some"),
    ("largest", "none"), ("broken", "some"), ("broken", "none"), ("lag", "late"),
    ("lag", "in_time"), ("lag", "none"), ("drift", "alarm"), ("drift", "watch"),
    ("drift", "steady"), ("drift", "none"), ("drift", "few"),
]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "case"), CASES)
def test_every_sentence_finds_its_values(values, language, name, case):
    assert Sentence(f"ingestion.{name}", values, case=case).text(language)


def test_faults_stand_with_what_became_of_the_rows(values):
    faults = table(
        """
        table   source  rule        action       column             n_rows  rows
        orders  till    unreadable  quarantined  amount             2       3, 2:9
        orders  till    key_twice   quarantined  order_id + line    4       1, 5
        orders  till    staff_sale  excluded     s_price            1       7
        """
    )

    spec = quarantine_table(faults, values)

    cells = render_table(spec, "en")
    assert cells[0] == [
        "Orders", "till", "Unreadable values", "Quarantined", "Amount", "2", "3, 2:9",
    ]  # fmt: skip
    assert cells[1][4] == "Order number, Line"
    assert cells[2][4] == "s price"
    assert render_table(spec, "zh")[0][2:5] == ["无法读取的值", "已隔离", "金额"]
    assert describe_table(spec)["title"]["zh"]


def test_lags_and_late_periods_are_shown_in_both_languages(values):
    lags = table(
        """
        table   source  median  high  n_rows
        orders  till    0       4     1200
        """
    )
    late = table(
        """
        table   period   n_rows  n_late  money
        orders  2026-05  1200    6       20
        """
    )

    assert render_table(lag_table(lags, values), "en") == [["Orders", "till", "0", "4", "1,200"]]
    shown = render_table(late_table(late, values, currency="GBP"), "zh")
    assert shown[0][:2] == ["2026-05", "订单"]


def test_at_most_a_dozen_columns_are_shown(values):
    row = ("orders", "channel", 0.3, "alarm", 300, "app / fax", "store")
    names = ["table", "column", "index", "grade", "n_now", "new", "gone"]

    spec = drift_table(pd.DataFrame([row] * 15, columns=names), values)

    cells = render_table(spec, "en")
    assert len(cells) == 12
    assert cells[0] == ["Orders", "Channel", "300", "0.30", "Alarm", "app / fax", "store"]


def test_nothing_to_show_is_no_table(values):
    none = pd.DataFrame()

    assert quarantine_table(none, values) is None
    assert lag_table(none, values) is None
    assert late_table(none, values, currency="GBP") is None
    assert drift_table(none, values) is None
