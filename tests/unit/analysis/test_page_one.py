from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest

from rapport.analysis.change import Change
from rapport.analysis.decomposition import RevenueSplit
from rapport.analysis.key_figures import Comparison, KeyFigure
from rapport.analysis.measured import Measured
from rapport.analysis.page_one import (
    choose_headline,
    find_driver,
    list_actions,
    list_measured,
    list_parts,
    table_of,
)
from support import table

FIGURES = """
    name        value  unit       previous  relative  case
    net           110  GBP             100      0.10  up
    active         11  customers        10      0.10  up
    frequency       2  orders            2      0.00  unclear
    aov             5  GBP               5      0.00  unclear
"""
LISTS = """
    list_name            customer_id  spend_12m
    newcomers_once       a                10.50
    newcomers_once       b                20.25
    newcomers_once       c                 0.00
    regulars_gone_quiet  d               500.10
    regulars_gone_quiet  e                 0.90
"""


def figures(text=FIGURES):
    """Key figures with what they were before; `-` where nothing is comparable."""
    return [
        KeyFigure(row.name, measured(row.name, row.value, row.unit), against(row), ())
        for row in table(text).astype(str).itertuples(index=False)
    ]


def measured(name, value, unit):
    return Measured(name, Decimal(value), "money", unit)


def against(row):
    if row.case == "-":
        return {}
    before = measured(f"{row.name}.previous", row.previous, row.unit)
    absolute = Decimal(row.value) - Decimal(row.previous)
    relative = None if row.relative == "-" else float(row.relative)
    return {"previous": Comparison(before, Change(absolute, relative, None, None, row.case))}


def net(value, previous, relative, case):
    return figures(f"name  value  unit  previous  relative  case\n"
                   f"net  {value}  GBP  {previous}  {relative}  {case}")  # fmt: skip


def split(customers, frequency, aov, unidentified):
    parts = (Decimal(part) for part in (customers, frequency, aov, unidentified))
    return RevenueSplit(*parts, "lmdi")


def test_parts_stand_in_the_order_of_the_figure_and_sum_to_the_change():
    parts = list_parts(split("1.10", "-2.20", "3.30", "4.40"))

    assert parts["part"].tolist() == ["customers", "frequency", "aov", "unidentified"]
    assert sum(parts["amount"]) == Decimal("6.60")


def test_a_unit_whose_every_sale_has_a_customer_has_no_part_without_one():
    assert list_parts(split(1, 2, 3, 0))["part"].tolist() == ["customers", "frequency", "aov"]


def test_a_known_part_of_nothing_is_shown():
    assert list_parts(split(5, 0, 0, 0))["amount"].tolist() == [5, 0, 0]


def test_without_a_split_there_are_no_parts_and_no_driver():
    assert list_parts(None).empty
    assert find_driver(None) is None


@pytest.mark.parametrize(
    ("parts", "driver"),
    [
        ((60, 30, 10, 0), ("customers", Decimal("0.6"))),
        ((-10, -60, -20, -10), ("frequency", Decimal("0.6"))),
        ((0, -10, -50, 10), ("aov", Decimal(1))),
        ((-50, 0, 0, 150), ("unidentified", Decimal("1.5"))),
        # Sales without a customer are named from a third on, for the sentence says how much.
        ((30, 20, 10, 40), ("unidentified", Decimal("0.4"))),
        ((1, 0, 1, 1), None),
        # Half is not most.
        ((0, 50, 50, 0), None),
        ((51, 49, 0, 0), ("customers", Decimal("0.51"))),
        ((25, 25, 25, 25), None),
        # Nothing changed, though parts moved.
        ((50, -50, 0, 0), None),
        ((0, 0, 0, 0), None),
    ],
)
def test_the_largest_part_leads_if_it_is_most_of_the_change(parts, driver):
    assert find_driver(split(*parts)) == driver


@pytest.mark.parametrize(
    ("parts", "case"),
    [((8, 1, 1, 0), "up_customers"), ((1, 1, 1, 7), "up_unidentified"), ((3, 3, 3, 3), "up")],
)
def test_the_headline_of_a_whole_period_names_the_part_that_leads(parts, case):
    assert choose_headline(figures(), split(*parts), is_whole=True) == case


@pytest.mark.parametrize("name", ["frequency", "aov"])
@pytest.mark.parametrize(
    ("change", "case"),
    [("up", "down_{name}"), ("down", "down_{name}"), ("unclear", "down"), ("none", "down")],
)
def test_orders_each_and_the_average_order_are_named_only_if_clear(name, change, case):
    parts = {"customers": 0, "frequency": 0, "aov": 0, "unidentified": 0, name: -10}
    given = FIGURES.replace("0.10  up", "-0.1  down", 1).replace("110", " 90")
    lines = [
        line.replace("unclear", change) if line.strip().startswith(name) else line
        for line in given.splitlines()
    ]

    found = choose_headline(figures("\n".join(lines)), split(**parts), is_whole=True)

    assert found == case.format(name=name)


@pytest.mark.parametrize(("case", "way"), [("none", "unclear"), ("-", "none"), ("down", "down")])
def test_the_headline_without_a_part_is_the_direction(case, way):
    given = net(90, 100, "-0.1", case)

    assert choose_headline(given, None, is_whole=True) == way


@pytest.mark.parametrize(
    ("now", "then", "is_whole", "case"),
    [
        (-5, 100, True, "negative"),
        (-5, 100, False, "incomplete_negative"),
        (100, -5, True, "turned"),
        (-5, -9, True, "negative"),
    ],
)
def test_a_change_from_or_to_a_negative_sum_is_given_no_percentage(now, then, is_whole, case):
    given = net(now, then, "-1.05", "down")

    assert choose_headline(given, split(-105, 0, 0, 0), is_whole=is_whole) == case


def test_a_period_much_as_the_one_before_names_no_part():
    given = net(101, 100, "0.01", "none")

    assert choose_headline(given, split(1, 0, 0, 0), is_whole=True) == "unclear"


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("up", "incomplete_up"), ("down", "incomplete_down"), ("none", "incomplete_unclear"),
        ("-", "incomplete_none"),
    ],
)  # fmt: skip
def test_a_period_that_has_not_ended_names_no_part(case, said):
    given = net(110, 100, "0.1", case)

    assert choose_headline(given, split(10, 0, 0, 0), is_whole=False) == said


@pytest.mark.parametrize(
    ("given", "case"),
    [
        (net(110, 100, "0.1", "up"), "year_up"), (net(90, 100, "-0.1", "down"), "year_down"),
        (net(101, 100, "0.01", "none"), "year_unclear"), (net(110, 0, "-", "up"), "none"),
        (net(110, -5, "-23", "up"), "none"),
    ],
)  # fmt: skip
def test_where_only_last_year_can_be_compared_the_headline_is_of_it(given, case):
    of_year = replace(given[0], against={"last_year": given[0].against["previous"]})

    assert choose_headline([of_year], split(10, 0, 0, 0), is_whole=True) == case
    assert choose_headline([of_year], None, is_whole=False) == f"incomplete_{case}"


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_period_without_sales_says_so_and_no_more(is_whole):
    given = net(0, 100, "-1.0", "down")

    assert choose_headline(given, split(-100, 0, 0, 0), is_whole=is_whole) == "empty"


@pytest.mark.parametrize(("is_whole", "case"), [(True, "none"), (False, "incomplete_none")])
def test_sales_after_none_have_no_size_of_change_to_be_told(is_whole, case):
    given = net(500, 0, "-", "up")

    assert choose_headline(given, split(500, 0, 0, 0), is_whole=is_whole) == case


def test_a_part_larger_than_the_change_is_not_told_as_a_share_of_it():
    given = figures()

    assert choose_headline(given, split(-5, 0, 0, 15), is_whole=True) == "up"
    assert choose_headline(given, split(0, 0, 0, 10), is_whole=True) == "up_unidentified"


def test_every_number_is_listed_under_its_own_name():
    assert {one.name: one.value for one in list_measured(figures()[:2])} == {
        "net": 110, "net.previous": 100, "net.change": 0.1,
        "active": 11, "active.previous": 10, "active.change": 0.1,
    }  # fmt: skip


def test_the_year_before_has_a_change_of_its_own_name():
    one = figures()[0]
    both = KeyFigure(
        "net", one.now, one.against | {"last_year": one.against["previous"]}, one.history
    )

    names = [found.name for found in list_measured([both])]

    assert names == ["net", "net.previous", "net.change", "net.previous", "net.change_year"]


@pytest.mark.parametrize(("ends", "interval"), [((-0.1, 0.2), (-0.1, 0.2)), ((None, None), None)])
def test_a_share_changes_by_points_and_keeps_its_interval(ends, interval):
    now = Measured("churn", 0.25, "ratio", "share")
    before = Measured("churn.previous", 0.2, "ratio", "share")
    change = Comparison(before, Change(0.05, 0.25, *ends, "unclear"))

    found = list_measured([KeyFigure("churn", now, {"previous": change}, ())])

    assert found[-1] == Measured("churn.change", 0.05, "ratio", "pp", interval=interval)


def lists(text=LISTS):
    frame = table(text)
    return frame.assign(spend_12m=[Decimal(str(amount)) for amount in frame["spend_12m"]])


def row(net, unidentified):
    return {"net": Decimal(net), "unidentified_net": Decimal(unidentified)}


def test_lists_are_ordered_by_the_money_on_them():
    facts = list_actions(lists(), None, row(100, 0), min_count=2)

    assert [(fact.name, fact.customers, fact.money) for fact in facts] == [
        ("regulars_gone_quiet", 2, Decimal("501.0")), ("newcomers_once", 3, Decimal("30.75")),
    ]  # fmt: skip
    assert {fact.evidence for fact in facts} == {"observed"}


def test_lists_of_equal_money_are_ordered_by_name():
    equal = lists().assign(spend_12m=Decimal(0))

    facts = list_actions(equal, None, row(100, 0), min_count=2)

    assert [fact.name for fact in facts] == ["newcomers_once", "regulars_gone_quiet"]


@pytest.mark.parametrize(
    ("min_count", "names"),
    [(2, {"newcomers_once", "regulars_gone_quiet"}), (3, {"newcomers_once"}), (4, set())],
)
def test_a_list_of_fewer_is_no_action(min_count, names):
    facts = list_actions(lists(), None, row(100, 0), min_count=min_count)

    assert {fact.name for fact in facts} == names


@pytest.mark.parametrize(
    ("given", "asks"),
    [
        (row(100, 5), True), (row(100, "4.9999"), False), (row(0, 0), False), (row(-10, -5), False),
        (row(100, -50), False),
    ],
)  # fmt: skip
def test_the_number_is_asked_for_from_a_twentieth_of_sales(given, asks):
    facts = list_actions(lists(), None, given, min_count=99)

    assert [fact.name for fact in facts] == (["ask_for_number"] if asks else [])


def test_the_action_on_data_comes_first_and_knows_no_customers():
    first, *others = list_actions(lists(), None, row(100, "20.50"), min_count=2)

    assert (first.name, first.customers, first.money) == ("ask_for_number", None, Decimal("20.50"))
    assert first.evidence == "counted"
    assert len(others) == 2


def test_no_more_actions_than_asked_for():
    facts = list_actions(lists(), None, row(100, 20), min_count=2, most=2)

    assert [fact.name for fact in facts] == ["ask_for_number", "regulars_gone_quiet"]


def contracts(n_involuntary, window="current"):
    return table(f"window  n_involuntary\n{window}  {n_involuntary}")


def test_contracts_have_payments_to_mend_and_nobody_to_win_again():
    facts = list_actions(lists(), contracts(12), row(100, 0), min_count=2)

    assert [(fact.name, fact.customers, fact.money) for fact in facts] == [
        ("mend_payments", 12, None)
    ]


def test_who_could_not_pay_has_spent_what_the_list_says():
    unpaid = lists().head(2).assign(list_name="mend_payments", spend_12m=[Decimal(7), Decimal(5)])

    (fact,) = list_actions(unpaid, contracts(3), row(100, 0), min_count=2)

    assert (fact.name, fact.customers, fact.money) == ("mend_payments", 2, 12)


@pytest.mark.parametrize(
    "given", [contracts(1), contracts(0), contracts(50, window="previous"), contracts(9).iloc[:0]]
)
def test_few_failed_payments_are_no_action(given):
    assert list_actions(lists(), given, row(100, 0), min_count=2) == []


def test_contracts_too_ask_for_the_number():
    facts = list_actions(lists(), contracts(2), row(100, 50), min_count=2)

    assert [fact.name for fact in facts] == ["ask_for_number", "mend_payments"]


def test_lists_without_rows_are_no_action():
    assert list_actions(lists().iloc[:0], None, row(100, 0), min_count=1) == []


def test_shuffled_lists_change_nothing_and_stay_as_they_were():
    given = lists()

    mixed = list_actions(given.sample(frac=1, random_state=1), None, row(100, 20), min_count=2)

    assert mixed == list_actions(given, None, row(100, 20), min_count=2)
    pd.testing.assert_frame_equal(given, lists())


def test_the_table_has_a_row_a_figure_in_order():
    net_, active, *_ = figures()
    share = KeyFigure(
        "churn", Measured("churn", 0.5, "ratio", "share", n=60, interval=(0.4, 0.6)), {}, ()
    )

    found = table_of([net_, active, share], unit="shop", period="2026-06")

    expected = table("""
        unit  period   figure  value  low   high  n
        shop  2026-06  net     110    None  None  None
        shop  2026-06  active  11     None  None  None
        shop  2026-06  churn   0.5    0.4   0.6   60
    """).astype({"value": "float64", "n": "Int64"})
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    assert found.dtypes.astype(str).tolist()[3:] == ["float64", "float64", "float64", "Int64"]


def test_no_figures_make_a_table_of_the_same_columns():
    none = table_of([], unit="shop", period="2026-06")

    assert (len(none), list(none)) == (0, list(table_of(figures(), unit="shop", period="2026-06")))
