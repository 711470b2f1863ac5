"""Pseudonyms, their key, and small counts."""

import os
import re
import stat

import pytest

from rapport.errors import ParameterError
from rapport.privacy import (
    KEY_VARIABLE,
    SAMPLE_KEY,
    pseudonym,
    pseudonyms,
    read_key,
    suppress_small,
    write_key,
)


def test_a_pseudonym_is_a_c_and_32_hexadecimal_digits():
    assert re.fullmatch("c[0-9a-f]{32}", pseudonym(SAMPLE_KEY, "13085"))


def test_pseudonyms_of_sample_units_are_the_same_everywhere():
    assert pseudonym(SAMPLE_KEY, "13085") == "c174dbf59bc6726967d1b16837e54f90c"


def test_text_and_key_both_decide():
    names = {pseudonym(key, text) for key in (b"a", b"b") for text in ("1", "2", "张伟")}

    assert len(names) == 6


def test_many_are_named_as_each_is():
    assert pseudonyms(b"k", ["b", "a"]) == [pseudonym(b"k", "b"), pseudonym(b"k", "a")]


def test_a_key_that_was_written_is_read(tmp_path):
    path = tmp_path / "unit.key"
    write_key(path)

    assert len(read_key({KEY_VARIABLE: str(path)})) == 32


@pytest.mark.skipif(os.name != "posix", reason="rights of files are another thing on Windows")
def test_a_key_is_readable_by_its_owner_alone(tmp_path):
    path = tmp_path / "unit.key"
    write_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)

    with pytest.raises(ParameterError, match=r"others may read this key. Run `chmod 600`"):
        read_key({KEY_VARIABLE: str(path)})


def test_two_keys_differ(tmp_path):
    for name in "ab":
        write_key(tmp_path / name)

    assert (tmp_path / "a").read_bytes() != (tmp_path / "b").read_bytes()


def test_a_key_is_never_written_over(tmp_path):
    path = tmp_path / "unit.key"
    write_key(path)
    before = path.read_bytes()

    with pytest.raises(ParameterError, match="exists already"):
        write_key(path)
    assert path.read_bytes() == before


def test_without_a_key_the_command_that_makes_one_is_named():
    with pytest.raises(ParameterError, match="rapport keys pseudonym FILE"):
        read_key({})


@pytest.mark.parametrize("text", ["", "hello", "rapport pseudonym key 1 12", "x" * 88])
def test_a_file_that_holds_no_key_is_refused(tmp_path, text):
    path = tmp_path / "unit.key"
    path.write_text(text, encoding="ascii")
    path.chmod(0o600)

    with pytest.raises(ParameterError, match="holds no pseudonym key"):
        read_key({KEY_VARIABLE: str(path)})


def test_a_damaged_key_and_an_absent_file_are_refused(tmp_path):
    path = tmp_path / "unit.key"
    write_key(path)
    path.write_text(path.read_text("ascii")[:-3] + "zz\n", encoding="ascii")

    with pytest.raises(ParameterError, match="the key is damaged"):
        read_key({KEY_VARIABLE: str(path)})
    with pytest.raises(ParameterError, match="cannot be read"):
        read_key({KEY_VARIABLE: str(tmp_path / "absent.key")})


def test_no_message_holds_the_key(tmp_path):
    path = tmp_path / "unit.key"
    path.write_text("secret" * 3, encoding="ascii")
    path.chmod(0o600)

    with pytest.raises(ParameterError) as caught:
        read_key({KEY_VARIABLE: str(path)})

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([], []),
        ([0, 0], [False, False]),
        ([10, 11], [False, False]),
        ([9, 10, 30], [True, True, False]),
        ([9, 30, 10, 10], [True, False, True, False]),
        ([9, 1, 30], [True, True, False]),
        ([9, 0], [True, False]),
    ],
)
def test_one_small_count_takes_the_next_smallest_with_it(counts, hidden):
    assert suppress_small(counts, 10) == hidden


def test_without_a_printed_total_a_small_count_goes_alone():
    assert suppress_small([9, 10, 30], 10, has_total=False) == [True, False, False]
