"""Verdicts on sealed files, and attacks that know how the seal is made."""

import base64
import json
import sys

import pytest

from attacks import ATTACKS, STRANGER, UNSIGNED, UNTRUSTED, with_envelope
from rapport.errors import TamperedError, UnverifiableError
from rapport.press.proof.envelope import make_envelope
from rapport.press.proof.packed import LARGEST, pack, spell_out, unpack
from rapport.press.proof.seal.check import check
from rapport.press.proof.slot import STEP, find_slot, make_block
from rapport.press.proof.trust import parse_trust
from sealing import NAME, PREDICATE, sealed, signer, statement, trust, unsigned

TRUST = trust()


def verdict(file, trusted=TRUST):
    """Give the verdict as a reader hears it: its word and its exit code."""
    try:
        seal = check(file, trusted)
    except (TamperedError, UnverifiableError) as error:
        return type(error).__name__, error.exit_code
    return seal.verdict, seal.exit_code


def test_a_signed_file_is_sealed_for_whoever_trusts_its_signer():
    seal = check(sealed(), TRUST)

    assert (seal.verdict, seal.exit_code, seal.signer, seal.name) == (
        "sealed", 0, NAME, "report.en.html",
    )  # fmt: skip


def test_without_a_trust_file_nobody_is_named():
    seal = check(sealed(), None)

    assert (seal.verdict, seal.exit_code, seal.signer, seal.claimed) == ("no trust", 6, None, NAME)
    assert seal.key.startswith("SHA256:")


def test_a_file_that_nobody_signed_says_so_whatever_is_trusted():
    assert verdict(unsigned()) == verdict(unsigned(), None) == ("unsigned", 6)


@pytest.mark.parametrize(
    ("trusted", "reason"),
    [(trust(STRANGER), "does not list it"), (parse_trust(""), "does not list it"),
     (parse_trust(f'x namespaces="git" ssh-ed25519 {signer().key}'), "for other things"),
     (parse_trust(f'x valid-before="20260601" ssh-ed25519 {signer().key}'), "earlier reports")],
)  # fmt: skip
def test_a_key_that_the_trust_file_does_not_accept_is_untrusted(trusted, reason):
    seal = check(sealed(), trusted)

    assert (seal.verdict, seal.exit_code, seal.signer) == ("untrusted", 7, None)
    assert reason in seal.reason


def test_the_signer_is_called_as_the_trust_file_calls_the_key():
    seal = check(sealed(), parse_trust(f"our-auditor ssh-ed25519 {signer().key}"))

    assert (seal.verdict, seal.signer, seal.claimed) == ("sealed", "our-auditor", NAME)


@pytest.mark.parametrize(("approval", "is_draft"), [({"state": "draft"}, True), ({}, False)])
def test_a_draft_says_so(approval, is_draft):
    assert check(sealed(approval=approval), TRUST).is_draft is is_draft


def test_what_is_packed_is_not_opened_for_the_verdict_and_never_without_end():
    bomb = pack({"values": ["0" * (LARGEST + 1)]})
    file = sealed(b"<html>" + make_block(4 * STEP), packed=bomb)

    assert verdict(file) == ("sealed", 0)
    with pytest.raises(TamperedError, match="far too large"):
        spell_out(check(file, TRUST).statement)


@pytest.mark.parametrize("packed", ["", "!", "AAAA", pack([1]), pack({"code": {}}), 7, None])
def test_a_packed_part_of_another_kind_is_refused(packed):
    with pytest.raises(TamperedError):
        spell_out({"predicate": {"packed": packed}})


def test_what_follows_the_packed_part_is_refused():
    more = base64.b64encode(base64.b64decode(pack({"values": []})) + b"more").decode("ascii")

    with pytest.raises(TamperedError):
        unpack(more)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gets_its_verdict_and_runs_nothing(name):
    file = ATTACKS[name]()
    before = set(sys.modules)

    found = verdict(file)

    assert file != sealed()
    expected = ("TamperedError", 7)
    if name in UNTRUSTED:
        expected = ("untrusted", 7)
    elif name in UNSIGNED:
        expected = ("unsigned", 6)
    assert found == expected
    assert set(sys.modules) == before


def test_a_newer_record_is_not_called_tampered():
    newer = {"predicateType": "urn:rapport-reports:run:v2"}
    file = with_envelope(make_envelope({**statement(), **newer}, signer()))

    assert verdict(file) == ("newer", 6)
    assert verdict(file, trust(STRANGER)) == ("untrusted", 7)
    assert verdict(file.replace(b"after</html>", b"aft3r</html>")) == ("TamperedError", 7)


def test_a_newer_slot_is_not_called_tampered_if_its_record_is_newer():
    newer = {"predicateType": "urn:rapport-reports:run:v3"}
    file = with_envelope(make_envelope({**statement(), **newer}, signer()))

    seal = check(file.replace(b"rapport/1 ", b"rapport/2 "), TRUST)

    assert (seal.verdict, seal.version) == ("newer", 3)


def test_the_envelope_is_read_by_whoever_knows_dsse():
    envelope = json.loads(find_slot(sealed()).content)
    payload = base64.b64decode(envelope["payload"])

    kind = envelope["payloadType"]
    signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)

    public = signer().private.public_key()
    public.verify(base64.b64decode(envelope["signatures"][0]["sig"]), signed)
    assert json.loads(payload)["predicate"]["unit"] == PREDICATE["unit"]


def test_a_block_alone_is_no_report():
    assert verdict(make_block(STEP)) == ("TamperedError", 7)
