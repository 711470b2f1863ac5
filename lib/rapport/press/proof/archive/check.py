"""Is what an archive holds what the sealed record names? Looked at before anything is used.

Everything here reads; nothing of the archive is imported, installed or executed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rapport.errors import TamperedError
from rapport.press.canonical import INJECTED, join_text, tags_of
from rapport.press.proof.archive.contents import Contents
from rapport.press.proof.archive.locked import find_strangers, read_pins
from rapport.press.proof.archive.names import LOCK, PACKAGE, PINNED, SDISTS, WHEELS
from rapport.press.proof.packed import spell_out
from rapport.press.proof.program import APART, digest_program
from rapport.press.proof.slot import restore_body
from rapport.press.proof.strict import read_json

CheckSeal = Callable[[bytes], Mapping[str, Any]]
"""Gives the statement of a sealed file, or raises."""
Read = Callable[[str], bytes]
"""Gives the content of a listed file; that its digest is the listed one is known."""
OBJECTS, CHAPTERS = "data/store/objects/", "notebooks/"
LOG, MANIFEST = "reports/log.jsonl", "manifest.json"
NAMED = 5  # faults that a message spells out
START = "0" * 64


@dataclass(frozen=True)
class Checked:
    """What the check of an archive found.

    `recorded` are files that the sealed record names by their digest or that say no other than it
    says, `locked` files of packages that the lock names (which the record names), `unsealed` those
    that only the archive's own list names.
    """

    statement: Mapping[str, Any]
    recorded: tuple[str, ...]
    locked: tuple[str, ...]
    unsealed: tuple[str, ...]
    faults: tuple[str, ...]
    """What is not as the record says, a clause each."""
    has_program: bool = False
    """Whether the program is in every file the recorded one, its command line too. A report that
    needed no printing keeps the record of an earlier one, so it may rightly be another."""

    def spell_faults(self) -> str:
        """Name the first faults and count the others."""
        more = len(self.faults) - NAMED
        return "; ".join(self.faults[:NAMED]) + (f"; and {more} more" if more > 0 else "")


@dataclass(frozen=True)
class Held:
    """An archive's files, their list, and the record that is in them."""

    read: Read
    contents: Contents
    statement: Mapping[str, Any]
    predicate: Mapping[str, Any]

    @property
    def files(self) -> Mapping[str, str]:
        """Name: SHA-256."""
        return self.contents.files


def check_archive(read: Read, contents: Contents, check_seal: CheckSeal) -> Checked:
    """Compare every file of an archive with the sealed record that is in it.

    Parameters
    ----------
    read : see `Read`
    contents : the list of the archive
    check_seal : see `CheckSeal`

    Raises
    ------
    TamperedError
        It holds no sealed record, or more than one.
    """
    try:
        held = _open_record(read, contents, check_seal)
        claims = _list_claims(held)
        recorded = {name for name in contents.files if name in claims}
        faults = [
            *_differing(held, claims), *_absent(held, claims), *_strange(held, recorded),
            *_unlike(held), *_foreign(held),
        ]  # fmt: skip
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise TamperedError("archive: its record is not a run's. Ask for the original.") from error
    recorded |= {name for name in contents.files if _repeats(name, contents)}
    has_program = _is_program(held)
    recorded |= set(_list_program(contents)) if has_program else set()
    locked = {name for name in contents.files if name.startswith((WHEELS, SDISTS))}
    unsealed = set(contents.files) - recorded - locked
    return Checked(
        statement=held.statement,
        recorded=tuple(sorted(recorded)),
        locked=tuple(sorted(locked)),
        unsealed=tuple(sorted(unsealed)),
        faults=tuple(faults),
        has_program=has_program,
    )


def _open_record(read: Read, contents: Contents, check_seal: CheckSeal) -> Held:
    """Check the seal of every report of the run; all must carry one statement."""
    names = [name for name in contents.files if _is_report(name, contents)]
    statements = [check_seal(read(name)) for name in sorted(names)]
    if not statements or any(other != statements[0] for other in statements):
        raise TamperedError(
            "archive: its reports do not carry one and the same record. Nothing was put back; ask "
            "for the original."
        )
    predicate, _ = spell_out(statements[0])
    found = tuple(predicate.get(name) for name in ("unit", "period", "run"))
    if found != (contents.unit, contents.period, contents.run):
        raise TamperedError("archive: its list names another run than its reports do.")
    return Held(read, contents, statements[0], predicate)


def _is_report(name: str, contents: Contents) -> bool:
    rest = name.removeprefix(contents.folder)
    return rest != name and rest.startswith("report.") and rest.endswith((".html", ".pdf"))


def _list_claims(held: Held) -> dict[str, str]:
    """Give every file that the record names, with the digest that the list must give."""
    folder, claims = held.contents.folder, {}
    for subject in held.statement["subject"]:
        name, digest = subject["name"], subject["digest"]["sha256"]
        if _is_report(folder + name, held.contents) and folder + name in held.files:
            # A sealed file is known by its body: the envelope was filled in afterwards.
            body = hashlib.sha256(restore_body(held.read(folder + name))).hexdigest()
            digest = held.files[folder + name] if body == digest else digest
        claims[folder + name] = digest
        if name.startswith(CHAPTERS):
            claims[_object(digest)] = digest
    modules = held.predicate["code"]["modules"].items()
    claims |= {PACKAGE + path: digest for path, digest in modules}
    for table in held.predicate["tables"].values():
        claims[_object(table["sha256"])] = table["sha256"]
    lock = held.predicate["environment"]["lock"]
    return claims | ({} if lock is None else {LOCK: lock})


def _list_program(contents: Contents) -> dict[str, str]:
    """Give the files of the program but its assets, as the record's one digest of it does."""
    inside = {n: d for n, d in contents.files.items() if n.startswith(PACKAGE)}
    return {n: d for n, d in inside.items() if not n.startswith(PACKAGE + APART)}


def _is_program(held: Held) -> bool:
    files = {n.removeprefix(PACKAGE): d for n, d in _list_program(held.contents).items()}
    return bool(held.predicate["code"].get("package") == digest_program(files))


def _object(digest: str) -> str:
    return f"{OBJECTS}{digest[:2]}/{digest}"


def _differing(held: Held, claims: Mapping[str, str]) -> Iterator[str]:
    for name, digest in held.files.items():
        if claims.get(name, digest) != digest:
            yield f"{name} differs"


def _absent(held: Held, claims: Mapping[str, str]) -> Iterator[str]:
    """Find what is neither there nor left out by the policy; tables may have been left out."""
    left_out = {
        held.contents.folder + name
        for name in held.contents.left_out
        if name.startswith("lists/") and held.contents.policy == "aggregates"
    }
    for name in claims:
        if name not in held.files and not name.startswith(OBJECTS) and name not in left_out:
            yield f"{name} is missing"


def _strange(held: Held, recorded: set[str]) -> Iterator[str]:
    """Find files where the record names every file that may stand there, and not these."""
    places = ("reports/", OBJECTS, CHAPTERS)
    for name in held.files:
        is_known = name in recorded or _repeats(name, held.contents)
        if name.startswith(places) and not is_known:
            yield f"{name} is not of this run"


def _repeats(name: str, contents: Contents) -> bool:
    """Say whether a file repeats what the record says and is compared with it by content."""
    is_chapter = name.startswith(CHAPTERS) and contents.folder + name in contents.files
    return is_chapter or name in (contents.folder + MANIFEST, LOG)


def _unlike(held: Held) -> Iterator[str]:
    """Find what repeats the record in other words: manifest, log, chapters."""
    manifest = held.contents.folder + MANIFEST
    if read_json(held.read(manifest)) != {**held.statement, "predicate": held.predicate}:
        yield f"{manifest} differs"
    if not _is_log(held):
        yield f"{LOG} does not lead to this run"
    for name in held.files:
        executed = held.contents.folder + name
        is_chapter = name.startswith(CHAPTERS) and executed in held.files
        if is_chapter and _cells(held.read(name)) != _cells(held.read(executed)):
            yield f"{name} differs"


def _is_log(held: Held) -> bool:
    """Follow the chain of the log to the line of this run, which is the last one."""
    place, head, last = held.predicate["log"], START, {}
    lines = held.read(LOG).splitlines()
    for line in lines:
        last = read_json(line)
        if last["before"] != head:
            return False
        head = hashlib.sha256(line).hexdigest()
    found = (len(lines), last.get("before"), last.get("run"))
    return found == (place["index"], place["before"], held.contents.run)


def _cells(notebook: bytes) -> list[tuple[str, str]]:
    cells = [cell for cell in read_json(notebook)["cells"] if INJECTED not in tags_of(cell)]
    return [(cell["cell_type"], join_text(cell["source"])) for cell in cells]


def _foreign(held: Held) -> Iterator[str]:
    """Find files of packages that the lock does not name, and pins that are not of these files."""
    files = {
        name.partition("/")[2]: digest
        for name, digest in held.files.items()
        if name.startswith((WHEELS, SDISTS)) and name != PINNED
    }
    if PINNED not in held.files:
        yield from (f"{name} is there without {PINNED}" for name in files)
        return
    pins = read_pins(held.read(LOCK).decode("utf-8"))
    for name in find_strangers(files, pins, held.contents.built):
        yield f"{name} is not of the lock"
    wheels = {digest for name, digest in files.items() if name.endswith(".whl")}
    versions = {(pin.name, pin.version) for pin in pins}
    for pin in read_pins(held.read(PINNED).decode("utf-8")):
        if (pin.name, pin.version) not in versions or not pin.hashes <= wheels:
            yield f"{PINNED} asks for another {pin.name}"
