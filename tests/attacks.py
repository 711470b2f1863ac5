"""Files made by somebody who has no key that the reader trusts, and knows everything else."""

import base64
import hashlib

import sealing
from rapport.press.proof.envelope import make_envelope
from rapport.press.proof.slot import STEP, fill_slot, find_slot
from sealing import BODY, NAME, sealed, signer, statement

STRANGER = signer(2, "Mallory")


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


def subject(name):
    return {"name": name, "digest": {"sha256": hashlib.sha256(BODY).hexdigest()}}


def deep_statement(depth):
    return sealing.spell(statement(deep=0)).replace(b'"deep": 0', b'"deep": ' + nested(depth))


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
    "a payload with a number of a thousand digits": lambda: signed_text(
        sealing.spell(statement(n=0)).replace(b'"n": 0', b'"n": ' + b"9" * 1_000)
    ),
    "a payload with a name twice": lambda: signed_text(DUPLICATED),
    "a payload nested deeply": lambda: signed_text(deep_statement(5_000)),
    "a payload nested a hundred times": lambda: signed_text(deep_statement(100), by=signer()),
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
    "a subject outside the folder": lambda: resealed(by=STRANGER, subject=[subject("../../a")]),
    "a subject with a whole path": lambda: resealed(by=STRANGER, subject=[subject("/etc/passwd")]),
    "a subject on another drive": lambda: resealed(by=STRANGER, subject=[subject("C:a.html")]),
    "a subject with a stroke of Windows": lambda: resealed(
        by=STRANGER, subject=[subject("..\\a.html")]
    ),
    "a subject twice": lambda: resealed(
        by=STRANGER, subject=[subject("a.html"), subject("a.html")]
    ),
    "half a character": lambda: signed_text(
        sealing.spell(statement(n=0)).replace(b'"n": 0', rb'"n": "\ud800"')
    ),
    "a text that is never closed": lambda: slot_text(lambda t: t + rb' "' + rb'\"' * 15_000),
    "a million heads": lambda: sealed() + b'{"slot":"rapport/1 032768",' * 100_000,
    "a subject of no digest": lambda: resealed(
        by=STRANGER, subject=[{"name": "a", "digest": {"sha256": None}}]
    ),
}  # fmt: skip
# By a key that the reader trusts not, an edited report is that key's report: the verdict says so.
UNTRUSTED = {"edited and signed by a stranger"}
UNSIGNED = {"edited, and the signature taken away with the name on the pages"}
