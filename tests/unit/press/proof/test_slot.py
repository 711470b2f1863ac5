import hashlib
import json
import random

import pytest

from rapport.errors import RapportError, TamperedError
from rapport.press.proof.envelope import check_seal, make_envelope, make_statement
from rapport.press.proof.slot import (
    LARGEST,
    STEP,
    fill_slot,
    find_slot,
    make_block,
    read_envelope,
    restore_body,
    slot_size,
)

PREDICATE = {"run": "0123456789ab", "unit": "示例", "period": "2026-05", "n": [1, 2]}
BODY = b"<html>before" + make_block(STEP) + b"after</html>\n"


def sealed(body: bytes = BODY) -> bytes:
    statement = make_statement({"report.en.html": hashlib.sha256(body).hexdigest()}, PREDICATE)
    return fill_slot(body, make_envelope(statement))


def test_a_sealed_file_is_as_long_as_its_body_and_gives_it_back():
    file = sealed()

    assert len(file) == len(BODY)
    assert file != BODY
    assert restore_body(file) == BODY


def test_both_states_of_the_slot_are_one_json_object():
    assert json.loads(make_block(STEP))["slot"] == "rapport/1 032768"
    assert json.loads(find_slot(sealed()).content)["payloadType"] == "application/vnd.in-toto+json"


def test_the_seal_gives_the_statement_back():
    assert check_seal(sealed())["predicate"] == PREDICATE


@pytest.mark.parametrize("size", range(STEP, LARGEST + 1, STEP))
def test_a_block_has_its_size_and_no_character_that_html_reads(size):
    block = make_block(size)

    assert len(block) == size
    assert not set(block) & set(b"<>&'\\\n")


def test_two_thousand_bit_flips_are_all_found():
    file = sealed()
    draw = random.Random(7)
    slot = find_slot(file)
    # Half of them inside the slot, where an edit would be cleverest.
    places = [draw.randrange(len(file)) for _ in range(1000)]
    places += [draw.randrange(slot.start, slot.start + slot.size) for _ in range(1000)]

    undetected = []
    for place in places:
        flipped = bytearray(file)
        flipped[place] ^= 1 << draw.randrange(8)
        try:
            check_seal(bytes(flipped))
        except TamperedError:
            continue
        undetected.append(place)

    assert undetected == []


def test_every_bit_of_the_envelope_counts():
    file = sealed()
    start = find_slot(file).start
    length = len(find_slot(file).content.rstrip())

    for place in range(start, start + length + 4):
        flipped = bytearray(file)
        flipped[place] ^= 1
        with pytest.raises(TamperedError):
            check_seal(bytes(flipped))


@pytest.mark.parametrize(
    "edit",
    [
        lambda file: file + b" ",
        lambda file: b" " + file,
        lambda file: file[:-1],
        lambda file: file + file,
        lambda file: BODY,
        lambda file: file.replace(find_slot(file).content, b""),
        lambda file: file.replace(b"   </html>", b" \t </html>").replace(b"before", b"befoRe"),
        lambda file: file.replace(find_slot(file).content, find_slot(file).content[:-1] + b"\t"),
    ],
)
def test_appended_cut_doubled_and_emptied_files_are_found(edit):
    with pytest.raises(TamperedError):
        check_seal(edit(sealed()))


def test_an_old_envelope_in_a_new_body_is_found():
    other = BODY.replace(b"before", b"bef0re")
    start, size, content, _ = find_slot(sealed())

    with pytest.raises(TamperedError):
        check_seal(other[:start] + content + other[start + size :])


def test_the_slot_grows_with_the_values_and_has_an_end():
    noise = random.Random(1).randbytes(200_000)

    assert slot_size(b"[]") == 5 * STEP
    assert slot_size(noise[:20_000]) == 6 * STEP
    with pytest.raises(RapportError, match="values need"):
        slot_size(noise)


def test_an_envelope_that_does_not_fit_is_refused():
    with pytest.raises(RapportError, match="do not fit"):
        fill_slot(BODY, {"payload": "x" * STEP})


def test_a_neutral_slot_is_not_a_seal():
    with pytest.raises(TamperedError, match="empty"):
        read_envelope(BODY)
