"""What goes into a run's archive, from the project that made it: name in the archive -> file."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from rapport.errors import ParameterError, UnverifiableError
from rapport.press.proof.archive.check import CHAPTERS, LOG, MANIFEST, OBJECTS
from rapport.press.proof.archive.contents import Contents
from rapport.press.proof.archive.make import Piece
from rapport.press.proof.archive.names import LOCK, PACKAGE, is_name
from rapport.press.proof.archive.wheels import Wheelhouse
from rapport.press.proof.strict import read_json
from rapport.press.run.keys.code import PACKAGE_FOLDER

HERE = Path(__file__).parent
PLAIN = ("pyproject.toml", "LICENSE", LOCK)
DISTRIBUTION = "rapport-reports"
# What tells Python the version of the program and where its kernels are.
TOLD = ("METADATA", "entry_points.txt")


@dataclass(frozen=True)
class Asked:
    """A run that shall be archived."""

    project: Path
    run: Path
    """Its folder."""
    policy: str
    """`inputs` or `aggregates`."""
    wheels: Wheelhouse | None = None


def gather(asked: Asked, *, name: str) -> tuple[dict[str, Piece], Contents]:
    """Gather the pieces of an archive and its list, but for the digests.

    Parameters
    ----------
    name : of the archive's file, which its README calls it

    Raises
    ------
    ParameterError
        The folder is no run's.
    UnverifiableError
        Something that the run was made of is no longer there.
    """
    manifest = _read_manifest(asked.run)
    predicate, subjects = manifest["predicate"], [s["name"] for s in manifest["subject"]]
    left_out = tuple(n for n in subjects if asked.policy == "aggregates" and n.startswith("lists/"))
    contents = Contents(
        predicate["unit"], predicate["period"], predicate["run"], asked.policy, {}, left_out
    )
    if asked.wheels:
        system = f"{platform.system()} {platform.machine()}"
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        contents = replace(contents, built=asked.wheels.built, python=version, platform=system)
    kept = [name for name in (*subjects, MANIFEST) if name not in left_out]
    pieces: dict[str, Piece] = {
        **{contents.folder + name: asked.run / name for name in kept},
        **dict(_code(asked.project, kept, predicate["unit"])),
        **(dict(asked.wheels.files) if asked.wheels else {}),
        **(dict(_tables(asked.project, predicate)) if asked.policy == "inputs" else {}),
        **_metadata(),
        LOG: _log(asked.project, predicate["log"]["index"]),
        "__main__.py": (HERE / "main.py.txt").read_bytes(),
    }
    _check_there(pieces)
    title = predicate["shown"]
    return pieces | _readmes(contents, title, predicate, name), contents


def _read_manifest(run: Path) -> Mapping[str, Any]:
    path = run / MANIFEST
    if not path.is_file():
        raise ParameterError(
            f"{run.name}: is no run. Name a report's folder, such as reports/shop/2026-06."
        )
    found: Mapping[str, Any] = read_json(path.read_bytes())
    if "canonical" not in found["predicate"]:
        raise UnverifiableError(
            f"{run.name}: was made by an earlier version, which did not record what an archive "
            "needs. Archive it with that version, or run it again."
        )
    return found


def _code(project: Path, kept: Iterable[str], unit: str) -> Iterator[tuple[str, Path]]:
    """Give program, chapters, parameters and lock as they stand in the project."""
    own = project / "lib" / "rapport"
    package = own if own.is_dir() else PACKAGE_FOLDER
    for path in sorted(path for path in package.rglob("*") if path.is_file()):
        inside = PACKAGE + path.relative_to(package).as_posix()
        if is_name(inside):
            yield inside, path
    for name in kept:
        if name.startswith(CHAPTERS):
            yield name, project / name
    params = project / "params"
    found = [*params.glob("_defaults.*"), *params.glob(f"{unit}.*"), *_logos(params, unit)]
    found += (params / "notes" / unit).glob("*.md")
    for path in sorted(set(found)):
        yield path.relative_to(project).as_posix(), path
    for plain in PLAIN:
        if plain == LOCK or (project / plain).is_file():
            yield plain, project / plain


def _metadata() -> dict[str, Piece]:
    """Give what an installer would write beside the program, so that none is needed."""
    try:
        found = importlib.metadata.distribution(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError as error:
        raise UnverifiableError(
            "archive: the program is not installed here, so its version is not known. Install it."
        ) from error
    folder = f"lib/{DISTRIBUTION.replace('-', '_')}-{found.version}.dist-info/"
    return {folder + name: (found.read_text(name) or "").encode("utf-8") for name in TOLD}


def _logos(params: Path, unit: str) -> Iterator[Path]:
    """Give the picture files that brands name."""
    for path in (params / "_defaults.brand.yml", params / f"{unit}.brand.yml"):
        if path.is_file():
            logo = (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("logo") or {}
            if logo.get("file"):
                yield params / logo["file"]


def _tables(project: Path, predicate: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    """Give the tables that ingestion wrote, by their digests."""
    for table in predicate["canonical"]:
        digest = predicate["tables"][table]["sha256"]
        name = f"{OBJECTS}{digest[:2]}/{digest}"
        yield name, project / name


def _log(project: Path, n_lines: int) -> bytes:
    lines = (project / LOG).read_bytes().splitlines(keepends=True)
    return b"".join(lines[:n_lines])


def _check_there(pieces: Mapping[str, Piece]) -> None:
    absent = [n for n, piece in pieces.items() if isinstance(piece, Path) and not piece.is_file()]
    if any(name.startswith(OBJECTS) for name in absent):
        raise UnverifiableError(
            "archive: the data of this run are no longer in data/store (erased since, or cleaned "
            "away). Restore them, or set `archive: aggregates` to keep all but rows of customers."
        )
    if absent:
        raise UnverifiableError(
            f"archive: {absent[0]} is no longer there. Check out the version of the project that "
            "made the report."
        )


def _readmes(
    contents: Contents, shown: Mapping[str, Mapping[str, str]], predicate: Mapping[str, Any],
    name: str,
) -> dict[str, Piece]:  # fmt: skip
    words = yaml.safe_load((HERE / "readme.yml").read_text(encoding="utf-8"))
    files: dict[str, Piece] = {}
    for lang in ("en", "zh"):
        said = shown.get(lang) or next(iter(shown.values()))
        at = {"platform": contents.platform, "python": predicate["environment"]["python"]}
        install = words["install_wheels" if contents.python else "install_index"][lang].format(**at)
        if contents.built:
            names = ", ".join(sorted(contents.built))
            install += "\n\n" + words["built"][lang].format(names=names)
        text = (HERE / f"readme.{lang}.md").read_text(encoding="utf-8")
        files[f"README.{lang}.md"] = text.format(
            title=said["title"], period=said["period"], record=contents.run, archive=name,
            folder=contents.folder, kept=words[f"kept_{contents.policy}"][lang], install=install,
            warning=words[f"warning_{contents.policy}"][lang], **at,
        ).encode("utf-8")  # fmt: skip
    return {**files, "README.md": files["README.en.md"]}
