"""Ed25519 verification in plain Python, after RFC 8032, so that checking a seal needs no library.

Strict: a signature is accepted in one spelling only (S below the group's order, points below the
field's prime), and neither the key nor R may be of small order, since such a key would accept
signatures of texts that nobody signed. It verifies only: what it computes with is public, so it
need not take equal time. Signing, where a secret is at stake, is left to `cryptography`.

References
----------
Josefsson & Liusvaara (2017), RFC 8032, sections 5.1.3 and 5.1.7.
Chalkias, Garillot & Nikolaenko (2020), Taming the many EdDSAs.
"""

from __future__ import annotations

import hashlib

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)  # of -1

# Extended coordinates: X, Y, Z, T with x = X / Z, y = Y / Z, x * y = T / Z.
Point = tuple[int, int, int, int]
ZERO: Point = (0, 1, 1, 0)


def verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether a signature of a message is that of a public key's holder.

    Parameters
    ----------
    public : 32 bytes
    signature : 64 bytes
    message : any bytes

    Examples
    --------
    >>> key = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    >>> verify(key, bytes(64), b"")
    False
    """
    key = _read_point(public)
    if key is None or len(signature) != 64 or _is_small(key):
        return False
    scalar = int.from_bytes(signature[32:], "little")
    if scalar >= ORDER:
        return False
    drawn = hashlib.sha512(signature[:32] + public + message).digest()
    factor = int.from_bytes(drawn, "little") % ORDER
    minus = (P - key[0], key[1], key[2], P - key[3])
    found = _sum_of_multiples(scalar, BASE, factor, minus)
    # What stands in the signature must be the one spelling of the point, so it is never read.
    return not _is_small(found) and _write_point(found) == signature[:32]


def _add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _double(one: Point) -> Point:
    a = one[0] * one[0] % P
    b = one[1] * one[1] % P
    c = 2 * one[2] * one[2]
    h = a + b
    e = h - (one[0] + one[1]) ** 2
    g = a - b
    f = c + g
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _sum_of_multiples(first: int, one: Point, second: int, other: Point) -> Point:
    """Give first * one + second * other, both in one row of doublings (Shamir's trick)."""
    both = (ZERO, one, other, _add(one, other))
    total = ZERO
    for bit in range(max(first.bit_length(), second.bit_length()) - 1, -1, -1):
        total = _double(total)
        chosen = (first >> bit & 1) + 2 * (second >> bit & 1)
        if chosen:
            total = _add(total, both[chosen])
    return total


def _is_small(point: Point) -> bool:
    """Tell whether eight times a point is nothing: such points are eight of the curve's."""
    eight = _double(_double(_double(point)))
    return eight[0] % P == 0 and (eight[1] - eight[2]) % P == 0


def _read_point(text: bytes) -> Point | None:
    """Read a point from its one spelling; None if there is no such point."""
    if len(text) != 32:
        return None
    y = int.from_bytes(text, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    x = _find_x(y, sign) if y < P else None
    return None if x is None else (x, y, 1, x * y % P)


def _find_x(y: int, sign: int) -> int | None:
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT % P
    if x * x % P != square or (x == 0 and sign):
        return None
    return x if x & 1 == sign else P - x


def _write_point(point: Point) -> bytes:
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _base() -> Point:
    found = _read_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    assert found is not None
    return found


BASE = _base()
