"""An analyst's note on a report: `params/notes/<unit>/<period>.<language>.md`.

Front matter holds who wrote it and when; the rest is plain text in which a figure is the slot of a
named value, `{summary.net}` or `{summary.net:headline}`. A digit typed by hand is refused, because
nothing would hold it against the report. Nothing in it is markup: what looks like a tag or a
command is printed as it stands.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rapport.errors import ParameterError

MOST_WORDS, MOST_CHARACTERS = 80, 160
SLOT_CHARACTERS = 4
"""What a slot counts in a Chinese note, whose figures are not known when it is read."""
MOST_OF_NAME = 60
_FILE = re.compile(
    r"(?P<period>(?:FY)?\d{4}(?:-(?:\d{2}|[PW]\d{2}|Q[1-4]))?|all)\.(?P<language>en|zh)\.md"
)
_SLOT = re.compile(r"\{(?P<value>[a-z0-9_]+(?:\.[a-z0-9_]+)+)(?::(?P<style>[a-z ]+))?\}")
_FIELD = re.compile(r"(?P<name>\w+):\s*(?P<text>.*)")
_NUMBERS = {"Nd", "Nl", "No"}
# Controls, and marks that turn the direction of text: they would change what is read beside them.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}


@dataclass(frozen=True)
class Piece:
    """A stretch of a note: words, or the slot of a named value, with the line it stands on."""

    text: str
    line: int
    value: str | None = None
    style: str = "plain"


@dataclass(frozen=True)
class Note:
    """One note in one language; `digest` is of its file."""

    file: str
    period: str
    language: str
    name: str
    written_on: date
    pieces: tuple[Piece, ...]
    digest: str

    def describe(self) -> dict[str, Any]:
        """Give it as JSON values, for the task that prints the report."""
        return {**asdict(self), "written_on": self.written_on.isoformat()}


def trust_note(described: Mapping[str, Any]) -> Note:
    """Take over a note that was read and checked before."""
    pieces = tuple(Piece(**piece) for piece in described["pieces"])
    written_on = date.fromisoformat(described["written_on"])
    return Note(**{**described, "pieces": pieces, "written_on": written_on})


def read_notes(root: Path, unit: str) -> list[Note]:
    """Read every note of a unit, by period and language.

    Raises
    ------
    ParameterError
        Files that are no notes: every fault of each, with file and line.
    """
    folder = root / "params" / "notes" / unit
    found, faults = [], []
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        try:
            found.append(_read(path, f"params/notes/{unit}/{path.name}"))
        except ParameterError as error:
            faults.append(str(error))
    if faults:
        raise ParameterError("\n".join(faults))
    return found


def _read(path: Path, file: str) -> Note:
    named = _FILE.fullmatch(path.name)
    if named is None:
        raise ParameterError(f"{file}: is no note's name. Call it PERIOD.en.md or PERIOD.zh.md.")
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise ParameterError(f"{file}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise ParameterError(f"{file}: is not UTF-8 text. Save it as UTF-8.") from error
    fields, body = _part(text.splitlines(), file)
    pieces = tuple(_cut(body))
    faults = [
        *_check_fields(fields, file),
        *(f"{file} line {line}: {fault}" for line, fault in _check_body(body)),
        *_check_length(pieces, named["language"], file),
    ]
    if faults:
        raise ParameterError("\n".join(faults))
    name, written_on = fields["name"][1], date.fromisoformat(fields["date"][1])
    digest = hashlib.sha256(content).hexdigest()
    return Note(file, named["period"], named["language"], name, written_on, pieces, digest)


Lines = Sequence[tuple[int, str]]
Fields = Mapping[str, tuple[int, str]]


def _part(lines: Sequence[str], file: str) -> tuple[Fields, Lines]:
    """Part the front matter from the text, lines counted from 1."""
    numbered = list(enumerate(lines, 1))
    ends = [at for at, line in numbered if line.rstrip() == "---"]
    if len(ends) < 2 or ends[0] != 1:
        raise ParameterError(
            f"{file} line 1: no front matter. Begin with ---, name: and date:, a line each, "
            "then ---."
        )
    fields: dict[str, tuple[int, str]] = {}
    for at, line in numbered[1 : ends[1] - 1]:
        given = _FIELD.fullmatch(line.strip())
        if given is None or given["name"] not in ("name", "date") or given["name"] in fields:
            raise ParameterError(f"{file} line {at}: only name: and date: stand here, once each.")
        fields[given["name"]] = (at, given["text"].strip().strip("\"'"))
    return fields, numbered[ends[1] :]


def _check_fields(fields: Fields, file: str) -> Iterator[str]:
    yield from (
        f"{file} line 1: {name} is missing." for name in ("name", "date") if name not in fields
    )
    at, name = fields.get("name", (1, "-"))
    if not 0 < len(name) <= MOST_OF_NAME or _find(name, _UNSEEN):
        yield f"{file} line {at}: name must be 1 to {MOST_OF_NAME} characters that can be seen."
    at, day = fields.get("date", (1, "2000-01-01"))
    try:
        date.fromisoformat(day)
    except ValueError:
        yield f"{file} line {at}: date must be a day such as 2026-07-03."


def _check_body(body: Lines) -> Iterator[tuple[int, str]]:
    if not any(line.strip() for _, line in body):
        yield 1, "the note says nothing. Write it, or remove the file."
    for at, line in body:
        plain = _SLOT.sub("", line)
        if "{" in plain or "}" in plain:
            yield at, "a brace that is no slot. Write {chapter.measure} or {chapter.measure:style}."
        elif digits := _find(plain, _NUMBERS):
            yield (
                at,
                (
                    f"{digits!r} is typed by hand. Name the value instead, such as "
                    "{summary.net}; values.json beside a report lists them."
                ),
            )
        if unseen := _find(line.replace("\t", " "), _UNSEEN):
            yield at, f"a character that cannot be seen (U+{ord(unseen[0]):04X}). Remove it."


def _find(text: str, categories: Iterable[str]) -> str:
    """Give the first characters of some categories, as many as stand together."""
    kinds = set(categories)
    for at, letter in enumerate(text):
        if unicodedata.category(letter) in kinds:
            rest = text[at:]
            n = next(
                (n for n, c in enumerate(rest) if unicodedata.category(c) not in kinds), len(rest)
            )
            return rest[:n]
    return ""


def _cut(body: Lines) -> Iterator[Piece]:
    """Cut the text into words and slots; lines run on."""
    for at, line in body:
        position = 0
        for slot in _SLOT.finditer(line):
            yield Piece(line[position : slot.start()], at)
            yield Piece(slot[0], at, slot["value"], slot["style"] or "plain")
            position = slot.end()
        yield Piece(line[position:], at)
        yield Piece("\n", at)


def _check_length(pieces: Sequence[Piece], language: str, file: str) -> Iterator[str]:
    n, most = count_length(pieces, language), MOST_WORDS
    unit = "words"
    if language == "zh":
        most, unit = MOST_CHARACTERS, "characters"
    if n > most:
        yield f"{file}: {n} {unit}, of which page one takes {most}. Cut it."


def count_length(pieces: Sequence[Piece], language: str) -> int:
    """Count the words of a note, or in Chinese its characters without blanks.

    Examples
    --------
    >>> count_length([Piece("Sales rose to ", 1), Piece("{a.b}", 1, "a.b"), Piece(".", 1)], "en")
    4
    """
    if language == "zh":
        return sum(
            SLOT_CHARACTERS if piece.value else len("".join(piece.text.split())) for piece in pieces
        )
    text = "".join("x" if piece.value else piece.text for piece in pieces)
    return sum(any(letter.isalpha() for letter in word) for word in text.split())
