"""SVG without what nobody sees: a third of matplotlib's bytes, the same picture.

Coordinates keep a hundredth of a point. Step lines become horizontal and vertical strokes,
which is most of a survival curve.
"""

import re

_PROLOGUE = re.compile(r"\A.*?(?=<svg)", re.DOTALL)
_METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_PATH = re.compile(r'(?<=\sd=")[^"]*')
_NO_TURN = re.compile(r' transform="rotate\(-?0 [^)]*\)"')
_INDENT = re.compile(r"\n\s*")
_DECIMALS = re.compile(r"-?\d+\.\d{3,}")
_COMMAND = re.compile(r"([MLQCz])([^MLQCz]*)")


def compact(svg: str) -> str:
    r"""Shorten the SVG that matplotlib wrote.

    Examples
    --------
    >>> compact('<svg><path d="M 1.0004 2 \nL 1.0004 5 \nL 4 5 \nz\n"/></svg>')
    '<svg><path d="M1 2V5H4z"/></svg>'
    """
    svg = _METADATA.sub("", _PROLOGUE.sub("", svg))
    svg = _TAG.sub(lambda tag: _shorten_tag(tag[0]), svg)
    return _INDENT.sub("\n", svg).replace("\n<", "<").strip()


def _shorten_tag(tag: str) -> str:
    tag = _PATH.sub(lambda path: _shorten_path(path[0]), _NO_TURN.sub("", tag))
    return _DECIMALS.sub(lambda number: _round(number[0]), tag)


def _round(number: str) -> str:
    short = f"{float(number):.2f}".rstrip("0").rstrip(".")
    return "0" if short == "-0" else short


def _shorten_path(path: str) -> str:
    pieces: list[str] = []
    here = ("", "")
    for command, rest in _COMMAND.findall(path):
        numbers = [_round(number) for number in rest.split()]
        if command == "L":
            pieces.append(_stroke(here, (numbers[0], numbers[1])))
        else:
            pieces.append(command + " ".join(numbers))
        here = (numbers[-2], numbers[-1]) if numbers else here
    return "".join(pieces)


def _stroke(here: tuple[str, str], there: tuple[str, str]) -> str:
    if here == there:
        return ""
    if here[1] == there[1]:
        return f"H{there[0]}"
    return f"V{there[1]}" if here[0] == there[0] else f"L{there[0]} {there[1]}"
