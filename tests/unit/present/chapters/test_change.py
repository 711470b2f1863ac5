"""Tables of what changed: both parts with their intervals, and lists by the number on page one."""

from __future__ import annotations

import pandas as pd

from rapport.analysis.page_one import ActionFact
from rapport.present.chapters.change import change_table, choose_case, choose_role, list_table
from rapport.present.tables import render_table
from rapport.present.values import period_value

PARTS = pd.DataFrame(
    {
        "figure": ["aov", "frequency"],
        "unit": ["GBP", "orders_per_customer"],
        "grouping": ["segment", "newness"],
        "n_groups": [4, 2],
        "change": [4.22, 0.03],
        "mix": [3.33, 0.0],
        "mix_low": [0.39, None],
        "mix_high": [6.26, None],
        "rate": [0.89, 0.03],
        "rate_low": [-3.27, None],
        "rate_high": [5.05, None],
    }
)
VALUES = {"previous": period_value("2026-05", name="period.previous")}


def test_each_row_has_the_unit_of_its_figure():
    spec = change_table(PARTS, VALUES)

    assert spec is not None
    assert render_table(spec, "en") == [
        ["Average order", "segment", "+£4.22", "+£3.33", "+£0.39 to +£6.26", "+£0.89",
         "−£3.27 to +£5.05"],
        ["Orders per customer", "new and returning", "+0.03", "0.00", "n/a", "+0.03", "n/a"],
    ]  # fmt: skip
    assert render_table(spec, "zh")[0][:2] == ["客单价", "客群"]


def test_without_a_split_there_is_no_table_and_one_grey_line():
    assert change_table(PARTS.iloc[:0], VALUES) is None
    assert (choose_case([], None), choose_role([])) == ("none", "gap")


def test_a_split_of_which_nothing_is_clear_is_told_as_such():
    assert (choose_case([object()], None), choose_role([object()])) == ("unclear", "paragraph")
    assert choose_case([object()], object()) == "clear"


def test_lists_have_the_numbers_of_page_one():
    facts = [
        ActionFact("ask_for_number", None, None, "counted"),
        ActionFact("regulars_gone_quiet", 32, None, "observed"),
        ActionFact("newcomers_once", 36, None, "observed"),
    ]

    spec = list_table(facts)

    assert spec is not None
    assert render_table(spec, "en") == [
        ["1", "Regulars who went quiet", "32"],
        ["2", "Newcomers with one order", "36"],
    ]
    assert list_table(facts[:1]) is None
