"""A report that may be handed on: published, approved, not erased, and the file that was sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapport.errors import DeliveryError, ParameterError, TamperedError
from rapport.press.index.runs import MANIFEST, MARK, clean, rank_folder
from rapport.press.proof.packed import sha256
from rapport.press.proof.page_one import PAGE_ONE
from rapport.press.proof.seal.check import Seal, check
from rapport.press.proof.trust import Trust

SEALED = (".html", ".pdf")


@dataclass(frozen=True)
class Ready:
    """What is handed on: page one as data, and the sealed files by name."""

    unit: str
    period: str
    run: str
    pages: Mapping[str, Mapping[str, Any]]
    """Language -> page one, as `press.proof.page_one` spells it."""
    files: Mapping[str, bytes]
    """`report.en.pdf` and the like, each checked against its own record."""

    def language(self, asked: str | None, default: str) -> str:
        """Choose the language for somebody: as asked, else the unit's, else what there is."""
        for language in (asked, default):
            if language in self.pages:
                return str(language)
        return next(iter(self.pages))


def find_period(reports: Path, unit: str, asked: str | None) -> str:
    """Give the period to deliver: as asked, else the newest that has a report.

    Raises
    ------
    ParameterError
        There is no such report.
    """
    folder = reports / unit
    found = [path.name for path in folder.glob("*") if (path / MANIFEST).is_file()]
    if asked is None and found:
        return max((folder / name for name in found), key=rank_folder).name
    if asked not in found or asked is None:
        raise ParameterError(
            f"unit {unit}: there is no such report. Make one with `rapport run {unit}`."
        )
    return asked


def open_report(reports: Path, unit: str, period: str, trust: Trust | None) -> Ready:
    """Read a report and check that it may be handed on.

    Raises
    ------
    DeliveryError
        It is a draft, data of it were erased, nobody whom the trust file names signed it, or it
        has no page one as data.
    TamperedError
        A file of it is not the one that was sealed.
    """
    folder = (reports / unit / period).resolve()
    name = f"{unit} {period}"
    if (folder / MARK).is_file():
        raise DeliveryError(f"{name}: data of it were erased since. Make the report again.")
    # A picture for telephones carries no seal of its own and is not sent.
    paths = [path for path in sorted(folder.glob("report.*")) if path.suffix in SEALED]
    files = {path.name: path.read_bytes() for path in paths}
    if not files:
        raise DeliveryError(f"{name}: has no file to send. Run it with --format html,pdf.")
    seals = {file: _check(content, file, name, trust) for file, content in files.items()}
    for seal in seals.values():
        _check_state(seal, name, trust)
    first = next(iter(seals.values())).statement
    if any(seal.statement != first for seal in seals.values()):
        raise TamperedError(f"{name}: its files are of different runs. Make the report again.")
    pages = _read_page_one(folder, next(iter(seals.values())), name)
    return Ready(unit, period, str(first["predicate"]["run"]), pages, files)


def _check(content: bytes, file: str, name: str, trust: Trust | None) -> Seal:
    try:
        seal = check(content, trust)
    except TamperedError as error:
        raise TamperedError(f"{name}, {file}: {error}") from error
    predicate = seal.statement["predicate"]
    if seal.name != file or (f"{predicate['unit']} {predicate['period']}") != name:
        raise TamperedError(f"{name}, {file}: is the file of another report. Make it again.")
    return seal


def _check_state(seal: Seal, name: str, trust: Trust | None) -> None:
    if seal.is_draft:
        raise DeliveryError(f"{name}: is a draft. Read and approve it: `rapport approve`.")
    if trust is not None and seal.verdict != "sealed":
        raise DeliveryError(
            f"{name}: is not signed by anybody whom the trust file of its delivery names. "
            "Sign it, or mend the trust file."
        )


def _read_page_one(folder: Path, seal: Seal, name: str) -> dict[str, Mapping[str, Any]]:
    sealed = {each["name"]: each["digest"]["sha256"] for each in seal.statement["subject"]}
    if PAGE_ONE not in sealed:
        raise DeliveryError(f"{name}: was made before page one was kept as data. Make it again.")
    content = (folder / PAGE_ONE).read_bytes() if (folder / PAGE_ONE).is_file() else b""
    if sha256(content) != sealed[PAGE_ONE]:
        raise TamperedError(f"{name}, {PAGE_ONE}: is not the file that was sealed. Make it again.")
    pages: dict[str, Mapping[str, Any]] = json.loads(content)["pages"]
    return {language: plain(page) for language, page in pages.items()}


def plain(content: Any) -> Any:
    """Take out of every text what no reader sees: line ends, signs that turn or hide text.

    A header of a mail ends with its line, so a title that holds one must not reach it.
    """
    if isinstance(content, str):
        return clean(content)
    if isinstance(content, Mapping):
        return {key: plain(each) for key, each in content.items() if key != "sparkline"}
    return [plain(each) for each in content] if isinstance(content, list) else content
