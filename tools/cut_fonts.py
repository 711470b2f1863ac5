"""Cut the report's static fonts from the variable fonts of two PyPI wheels.

matplotlib registers a variable font under one weight only, so Regular and Bold are
instanced once here and committed. Run by `nox -s fonts`; the digests are pinned in
`lib/rapport/assets/fonts/SHA256SUMS` and compared by a test.
"""

import hashlib
import importlib.resources
import shutil
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

TARGET = Path(__file__).parents[1] / "lib" / "rapport" / "assets" / "fonts"
WEIGHTS = {"Regular": 400, "Bold": 700}
# Latin, its extensions, Greek, punctuation, currency, arrows and the triangles of a change:
# Noto Sans comes before Noto Sans SC, so it must not claim more of the page than this.
LATIN = [
    *range(0x20, 0x250), *range(0x2B0, 0x400), *range(0x1E00, 0x2000), *range(0x2010, 0x2070),
    *range(0x2070, 0x20D0), *range(0x2190, 0x2194), 0x2212, 0x2248, 0x2260, 0x2264, 0x2265,
    0x25B2, 0x25BC,
]  # fmt: skip


def cut(source: Path, family: str, weight: str, axes: dict[str, float], *, latin: bool) -> None:
    """Write one static font, named so that every program finds weight 400 or 700 of `family`."""
    font = TTFont(source, recalcTimestamp=False)
    instancer.instantiateVariableFont(font, axes, inplace=True, updateFontNames=False)
    if latin:
        options = subset.Options(
            layout_features=["*"], name_IDs=["*"], notdef_outline=True, recalc_timestamp=False
        )
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=LATIN)
        cutter.subset(font)
    rename(font, family, weight)
    font.save(TARGET / f"{family.replace(' ', '')}-{weight}.ttf", reorderTables=True)


def rename(font: TTFont, family: str, weight: str) -> None:
    """Give the instance the family name and style that its weight has."""
    names = {1: family, 2: weight, 4: f"{family} {weight}".removesuffix(" Regular"),
             6: f"{family.replace(' ', '')}-{weight}"}  # fmt: skip
    table = font["name"]
    for record in list(table.names):
        if record.nameID in {16, 17, 21, 22, 25}:
            table.removeNames(nameID=record.nameID)
    for name_id, text in names.items():
        table.setName(text, name_id, 3, 1, 0x409)
    font["OS/2"].usWeightClass = WEIGHTS[weight]
    bold = weight == "Bold"
    font["OS/2"].fsSelection = (font["OS/2"].fsSelection & ~0x61) | (0x20 if bold else 0x40)
    font["head"].macStyle = 1 if bold else 0


def main() -> None:
    """Cut the four fonts, copy the licence, write the digests."""
    TARGET.mkdir(parents=True, exist_ok=True)
    latin = importlib.resources.files("fontpkg_noto_sans") / "files" / "NotoSans[wdth,wght].ttf"
    folder = importlib.resources.files("justmytype_intl_cjk") / "fonts" / "ofl" / "notosanssc"
    for weight, wght in WEIGHTS.items():
        axes = {"wdth": 100.0, "wght": float(wght)}
        cut(Path(str(latin)), "Noto Sans", weight, axes, latin=True)
        chinese = Path(str(folder / "NotoSansSC[wght].ttf"))
        cut(chinese, "Noto Sans SC", weight, {"wght": float(wght)}, latin=False)
    shutil.copyfile(str(folder / "OFL.txt"), TARGET / "OFL.txt")
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(TARGET.glob("*.ttf"))
    ]
    (TARGET / "SHA256SUMS").write_text("".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
