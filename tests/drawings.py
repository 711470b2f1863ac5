"""Simple figures with live text, drawn by hand for the example document."""

from collections.abc import Callable, Mapping, Sequence
from xml.sax.saxutils import escape

INK, GREY, RULE, BLUE, RED, GOLD = "#1f2933", "#52606d", "#cbd2d9", "#0b5fa5", "#b4441f", "#b88d1a"
FACE = {"en": "Noto Sans, Noto Sans SC", "zh": "Noto Sans, Noto Sans SC"}
MM = 72 / 25.4
WIDE, NARROW = 166 * MM, 92 * MM
ORDERS = ("1st", "2nd", "3rd", "4th")
LEFT = {  # share that had not come back after 0, 30, 60, 90, 120, 150 days
    "1st": (1, 0.816, 0.665, 0.548, 0.46, 0.37),
    "2nd": (1, 0.772, 0.59, 0.465, 0.355, 0.26),
    "3rd": (1, 0.734, 0.50, 0.333, 0.22, 0.13),
    "4th": (1, 0.405, 0.18, 0.095, 0.055, 0.03),
}
AT_RISK = {
    "1st": ("1,558", "1,030", "602", "366", "240", "130"),
    "2nd": ("1,320", "802", "453", "265", "137", "57"),
    "3rd": ("1,084", "656", "342", "174", "80", "32"),
    "4th": ("5,300", "1,713", "621", "224", "92", "27"),
}
SPARKS = {
    "revenue": (1.0, 0.9, 0.86, 0.96, 0.92, 0.9, 0.93, 0.91, 0.92, 0.99, 1.08, 1.42),
    "active": (1320, 1180, 1210, 1350, 1290, 1300, 1340, 1290, 1280, 1380, 1497, 1607),
    "frequency": (1.6, 1.38, 1.4, 1.41, 1.39, 1.4, 1.41, 1.46, 1.4, 1.45, 1.4, 1.61),
    "aov": (430, 489, 442, 425, 427, 418, 405, 420, 447, 455, 450, 439),
    "again": (0.60, 0.55, 0.52, 0.48, 0.46, 0.42, 0.40, 0.43, 0.487),
    "churn": (0.070, 0.050, 0.065, 0.079, 0.064, 0.053),
}


def svg(width: float, height: float, marks: Sequence[str]) -> str:
    """One drawing; sizes are points."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.2f}pt" height="{height:.2f}pt"'
        f' viewBox="0 0 {width:.2f} {height:.2f}">{"".join(marks)}</svg>'
    )


def words(x, y, text, *, size=8.5, fill=INK, anchor="start", bold=False, face="en") -> str:
    """One line of live text."""
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="{FACE[face]}" font-size="{size}"'
        f' fill="{fill}" text-anchor="{anchor}"{weight}>{escape(text)}</text>'
    )


def bar(x, y, width, height, fill) -> str:
    """One rectangle."""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}" fill="{fill}"/>'


def line(points, *, stroke=INK, width=1.0) -> str:
    """One line through points."""
    way = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{way}" fill="none" stroke="{stroke}" stroke-width="{width}"/>'


def sparkline(name: str) -> str:
    """Draw the course of one key figure, 26 x 8 mm, its last point dotted."""
    values = SPARKS[name]
    low, high = min(values), max(values)
    points = [
        (4 + (i + 12 - len(values)) * 5.9, 19.7 - 16 * (value - low) / (high - low))
        for i, value in enumerate(values)
    ]
    x, y = points[-1]
    dot = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2" fill="{BLUE}"/>'
    return svg(26 * MM, 8 * MM, [line(points, stroke="#8a949e", width=1.1), dot])


def bridge(parts: Sequence[tuple[str, str, float, float, str]], language: str, width: float) -> str:
    """Draw parts of a change, (name, label, from, to, colour), one under the other."""
    left = 0.27 * width if width > 300 else 0.37 * width
    scale = (width - left - 52) / max(max(a, b) for _, _, a, b, _ in parts)
    marks = [line([(left, 0), (left, 24 * len(parts))])]
    for row, (name, label, start, end, fill) in enumerate(parts):
        y, last = 24 * row, row == len(parts) - 1
        low, high = sorted((start, end))
        marks += [
            words(left - 6, y + 15, name, anchor="end", bold=last, face=language),
            bar(left + low * scale, y + 5, (high - low) * scale, 14, fill),
            words(left + high * scale + 4, y + 15, label, bold=True, face=language),
        ]
    return svg(width, 24 * len(parts), marks)


def survival(terms: Mapping[str, str], language: str, width: float) -> str:
    """Draw four step curves with the numbers at risk under them."""
    left, right, top, high = 68.0, width - 78, 8.0, 130.0
    across, name = (right - left) / 150, {o: terms[o] for o in ORDERS}
    marks = []
    for share in (0, 25, 50, 75, 100):
        y = top + high * (1 - share / 100)
        tick = "100%" if share == 100 else str(share)
        marks += [line([(left, y), (right, y)], stroke=RULE, width=0.5)]
        marks += [words(left - 4, y + 3, tick, fill=GREY, anchor="end")]
    for order in ORDERS:
        stroke = {"1st": BLUE, "4th": INK}.get(order, "#8a949e")
        bold, end = order in ("1st", "4th"), LEFT[order][-1]
        marks.append(
            line(
                [(left + d * across, top + high * (1 - s)) for d, s in steps(LEFT[order])],
                stroke=stroke,
                width=1.8 if bold else 1,
            )
        )
        label = f"{end:.0%}  {name[order]}"
        fill = GREY if stroke == "#8a949e" else stroke
        y = top + high * (1 - end) + 3
        marks.append(words(right + 5, y, label, bold=bold, fill=fill, face=language))
    marks.append(words(0, top + high + 32, terms["watched"], fill=GREY, face=language))
    ticks = [0, 60, 150] if width < 300 else [0, 30, 60, 90, 120, 150]
    for day in ticks:
        x = left + day * across
        shown = f"{day} {terms['days']}" if day == 150 else str(day)
        marks.append(words(x, top + high + 14, shown, fill=GREY, anchor="middle", face=language))
        for row, order in enumerate(ORDERS):
            y = top + high + 44 + 11 * row
            marks.append(words(x, y, AT_RISK[order][day // 30], size=8, anchor="middle"))
    for row, order in enumerate(ORDERS):
        y = top + high + 44 + 11 * row
        marks.append(words(0, y, name[order], size=8, bold=order == "4th", face=language))
    return svg(width, top + high + 80, marks)


def steps(shares: Sequence[float]) -> list[tuple[float, float]]:
    """Give a falling step line through shares that are 30 days apart."""
    points = [(0.0, 1.0)]
    for day in range(2, 151, 2):
        k = min((day - 1) // 30, 4)
        share = shares[k] * (shares[k + 1] / shares[k]) ** ((day - 30 * k) / 30)
        points += [(day, points[-1][1]), (day, share)]
    return points


def churn_line(months: Sequence[str], language: str, width: float) -> str:
    """Draw monthly churn with its band."""
    values, spread = (7.0, 5.0, 6.5, 7.9, 6.4, 5.3), 0.9
    left, right, top, high = 30.0, width - 20, 12.0, 80.0

    def place(i: int, value: float) -> tuple[float, float]:
        return left + 20 + i * (right - left - 40) / 5, top + high * (1 - value / 10)

    upper = [place(i, value + spread) for i, value in enumerate(values)]
    lower = [place(i, value - spread) for i, value in enumerate(values)]
    band = " ".join(f"{x:.1f},{y:.1f}" for x, y in upper + lower[::-1])
    marks = [f'<polygon points="{band}" fill="{BLUE}" fill-opacity="0.18"/>']
    for share, tick in ((0, "0"), (5, "5"), (10, "10%")):
        y = top + high * (1 - share / 10)
        marks.append(line([(left, y), (right, y)], stroke=RULE, width=0.5))
        marks.append(words(left - 4, y + 3, tick, fill=GREY, anchor="end"))
    marks.append(line([place(i, value) for i, value in enumerate(values)], stroke=BLUE, width=1.8))
    for i, (value, month) in enumerate(zip(values, months, strict=True)):
        x, y = place(i, value)
        last = i == len(values) - 1
        label, fill = (f"{value}%", BLUE) if last else (f"{value}", INK)
        marks.append(words(x, y - 14, label, anchor="middle", bold=last, fill=fill))
        marks.append(words(x, top + high + 15, month, anchor="middle", fill=GREY, face=language))
    return svg(width, top + high + 22, marks)


def shapes(draw: Callable[..., str], terms: object, language: str) -> dict[str, str]:
    """Draw one figure in both shapes."""
    return {"wide": draw(terms, language, WIDE), "narrow": draw(terms, language, NARROW)}
