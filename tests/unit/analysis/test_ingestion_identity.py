"""What the ingestion chapter says of records that are one customer."""

from types import SimpleNamespace

import pytest
from tests.support import table

from rapport.analysis.ingestion_identity import (
    choose_identity,
    list_joining,
    list_parting,
    list_remarks,
    measure_identity,
)


def _account(n_review=1):
    return SimpleNamespace(
        n_records=10,
        n_customers=7,
        rules=table(
            """
            rule             n_pairs  n_records
            phone                  2          4
            name+birth_date        1          2
            """
        ),
        cases=table(
            f"""
            reason        rule   n_cases  n_records
            shared_key    phone        1          5
            names_differ  phone        2          4
            review        model        {n_review}          0
            """
        ),
    )


def test_records_customers_and_pairs_by_rule_are_named():
    found = {one.name: one.value for one in measure_identity(_account())}

    assert found == {
        "identity.records": 10, "identity.customers": 7, "identity.pairs": 3,
        "identity.apart": 3, "identity.review": 1, "identity.pairs.phone": 2,
        "identity.pairs.name+birth_date": 1, "identity.customers_per_record": 0.7,
    }  # fmt: skip


def test_a_unit_without_rules_has_no_measures_and_says_so():
    assert measure_identity(None) == []
    assert choose_identity({}) == "number"
    assert list_joining(None).empty
    assert list_parting(None).empty


@pytest.mark.parametrize(("n_review", "case"), [(1, "review"), (0, "joined")])
def test_pairs_that_wait_for_a_person_have_a_sentence(n_review, case):
    values = {one.slot: one for one in measure_identity(_account(n_review))}

    assert choose_identity(values) == case


def test_keys_of_several_columns_are_spelled_as_labels_join_them():
    assert list_joining(_account())["rule"].tolist() == ["phone", "name + birth_date"]


def test_only_a_model_decides_anew_when_records_are_added():
    assert list_remarks(has_model=True) == ["model"]
    assert list_remarks(has_model=False) == []
