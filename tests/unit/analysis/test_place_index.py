import pandas as pd
import pytest

from rapport.analysis.place_index import index_places, list_index, measure_index
from rapport.analysis.regions import Places
from rapport.present.chapters.places import name_places, place_table
from rapport.present.sentences import Sentence
from rapport.present.tables import render_heads, render_table
from rapport.present.values import Value

PEOPLE = {"GB-LND": 9_000_000, "GB-MAN": 600_000, "GB-GLG": 640_000}


def places(*rows):
    table = pd.DataFrame(rows, columns=["place", "n_customers", "is_few"]).assign(
        net=[100 * row[1] for row in rows], share=0.2, per_customer=100.0, low=90.0, high=110.0,
        n_before=0, net_before=0, change=0.0,
    )  # fmt: skip
    kept = frozenset(row[0] for row in rows) - {"other", "unknown", "unidentified"}
    return Places("region", table, kept, has_before=False)


FOUND = places(
    ("GB-LND", 900, False), ("GB-MAN", 60, False), ("GB-GLG", 20, True), ("GB-CRF", 40, False),
    ("unidentified", 0, True),
)  # fmt: skip


def test_customers_are_held_against_the_people_of_their_place():
    rows = places(("GB-LND", 450, False), ("GB-MAN", 60, False))

    found = index_places(rows, PEOPLE).table["index"].tolist()

    # 510 customers of 9.6m people; London 450 of 9m, Manchester 60 of .6m.
    assert found == pytest.approx([450 / 9 / (510 / 9.6) * 100, 60 / 0.6 / (510 / 9.6) * 100])


def test_few_customers_and_unknown_populations_have_no_index():
    found = index_places(FOUND, PEOPLE).table.set_index("place")["index"]

    assert found.notna().to_dict() == {
        "GB-LND": True, "GB-MAN": True, "GB-GLG": False, "GB-CRF": False, "unidentified": False,
    }  # fmt: skip
    assert found[["GB-LND", "GB-MAN"]].tolist() == pytest.approx([100, 100])


@pytest.mark.parametrize("population", [{}, {"GB-LND": 9_000_000}, {"GB-GLG": 1, "GB-LND": 2}])
def test_without_two_populations_nothing_is_said(population):
    found = index_places(FOUND, population)

    assert found == FOUND
    assert (measure_index(found), list_index(found)) == ([], [])


def test_the_densest_place_is_named_in_both_languages():
    found = index_places(places(("GB-LND", 450, False), ("GB-MAN", 60, False)), PEOPLE)
    values = {one.slot: Value(one.name, one.value, one.kind, one.unit)
              for one in measure_index(found)}  # fmt: skip

    said = Sentence("places.dense", values | name_places(values))

    assert "Manchester has most customers: an index of 188" in said.text("en")
    assert "188" in said.text("zh").replace("\N{NO-BREAK SPACE}", " ")


def test_the_table_has_a_column_only_where_populations_are_known():
    rows = places(("GB-LND", 450, False), ("GB-GLG", 20, True), ("GB-MAN", 60, False))

    with_it = place_table(index_places(rows, PEOPLE).table, {}, currency="GBP", has_before=False)
    without = place_table(rows.table, {}, currency="GBP", has_before=False)

    assert [row[-1] for row in render_table(with_it, "en")] == ["94", "n/a", "188"]
    assert render_heads(with_it, "en")[-1] == "Index to population"
    assert len(without.columns) == len(with_it.columns) - 1
