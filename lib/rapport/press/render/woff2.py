"""A font file as WOFF2, the compressed form that browsers read from a data address.

Written by hand because the usual library compresses at the highest quality only, which
takes longer than all the rest of a page (3.8 s against 0.4 s for a few per cent). Glyphs
are stored as they are ("null transform"); see W3C (2024), WOFF File Format 2.0, section 5.
"""

from __future__ import annotations

import struct

import brotli

_QUALITY = 5
# Tables whose name is written as its place in the specification's list (5.2, table 3);
# any other table has its name spelt out.
_KNOWN = (
    b"cmap head hhea hmtx maxp name OS/2 post cvt  fpgm glyf loca prep CFF  VORG EBDT EBLC gasp "
    b"hdmx kern LTSH PCLT VDMX vhea vmtx BASE GDEF GPOS GSUB"
)
_PLACES = {_KNOWN[at : at + 4]: at // 5 for at in range(0, len(_KNOWN), 5)}
_SPELT_OUT = 63
_NULL_TRANSFORM = 3 << 6  # for glyf and loca; every other table's null transform is 0


def write_woff2(sfnt: bytes) -> bytes:
    """Compress a TrueType or OpenType file.

    Raises
    ------
    ValueError
        The bytes are no single font file.
    """
    if sfnt[:4] not in (b"\x00\x01\x00\x00", b"OTTO"):
        raise ValueError("not a single TrueType or OpenType font")
    (n_tables,) = struct.unpack_from(">H", sfnt, 4)
    directory, content, unpacked = b"", b"", 12 + 16 * n_tables
    for place in range(n_tables):
        tag, _, start, length = struct.unpack_from(">4sLLL", sfnt, 12 + 16 * place)
        directory += _entry(tag, length)
        content += sfnt[start : start + length]
        unpacked += length + -length % 4
    packed = brotli.compress(content, mode=brotli.MODE_FONT, quality=_QUALITY)
    body = directory + packed
    body += bytes(-len(body) % 4)
    head = struct.pack(
        ">4s4sLHHLLHHLLLLL",
        b"wOF2",
        sfnt[:4],
        48 + len(body),
        n_tables,
        0,
        unpacked,
        len(packed),
        1,
        0,
        *(0, 0, 0, 0, 0),  # no metadata, nothing private
    )
    whole: bytes = head + body
    return whole


def _entry(tag: bytes, length: int) -> bytes:
    flags = _NULL_TRANSFORM if tag in (b"glyf", b"loca") else 0
    if tag in _PLACES:
        return bytes([flags | _PLACES[tag]]) + _base128(length)
    return bytes([flags | _SPELT_OUT]) + tag + _base128(length)


def _base128(number: int) -> bytes:
    digits = [number & 127]
    while number := number >> 7:
        digits.append(number & 127 | 128)
    return bytes(reversed(digits))
