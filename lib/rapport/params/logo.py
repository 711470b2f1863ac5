"""A unit's logo, taken apart and written anew: only what draws goes into a report.

An SVG is a program to a browser and a file that names other files to a typesetter. What acts,
loads or cannot be drawn alike in HTML and PDF is refused with its reason; what is neither drawn
nor dangerous (editors' notes, comments, classes) is left out. Of a PNG only the chunks that make
the picture stay, so that no place or name of its maker travels with it.
"""

from __future__ import annotations

import base64
import re
import struct
import zlib
from collections.abc import Iterator
from html import escape
from typing import Any
from xml.etree import ElementTree as ET

LARGEST = 65_536  # bytes of the file
SIDE = 2_000  # pixels of a PNG
ELEMENTS, DEPTH = 2_000, 40
SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {
    "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "defs",
    "linearGradient", "radialGradient", "stop", "clipPath",
}  # fmt: skip
SILENT = {"title", "desc", "metadata"}
NUMBERS = {
    "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "width", "height",
    "points", "viewBox", "offset", "transform", "gradientTransform", "opacity", "fill-opacity",
    "stroke-opacity", "stop-opacity", "stroke-width", "stroke-miterlimit", "stroke-dasharray",
    "stroke-dashoffset", "d",
}  # fmt: skip
PAINTS = {"fill", "stroke", "stop-color", "color", "clip-path"}
WORDS = {
    "fill-rule", "clip-rule", "stroke-linecap", "stroke-linejoin", "gradientUnits",
    "clipPathUnits", "spreadMethod", "preserveAspectRatio", "display", "visibility",
}  # fmt: skip
_NUMBERS = re.compile(r"[-+.,%()\sA-Za-z0-9]*")
_PAINT = re.compile(r"#[0-9A-Fa-f]{3,8}|[A-Za-z]+|rgba?\([-+.,%\s0-9]*\)|url\(#[A-Za-z_][\w.-]*\)")
_WORD = re.compile(r"[A-Za-z ]*")
_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_VIEW_BOX = re.compile(r"\s*(?:-?\d+(?:\.\d+)?\s+){3}\d+(?:\.\d+)?\s*")
_LENGTH = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:px|pt|mm|cm|in)?\s*")
_DECLARED = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_KEPT_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_PNG = b"\x89PNG\r\n\x1a\n"
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


class LogoError(ValueError):
    """Why a file is no logo; the message says what it holds and what to do."""


def clean_logo(content: bytes) -> dict[str, Any]:
    """Give a logo as it goes into reports.

    Returns
    -------
    `form` (svg or png), `data` (base64 of the file written anew), `width` and `height`, of which
    only the ratio counts

    Raises
    ------
    LogoError
        The file is too large, is neither form, acts, loads, or cannot be drawn alike everywhere.
    """
    if len(content) > LARGEST:
        raise LogoError(f"has {len(content)} bytes, at most {LARGEST} are taken. Simplify it")
    is_png = content.startswith(_PNG)
    cleaned, width, height = clean_png(content) if is_png else clean_svg(content)
    if not 1 / 20 <= width / height <= 20:
        raise LogoError("is more than 20 times as long as wide. Cut it")
    return {
        "form": "png" if is_png else "svg",
        "data": base64.b64encode(cleaned).decode("ascii"),
        "width": width,
        "height": height,
    }


def clean_svg(content: bytes) -> tuple[bytes, float, float]:
    """Write an SVG anew from the elements and attributes that draw; with its size."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LogoError("is neither PNG nor UTF-8 text. Save it as PNG or plain SVG") from error
    # Before anything parses it: entities that multiply or read files are declared there.
    if _DECLARED.search(text):
        raise LogoError("declares a document type or entities. Delete the line <!DOCTYPE ...>")
    if "<?xml-stylesheet" in text:
        raise LogoError("names a style sheet. Export it with presentation attributes")
    try:
        root = ET.fromstring(text)  # noqa: S314 - without declarations there is nothing to expand
    except ET.ParseError as error:
        raise LogoError("is no well-formed XML. Export it again") from error
    if root.tag != f"{SVG}svg":
        raise LogoError("is no SVG. Save it as SVG or PNG")
    if sum(1 for _ in root.iter()) > ELEMENTS:
        raise LogoError(f"has more than {ELEMENTS} elements. Simplify it")
    width, height = _read_size(root)
    inside = "".join(part for child in root for part in _write(child, 1))
    view = root.get("viewBox", f"0 0 {width:g} {height:g}")
    kept = [pair for pair in _attributes(root) if pair[0] not in ("width", "height", "viewBox")]
    head = [("viewBox", view), ("width", f"{width:g}"), ("height", f"{height:g}"), *kept]
    return f'<svg xmlns="{SVG[1:-1]}"{_spell(head)}>{inside}</svg>\n'.encode(), width, height


def _read_size(root: ET.Element) -> tuple[float, float]:
    box = root.get("viewBox")
    if box is None:
        sizes = [_LENGTH.fullmatch(root.get(side, "")) for side in ("width", "height")]
        found = [float(size[1]) for size in sizes if size]
    else:
        found = [float(part) for part in box.split()[2:]] if _VIEW_BOX.fullmatch(box) else []
    if len(found) != 2 or not all(0 < side <= 1e5 for side in found):
        raise LogoError("does not say how large it is. Give it a viewBox")
    return found[0], found[1]


def _write(element: ET.Element, depth: int) -> Iterator[str]:
    tag = str(element.tag)
    name = tag.removeprefix(SVG)
    if depth > DEPTH:
        raise LogoError(f"is nested more than {DEPTH} deep. Simplify it")
    if not tag.startswith(SVG) or name in SILENT:
        # Editors' own elements draw nothing; HTML inside an SVG would act.
        if tag.startswith("{http://www.w3.org/1999/xhtml}"):
            raise LogoError("holds HTML. Export the drawing alone")
        return
    if name not in DRAWN:
        raise LogoError(f"holds <{name[:30]}>, which {_why(name)}")
    inside = "".join(part for child in element for part in _write(child, depth + 1))
    yield f"<{name}{_spell(_attributes(element))}>{inside}</{name}>"


def _why(name: str) -> str:
    if name == "script" or name.startswith(("animate", "set")):
        return "acts. Remove it"
    if name in ("image", "use", "a", "feImage"):
        return "leads to another file or place. Export the drawing as plain paths"
    if name == "foreignObject":
        return "holds what is no drawing. Remove it"
    if name in ("text", "tspan", "textPath"):
        return "needs a font that a reader may lack. Turn text into paths"
    return "is not drawn alike everywhere. Export it with presentation attributes and plain paths"


def _attributes(element: ET.Element) -> Iterator[tuple[str, str]]:
    given = dict(element.attrib)
    for part in given.pop("style", "").split(";"):
        name, _, value = part.partition(":")
        given[name.strip()] = value.strip()
    for name, value in given.items():
        local = name.rpartition("}")[2]
        if local.lower().startswith("on"):
            raise LogoError(f"has an attribute {local[:30]}, which acts. Remove it")
        if local in ("href", "src"):
            raise LogoError("names another file or place by href. Export it as plain paths")
        if "url(" in value.lower() and not _PAINT.fullmatch(value.strip()):
            raise LogoError("names another file by url(). Keep what it draws inside")
        if _is_kept(name, value):
            yield name, value


def _is_kept(name: str, value: str) -> bool:
    for names, form in ((NUMBERS, _NUMBERS), (PAINTS, _PAINT), (WORDS, _WORD), ({"id"}, _NAME)):
        if name in names:
            return form.fullmatch(value.strip()) is not None
    return False


def _spell(attributes: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> str:
    return "".join(f' {name}="{escape(value.strip())}"' for name, value in attributes)


def clean_png(content: bytes) -> tuple[bytes, float, float]:
    """Write a PNG anew from the chunks that make its picture; with its size."""
    chunks = list(_read_chunks(content))
    if [name for name, _ in chunks[:1]] != [b"IHDR"] or len(chunks[0][1]) != 13:
        raise LogoError("is a damaged PNG. Save it again")
    width, height, bits, colour, *_, laced = struct.unpack(">IIBBBBB", chunks[0][1])
    if not (0 < width <= SIDE and 0 < height <= SIDE and colour in _SAMPLES and bits <= 16):
        raise LogoError(f"is larger than {SIDE} pixels, or of no known kind. Save it smaller")
    row = 1 + (width * bits * _SAMPLES[colour] + 7) // 8
    _check_pixels(b"".join(data for name, data in chunks if name == b"IDAT"), row, height, laced)
    kept = (pair for pair in chunks if pair[0] in _KEPT_CHUNKS)
    written = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in kept
    )
    return _PNG + written, float(width), float(height)


def _read_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG)
    while at < len(content):
        head = content[at : at + 8]
        length = int.from_bytes(head[:4], "big") if len(head) == 8 else len(content)
        data, check = content[at + 8 : at + 8 + length], content[at + 8 + length : at + 12 + length]
        if len(check) != 4 or zlib.crc32(head[4:] + data) != int.from_bytes(check, "big"):
            raise LogoError("is a damaged PNG. Save it again")
        yield head[4:], data
        if head[4:] == b"IEND":
            return
        at += 12 + length
    raise LogoError("is a PNG that is cut off. Save it again")


def _check_pixels(packed: bytes, row: int, height: int, laced: int) -> None:
    # Interlaced pictures have seven passes, each with rows of its own.
    most = row * height + (8 * 7 * height if laced else 0)
    unpacker = zlib.decompressobj()
    try:
        pixels = unpacker.decompress(packed, most + 1)
    except zlib.error as error:
        raise LogoError("is a damaged PNG. Save it again") from error
    if len(pixels) > most or (not laced and len(pixels) != most) or not unpacker.eof:
        raise LogoError("unpacks to another size than it says. Save it again")
