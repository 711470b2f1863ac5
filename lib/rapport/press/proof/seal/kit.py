"""The kit: the seal's verdict where nothing is installed, as a page and as one Python file.

Neither comes with a report: whoever could change the one would change the other.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from string import printable

from rapport.assets.files import asset_path
from rapport.errors import ParameterError
from rapport.press.render.fonts import cut_fonts

PAGE, PROGRAM = "check.html", "rapport-verify.pyz"
# They import nothing but one another and the standard library, so they go as they are.
MODULES = (
    "__init__", "errors", "press/__init__", "press/proof/__init__", "press/proof/ed25519",
    "press/proof/envelope", "press/proof/log_chain", "press/proof/log_entries",
    "press/proof/packed", "press/proof/seal/__init__", "press/proof/seal/answer",
    "press/proof/seal/check", "press/proof/seal/files", "press/proof/seal/folder",
    "press/proof/seal/log", "press/proof/seal/words", "press/proof/shape", "press/proof/slot",
    "press/proof/strict", "press/proof/trust",
)  # fmt: skip
MAIN = """\
import sys

if sys.version_info < (3, 9):
    sys.exit("rapport-verify needs Python 3.9 or later.")

from rapport.press.proof.seal.answer import main

sys.exit(main())
"""
SHEBANG = b"#!/usr/bin/env python3\n"
UNDATED = (1980, 1, 1, 0, 0, 0)


def write_kit(folder: Path) -> tuple[Path, Path]:
    """Write the page and the program into a folder; equal versions write equal bytes.

    Raises
    ------
    ParameterError
        One of the two is there already, or the folder cannot be written.
    """
    made = {PAGE: make_page(), PROGRAM: make_program()}
    paths = folder / PAGE, folder / PROGRAM
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in paths:
            with path.open("xb") as file:
                file.write(made[path.name])
    except FileExistsError as error:
        raise ParameterError(f"{folder.name}: holds a kit already. Name a new folder.") from error
    except OSError as error:
        raise ParameterError(f"{folder.name}: cannot be written ({error.strerror}).") from error
    paths[1].chmod(0o755)
    return paths


def make_page() -> bytes:
    """Make the page: its style and its script are named by digest and nothing else may load."""
    spoken = json.loads(_read("words.json"))
    style = _spell_fonts(spoken) + _read("check.css")
    script = _read("check.js")
    words = json.dumps(spoken, ensure_ascii=False, separators=(",", ":"))
    page = _read("check.html")
    for name, content in (
        ("style_digest", _digest(style)),
        ("script_digest", _digest(script)),
        ("style", style),
        ("words", words.replace("<", "\\u003c")),
        # Last, for it is the longest and nothing in it is a place.
        ("script", script),
    ):
        page = page.replace("{{" + name + "}}", content)
    return page.encode("utf-8")


def make_program() -> bytes:
    """Make the program: a zip that Python runs as it is."""
    package = asset_path().parent
    held = io.BytesIO()
    held.write(SHEBANG)
    # Stored, not packed: the bytes are then the same everywhere, and can be read by eye.
    with zipfile.ZipFile(held, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr(_entry("__main__.py"), MAIN)
        for name in MODULES:
            source = (package / f"{name}.py").read_bytes().replace(b"\r\n", b"\n")
            archive.writestr(_entry(f"rapport/{name}.py"), source)
    return held.getvalue()


def _spell_fonts(words: Mapping[str, Mapping[str, str]]) -> str:
    """Give the page's fonts; names in a report that have other characters use the system's."""
    rules = []
    for language, family in (("en", "Noto Sans"), ("zh", "Noto Sans beside SC")):
        text = "".join(said[language] for said in words.values()) + printable
        for face in cut_fonts(text, language):
            # Quotes and dashes differ between the languages, so each has a Latin font of its own.
            name = family if face.family == "Noto Sans" else face.family
            held = base64.b64encode(face.woff2).decode("ascii")
            rules.append(
                f'@font-face {{ font-family: "{name}"; font-weight: {face.weight}; '
                f'src: url(data:font/woff2;base64,{held}) format("woff2"); }}\n'
            )
    return "".join(rules)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, UNDATED)
    entry.external_attr = 0o644 << 16
    entry.create_system = 3
    return entry


def _read(name: str) -> str:
    return asset_path("verify", name).read_text(encoding="utf-8")


def _digest(content: str) -> str:
    return base64.b64encode(hashlib.sha256(content.encode("utf-8")).digest()).decode("ascii")
