"""A published file that was changed is found out, whatever byte was."""

import random

import pytest

from rapport.errors import TamperedError
from rapport.press.proof.envelope import check_seal
from rapport.press.proof.record import unpack

NAMES = [f"report.{language}.{form}" for language in ("en", "zh") for form in ("html", "pdf")]


@pytest.mark.parametrize("name", NAMES)
def test_an_untouched_file_is_the_one_that_was_sealed(made, name):
    statement = check_seal((made.report / name).read_bytes())

    assert name in {subject["name"] for subject in statement["subject"]}


@pytest.mark.parametrize("name", NAMES)
def test_any_flipped_bit_is_found(made, name):
    file = (made.report / name).read_bytes()
    draw = random.Random(name)

    for _ in range(60):
        place, bit = draw.randrange(len(file)), 1 << draw.randrange(8)
        changed = file[:place] + bytes([file[place] ^ bit]) + file[place + 1 :]
        with pytest.raises(TamperedError):
            check_seal(changed)


@pytest.mark.parametrize("name", ["report.en.html", "report.en.pdf"])
def test_appended_bytes_are_found(made, name):
    with pytest.raises(TamperedError):
        check_seal((made.report / name).read_bytes() + b"\n")


def test_both_languages_and_forms_carry_one_statement(made):
    statements = [check_seal((made.report / name).read_bytes()) for name in NAMES]

    assert all(statement == statements[0] for statement in statements)


def test_the_statement_holds_the_values_and_what_they_were_made_of(made):
    predicate = check_seal((made.report / "report.en.pdf").read_bytes())["predicate"]

    packed = unpack(predicate["packed"])
    assert {"values", "code", "tables", "execution"} <= set(packed)
    assert predicate["parameters"]["churn_after_days"] == 180
    assert predicate["log"]["before"] == "0" * 64
