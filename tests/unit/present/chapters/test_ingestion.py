import datetime as dt
from decimal import Decimal

import pandas as pd
import pytest

from rapport.present.chapters.ingestion import (
    calendar_figure,
    completeness_figure,
    flow_figure,
    rule_table,
    source_table,
)
from rapport.present.labels import LANGUAGES
from rapport.present.pieces import describe_figure, describe_table
from rapport.present.sentences import Sentence
from rapport.present.tables import render_heads, render_table
from rapport.present.values import Value, date_value, label_value
from support import table


def counted(name, n, unit="rows"):
    return Value(f"ingestion.{name}", n, "count", unit)


def money(name, amount):
    return Value(f"ingestion.{name}", Decimal(amount), "money", "GBP")


@pytest.fixture
def values():
    return {
        "rows_read": counted("rows.read", 160),
        "rows_kept": counted("rows.kept", 142),
        "rows_left": counted("rows.left", 18),
        "kept_share": Value("ingestion.kept.share", 0.8875, "ratio", "share"),
        "customers": counted("customers", 40, "customers"),
        "orders": counted("orders", 60, "orders"),
        "data_from": date_value("data.from", dt.date(2026, 1, 1)),
        "data_until": date_value("data.until", dt.date(2026, 6, 30)),
        "net": money("net", "200.00"),
        "net_identified": money("net.identified", "150.00"),
        "identified_share": Value("ingestion.identified.share", 0.75, "ratio", "share"),
        "unidentified_share": Value("ingestion.unidentified.share", 0.25, "ratio", "share"),
        "duplicates_exact": counted("duplicates.exact", 14),
        "duplicates_money": money("duplicates.money", "70.35"),
        "days_seen": counted("days.seen", 170, "days"),
        "days_expected": counted("days.expected", 181, "days"),
        "flow_read": counted("flow.read", 160),
        "flow_kept": counted("flow.kept", 142),
        "flow_table": label_value("table", "order_lines"),
        "missing": counted("columns_missing", 3, "columns"),
    }


CASES = [
    ("headline", "unknown"), ("headline", "known"), ("headline", "no_sales"),
    ("headline", "empty"), ("arrived", "filled"), ("arrived", "empty"), ("left", "some"),
    ("left", "none"), ("duplicates", "some"), ("duplicates", "none"), ("days", "dated"),
    ("days", "undated"), ("known", "some"), ("known", "none"), ("missing", None),
    ("identity", "number"),
]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "case"), CASES)
def test_every_sentence_finds_its_values(values, language, name, case):
    assert Sentence(f"ingestion.{name}", values, case=case).text(language)


@pytest.mark.parametrize("case", ["empty", "no_sales"])
def test_without_sales_the_headline_asks_for_no_share_of_them(values, case):
    known = {"kept_share": values["kept_share"]} if case == "no_sales" else {}

    for language in LANGUAGES:
        assert Sentence("ingestion.headline", known, case=case).text(language)


@pytest.fixture
def flow():
    return table(
        """
        step              n_rows
        read              160
        exact_duplicates  10
        no_price          8
        kept              142
        """
    )


def test_the_flow_is_entitled_with_its_ends(flow, values):
    spec = flow_figure(flow, values)

    assert spec.title.text("en") == "Order lines: 160 rows read, 142 kept"
    assert spec.data["n_rows"].tolist() == [160, 10, 8, 142]
    assert describe_figure(spec)["title"]["zh"]


def test_a_rule_of_the_unit_is_printed_by_its_own_name(flow, values):
    own = flow.replace({"step": {"no_price": "staff_sale"}})

    described = describe_figure(flow_figure(own, values))

    assert "staff sale" in described["alt"]["zh"]


def test_nothing_read_has_no_flow(flow, values):
    assert flow_figure(flow.iloc[:0], values) is None
    assert flow_figure(flow.assign(n_rows=0), values) is None


@pytest.fixture
def coverage():
    days = pd.date_range("2026-01-01", periods=28)
    rows = [5] * 27 + [0]
    return pd.concat(
        [pd.DataFrame({"source": name, "on": days, "n_rows": rows}) for name in ("till", "web")],
        ignore_index=True,
    )


def test_the_calendar_has_a_square_a_day_and_source(coverage, values):
    described = describe_figure(calendar_figure(coverage, values))

    assert described["data"]["n_rows"] == 56
    assert described["title"]["en"][0]["text"] == "The source with most orders has rows on "


def test_undated_sources_have_no_calendar(coverage, values):
    assert calendar_figure(coverage.iloc[:0], values) is None


@pytest.fixture
def completeness():
    return table(
        """
        table      column       share  n_rows
        orders     customer_id  0.75   80
        orders     order_id     1.00   80
        customers  region       0.25   40
        """
    )


def test_columns_with_gaps_are_drawn(completeness, values):
    spec = completeness_figure(completeness, values)

    assert set(spec.data["column"]) == {"customer_id", "region"}
    assert describe_figure(spec)["alt"]["en"]


def test_complete_columns_are_counted_in_words(completeness, values):
    spec = completeness_figure(completeness.assign(share=1.0), values)

    assert spec.data.empty
    assert "3 without" in spec.title.text("en")
    assert describe_figure(spec)["data"]["n_rows"] == 0


def test_no_columns_have_no_figure(completeness, values):
    assert completeness_figure(completeness.iloc[:0], values) is None


@pytest.fixture
def sources():
    drawn = table(
        """
        source  form     n_rows  first_day   last_day    n_days
        till    parquet  12345   2026-01-01  2026-06-30  170
        crm     csv      40      NaN         NaN         0
        """
    )
    days = {name: pd.to_datetime(drawn[name]) for name in ("first_day", "last_day")}
    return drawn.assign(**days)


def test_every_source_has_a_row_and_an_undated_one_no_days(sources, values):
    spec = source_table(sources, values)

    cells = render_table(spec, "en")
    assert cells[0][:3] == ["till", "parquet", "12,345"]
    assert cells[0][5] == "170"
    assert cells[1][3:5] == ["n/a", "n/a"]
    assert describe_table(spec)["rows"]


def test_no_sources_are_an_empty_table(sources, values):
    assert render_table(source_table(sources.iloc[:0], values), "zh") == []


@pytest.fixture
def rules():
    drawn = table(
        """
        table        rule              action       n_rows
        customers    no_key            quarantined  2
        order_lines  exact_duplicates  flagged      14
        order_lines  staff_sale        excluded     8
        """
    )
    amounts = [None, Decimal("70.35"), Decimal("1234.50")]
    return drawn.assign(money=pd.Series(amounts, dtype=object))


def test_rules_are_listed_with_rows_and_money(rules, values):
    spec = rule_table(rules, values, currency="GBP")

    cells = render_table(spec, "en")
    assert cells[1] == ["Order lines", "Exact duplicates", "Flagged", "14", "70.35"]
    assert cells[2][-2:] == ["8", "1,234.50"]
    assert cells[0][-1] == "n/a"
    assert render_heads(spec, "zh")[-1] == "金额（英镑）"
    assert "Excluded" in spec.note.text("en")


def test_no_rules_have_no_table(rules, values):
    assert rule_table(rules.iloc[:0], values, currency="GBP") is None
