"""Verification in plain Python against the vectors of RFC 8032 and against `cryptography`.

Josefsson & Liusvaara (2017), RFC 8032, section 7.1.
"""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.press.proof.ed25519 import ORDER, P, _read_point, verify

VECTORS = {
    "test 1": (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        b"",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e397"
            "01cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    "test 2": (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        b"\x72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f361"
            "3d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    "test 3": (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        b"\xaf\x82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f76"
            "0984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
    "test SHA(abc)": (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        hashlib.sha512(b"abc").digest(),
        (
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c"
            "66431e0303dca179c138ac17ad9bef1177331a704"
        ),
    ),
}
KEY, MESSAGE, SIGNATURE = (
    bytes.fromhex(VECTORS["test 3"][0]),
    VECTORS["test 3"][1],
    bytes.fromhex(VECTORS["test 3"][2]),
)
# The points of small order in their one spelling: orders 1, 2, 4, 4, 8, 8, 8, 8.
EIGHTH = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
OTHER_EIGHTH = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
SMALL = [
    "01" + "00" * 31,
    "ec" + "ff" * 30 + "7f",
    "00" * 32,
    "00" * 31 + "80",
    EIGHTH,
    EIGHTH[:-2] + "85",
    OTHER_EIGHTH,
    OTHER_EIGHTH[:-2] + "fa",
]


@pytest.mark.parametrize("name", VECTORS)
def test_the_published_signatures_hold(name):
    key, message, signature = VECTORS[name]

    assert verify(bytes.fromhex(key), bytes.fromhex(signature), message)


@pytest.mark.parametrize("name", VECTORS)
def test_no_other_message_is_signed_by_them(name):
    key, message, signature = VECTORS[name]

    assert not verify(bytes.fromhex(key), bytes.fromhex(signature), message + b"\0")


@settings(max_examples=25, deadline=None)
@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=200), data=st.data())
def test_it_agrees_with_cryptography(seed, message, data):
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    bit = data.draw(st.integers(0, 511))
    flipped = bytearray(signature)
    flipped[bit // 8] ^= 1 << bit % 8

    assert verify(public, signature, message)
    assert not verify(public, bytes(flipped), message)


def test_a_second_spelling_of_a_signature_is_refused():
    scalar = int.from_bytes(SIGNATURE[32:], "little") + ORDER

    assert not verify(KEY, SIGNATURE[:32] + scalar.to_bytes(32, "little"), MESSAGE)


@pytest.mark.parametrize("small", SMALL)
def test_a_key_of_small_order_signs_nothing(small):
    key = bytes.fromhex(small)
    # With S = 0 and R = A or R = 1 the equation holds for many a message.
    signatures = [bytes.fromhex(point) + bytes(32) for point in SMALL]

    assert not any(verify(key, signature, b"%d" % n) for signature in signatures for n in range(8))


def test_a_key_that_is_nothing_accepts_no_signature_that_anybody_can_make():
    nothing, base = (1).to_bytes(32, "little"), bytes([0x58] + [0x66] * 31)

    # R = S * base with S = 1, whatever the message says.
    assert not verify(nothing, base + (1).to_bytes(32, "little"), b"anything")


def test_a_signature_without_a_secret_number_of_its_own_is_refused():
    seed, nothing = bytes(range(32)), (1).to_bytes(32, "little")
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    drawn = bytearray(hashlib.sha512(seed).digest()[:32])
    drawn[0] &= 248
    drawn[31] = drawn[31] & 63 | 64
    factor = int.from_bytes(hashlib.sha512(nothing + public + MESSAGE).digest(), "little")
    scalar = factor * int.from_bytes(drawn, "little") % ORDER

    # It fulfils the equation, and tells everybody the key.
    assert not verify(public, nothing + scalar.to_bytes(32, "little"), MESSAGE)


def test_a_point_has_one_spelling():
    within = [y for y in range(19) if _read_point(y.to_bytes(32, "little"))]

    assert within
    assert not any(_read_point((P + y).to_bytes(32, "little")) for y in within)


def test_a_point_beyond_the_field_is_refused():
    beyond = (P + 1).to_bytes(32, "little")  # a second spelling of the neutral point

    assert not verify(beyond, beyond + bytes(32), b"")


@pytest.mark.parametrize(
    ("key", "signature"),
    [(b"", SIGNATURE), (KEY[:-1], SIGNATURE), (KEY, SIGNATURE[:-1]), (KEY, SIGNATURE + b"\0"),
     (bytes([2]) + bytes(31), SIGNATURE), (bytes([1]) + bytes(30) + b"\x80", SIGNATURE)],
)  # fmt: skip
def test_what_is_no_key_or_no_signature_is_refused(key, signature):
    assert not verify(key, signature, MESSAGE)
