"""After layout: nothing outside the sheet, no text on text or on a highlighted line.

Labels that stand beside a mark are tried at their other places, and the least important
are dropped, before anything is an error. What was dropped is in the table behind.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from rapport.errors import ChapterError
from rapport.present.canvas import Canvas, DirectLabel
from rapport.present.lettering import Box, Words
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
    # same everywhere: within one process, to tell one text from another
    movable = {id(label.text) for label in canvas.labels}
    # same everywhere: as above
    fixed = [text for text in canvas.all_words() if text.text.strip() and id(text) not in movable]
    taken = [text.box() for text in fixed]
    faults = _faults(fixed, taken, canvas)
    taken += canvas.marked
    lines = [_path(line) for line in canvas.highlighted]
    for label in sorted(canvas.labels, key=lambda label: -label.rank):
        box = _place(label, canvas, taken, lines)
        if box is not None:
            taken.append(box)
        elif label.is_required:
            faults.append(f"no room for {label.text.text!r}")
        else:
            label.text.is_shown = False
    if faults:
        msg = (
            f"figure: {'; '.join(faults)} ({canvas.shape}, {canvas.language}). "
            "Shorten the labels or show fewer groups."
        )
        raise ChapterError(msg)


def _faults(texts: list[Words], boxes: list[Box], canvas: Canvas) -> list[str]:
    faults = [f"{text.text!r} is {text.size:g} pt" for text in texts if text.size < SMALL_SIZE]
    faults += [
        f"{text.text!r} reaches over the edge"
        for text, box in zip(texts, boxes, strict=True)
        if _is_outside(box, canvas.size)
    ]
    for number, box in enumerate(boxes):
        faults += [
            f"{texts[number].text!r} lies on {texts[other].text!r}"
            for other in range(number)
            if _touch(box, boxes[other])
        ]
    return faults


def _is_outside(box: Box, size: tuple[float, float]) -> bool:
    # A box is higher than its ink by the font's ascent and descent, so height has more room.
    return box.x0 < -0.3 or box.x1 > size[0] + 0.3 or box.y0 < -1.5 or box.y1 > size[1] + 1.5


def _touch(one: Box, other: Box) -> bool:
    wide = min(one.x1, other.x1) - max(one.x0, other.x0)
    return wide > TOLERANCE and min(one.y1, other.y1) - max(one.y0, other.y0) > 2 * TOLERANCE


def _path(line: Line2D) -> Path:
    points = line.get_transform().transform(line.get_xydata())
    return Path(points[np.isfinite(points).all(axis=1)])


def _place(label: DirectLabel, canvas: Canvas, taken: list[Box], lines: list[Path]) -> Box | None:
    text = label.text
    for dx, dy, ha, va in label.places:
        text.shift, text.ha, text.va = (dx, dy), ha, va
        box = text.box()
        if _is_outside(box, canvas.size) or any(_touch(box, other) for other in taken):
            continue
        inner = Bbox.from_extents(*box).padded(-TOLERANCE)
        if any(path.intersects_bbox(inner, filled=False) for path in lines):
            continue
        return box
    return None
