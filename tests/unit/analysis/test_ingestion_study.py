import datetime as dt
from decimal import Decimal

import pandas as pd
import pytest

from rapport.analysis.ingestion_study import (
    choose_arrival,
    choose_case,
    count_missing,
    list_completeness,
    list_coverage,
    list_flow,
    list_rules,
    measure_days,
    measure_delivery,
    measure_flow,
)
from support import table

SPAN = (dt.date(2026, 1, 1), dt.date(2026, 6, 30))
FACTS = {
    "customers": 40,
    "customers_buying": 35,
    "orders": 60,
    "net": Decimal("200.00"),
    "net_identified": Decimal("150.00"),
    "gross": Decimal("220.00"),
    "gross_identified": Decimal("165.00"),
}


def steps(text):
    """Steps as drawn, money as Decimal and none where a dash stands."""
    drawn = table(text)
    money = [None if amount == "-" else Decimal(str(amount)) for amount in drawn["money"]]
    return drawn.assign(money=pd.Series(money, dtype=object))


@pytest.fixture
def quality():
    return steps(
        """
        table        source  rule              action       n_rows  money
        order_lines  till    read              read         100     500.00
        order_lines  till    exact_duplicates  merged       10      50.25
        order_lines  till    no_price          excluded     5       0.00
        order_lines  till    kept              kept         85      449.75
        order_lines  web     read              read         60      300.00
        order_lines  web     exact_duplicates  flagged      4       20.10
        order_lines  web     no_price          excluded     3       0.00
        order_lines  web     bad_debt          excluded     0       0.00
        order_lines  web     kept              kept         57      300.00
        customers    crm     read              read         40      -
        customers    crm     exact_duplicates  flagged      0       -
        customers    crm     no_key            quarantined  2       -
        customers    crm     kept              kept         38      -
        """
    )


@pytest.fixture
def nothing():
    return steps(
        """
        table   source  rule  action  n_rows  money
        orders  till    read  read    0       0
        orders  till    kept  kept    0       0
        """
    )


def named(quality, facts=FACTS, span=SPAN):
    return {one.name: one for one in measure_delivery(quality, facts, span, currency="GBP")}


def values(quality, facts=FACTS):
    return {name: one.value for name, one in named(quality, facts).items()}


def slots(quality, facts=FACTS):
    return {one.slot for one in measure_delivery(quality, facts, SPAN, currency="GBP")}


def test_rows_read_of_a_table_are_those_kept_and_those_that_left(quality):
    found = values(quality)

    lines = {name: found[f"rows_{name}.order_lines"] for name in ("read", "kept", "rejected")}
    assert lines == {"read": 160, "kept": 142, "rejected": 18}
    people = {name: found[f"rows_{name}.customers"] for name in ("read", "kept", "rejected")}
    assert people == {"read": 40, "kept": 38, "rejected": 2}


def test_rows_of_all_tables_are_added_up(quality):
    found = values(quality)

    assert (found["rows.read"], found["rows.kept"], found["rows.left"]) == (200, 180, 20)
    assert found["kept.share"] == pytest.approx(0.9)


def test_duplicates_are_counted_whether_they_left_or_stayed(quality):
    found = named(quality)

    assert found["duplicates.exact"].value == 14
    assert found["duplicates.money"].value == Decimal("70.35")
    assert found["duplicates.money"].unit == "GBP"


def test_a_rule_is_named_with_the_rows_of_all_its_sources(quality):
    found = values(quality)

    assert {name: n for name, n in found.items() if name.startswith("rule.")} == {
        "rule.customers.no_key": 2,
        "rule.order_lines.exact_duplicates": 14,
        "rule.order_lines.no_price": 8,
    }


def test_known_sales_are_named_with_their_share(quality):
    found = values(quality)

    assert found["net.identified"] == Decimal("150.00")
    assert found["gross.identified"] == Decimal("165.00")
    assert found["identified.share"] == pytest.approx(0.75)
    assert found["unidentified.share"] == pytest.approx(0.25)
    assert (found["customers"], found["buyers"], found["orders"]) == (40, 35, 60)


def test_what_a_unit_does_not_count_is_not_named(quality):
    assert "sales.identified" not in named(quality)
    assert named(quality, {**FACTS, "sales_identified": 30})["sales.identified"].value == 30


def test_the_span_is_named_also_where_nothing_is_dated(quality):
    assert named(quality)["data.until"].value == dt.date(2026, 6, 30)
    assert named(quality, span=(None, None))["data.from"].value is None


@pytest.mark.parametrize("net", ["0", "-12.50"])
def test_without_sales_no_share_of_them_is_named(quality, net):
    facts = {**FACTS, "net": Decimal(net), "net_identified": Decimal(0)}

    found = named(quality, facts)

    assert "identified.share" not in found
    assert found["net"].value == Decimal(net)


def test_an_empty_delivery_has_counts_and_no_shares(nothing):
    facts = {name: 0 * amount for name, amount in FACTS.items()}

    found = values(nothing, facts)

    assert (found["rows.read"], found["rows.kept"], found["rows.left"]) == (0, 0, 0)
    assert (found["duplicates.exact"], found["duplicates.money"]) == (0, Decimal(0))
    assert "kept.share" not in found


def test_shuffled_steps_change_nothing_and_the_input_is_untouched(quality):
    before = quality.copy()

    assert values(quality.sample(frac=1, random_state=5)) == values(quality)
    pd.testing.assert_frame_equal(quality, before)


@pytest.mark.parametrize(
    ("known", "net", "case"),
    [
        ("200", "200", "known"),
        ("190", "200", "known"),
        ("189.99", "200", "unknown"),
        ("0", "200", "unknown"),
        ("0", "0", "no_sales"),
        ("-5", "-5", "no_sales"),
    ],
)
def test_the_headline_says_whose_the_sales_are(quality, known, net, case):
    facts = {**FACTS, "net": Decimal(net), "net_identified": Decimal(known)}

    assert choose_case(dict.fromkeys(slots(quality, facts)), facts) == case


def test_the_headline_of_an_empty_delivery_says_so(nothing):
    assert choose_case(dict.fromkeys(slots(nothing)), FACTS) == "empty"


@pytest.fixture
def flows():
    return table(
        """
        table        source  rule              n_rows
        customers    crm     read              40
        customers    crm     kept              40
        order_lines  till    read              100
        order_lines  till    exact_duplicates  10
        order_lines  till    no_price          5
        order_lines  till    kept              85
        order_lines  web     read              60
        order_lines  web     no_price          3
        order_lines  web     bad_debt          0
        order_lines  web     kept              57
        """
    )


def test_the_bars_of_the_flow_add_up_from_read_to_kept(flows):
    flow = list_flow(flows)

    assert flow["step"].tolist() == ["read", "exact_duplicates", "no_price", "kept"]
    assert flow["n_rows"].tolist() == [160, 10, 8, 142]


def test_the_ends_of_the_flow_are_named_with_its_table(flows):
    found = {one.slot: one.value for one in measure_flow(list_flow(flows))}

    assert found == {"flow_read": 160, "flow_kept": 142, "flow_table": "order_lines"}


def test_orders_flow_where_no_lines_were_read(flows):
    flow = list_flow(flows.replace({"table": {"order_lines": "orders"}}))

    assert {one.slot: one.value for one in measure_flow(flow)}["flow_table"] == "orders"


def test_customers_alone_have_no_flow(flows):
    flow = list_flow(flows[flows["table"] == "customers"])

    assert list(flow.columns) == ["step", "n_rows"]
    assert flow.empty
    assert measure_flow(flow) == []


def test_rules_are_added_up_over_sources_and_told_apart_by_action(quality):
    rules = list_rules(quality)

    assert [tuple(row) for row in rules.to_numpy()] == [
        ("customers", "no_key", "quarantined", 2, None),
        ("order_lines", "exact_duplicates", "flagged", 4, Decimal("20.10")),
        ("order_lines", "exact_duplicates", "merged", 10, Decimal("50.25")),
        ("order_lines", "no_price", "excluded", 8, Decimal("0.00")),
    ]


def test_no_rule_is_listed_where_none_touched_a_row(nothing):
    rules = list_rules(nothing)

    assert rules.empty
    assert list(rules.columns) == ["table", "rule", "action", "n_rows", "money"]


@pytest.fixture
def sources():
    return table(
        """
        source  tables               n_rows  n_days  n_days_expected
        crm     customers            900     300     300
        mail    interactions         800     10      20
        shop    orders               50      9       10
        web     order_lines, orders  50      8       12
        till    order_lines          70      7       7
        plans   subscriptions        60      4       5
        stall   orders               40      3       3
        list    orders               999     0       0
        """
    )


@pytest.fixture
def coverage():
    drawn = table(
        """
        source  day         n_rows
        crm     2026-03-01  900
        mail    2026-03-01  800
        shop    2024-12-31  20
        shop    2025-01-01  30
        web     2026-02-01  50
        till    2026-03-01  70
        plans   2026-04-01  60
        stall   2026-05-01  40
        """
    )
    return drawn.assign(day=pd.to_datetime(drawn["day"]))


def test_the_calendar_shows_the_three_largest_dated_sources_of_orders(coverage, sources):
    shown = list_coverage(coverage, sources)

    # Shop and web have equally many rows: the first by name is shown.
    assert set(shown["source"]) == {"till", "plans", "shop"}
    assert list(shown.columns) == ["source", "on", "n_rows"]


def test_the_calendar_holds_the_last_two_years(coverage, sources):
    shown = list_coverage(coverage, sources)

    assert shown["on"].min() == pd.Timestamp("2025-01-01")
    assert shown["n_rows"].sum() == 30 + 70 + 60


def test_sources_without_days_have_no_calendar(coverage, sources):
    assert list_coverage(coverage.iloc[:0], sources).empty
    assert list_coverage(coverage, sources[sources["source"] == "crm"]).empty


def test_days_are_counted_of_the_source_with_most_rows_of_orders(sources):
    found = {one.slot: one.value for one in measure_days(sources)}

    assert found == {"days_seen": 7, "days_expected": 7}


def test_no_days_are_counted_where_no_order_is_dated(sources):
    assert measure_days(sources[sources["n_days_expected"] == 0]) == []
    assert measure_days(sources.iloc[:0]) == []


@pytest.fixture
def completeness():
    return table(
        """
        table          column       n_rows  n_filled
        orders         customer_id  80      60
        orders         coupon       80      0
        orders         order_key    80      80
        orders         month_no     80      0
        customers      region       40      10
        products       name         9       9
        products       colour       9       0
        order_lines    amount       0       0
        identity_links  link        0       0
        """
    )


def test_only_columns_that_were_delivered_have_a_share(completeness):
    shown = list_completeness(completeness)

    assert [tuple(row) for row in shown.to_numpy()] == [
        ("orders", "customer_id", 0.75, 80),
        ("customers", "region", 0.25, 40),
    ]


def test_missing_columns_are_counted_in_all_tables_that_reports_read(completeness):
    # Coupon, colour and amount; neither what ingestion makes itself nor its own tables.
    assert count_missing(completeness) == 3


def test_a_delivery_without_rows_has_no_complete_column(completeness):
    empty = completeness.assign(n_rows=0, n_filled=0)

    assert list_completeness(empty).empty


@pytest.mark.parametrize(
    ("case", "orders", "until", "said"),
    [
        ("empty", 0, None, "empty"),
        ("no_sales", 9_835, None, "undated"),
        ("no_sales", 0, dt.date(2024, 6, 29), "unsold"),
        ("known", 12, dt.date(2024, 6, 29), "filled"),
        ("no_sales", 12, dt.date(2024, 6, 29), "filled"),
    ],
)
def test_what_arrived_is_told_without_days_or_orders_that_there_are_not(case, orders, until, said):
    assert choose_arrival(case, {"orders": orders}, (until, until)) == said
