"""Draw every figure of a run as PNG, to look at: both shapes and languages of each on one sheet.

    python tools/draw_gallery.py reports/sample-retail/2026-06 /tmp/gallery [--only churn]

One sheet a figure, named by its id, with the words that stand around it on a page. For whoever
changes a figure or a label: a fault of geometry stops a chapter, an ugly picture does not.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import typst

from rapport.assets.files import asset_path

MIME = "application/vnd.rapport.v1+json"
SHEET = """
#set page(width: 290mm, height: auto, margin: 8mm)
#set text(font: ("Noto Sans", "Noto Sans SC"), size: 9pt)
#let figures = json("figures.json")
#for (number, one) in figures.enumerate() {
  if number > 0 { pagebreak() }
  text(weight: "bold", one.id)
  for side in one.sides [
    #grid(columns: (166mm, 92mm), column-gutter: 14mm, align: top,
      block(width: 166mm)[*#side.title* \\ #text(8pt, fill: luma(90), side.subtitle)
        #image(bytes(side.wide), width: 166mm)
        #text(7pt, fill: luma(90), side.caption)],
      image(bytes(side.narrow), width: 92mm))
    #text(7pt, fill: luma(90), side.alt)
    #v(3mm)
  ]
}
"""


def read_figures(run: Path, only: str) -> list[dict[str, Any]]:
    """Give the figures of a run's notebooks in the order of the chapters."""
    found = []
    for path in sorted((run / "notebooks").glob("*.ipynb")):
        if only not in path.stem:
            continue
        for cell in json.loads(path.read_bytes())["cells"]:
            data = [output.get("data", {}) for output in cell.get("outputs", [])]
            found += [forms[MIME] for forms in data if MIME in forms]
    return [one for one in found if one["type"] == "figure"]


def describe(figure: dict[str, Any]) -> dict[str, Any]:
    """Give what a sheet needs of a figure."""
    return {"id": figure["id"], "sides": [_side(figure, each) for each in figure["shapes"]]}


def _side(figure: dict[str, Any], language: str) -> dict[str, str]:
    words = {name: figure[name] for name in ("title", "subtitle", "caption")}
    texts = {
        name: "".join(run["text"] for run in runs[language]) if runs else ""
        for name, runs in words.items()
    }
    return {**texts, "alt": figure["alt"][language], **figure["shapes"][language]}


def draw(figures: list[dict[str, Any]], target: Path) -> None:
    """Write one PNG a figure."""
    target.mkdir(parents=True, exist_ok=True)
    sheet = target / "gallery.typ"
    sheet.write_text(SHEET, encoding="utf-8", newline="\n")
    (target / "figures.json").write_text(
        json.dumps([describe(each) for each in figures]), encoding="utf-8", newline="\n"
    )
    pages: Any = typst.compile(
        sheet, root=target, format="png", ppi=80.0, ignore_system_fonts=True,
        font_paths=[asset_path("fonts")],
    )  # fmt: skip
    for figure, page in zip(figures, pages if isinstance(pages, list) else [pages], strict=True):
        (target / f"{figure['id']}.png").write_bytes(page)


def main() -> None:
    """Read a run's notebooks, draw what they show."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="a folder of reports/<unit>/")
    parser.add_argument("target", type=Path, help="where the pictures go")
    parser.add_argument("--only", default="", help="chapters whose name holds this")
    asked = parser.parse_args()
    figures = read_figures(asked.run, asked.only)
    if not figures:
        raise SystemExit(f"{asked.run}: no executed notebook with a figure. Run the unit first.")
    draw(figures, asked.target)
    print(f"{len(figures)} figures in {asked.target}")


if __name__ == "__main__":
    main()
