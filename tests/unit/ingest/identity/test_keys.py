"""Keys join records of one person, and never a family, a device or the next owner of a number."""

import datetime as dt

import pytest
from tests.unit.ingest.identity.people import join, named, records

from rapport.params.identity import Identity

MOBILE = "13912345078"


def test_spellings_of_one_phone_number_join():
    raw = records(
        {"id": "a", "name": "张伟", "phone": MOBILE},
        {"id": "b", "name": "张伟", "phone": "+86 139 1234 5078"},
        {"id": "c", "name": "张伟", "phone": "0086-139-1234-5078"},
        {"id": "d", "name": "张伟", "phone": "１３９１２３４５０７８"},
    )

    assert named(raw, keys=("phone",)) == {"a": "a b c d"}


def test_a_family_that_shares_a_phone_stays_several_customers():
    raw = records(
        {"id": "a", "name": "王伟", "phone": MOBILE},
        {"id": "b", "name": "王芳", "phone": MOBILE},
        {"id": "c", "name": "王伟", "phone": MOBILE},
    )

    assert named(raw, keys=("phone",)) == {"a": "a c", "b": "b"}


def test_a_recycled_number_does_not_make_its_owners_one():
    raw = records(
        {"id": "a", "name": "John Smith", "phone": MOBILE, "day": dt.date(2015, 1, 1)},
        {"id": "b", "name": "Li Na", "phone": MOBILE, "day": dt.date(2024, 1, 1)},
    )

    assert named(raw, keys=("phone",)) == {"a": "a", "b": "b"}


def test_names_in_another_order_or_spelling_agree():
    raw = records(
        {"id": "a", "family_name": "张", "given_name": "伟", "phone": MOBILE},
        {"id": "b", "family_name": "伟", "given_name": "张", "phone": MOBILE},
        {"id": "c", "name": "Dr. Roberta Müller", "phone": "13912345079"},
        {"id": "d", "name": "MULLER, Robertta", "phone": "13912345079"},
    )

    assert named(raw, keys=("phone",)) == {"a": "a b", "c": "c d"}


def test_a_record_without_a_name_goes_to_the_only_person_of_its_key():
    raw = records(
        {"id": "a", "name": "王伟", "phone": MOBILE},
        {"id": "b", "phone": MOBILE},
        {"id": "c", "name": "J Smith", "phone": "13912345079"},
        {"id": "d", "name": "John Smith", "phone": "13912345079"},
    )

    assert named(raw, keys=("phone",)) == {"a": "a b", "c": "c d"}


def test_a_record_that_fits_two_people_of_its_key_goes_to_neither():
    raw = records(
        {"id": "a", "name": "John Smith", "phone": MOBILE},
        {"id": "b", "name": "Jane Smith", "phone": MOBILE},
        {"id": "c", "name": "J Smith", "phone": MOBILE},
    )

    assert named(raw, keys=("phone",)) == {"a": "a", "b": "b", "c": "c"}


def test_a_key_of_more_people_than_allowed_joins_nobody():
    names = ("王伟", "李娜", "张敏", "刘洋")
    raw = records(
        *({"id": str(n), "name": name, "phone": MOBILE} for n, name in enumerate(names)),
        {"id": "again", "name": "王伟", "phone": MOBILE},
    )

    assert len(named(raw, keys=("phone",), max_per_key=3)) == 5
    assert len(named(raw, keys=("phone",), max_per_key=4)) == 4


def test_a_card_joins_whatever_the_name_is():
    raw = records(
        {"id": "a", "name": "Ann Jones", "loyalty_id": "LC-100 05"},
        {"id": "b", "name": "Ann Miller", "loyalty_id": "lc10005"},
    )

    assert named(raw, keys=("loyalty_id",)) == {"a": "a b"}


def test_an_address_of_mail_that_is_not_verified_joins_nobody():
    raw = records(
        {"id": "a", "name": "王伟", "phone": MOBILE, "phone_verified": True},
        {"id": "b", "name": "王伟", "phone": MOBILE, "phone_verified": False},
    )

    assert named(raw, keys=("phone",)) == {"a": "a", "b": "b"}


@pytest.mark.parametrize("number", ["", "0", "13800000000", "no phone", "x" * 100_000, "138\x00"])
def test_what_is_no_phone_number_joins_nobody(number):
    raw = records(
        {"id": "a", "name": "王伟", "phone": number}, {"id": "b", "name": "王伟", "phone": number}
    )

    assert named(raw, keys=("phone",)) == {"a": "a", "b": "b"}


def test_several_columns_make_one_key():
    raw = records(
        {"id": "a", "name": "王伟", "birth_date": "1990-01-05"},
        {"id": "b", "name": "王伟", "birth_date": "1990年1月5日"},
        {"id": "c", "name": "王伟", "birth_date": "1971-01-05"},
        {"id": "d", "name": "王伟"},
    )

    assert named(raw, keys=("name+birth_date",)) == {"a": "a b", "c": "c", "d": "d"}


def test_one_record_and_none_are_no_trouble():
    raw = records({"id": "a", "name": "王伟", "phone": MOBILE})

    assert named(raw, keys=("phone",)) == {"a": "a"}
    assert named(raw.slice(0, 0), keys=("phone",)) == {}


def test_the_first_registered_record_names_the_customer_and_later_ones_never_do():
    first = {"id": "b", "name": "王伟", "phone": MOBILE, "day": dt.date(2020, 1, 1)}
    second = {"id": "a", "name": "王伟", "phone": MOBILE, "day": dt.date(2021, 1, 1)}
    third = {"id": "0", "name": "王伟", "phone": MOBILE, "day": dt.date(2022, 1, 1)}

    before = named(records(first, second), keys=("phone",))
    after = named(records(third, first, second), keys=("phone",))

    assert before == {"b": "a b"}
    assert after == {"b": "0 a b"}


def test_threads_and_the_order_of_rows_change_no_customer():
    raw = records(
        *(
            {
                "id": f"{n}",
                "name": name,
                "phone": f"139123450{n % 40:02d}",
                "email": f"p{n % 55}@x.cn",
            }
            for n, name in enumerate(("王伟", "李娜", "王 伟", "Anna Bell", "A Bell") * 40)
        )
    )
    turned = raw.take(list(reversed(range(len(raw)))))

    rules = {"keys": ("phone", "email")}

    assert named(turned, threads=2, **rules) == named(raw, threads=1, **rules)


def test_keys_are_columns_joined_by_plus():
    with pytest.raises(ValueError, match="keys"):
        Identity.model_validate({"keys": ["phone; DROP TABLE x"]})


def test_links_are_told_with_the_key_that_made_them():
    raw = records(
        {"id": "a", "name": "王伟", "phone": MOBILE, "email": "w@x.cn"},
        {"id": "b", "name": "王伟", "phone": MOBILE},
        {"id": "c", "name": "王伟", "email": "w@x.cn"},
        {"id": "d", "name": "王伟"},
    )

    _, found = join(raw, keys=("phone", "email"))

    assert found.step.tolist() == [1, 1, 2, -1]
    assert found.probability.tolist() == [1.0, 1.0, 1.0, 1.0]


def test_a_record_that_joins_two_customers_leaves_the_number_of_the_earlier():
    first = {"id": "5", "name": "王伟", "phone": MOBILE, "day": dt.date(2020, 1, 1)}
    second = {"id": "4", "name": "王伟", "email": "w@x.cn", "day": dt.date(2021, 1, 1)}
    both = {"id": "1", "name": "王伟", "phone": MOBILE, "email": "w@x.cn"}

    before = named(records(first, second), keys=("phone", "email"))
    after = named(
        records(first, second, both | {"day": dt.date(2022, 1, 1)}), keys=("phone", "email")
    )

    assert before == {"4": "4", "5": "5"}
    assert after == {"5": "1 4 5"}
