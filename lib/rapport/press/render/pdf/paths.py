"""Figures with live text turned into figures of paths, for `<img>` in HTML.

An SVG inside `<img>` cannot see the page's fonts, so its text must be outlines. Typst's
SVG export was to do this, but it embeds the source unchanged (typst/typst issue 7791);
here HarfBuzz, which HTML needs anyway for its font subset, shapes the text directly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from xml.etree import ElementTree as ET

from rapport.press.render.pdf.glyphs import GRID, Line, outline, shape

_SVG = "{http://www.w3.org/2000/svg}"
_LONG_NUMBER = re.compile(r"-?\d*\.\d{3,}(?:e-?\d+)?")
_PATH_SPACE = re.compile(r"\s*([A-Za-z])\s*")
_REFERENCE = re.compile(r"(?<=url\(#)[^)]+|(?<=href=\"#)[^\"]+")
_NO_TURN = re.compile(r"rotate\(-?0(?: [^)]*)?\)")
_GEOMETRY = {"d", "points", "x", "y", "x1", "y1", "x2", "y2", "width", "height", "cx", "cy"}
_TEXT_STYLE = {
    "font-size": "16px",
    "font-family": "'Noto Sans', 'Noto Sans SC'",
    "font-weight": "400",
    "text-anchor": "start",
    "white-space": "normal",
}
# Figures do not use these; drawing them wrongly and silently would be worse than refusing.
_UNSUPPORTED = {"dx", "dy", "rotate", "textLength", "dominant-baseline", "letter-spacing"}


@dataclass
class _Names:
    """New short names of ids, and the outlines met so far in one figure."""

    ids: dict[str, str]
    outlines: dict[tuple[str, int], str] = field(default_factory=dict)

    def name_outline(self, face: str, number: int) -> str:
        return self.outlines.setdefault((face, number), f"g{len(self.outlines)}")


def svg_to_paths(svgs: list[str]) -> list[str]:
    """Give the same pictures without text elements: glyphs as paths, smaller, no metadata.

    Size, view box and everything drawn stay; ids are short and depend on the figure
    alone, so equal figures give equal bytes. Each result is a document of its own, for
    a data address: ids of two figures may be equal.

    Raises
    ------
    RapportError
        A figure's text holds a character that no font of the report has.
    ValueError
        A figure is no SVG, or its text is set in a way that figures do not use.
    """
    return [_convert(svg) for svg in svgs]


def shapes_to_paths(wide: str, narrow: str, limit: float) -> str:
    """Give one picture of two shapes, of which it shows the one that fits how wide it is drawn.

    Both say much the same words, so their outlines stand in it once. It has no size of its own:
    whoever shows it gives it that of the shape.

    Parameters
    ----------
    limit : CSS pixels; up to so wide the narrow shape is shown
    """
    names = _Names({})
    shapes = ""
    for name, svg in (("w", wide), ("n", narrow)):
        root, body = _draw(svg, names, name)
        box = escape(root.get("viewBox", ""))
        shapes += f'<svg id="{name}" viewBox="{box}">{body}</svg>'
    choice = f"@media(max-width:{limit}px){{#w{{display:none}}}}"
    choice += f"@media(min-width:{limit + 0.01}px){{#n{{display:none}}}}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg"><style>{choice}</style>'
        f"{_definitions(names)}{shapes}</svg>\n"
    )


def _convert(svg: str) -> str:
    names = _Names({})
    root, body = _draw(svg, names, "i")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg"{_attributes(root, names)}>'
        f"{_definitions(names)}{body}</svg>\n"
    )


def _draw(svg: str, names: _Names, prefix: str) -> tuple[ET.Element, str]:
    found = dict.fromkeys(_REFERENCE.findall(svg))
    names.ids = {old: f"{prefix}{number}" for number, old in enumerate(found)}
    root = ET.fromstring(svg.encode())  # noqa: S314 - made by our own chapters
    if root.tag != f"{_SVG}svg":
        raise ValueError("figure: not an SVG document")
    body = "".join(part for child in root for part in _write(child, names, _TEXT_STYLE))
    return root, body


def _definitions(names: _Names) -> str:
    paths = (
        f'<path id="{name}" d="{outline(face, number)}"/>'
        for (face, number), name in names.outlines.items()
    )
    return f"<defs>{''.join(paths)}</defs>" if names.outlines else ""


def _write(element: ET.Element, names: _Names, inherited: Mapping[str, str]) -> Iterator[str]:
    tag = element.tag.rpartition("}")[2]
    style = {**inherited, **{k: v for k, v in _style(element).items() if k in _TEXT_STYLE}}
    if tag == "metadata":
        return
    if tag == "text":
        yield _write_text(element, names, style)
        return
    inside = "".join(part for child in element for part in _write(child, names, style))
    inside = escape((element.text or "").strip(), quote=False) + inside
    if inside or tag not in {"g", "defs"}:
        opening = f"<{tag}{_attributes(element, names)}"
        yield f"{opening}>{inside}</{tag}>" if inside else f"{opening}/>"


def _attributes(element: ET.Element, names: _Names) -> str:
    parts = []
    for long_name, value in element.attrib.items():
        name = long_name.rpartition("}")[2]
        if name == "version" or (name == "id" and value not in names.ids):
            continue
        parts.append(f' {name}="{escape(_tidy(name, value, names))}"')
    return "".join(parts)


def _tidy(name: str, value: str, names: _Names) -> str:
    if name == "id":
        return names.ids[value]
    if name == "href" and value.startswith("#"):
        return "#" + names.ids[value[1:]]
    if name in _GEOMETRY:
        # Points of a page: two decimals are four thousandths of a millimetre.
        value = _LONG_NUMBER.sub(lambda number: _number(float(number[0])), value)
    if name in {"d", "points"}:
        # A comma needs no escape in an address, a blank does.
        value = re.sub(r"[\s,]+", ",", _PATH_SPACE.sub(r"\1", value).strip()).replace(",-", "-")
    return re.sub(r"url\(#([^)]+)\)", lambda match: f"url(#{names.ids[match[1]]})", value)


def _number(value: float) -> str:
    # Adding nothing turns a negative zero, which rounding leaves, into a plain one.
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def _style(element: ET.Element) -> dict[str, str]:
    declared = (part.partition(":") for part in element.get("style", "").split(";"))
    style = {name.strip(): value.strip() for name, _, value in declared if value}
    return {**{k: v for k, v in element.attrib.items() if "-" in k}, **style}


def _write_text(element: ET.Element, names: _Names, style: Mapping[str, str]) -> str:
    inside = _write_piece(element, names, style)
    for piece in element:
        if (piece.tail or "").strip() or len(piece):
            raise ValueError("figure: text runs on after a tspan, which figures do not use")
        inside += _write_text(piece, names, {**style, **_style(piece)})
    own = _style(element)
    drawn = ";".join(f"{k}:{v}" for k, v in own.items() if k not in _TEXT_STYLE)
    turned = _NO_TURN.sub("", element.get("transform", ""))
    kept = {"style": drawn, "fill": element.get("fill"), "transform": turned}
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in kept.items() if value)
    return f"<g{attributes}>{inside}</g>" if inside and attributes else inside


def _write_piece(element: ET.Element, names: _Names, style: Mapping[str, str]) -> str:
    refused = _UNSUPPORTED & (element.attrib.keys() | _style(element).keys())
    if refused or element.tag not in {f"{_SVG}text", f"{_SVG}tspan"}:
        raise ValueError(f"figure: text with {sorted(refused)}, which figures do not use")
    words = element.text or ""
    if style["white-space"] != "pre":
        words = re.sub(r"[ \n]+", " ", words).strip()
    if not words.strip():
        return ""
    families = tuple(name.strip(" '\"") for name in style["font-family"].split(","))
    line = shape(words, families, bold=_is_bold(style["font-weight"]))
    return _place(line, element, names, style)


def _is_bold(weight: str) -> bool:
    return weight == "bold" or (weight.isdigit() and int(weight) >= 600)


def _place(line: Line, element: ET.Element, names: _Names, style: Mapping[str, str]) -> str:
    size = float(style["font-size"].removesuffix("px"))
    back = {"start": 0.0, "middle": 0.5, "end": 1.0}[style["text-anchor"]]
    x = float(element.get("x", "0")) - back * line.advance * size
    y = float(element.get("y", "0"))
    uses = []
    for glyph in line.glyphs:
        if outline(glyph.face, glyph.number):
            places = {"x": round(glyph.x * GRID), "y": round(glyph.y * GRID)}
            moved = "".join(f' {side}="{by}"' for side, by in places.items() if by)
            name = names.name_outline(glyph.face, glyph.number)
            uses.append(f'<use href="#{name}"{moved}/>')
    scale = f"{size / GRID:.6f}".rstrip("0")
    place = f"translate({_number(x)} {_number(y)})scale({scale} -{scale})"
    return f'<g transform="{place}">{"".join(uses)}</g>' if uses else ""
