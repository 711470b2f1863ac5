"""Faults of a figure that was drawn: read from its SVG alone, whatever the drawing believed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from rapport.present.lettering import measure

SMALLEST = 8.0
ASCENT, DESCENT = 0.74, 0.2
"""What letters reach over and under their baseline, by the size of the font."""
NEAR = 1.0
"""Points that two texts may share: no letter fills its box."""


@dataclass(frozen=True)
class Said:
    """A text of a figure and the box of its letters, in points from the upper left corner."""

    text: str
    size: float
    left: float
    top: float
    right: float
    foot: float


def read_texts(svg: str) -> Iterator[Said]:
    """Give every text of a figure with its box."""
    for element in ET.fromstring(svg).iter():
        if element.tag.rpartition("}")[2] != "text" or not element.text:
            continue
        style = element.attrib["style"]
        size = float(re.search(r"font-size: ([\d.]+)px", style)[1])
        weight = "bold" if re.search(r"font-weight: (bold|700)", style) else "normal"
        wide = measure(element.text, size, weight)[0]
        x, y = _place(element.attrib)
        anchor = re.search(r"text-anchor: (\w+)", style)
        share = {"middle": 0.5, "end": 1.0}.get(anchor[1] if anchor else "start", 0.0)
        left = x - share * wide
        yield Said(element.text, size, left, y - ASCENT * size, left + wide, y + DESCENT * size)


def _place(attributes: dict[str, str]) -> tuple[float, float]:
    if "x" in attributes:
        return float(attributes["x"]), float(attributes["y"])
    # Lines of several are moved to their place.
    x, y = re.search(r"translate\(([-\d.]+)[ ,]([-\d.]+)\)", attributes["transform"]).groups()
    return float(x), float(y)


def find_faults(svg: str) -> list[str]:
    """List texts that are too small, over the edge or on one another."""
    width, height = (float(re.search(rf'{side}="([\d.]+)pt"', svg)[1])
                     for side in ("width", "height"))  # fmt: skip
    texts = list(read_texts(svg))
    faults = [f"{each.text!r} is {each.size:g} pt" for each in texts if each.size < SMALLEST]
    faults += [
        f"{each.text!r} is over the edge"
        for each in texts
        if each.left < -0.5 or each.right > width + 0.5 or each.top < -1 or each.foot > height + 1
    ]
    return faults + [
        f"{one.text!r} lies on {other.text!r}"
        for number, one in enumerate(texts)
        for other in texts[:number]
        if min(one.right, other.right) - max(one.left, other.left) > NEAR
        and min(one.foot, other.foot) - max(one.top, other.top) > NEAR
    ]


def find_all(figure: dict[str, Any]) -> list[str]:
    """List the faults of a figure of an executed notebook, in both languages and shapes."""
    return [
        f"{figure['id']}, {language}, {shape}: {fault}"
        for language, shapes in figure["shapes"].items()
        for shape, svg in shapes.items()
        for fault in find_faults(svg)
    ]
