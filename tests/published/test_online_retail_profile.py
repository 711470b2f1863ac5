"""The profile of Online Retail II 2009-10 (Chen 2019, UCI 502), sale lines of known customers.

Figures of docs/methods.md, computed on the named data before this code was written: 407,664 lines,
4,312 customers, 19,213 invoices, 8,832,003.274; share of the top fifth .7348, Gini .704 (net .7447,
.727); bought again 2,818 of 4,312.
"""

import datetime as dt
from decimal import Decimal

import pytest

from published.online_retail_shop import read_marts
from published.reference_data import assert_as_printed, read_sale_lines
from rapport.analysis.key_figures import Rules
from rapport.analysis.profiling import gather, list_profile, measure_customers
from rapport.analysis.profiling_concentration import measure_concentration
from rapport.analysis.trend import list_months

RULES = Rules("GBP")


@pytest.fixture(scope="module")
def marts():
    return read_marts("2010-12")


@pytest.fixture(scope="module")
def customers(marts):
    measures = marts["customer_measures"]
    return measures[measures["window"] == "current"]


def value_of(measured, name):
    return next(one.value for one in measured if one.name == name)


def test_sale_lines_invoices_customers_and_money(customers):
    lines = read_sale_lines()

    assert (len(lines), lines["Invoice"].nunique(), lines["Customer ID"].nunique()) == (
        407_664, 19_213, 4_312,
    )  # fmt: skip
    bought = customers[customers["n_orders"] > 0]
    assert (len(bought), bought["n_orders"].sum()) == (4_312, 19_213)
    assert sum(bought["gross"]) == Decimal("8832003.274")


@pytest.mark.parametrize(
    ("spend", "top", "coefficient"), [("gross", ".7348", ".704"), ("net", ".7447", ".727")]
)
def test_concentration(customers, spend, top, coefficient):
    found = measure_concentration(customers, spend=spend, rules=RULES)

    assert_as_printed(value_of(found.measured, "top_share"), top)
    assert_as_printed(value_of(found.measured, "gini"), coefficient)


def test_repurchase_so_far(marts, customers):
    tables = gather(marts["period_measures"], marts["customer_periods"], marts["repurchase"])
    measured = measure_customers(tables, customers, rules=RULES)

    assert value_of(measured, "ever") == 4_312
    assert_as_printed(value_of(measured, "repurchase_all"), ".6535")


def test_months_sum_to_all_sales_and_all_customers(marts):
    months = list_months(
        marts["profile_months"], data_from=dt.date(2009, 12, 1), as_of=dt.date(2010, 12, 9),
        min_count=10,
    )  # fmt: skip

    assert months["n_new"].sum() == 4_312
    assert months.set_index("period")["net"]["2010-11"] == Decimal("1422654.642")
    assert months["is_whole"].tolist() == [True] * 12 + [False]
    assert months["net_before"].notna().sum() == 1


def test_key_figures_of_november_are_those_of_page_one():
    november = read_marts("2010-11")
    names = ("period_measures", "customer_periods", "repurchase")
    tables = gather(*(november[name] for name in names))

    figures = {figure.name: figure.now for figure in list_profile(tables, rules=RULES)}

    assert list(figures) == ["active", "frequency", "aov", "spend_per_customer", "repurchase"]
    assert figures["active"].value == 1_607
    assert_as_printed(figures["frequency"].value, "1.61")
    assert_as_printed(figures["spend_per_customer"].value, "706.21")
