"""How identifiers are spelled so that they are found, and which are not looked for."""

import pytest

from rapport.privacy.wording import DATE, NUMBER, SHORT, WORDS, fold, make_keys, squash


@pytest.mark.parametrize(
    "spelled", ["Anna Smith", "ANNA  SMITH", "Ａnna Smith", "A\u200bnna-Smith", "Ánnà Smith"]
)
def test_spellings_of_one_name_are_one(spelled):
    assert squash(spelled) == "annasmith"


def test_digits_of_every_script_are_digits():
    assert fold("１３８") == fold("١٣٨") == fold("१३८") == "138"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("name", "Rose"),  # a word
        ("name", "May"),
        ("name", "伟"),
        ("name", "Al Bo"),  # four letters
        ("address", "London"),
        ("address", "广东省"),
        ("phone", "23125 0"),
        ("customer_number", "2010"),
        ("loyalty_id", "gold"),
        ("postcode", "SW1A 1AA"),
        ("birth_date", "1985"),
    ],
)
def test_what_cannot_be_told_from_words_and_numbers_is_not_looked_for(kind, value):
    assert make_keys(kind, value) == []


@pytest.mark.parametrize(
    ("kind", "value", "key"),
    [
        ("name", "张伟", f"{WORDS}张伟"),
        ("name", "Smith, Anna", f"{WORDS}smithanna"),
        ("email", "Anna@Example.org", f"{WORDS}annaexampleo"),
        ("phone", "0086-138 0013 8000", f"{NUMBER}800138000"),
        ("customer_number", "M2600001", f"{WORDS}m2600001"),
        ("customer_number", "10005", f"{SHORT}10005"),
        ("birth_date", "1985年3月12日", f"{DATE}19850312"),
        ("birth_date", "12 March 1985", f"{DATE}19850312"),
    ],
)
def test_other_identifiers_have_a_key(kind, value, key):
    assert key in make_keys(kind, value)


def test_a_date_whose_day_and_month_could_be_either_is_looked_for_as_both():
    assert set(make_keys("birth_date", "03/12/1985")) == {f"{DATE}19850312", f"{DATE}19851203"}
