"""Measure what a page of 40 figures costs beyond drawing them: HTML and PDF, each by itself.

Goals: at most 1.5 processor seconds for the HTML (fonts cut, figures turned into outlines) and
1.0 for the PDF. Each form has a process of its own, in which a document of one figure is made
first: that one pays for the reading of fonts, the one of 40 figures does not.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

from measuring import ROOT, Cost, cost_of_call, environment, median, print_table

N_FIGURES, REPEATS = 40, 3
TESTS = ROOT / "tests"


def make_document(n_figures: int) -> dict[str, Any]:
    """Give the tests' example document with `n_figures` drawn survival curves, none alike."""
    sys.path[:0] = [str(TESTS), str(TESTS / "unit" / "present" / "figures")]
    import figure_samples  # noqa: I001, PLC0415 - found only after the path was extended
    from document import example  # noqa: PLC0415
    from rapport.present.draw import draw  # noqa: PLC0415

    document = example("en")
    chapter = next(chapter for chapter in document["chapters"] if chapter["name"] == "churn")
    pattern = next(block for block in chapter["blocks"] if block["type"] == "figure")
    figures = []
    for number in range(n_figures):
        spec = figure_samples.survival_curves((105 + number, 80 + number, 55, 22))
        shapes = {shape: draw(spec, "en", shape) for shape in ("wide", "narrow")}
        named = {"number": f"6.{number + 1}", "anchor": f"figure-6-{number + 1}"}
        figures.append({**pattern, **named, **shapes})
    chapter["blocks"] = [b for b in chapter["blocks"] if b["type"] != "figure"] + figures
    return document


def measure(form: str) -> None:
    """Print first and warmed cost of one form; runs in a process of its own."""
    import datetime as dt  # noqa: PLC0415 - the page's form decides what is loaded

    documents = [make_document(n) for n in (1, N_FIGURES)]
    if form == "html":
        from rapport.press.render.html import render_html  # noqa: PLC0415

        costs = [cost_of_call(lambda d=d: render_html(d, slot=None)) for d in documents]
    else:
        from rapport.press.render.pdf import render_pdf  # noqa: PLC0415

        day = dt.date(2010, 11, 30)
        costs = [cost_of_call(lambda d=d: render_pdf(d, slot=None, date=day)) for d in documents]
    print(*(f"{cost.cpu} {cost.wall}" for cost in costs))


def main() -> None:
    """Measure both forms and the drawing, and print."""
    drawing = cost_of_call(lambda: make_document(N_FIGURES))
    rows = [["drawing, two shapes each", "-", f"{drawing.cpu:.2f}", "-"]]
    goals = {"html": "1.5", "pdf": "1.0"}
    for form, goal in goals.items():
        first, warmed = zip(*(_run(form) for _ in range(REPEATS)), strict=True)
        rows.append(
            [form, f"{median(first).cpu:.2f}", f"{median(warmed).cpu:.2f}", f"at most {goal}"]
        )
    head = ["what", "first, 1 figure, CPU s", f"{N_FIGURES} figures, CPU s", "goal"]
    print_table(f"Rendering, median of {REPEATS}", head, rows)


def _run(form: str) -> tuple[Cost, Cost]:
    done = subprocess.run(
        [sys.executable, str(Path(__file__)), form],
        cwd=ROOT, env=environment({}), capture_output=True, text=True, check=True,
    )  # fmt: skip
    cpu1, wall1, cpu2, wall2 = map(float, done.stdout.split())
    return Cost(cpu1, wall1), Cost(cpu2, wall2)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1])
    else:
        main()
