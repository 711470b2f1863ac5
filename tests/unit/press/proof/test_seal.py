"""Verdicts on sealed files, and attacks that know how the seal is made."""

import base64
import json
import sys

import pytest

import sealing
from rapport.errors import TamperedError, UnverifiableError
from rapport.press.proof.envelope import make_envelope
from rapport.press.proof.packed import LARGEST, pack, spell_out, unpack
from rapport.press.proof.seal import check
from rapport.press.proof.slot import STEP, fill_slot, find_slot, make_block
from rapport.press.proof.trust import parse_trust
from sealing import BODY, NAME, PREDICATE, sealed, signer, statement, trust, unsigned

TRUST = trust()
STRANGER = signer(2, "Mallory")


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


# Attacks by somebody who has no key that the reader trusts, and knows everything else.


def with_envelope(envelope, body=BODY):
    return fill_slot(body, envelope)


def resealed(by=None, **changes):
    """Give the file with another statement, sealed anew."""
    content = statement(**changes.pop("predicate", {}))
    return with_envelope(make_envelope({**content, **changes}, by))


def signed_text(text, by=STRANGER):
    return with_envelope(sealing.envelope_of(text, by=by))


def edit(change):
    envelope = make_envelope(statement(), signer())
    change(envelope)
    return with_envelope(envelope)


def slot_text(change):
    """Give the file with the text of its slot changed and padded to its length."""
    slot = find_slot(sealed())
    text = change(slot.content.rstrip(b" ")).ljust(slot.size)
    return BODY[: slot.start] + text[: slot.size] + BODY[slot.start + slot.size :]


def other_body():
    return BODY.replace(b"before", b"bef0re")


def in_place(file, body):
    """Put the slot of a file into another body."""
    slot = find_slot(file)
    return body[: slot.start] + slot.content + body[slot.start + slot.size :]


def moved_slot():
    slot = find_slot(sealed())
    rest = BODY[: slot.start] + BODY[slot.start + slot.size :]
    return rest[:3] + slot.content + rest[3:]


def nested(depth):
    return b"[" * depth + b"]" * depth


def other_bits(text):
    """Spell 64 bytes in another way: of the last digit before the two signs only two bits count."""
    other = text[:-3] + chr(ord(text[-3]) + 1) + "=="
    assert base64.b64decode(other) == base64.b64decode(text)
    return other


def deep_statement():
    return sealing.spell(statement(deep=0)).replace(b'"deep": 0', b'"deep": ' + nested(5_000))


KEY = signer().key
DUPLICATED = sealing.spell(statement()).replace(
    b'"unit": ', b'"unit": "shop", "unit": ', 1
)  # what one reader shows and another checks
ATTACKS = {
    "a digit of the body edited": lambda: sealed().replace(b"before", b"bef0re"),
    "the body of A with the envelope of B": lambda: in_place(sealed(other_body()), BODY),
    "an old envelope in an edited body": lambda: in_place(sealed(), other_body()),
    "edited and sealed anew without a signature": resealed,
    "edited, and the signature taken away with the name on the pages": lambda: resealed(
        predicate={"signer": ""}
    ),
    "edited and signed by a stranger": lambda: resealed(by=STRANGER),
    "signed by a stranger who names the trusted key": lambda: edit(
        lambda e: e["signatures"].__setitem__(
            0, {**sealing.envelope_of(base64.b64decode(e["payload"]), by=STRANGER)["signatures"][0],
                "keyid": KEY},
        )
    ),
    "signed, but another key named": lambda: edit(
        lambda e: e["signatures"][0].__setitem__("keyid", STRANGER.key)
    ),
    "no key named": lambda: edit(lambda e: e["signatures"][0].__setitem__("keyid", "")),
    "a key that is none": lambda: edit(lambda e: e["signatures"][0].__setitem__("keyid", "AAAA")),
    "the signature of another report": lambda: edit(
        lambda e: e.__setitem__(
            "signatures", make_envelope(statement(other_body()), signer())["signatures"]
        )
    ),
    "two signatures": lambda: edit(lambda e: e["signatures"].append(e["signatures"][0])),
    "a stranger's signature beside ours": lambda: edit(
        lambda e: e["signatures"].append(make_envelope(statement(), STRANGER)["signatures"][0])
    ),
    "a field more in the signature": lambda: edit(
        lambda e: e["signatures"][0].__setitem__("cert", "AAAA")
    ),
    "a field more in the envelope": lambda: edit(lambda e: e.__setitem__("note", "1")),
    "signatures as an object": lambda: edit(
        lambda e: e.__setitem__("signatures", {"0": e["signatures"][0]})
    ),
    "signatures as a text": lambda: edit(lambda e: e.__setitem__("signatures", "none")),
    "another payload type": lambda: with_envelope(
        sealing.envelope_of(sealing.spell(statement()), by=signer(), kind="application/json")
    ),
    "the digest of another payload": lambda: edit(
        lambda e: e.__setitem__("payloadSha256", "0" * 64)
    ),
    "base64 with other last bits": lambda: edit(
        lambda e: e["signatures"][0].__setitem__("sig", other_bits(e["signatures"][0]["sig"]))
    ),
    "base64 with blanks": lambda: edit(lambda e: e.__setitem__("payload", e["payload"] + "\n")),
    "unicode escapes": lambda: slot_text(lambda t: t.replace(b'"payload"', b'"\\u0070ayload"')),
    "blanks between fields": lambda: slot_text(lambda t: t.replace(b'","', b'", "')),
    "fields in another order": lambda: edit(
        lambda e: e.__setitem__("payloadType", e.pop("payloadType"))
    ),
    "a field twice": lambda: slot_text(lambda t: t[:-1] + b',"signatures":[]}'),
    "padding by tabs": lambda: sealed()[:200] + sealed()[200:].replace(b"   after", b"  \tafter"),
    "padding by line ends": lambda: sealed().replace(b"  after", b"\n\nafter"),
    "padding before the envelope": lambda: slot_text(lambda t: b" " + t),
    "padding by zeros": lambda: sealed().replace(b"    after", b"\0\0\0\0after"),
    "an envelope with something behind it": lambda: slot_text(lambda t: t + b" {}"),
    "the neutral block put back": lambda: BODY,
    "the slot taken out": lambda: sealed().replace(find_slot(sealed()).content, b""),
    "the slot blanked": lambda: sealed().replace(find_slot(sealed()).content, b" " * STEP),
    "the slot moved": moved_slot,
    "a second envelope behind": lambda: sealed() + find_slot(sealed()).content,
    "a second envelope before": lambda: find_slot(resealed()).content + sealed(),
    "a second head alone": lambda: sealed() + b'{"slot":"rapport/1 032768",',
    "a slot of another size": lambda: sealed().replace(b"rapport/1 032768", b"rapport/1 065536"),
    "a slot of no size": lambda: sealed().replace(b"rapport/1 032768", b"rapport/1 000000"),
    "a slot of another version": lambda: sealed().replace(b"rapport/1 ", b"rapport/2 "),
    "a script behind": lambda: sealed() + b"<script>alert(1)</script>",
    "something before": lambda: b"\xef\xbb\xbf" + sealed(),
    "cut off": lambda: sealed()[:-1],
    "line ends of Windows": lambda: sealed().replace(b"\n", b"\r\n"),
    "twice itself": lambda: sealed() * 2,
    "an empty file": lambda: b"",
    "a payload that is no JSON": lambda: signed_text(b"statement"),
    "a payload that is no object": lambda: signed_text(b"[]"),
    "a payload that is nothing": lambda: signed_text(b"null"),
    "a payload that is not UTF-8": lambda: signed_text(b'{"a": "\xff"}'),
    "a payload with a number that is none": lambda: signed_text(
        sealing.spell(statement(n=0)).replace(b'"n": 0', b'"n": NaN')
    ),
    "a payload with an endless number": lambda: signed_text(
        sealing.spell(statement(n=0)).replace(b'"n": 0', b'"n": 1e999')
    ),
    "a payload with a number of ten thousand digits": lambda: signed_text(
        sealing.spell(statement(n=0)).replace(b'"n": 0', b'"n": ' + b"9" * 10_000)
    ),
    "a payload with a name twice": lambda: signed_text(DUPLICATED),
    "a payload nested deeply": lambda: signed_text(deep_statement()),
    "a field more in the statement": lambda: resealed(by=STRANGER, note=1),
    "a statement of another type": lambda: resealed(by=STRANGER, _type="https://in-toto.io/v0.1"),
    "a predicate of another type": lambda: resealed(by=STRANGER, predicateType="urn:other:v1"),
    "a predicate that is a list": lambda: signed_text(
        sealing.spell({**statement(), "predicate": []})
    ),
    "a predicate without a run": lambda: signed_text(
        sealing.spell({**statement(), "predicate": {"unit": "shop", "signer": NAME}})
    ),
    "a signer's name that is none": lambda: resealed(by=STRANGER, predicate={"signer": [NAME]}),
    "no subject": lambda: resealed(by=STRANGER, subject=[]),
    "a subject that is none": lambda: resealed(by=STRANGER, subject=[{"name": "a"}]),
    "a subject of no digest": lambda: resealed(
        by=STRANGER, subject=[{"name": "a", "digest": {"sha256": None}}]
    ),
}  # fmt: skip
# By a key that the reader trusts not, an edited report is that key's report: the verdict says so.
UNTRUSTED = {"edited and signed by a stranger"}
UNSIGNED = {"edited, and the signature taken away with the name on the pages"}


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
