"""The slot: a fixed block in a report that the envelope overwrites in place.

A body is the file with the block in its place; sealing replaces the block by the envelope and
blanks, length unchanged. Putting the block back gives the body again, so one digest covers every
byte outside the slot, and inside it only one spelling of an envelope is accepted. Both states are
one JSON object, so a reader that opens the PDF's attachment always finds valid JSON.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import re
import zlib
from typing import Any, NamedTuple

from rapport.errors import RapportError, TamperedError
from rapport.press.proof.strict import read_json

STEP = 32_768  # bytes; the sizes are 1 to 8 steps
LARGEST = 8 * STEP
# Bytes for all of an envelope but its values. Ten chapters' code, tables, methods and printing are
# a thousand digests, which nothing compresses: 112,000 bytes as they stand here.
RESERVE = 147_456
# No character that HTML, JSON or a comment reads as its own; few enough repeats that Typst's
# compressor leaves the attachment as it is (asserted by a test on every size).
ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%()*+,./:;=?@[]^_{|}"
VERSION = 1
HEAD = re.compile(rb'\{"slot":"rapport/([1-9]) (\d{6})",')


class Slot(NamedTuple):
    """Where a slot lies in a file and what it holds."""

    start: int
    size: int
    content: bytes
    version: int = VERSION


def slot_size(values: bytes) -> int:
    """Choose the slot's size in bytes for a report with these values (their JSON text).

    It depends on the values alone: equal values give slots, and so bodies, of equal size.

    Raises
    ------
    RapportError
        The values are more than the largest slot is made for.
    """
    needed = 2 * len(zlib.compress(values, 9)) + RESERVE
    size = -(-needed // STEP) * STEP
    if size > LARGEST:
        raise RapportError(
            f"record: the values need {size} bytes, the slot holds at most {LARGEST}. "
            "Record fewer values; cells of tables need not be recorded one by one."
        )
    return size


@functools.cache
def make_block(size: int) -> bytes:
    """Make the neutral block of one size: the same bytes for every report."""
    head = b'{"slot":"rapport/1 %06d","neutral":"' % size
    tail = b'"}'
    return head + _noise(size - len(head) - len(tail)) + tail


def _noise(length: int) -> bytes:
    # Digits of SHA-256 in counter mode; bytes that would favour a character are left out.
    limit = 256 - 256 % len(ALPHABET)
    out = bytearray()
    counter = 0
    while len(out) < length:
        digest = hashlib.sha256(b"rapport slot %d" % counter).digest()
        out += bytes(ALPHABET[byte % len(ALPHABET)] for byte in digest if byte < limit)
        counter += 1
    return bytes(out[:length])


def find_slot(file: bytes) -> Slot:
    """Find the one slot of a file.

    Raises
    ------
    TamperedError
        There is none, more than one, or it is cut off.
    """
    # Two are as wrong as a million, of which a list would fill the memory.
    heads = list(itertools.islice(HEAD.finditer(file), 2))
    if len(heads) != 1:
        found = "more than one record" if heads else "no record"
        raise TamperedError(
            f"seal: the file holds {found}, it must hold one. Ask for the original."
        )
    start, version, size = heads[0].start(), int(heads[0][1]), int(heads[0][2])
    content = file[start : start + size]
    if len(content) != size or size % STEP or not 0 < size <= LARGEST:
        raise TamperedError("seal: the record is cut off or of a wrong size. Ask for the original.")
    return Slot(start, size, content, version)


def restore_body(file: bytes, slot: Slot | None = None) -> bytes:
    """Put the neutral block back: the body of a sealed file, whose slot may be known already."""
    slot = slot or find_slot(file)
    return file[: slot.start] + make_block(slot.size) + file[slot.start + slot.size :]


def fill_slot(body: bytes, envelope: dict[str, Any]) -> bytes:
    """Overwrite the block by an envelope, length unchanged.

    Raises
    ------
    RapportError
        The envelope is longer than the slot.
    """
    slot = find_slot(body)
    text = _encode(envelope, slot.size)
    if len(text) > slot.size:
        raise RapportError(f"record: {len(text)} bytes do not fit the slot of {slot.size}.")
    return body[: slot.start] + text.ljust(slot.size) + body[slot.start + slot.size :]


def read_envelope(file: bytes, slot: Slot | None = None) -> dict[str, Any]:
    """Read the envelope of a sealed file, whose slot may be known already.

    Raises
    ------
    TamperedError
        The slot is neutral, is not JSON, or is spelled in any way but the one that
        `fill_slot` writes: padding other than blanks, other escapes, a name twice.
    """
    slot = slot or find_slot(file)
    # Blanks are taken away first, so that only a record's own bytes are read.
    envelope = read_json(slot.content.rstrip(b" "))
    stated = envelope.pop("slot", None) if isinstance(envelope, dict) else None
    if stated is None or "neutral" in envelope:
        raise TamperedError("seal: the record is empty. Ask for the original.")
    if _encode(envelope, slot.size, slot.version).ljust(slot.size) != slot.content:
        raise TamperedError("seal: the record is rewritten. Ask for the original.")
    return dict(envelope)


def _encode(envelope: dict[str, Any], size: int, version: int = VERSION) -> bytes:
    stated = {"slot": f"rapport/{version} {size:06d}"} | envelope
    text = json.dumps(stated, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("&", "\\u0026").encode("ascii")
