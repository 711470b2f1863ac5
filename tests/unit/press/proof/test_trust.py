from datetime import UTC, datetime

import pytest

import sealing
from rapport.errors import ParameterError
from rapport.press.proof.trust import find_key, fingerprint, parse_trust, spell_line

KEY, OTHER = sealing.signer(1).key, sealing.signer(2).key
RSA = "AAAAB3NzaC1yc2EAAAADAQABAAAAgQC7"
MAY = datetime(2026, 5, 31, 8, tzinfo=UTC)


def who(text, key=KEY, *, claimed="ann", at=MAY):
    return find_key(parse_trust(text), key, claimed=claimed, at=at)


def test_a_key_is_found_under_the_name_that_the_file_gives_it():
    text = f"# ours\n\nann {{}}ssh-ed25519 {KEY} work\r\nbob ssh-ed25519 {OTHER}\n".format("")

    assert who(text).signer == "ann"
    assert who(text, OTHER).signer == "bob"
    assert who(f"bob ssh-ed25519 {OTHER}").signer is None


def test_a_name_may_have_blanks_and_any_script():
    text = spell_line("集团 分析部", KEY)

    assert text.startswith('"集团 分析部" namespaces="rapport" ssh-ed25519 ')
    assert who(text, claimed="集团 分析部").signer == "集团 分析部"


@pytest.mark.parametrize(
    ("principals", "signer"),
    [("ann,bob", "ann"), ("bob,carol", "bob"), ("*@house.example,!ann", "*@house.example,!ann"),
     ("a?n", "ann"), ("!ann,*", "!ann,*"), ("[ann]", "[ann]")],
)  # fmt: skip
def test_patterns_match_the_name_on_the_pages_or_stand_for_themselves(principals, signer):
    assert who(f"{principals} ssh-ed25519 {KEY}").signer == signer


@pytest.mark.parametrize(
    ("option", "accepted"),
    [('namespaces="rapport"', True), ('namespaces="git,rap*"', True), ('namespaces="git"', False),
     ('namespaces="!rapport,*"', False), ('valid-after="20260531"', True),
     ('valid-after="20260601"', False), ('valid-before="20260531"', False),
     ('valid-before="20260531080001Z"', True), ("valid-before=202605310801", True),
     ('namespaces="rapport",valid-after="20260101Z",valid-before="20270101Z"', True)],
)  # fmt: skip
def test_options_say_what_a_key_may_sign_and_when(option, accepted):
    match = who(f"ann {option} ssh-ed25519 {KEY}")

    assert (match.signer == "ann") is accepted
    assert bool(match.reason) is not accepted


def test_a_key_for_a_time_needs_a_report_that_says_when():
    match = who(f'ann valid-after="20200101" ssh-ed25519 {KEY}', at=None)

    assert match.signer is None
    assert "does not say when" in match.reason


def test_a_second_line_may_accept_what_the_first_does_not():
    text = f'ann namespaces="git" ssh-ed25519 {KEY}\nann ssh-ed25519 {KEY}\n'

    assert who(text).signer == "ann"


@pytest.mark.parametrize("kind", ["ssh-rsa", "ecdsa-sha2-nistp256", "sk-ssh-ed25519@openssh.com"])
def test_keys_of_other_kinds_are_left_out_with_a_word(kind):
    read = parse_trust(f"ann {kind} {RSA}\nann ssh-ed25519 {KEY}\n", "signers")

    assert [key.line for key in read.keys] == [2]
    assert read.notes == (
        f"signers, line 1: a key of the kind {kind} cannot sign reports and was left out",
    )


@pytest.mark.parametrize(
    "line",
    ["ann", "ann ssh-ed25519", f"ssh-ed25519 {KEY}", f"ann ssh-ed25519 {KEY[:-4]}",
     f"ann ssh-ed25519 {RSA}", f"ann ssh-ed25519 {KEY[:-1]}!", f'"ann ssh-ed25519 {KEY}',
     f"ann cert-authority ssh-ed25519 {KEY}", f'ann valid-after="yesterday" ssh-ed25519 {KEY}',
     f'ann valid-after="20261301" ssh-ed25519 {KEY}', f"ann namespaces= ssh-ed25519 {KEY}",
     f'ann namespaces="rapport";x ssh-ed25519 {KEY}', f"ann also bob ssh-ed25519 {KEY}"],
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_named_by_its_number(line):
    with pytest.raises(ParameterError, match=r"^mine: line 3: "):
        parse_trust(f"# one\nann ssh-ed25519 {KEY}\n{line}\n", "mine")


def test_all_faulty_lines_are_named_at_once():
    with pytest.raises(ParameterError, match=r"line 1: .*; line 2: "):
        parse_trust("nothing\nnothing\n")


def test_the_fingerprint_is_that_of_openssh():
    # As `ssh-keygen -l` prints it for the key of thirty-two ones.
    assert fingerprint(KEY) == "SHA256:fe85JkIjo8VPe+XqXJGH5Mau1EMFdK1OdKvJUFicyA8"
