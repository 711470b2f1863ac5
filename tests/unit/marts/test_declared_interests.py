"""Interests that customers named: declared_interests."""

import datetime as dt

import pandas as pd

from rapport import tables
from rapport.marts.build import build_mart
from unit.marts.conftest import write_canonical
from unit.present.hostile_words import HOSTILE


def make(folder, told, **more):
    """Make the mart of lists of interests by customer."""
    rows = [
        {"customer_id": name, "order_key": at, "interests": words, **more}
        for at, (name, words) in enumerate(told.items())
    ]
    paths = {"customers": write_canonical("customers", rows, folder)}
    made = build_mart("declared_interests", paths, settings={}, into=folder)
    return tables.read_table(made.path)


def named(table):
    """Give what each customer is said to have named, by the mart's own names."""
    return {
        row.customer_id: {
            getattr(row, f"name_{place}") for place in range(1, 13) if getattr(row, f"has_{place}")
        }
        for row in table.itertuples()
    }


def test_interests_are_told_apart_by_their_letters_and_not_by_capitals_or_blanks(tmp_path):
    told = {"a": ["Garden", " garden ", ""], "b": ["garden", "Music"], "c": [], "d": None}

    table = make(tmp_path, told)

    assert named(table) == {"a": {"Garden"}, "b": {"Garden", "Music"}}
    assert table["n_interests"].tolist() == [1, 2]


def test_the_twelve_that_most_customers_named_have_names_of_equals_the_first(tmp_path):
    words = [f"w{at:02}" for at in range(15)]

    table = make(tmp_path, {"a": words[::-1], "b": words, "c": ["w14"]})

    names = [table.loc[0, f"name_{place}"] for place in range(1, 13)]
    assert names == ["w14", *words[:11]]
    assert table["n_interests"].tolist() == [15, 15, 1]


def test_hostile_words_are_words(tmp_path):
    told = {f"c{at}": [word.replace("\x00", "")] for at, word in enumerate(HOSTILE)}

    table = make(tmp_path, told)

    assert len(table) == sum(bool(words[0].strip(" ")) for words in told.values())


def test_erased_customers_and_units_without_interests_have_no_row(tmp_path):
    gone = make(tmp_path, {"a": ["Garden"]}, erased_at=pd.Timestamp(dt.date(2026, 1, 1)))
    none = make(tmp_path, {"a": None})

    assert gone.empty
    assert none.empty
