"""The list of erased customers tells nobody who they are, and is never read under a wrong key."""

import os
import stat

import pytest

from rapport.errors import ParameterError
from rapport.privacy import pseudonym
from rapport.privacy.erased import add_erased, digest_pseudonym, erased_path, read_erased

KEY, OTHER = b"k" * 32, b"o" * 32
ANN, BOB = (pseudonym(KEY, name) for name in ("ann", "bob"))


def test_the_list_holds_digests_and_no_pseudonym(tmp_path):
    add_erased(tmp_path, "shop", KEY, [ANN])

    text = erased_path(tmp_path, "shop").read_text(encoding="ascii")
    assert ANN not in text
    assert ANN[1:] not in text
    assert digest_pseudonym(KEY, ANN) in text


@pytest.mark.skipif(os.name != "posix", reason="rights of files are another thing on Windows")
def test_the_list_is_its_owners_alone(tmp_path):
    add_erased(tmp_path, "shop", KEY, [ANN])

    assert stat.S_IMODE(erased_path(tmp_path, "shop").stat().st_mode) == 0o600


def test_who_is_added_twice_stands_there_once(tmp_path):
    add_erased(tmp_path, "shop", KEY, [BOB, ANN])

    assert add_erased(tmp_path, "shop", KEY, [ANN]) == read_erased(tmp_path, "shop", lambda: KEY)
    assert len(read_erased(tmp_path, "shop", lambda: KEY)) == 2
    assert read_erased(tmp_path, "other", lambda: KEY) == ()


def test_under_another_key_the_list_is_refused_because_everybody_would_come_back(tmp_path):
    add_erased(tmp_path, "shop", KEY, [ANN])

    with pytest.raises(ParameterError, match=r"shop.json: was made under another key"):
        read_erased(tmp_path, "shop", lambda: OTHER)


def test_a_damaged_list_is_refused(tmp_path):
    add_erased(tmp_path, "shop", KEY, [ANN])
    erased_path(tmp_path, "shop").write_text('{"digests": 3', encoding="ascii")

    with pytest.raises(ParameterError, match="is damaged"):
        read_erased(tmp_path, "shop", lambda: KEY)
