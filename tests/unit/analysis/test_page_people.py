"""Page one of a unit that knows its customers alone: who they are, and whom it does not tell of."""

import pandas as pd
import pytest

from rapport.analysis.key_figures import Rules
from rapport.analysis.page_people import list_people, measure_mark, measure_people
from rapport.analysis.page_unsold import (
    Delivered,
    choose_unsold,
    is_bare,
    join_people,
    list_unsold,
)
from rapport.present.chapters.unsold import people_figure
from rapport.present.sentences import Sentence
from rapport.present.values import Value
from support import table

RULES = Rules("EUR")
QUALITY = table(
    """
    table              step  rule              action   n_rows
    customers             1  kept              kept       1000
    campaign_contacts     2  exact_duplicates  flagged       3
    campaign_contacts     3  said_yes          flagged      90
    campaign_contacts     4  never_called      flagged     800
    campaign_contacts     5  kept              kept        900
    """
)


def people(n=1000):
    return pd.DataFrame(
        {"gender": ["female"] * n, "age_band": (["25-34"] * 6 + ["65+"] * 4) * (n // 10),
         "occupation": ["cook"] * (n // 2) + ["guard"] * (n // 2 - 20) + ["poet"] * 4 + [None] * 16}
    )  # fmt: skip


def snapshot(n_customers=1000, n_orders=0):
    return pd.DataFrame({"n_customers": [n_customers], "n_orders": [n_orders]})


def test_customers_are_described_by_what_tells_them_apart():
    rows = list_people(people())

    # Everybody is of one gender; four poets alone would be few, so guards go with them.
    assert rows[["name", "n"]].to_numpy().tolist() == [
        ["age_band=25-34", 600], ["age_band=65+", 400],
        ["occupation=cook", 500], ["occupation=guard", 480], ["occupation=other", 20],
    ]  # fmt: skip
    assert rows.groupby("attribute")["value"].sum().tolist() == [1, 1]


def test_no_group_shown_or_put_together_is_of_few():
    few = pd.DataFrame({"gender": ["female"] * 40 + ["male"] * 12 + ["other"] * 3})

    assert list_people(few).empty  # but one group would be left beside those put together
    assert list_people(pd.DataFrame({"gender": ["female"] * 5})).empty
    assert list_people(None).empty


def test_page_one_has_six_figures_of_customers_alone():
    delivered = join_people(Delivered(), people(), QUALITY)
    figures = list_unsold(snapshot(), delivered, rules=RULES)
    named = {figure.name: figure.now for figure in figures}

    assert list(named) == [
        "customers", "first_age_band", "first_occupation", "described", "contacted",
    ]  # fmt: skip
    assert (named["described"].value, named["contacted"].value) == (0.984, 900)
    assert named["first_age_band"].value == 0.6


@pytest.mark.parametrize(
    ("n_customers", "n_orders", "delivered", "bare"),
    [(5, 0, Delivered(), True), (5, 1, Delivered(), False), (0, 0, Delivered(), False),
     (5, 0, Delivered(has_baskets=True), False), (5, 0, Delivered(contacts=QUALITY), False)],
)  # fmt: skip
def test_only_units_that_know_nothing_else_are_described_so(n_customers, n_orders, delivered, bare):
    assert is_bare(snapshot(n_customers, n_orders), delivered) == bare


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_paragraph_names_the_largest_groups_and_the_first_mark(language):
    delivered = join_people(Delivered(), people(), QUALITY)
    figures = list_unsold(snapshot(), delivered, rules=RULES)
    told = [*(f.now for f in figures), *measure_people(delivered.people), *measure_mark(QUALITY)]
    values = {
        m.slot: Value(f"summary.{m.name}", m.value, m.kind, m.unit, n=m.n, interval=m.interval)
        for m in told
    }

    [sentences] = choose_unsold(figures, values)
    said = [Sentence(f"summary.{name}", values).text(language) for name, _ in sentences]

    assert [name for name, _ in sentences] == ["unsold_people_two", "unsold_mark"]
    assert "60.0%" in said[0]
    assert "cook" in said[0]
    assert "10.0%" in said[1]
    assert "said yes" in said[1]
    assert people_figure(delivered.people, values).id == "summary.people"
    assert people_figure(list_people(), values) is None


def test_a_unit_without_marks_or_contacts_says_nothing_of_them():
    assert measure_mark(None) == []
    assert measure_mark(QUALITY[QUALITY["rule"] == "kept"]) == []
    figures = list_unsold(snapshot(), join_people(Delivered(), people(), None), rules=RULES)
    assert "contacted" not in [figure.name for figure in figures]


def test_rows_in_another_order_give_the_same_shares():
    pd.testing.assert_frame_equal(list_people(people()), list_people(people().iloc[::-1]))
