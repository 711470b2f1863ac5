"""Where the closure of links stops: birth dates, size, and what a person declared."""

import numpy as np
import pytest
from tests.unit.ingest.identity.people import join, named, records

from rapport.ingest.identity.closure import Limits, Link, close, cut

MOBILE, OTHER = "13912345078", "13912345079"


def test_two_birth_dates_are_two_customers_though_name_and_phone_agree():
    raw = records(
        {"id": "a", "name": "王伟", "phone": MOBILE, "birth_date": "1960-02-03"},
        {"id": "b", "name": "王伟", "phone": MOBILE, "birth_date": "1988-11-30"},
        {"id": "c", "name": "王伟", "phone": MOBILE, "birth_date": "1988-11-30"},
    )

    customers, found = join(raw, keys=("phone",))

    assert customers == {"a": {"a"}, "b": {"b", "c"}}
    assert [reason for _, reason in found.left] == ["birth_dates"]
    assert named(raw, keys=("phone",), birth_dates="count") == {"a": "a b c"}


@pytest.mark.parametrize("date", ["1990-12-03", "1990-03-21", "1991-03-12"])
def test_a_slip_in_a_birth_date_cuts_nobody(date):
    raw = records(
        {"id": "a", "name": "王伟", "phone": MOBILE, "birth_date": "1990-03-12"},
        {"id": "b", "name": "王伟", "phone": MOBILE, "birth_date": date},
    )

    assert named(raw, keys=("phone",)) == {"a": "a b"}


def test_a_chain_does_not_glue_two_people_together():
    raw = records(
        {"id": "a", "name": "王伟", "phone": MOBILE, "birth_date": "1960-02-03"},
        {"id": "b", "name": "王伟", "phone": MOBILE, "email": "w@x.cn"},
        {"id": "c", "name": "王伟", "email": "w@x.cn", "birth_date": "1988-11-30"},
    )

    assert named(raw, keys=("phone", "email")) == {"a": "a b", "c": "c"}


def test_a_cluster_that_is_too_large_falls_back_to_the_keys_before():
    raw = records(
        *(
            {"id": f"{n}", "name": "王伟", "loyalty_id": f"{n // 2}", "email": "w@x.cn"}
            for n in range(8)
        )
    )

    customers, found = join(raw, keys=("loyalty_id", "email"), max_cluster=4)

    assert customers == {"0": {"0", "1"}, "2": {"2", "3"}, "4": {"4", "5"}, "6": {"6", "7"}}
    assert {reason for _, reason in found.left} == {"too_large"}


def test_a_declared_link_wins_over_birth_dates_and_size():
    raw = records(
        {"id": "a", "name": "王伟", "birth_date": "1960-02-03"},
        {"id": "b", "name": "李娜", "birth_date": "1988-11-30"},
        {"id": "c", "name": "刘洋"},
    )

    found = named(raw, keys=("name",), link=(("a", "b"), ("b", "c")), max_cluster=2)

    assert found == {"a": "a b c"}


def test_a_declared_separation_wins_over_every_key_also_through_others():
    raw = records(
        {"id": "a", "name": "王伟", "loyalty_id": "1"},
        {"id": "b", "name": "王伟", "loyalty_id": "1", "email": "w@x.cn"},
        {"id": "c", "name": "王伟", "email": "w@x.cn"},
    )

    found = named(raw, keys=("loyalty_id", "email"), never=(("a", "c"),))

    assert found == {"a": "a b", "c": "c"}


def test_equal_links_of_a_chain_close_whatever_their_order():
    chain = np.arange(999)
    rng = np.random.default_rng(0)
    order = rng.permutation(999)

    assert set(close(1_000, chain[order], chain[order] + 1).tolist()) == {0}


def test_a_star_of_many_records_is_cut_in_time_that_grows_with_it():
    links = [Link(1, 0.0, 0, other) for other in range(1, 30_000)]

    found = cut(links, Limits(20))

    assert not found.kept
    assert {reason for _, reason in found.left} == {"too_large"}
