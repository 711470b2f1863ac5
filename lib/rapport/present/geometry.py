"""After layout: nothing outside the sheet, no text on text or on a highlighted line.

Labels that stand beside a mark are tried at their other places, and the least important
are dropped, before anything is an error. What was dropped is in the table behind.
"""

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from rapport.errors import ChapterError
from rapport.present.canvas import Canvas, DirectLabel
from rapport.present.theme import SMALL_SIZE

TOLERANCE = 0.6
"""Points that boxes may share: a box is as high as the font, its ink is not."""


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move places apart to at least `gap` within low and high, as little as may be.

    Order is kept: the least-squares answer is an isotonic regression of what is left of
    each place after its share of the gaps.

    Examples
    --------
    >>> spread([0.0, 1.0, 10.0], 4.0, -100.0, 100.0)
    [-1.5, 2.5, 10.0]
    """
    order = sorted(range(len(places)), key=lambda number: (places[number], number))
    blocks: list[tuple[float, int]] = []
    for rank, number in enumerate(order):
        mean, size = places[number] - rank * gap, 1
        while blocks and blocks[-1][0] > mean:
            before, n_before = blocks.pop()
            mean = (mean * size + before * n_before) / (size + n_before)
            size += n_before
        blocks.append((mean, size))
    top = high - (len(places) - 1) * gap
    flat = [max(min(mean, top), low) for mean, size in blocks for _ in range(size)]
    moved = dict(zip(order, (level + rank * gap for rank, level in enumerate(flat)), strict=True))
    return [moved[number] for number in range(len(places))]


def settle(canvas: Canvas) -> None:
    """Find a place for every direct label, the most important first; then check the sheet.

    Raises
    ------
    ChapterError
        A text lies outside the sheet, on another text or on a highlighted line, or is
        smaller than the smallest that can be read; the message gives the texts.
    """
    renderer = _measure(canvas)
    movable = {id(label.text) for label in canvas.labels}
    fixed = [text for text in _texts(canvas) if id(text) not in movable]
    taken = [text.get_window_extent(renderer) for text in fixed]
    faults = _faults(fixed, taken, canvas)
    lines = [_path(line) for line in canvas.highlighted]
    for label in sorted(canvas.labels, key=lambda label: -label.rank):
        box = _place(label, canvas, renderer, taken, lines)
        if box is not None:
            taken.append(box)
        elif label.is_required:
            faults.append(f"no room for {label.text.get_text()!r}")
        else:
            label.text.set_visible(False)
    if faults:
        msg = (
            f"figure: {'; '.join(faults)} ({canvas.shape}, {canvas.language}). "
            "Shorten the labels or show fewer groups."
        )
        raise ChapterError(msg)


def _measure(canvas: Canvas) -> RendererSVG:
    # The renderer of the file itself, so that boxes are measured as they are written.
    width, height = canvas.figure.get_size_inches() * 72
    return RendererSVG(width, height, io.StringIO(), image_dpi=72)  # type: ignore[no-untyped-call]


def _texts(canvas: Canvas) -> list[Text]:
    """Give every text that is drawn; ticks outside the axes' limits are not."""
    found: list[Text] = list(canvas.figure.texts)
    for axes in canvas.figure.axes:
        found += axes.texts
        for axis in (axes.xaxis, axes.yaxis):
            if not axes.axison or not axis.get_visible():
                continue
            low, high = sorted(axis.get_view_interval())
            room = 1e-9 * (high - low)
            found += [
                text
                for tick in axis.get_major_ticks()
                if low - room <= tick.get_loc() <= high + room
                for text in (tick.label1, tick.label2)
            ]
            found.append(axis.label)
    return [text for text in found if text.get_visible() and text.get_text().strip()]


def _faults(texts: list[Text], boxes: list[Bbox], canvas: Canvas) -> list[str]:
    faults = [
        f"{text.get_text()!r} is {text.get_fontsize():g} pt"
        for text in texts
        if float(text.get_fontsize()) < SMALL_SIZE
    ]
    sheet = _sheet(canvas)
    faults += [
        f"{text.get_text()!r} reaches over the edge"
        for text, box in zip(texts, boxes, strict=True)
        if _is_outside(box, sheet)
    ]
    for number, box in enumerate(boxes):
        faults += [
            f"{texts[number].get_text()!r} lies on {texts[other].get_text()!r}"
            for other in range(number)
            if _touch(box, boxes[other])
        ]
    return faults


def _sheet(canvas: Canvas) -> Bbox:
    width, height = canvas.figure.get_size_inches() * 72
    return Bbox.from_bounds(0, 0, width, height)


def _is_outside(box: Bbox, sheet: Bbox) -> bool:
    # A box is higher than its ink by the font's ascent and descent, so height has more room.
    return bool(
        box.x0 < sheet.x0 - 0.3
        or box.x1 > sheet.x1 + 0.3
        or box.y0 < sheet.y0 - 1.5
        or box.y1 > sheet.y1 + 1.5
    )


def _touch(one: Bbox, other: Bbox) -> bool:
    wide = min(one.x1, other.x1) - max(one.x0, other.x0)
    high = min(one.y1, other.y1) - max(one.y0, other.y0)
    return bool(wide > TOLERANCE and high > 2 * TOLERANCE)


def _path(line: Line2D) -> Path:
    points = line.get_transform().transform(line.get_xydata())
    return Path(points[np.isfinite(points).all(axis=1)])


def _place(
    label: DirectLabel, canvas: Canvas, renderer: RendererSVG, taken: list[Bbox], lines: list[Path]
) -> Bbox | None:
    sheet = _sheet(canvas)
    for dx, dy, ha, va in label.places:
        label.text.set(position=(dx, dy), ha=ha, va=va)
        box = label.text.get_window_extent(renderer)
        inner = box.padded(-TOLERANCE)
        if _is_outside(box, sheet) or any(_touch(box, other) for other in taken):
            continue
        if any(path.intersects_bbox(inner, filled=False) for path in lines):
            continue
        return box
    return None
