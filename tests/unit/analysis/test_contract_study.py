import datetime as dt

import pandas as pd

from rapport.analysis.contract_study import merge_levels, prepare_contracts, split_columns

AS_OF = dt.date(2020, 6, 30)


def contracts(**more):
    rows = pd.DataFrame(
        {
            "customer_id": ["b", "a", "a", "c"],
            "plan": ["x", "x", "y", "y"],
            "started_on": ["2020-01-15", "2019-01-31", "2020-02-29", "2020-07-01"],
            "ended_on": ["2020-06-30", "2020-02-29", "2020-07-01", None],
            "end_reason": ["payment", "price", "price", None],
            "renewal_months": [1, 1, 12, 12],
            "price": [10.0, 20.0, 30.0, 40.0],
        }
    )
    return rows.assign(**more)


CUSTOMERS = pd.DataFrame(
    {"customer_id": ["a", "b", "c"], "order_key": [7, 3, 1], "gender": ["male", "female", "male"]}
)


def test_contracts_stand_as_they_stood_on_the_day():
    rows = prepare_contracts(contracts(), CUSTOMERS, as_of=AS_OF)

    # c begins a day later; the second of a ends a day later, which is not known yet.
    assert rows["customer_id"].tolist() == ["b", "a", "a"]
    assert rows["is_ended"].tolist() == [True, True, False]
    assert rows["end_reason"].isna().tolist() == [False, False, True]
    assert rows["duration"].tolist() == [5, 13, 4]
    assert rows["order_key"].is_unique


def test_an_end_that_nobody_chose_is_no_event():
    rows = prepare_contracts(contracts(), CUSTOMERS, as_of=AS_OF)

    assert rows["is_involuntary"].tolist() == [True, False, False]
    assert rows["event_observed"].tolist() == [False, True, False]


def test_the_order_of_rows_and_the_pseudonyms_change_nothing():
    renamed = CUSTOMERS.replace({"customer_id": {"a": "z"}})
    shuffled = contracts().replace({"customer_id": {"a": "z"}}).sample(frac=1, random_state=2)

    again = prepare_contracts(shuffled, renamed, as_of=AS_OF)

    first = prepare_contracts(contracts(), CUSTOMERS, as_of=AS_OF)
    assert again["plan"].tolist() == first["plan"].tolist()
    assert again["order_key"].tolist() == first["order_key"].tolist()


def test_columns_are_numbers_or_categories_or_say_nothing():
    many = pd.concat([contracts()] * 10, ignore_index=True)
    many = many.assign(
        price=range(1, 41), a_seats=[str(1 + n % 5) for n in range(40)],
        a_senior=[str(n % 2) for n in range(40)], a_same="yes",
    )  # fmt: skip

    numbers, categories = split_columns(many, least=10)

    assert numbers == ["a_seats", "price"]
    # Each plan has one term, which is left out beside it.
    assert categories == ["plan", "a_senior"]


def test_rare_values_are_put_together_or_join_the_most_frequent():
    column = pd.Series(["a"] * 20 + ["b"] * 12 + ["c"] * 3 + [None] * 2)

    assert merge_levels(column, 10).value_counts().to_dict() == {"a": 25, "b": 12}
    assert merge_levels(column, 5).value_counts().to_dict() == {"a": 20, "b": 12, "other": 5}


def test_no_contract_has_no_columns():
    none = prepare_contracts(contracts().iloc[:0], None, as_of=AS_OF)

    assert len(none) == 0
    assert split_columns(none, least=30) == ([], [])
