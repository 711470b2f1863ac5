"""Make the pictures of `docs/gallery/` and the one of the README from reports that lie there.

    python tools/write_gallery.py reports

Needs the reports of `sample-retail` and `sample-mall`, `pdftoppm` (poppler) and `chromium`. Each
picture is a page as it is, in few colours so that it stays small.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

DOCS = Path(__file__).parents[1] / "docs"
LARGEST = 150_000  # bytes of a picture
COLOURS = (96, 64, 48, 32, 16)
BROWSER = (
    "--headless", "--no-sandbox", "--hide-scrollbars", "--disable-gpu",
    "--force-color-profile=srgb",
)  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """One page: of which file, which page of it or how large a window, and how fine."""

    name: str
    file: str
    words: str = ""
    """Which the page holds; the first one that does is shown."""
    window: str = ""
    """Width and height of a browser; a PDF has none."""
    dots: int = 100


RETAIL, MALL = "sample-retail/2026-06", "sample-mall/2026-06"
PICTURES = (
    Picture("1-page-one-en", f"{RETAIL}/report.en.pdf"),
    Picture("2-churn-en", f"{RETAIL}/report.en.pdf", words="Figure 6.1"),
    Picture("3-page-one-zh", f"{MALL}/report.zh.pdf"),
    Picture("4-segments-zh", f"{MALL}/report.zh.pdf", words="图 3.2"),
    Picture("5-phone-en", f"{RETAIL}/report.en.html", window="390,1400"),
    Picture("6-index", "index.html", window="1120,900"),
)
README = Picture("picture", f"{MALL}/report.en.pdf")


def main() -> None:
    """Draw every picture, and say how large each is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", type=Path)
    reports = parser.parse_args().reports.resolve()
    for program in ("pdftoppm", "pdftotext", "chromium"):
        if shutil.which(program) is None:
            sys.exit(f"{program} is not on PATH: install it to make the gallery")
    (DOCS / "gallery").mkdir(exist_ok=True)
    for picture in PICTURES:
        write(draw(picture, reports), DOCS / "gallery" / f"{picture.name}.png")
    write(draw(README, reports), DOCS / "picture.png")


def draw(picture: Picture, reports: Path) -> Image.Image:
    """Draw one picture."""
    source = reports / picture.file
    with tempfile.TemporaryDirectory(prefix="rapport-gallery-") as folder:
        drawn = Path(folder) / "page"
        if picture.window:
            call("chromium", *BROWSER, f"--window-size={picture.window}",
                 f"--screenshot={drawn}.png", source.as_uri())  # fmt: skip
        else:
            page = str(find_page(source, picture.words))
            call("pdftoppm", "-r", str(picture.dots), "-png", "-singlefile", "-f", page,
                 str(source), str(drawn))  # fmt: skip
        with Image.open(f"{drawn}.png") as image:
            return image.convert("RGB")


def find_page(source: Path, words: str) -> int:
    """Find the first page that holds some words, counted from 1."""
    if not words:
        return 1
    text = call("pdftotext", "-layout", str(source), "-").decode("utf-8")
    pages = [number for number, page in enumerate(text.split("\f"), 1) if words in page]
    if not pages:
        sys.exit(f"{source.name}: no page holds {words!r}")
    return pages[0]


def write(image: Image.Image, target: Path) -> None:
    """Write a picture in as many colours as its size allows."""
    for colours in COLOURS:
        packed = BytesIO()
        reduced = image.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        reduced.save(packed, "PNG", optimize=True)
        if packed.tell() <= LARGEST:
            target.write_bytes(packed.getvalue())
            sys.stdout.write(f"{target.name}: {packed.tell():,} bytes, {colours} colours\n")
            return
    sys.exit(f"{target.name}: is larger than {LARGEST:,} bytes even in {COLOURS[-1]} colours")


def call(*words: str) -> bytes:
    """Run a program, and stop with its words where it fails."""
    done = subprocess.run(words, capture_output=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{words[0]}: {done.stderr.decode('utf-8', errors='replace')[-500:]}")
    return done.stdout


if __name__ == "__main__":
    main()
