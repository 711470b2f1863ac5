"""An analyst's note made ready for page one: its slots filled with the report's own values."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from rapport.errors import ParameterError
from rapport.params.notes import Note, Piece, read_notes, trust_note
from rapport.present.formats import show, show_date
from rapport.present.labels import LANGUAGES, Language
from rapport.present.sentences import Run, Source
from rapport.present.styles import Style
from rapport.present.values import Value

Texts = Mapping[str, str]
WRITTEN = Source(kind="prose", id="note")


def check_notes(root: Path, unit: str) -> list[Note]:
    """Read a unit's notes, and look at all that can be wrong before a value is known.

    Raises
    ------
    ParameterError
        A file is no note, or a slot asks for a style that no figure has.
    """
    notes = read_notes(root, unit)
    faults = [
        f"{note.file} line {piece.line}: {piece.text} has no style of a figure ({error})."
        for note in notes
        for piece in note.pieces
        if piece.value and (error := _find_fault(piece.style))
    ]
    if faults:
        raise ParameterError("\n".join(faults))
    return notes


def _find_fault(style: str) -> str:
    try:
        Style.parse(style)
    except ValueError as error:
        return str(error)
    return ""


def fill_notes(
    described: Iterable[Mapping[str, Any]],
    values: Sequence[Mapping[str, Any]],
    *,
    languages: Sequence[str],
    words: Mapping[str, Texts],
    confidence: float,
) -> dict[str, dict[str, Any]]:
    """Give what page one says of a note in each language: the note, or that it is in another.

    Parameters
    ----------
    described : the notes of the report's period, as `Note.describe` gives them
    values : all of the report, as chapters recorded them
    words : `note_title`, `note_by`, `note_elsewhere`

    Raises
    ------
    ParameterError
        A slot names a value that the report does not have, or one that holds no figure.
    """
    notes = {note.language: note for note in map(trust_note, described)}
    if not notes:
        return {}
    known = {value["id"]: _make_value(value, confidence) for value in values}
    faults = [fault for note in notes.values() for fault in _check_slots(note, known)]
    if faults:
        raise ParameterError("\n".join(faults))
    return {
        language: _say(notes[language], known, words)
        if language in notes
        else _point_out(language, words)
        for language in LANGUAGES
        if language in languages
    }


def _check_slots(note: Note, known: Mapping[str, Value]) -> Iterable[str]:
    for piece in note.pieces:
        if piece.value is None:
            continue
        at = f"{note.file} line {piece.line}: "
        if piece.value not in known:
            near = difflib.get_close_matches(piece.value, known, n=1)
            hint = (
                f" Did you mean {near[0]}?" if near else " values.json beside a report lists all."
            )
            yield f"{at}{piece.value} is no value of this report.{hint}"
        elif known[piece.value].value is None:
            yield f"{at}{piece.value} has no figure in this period. Leave it out."


def _make_value(told: Mapping[str, Any], confidence: float) -> Value:
    """Make a value of what a chapter recorded: money is exact, days are days."""
    number = told["value"]
    if told["kind"] == "money" and number is not None:
        number = Decimal(number)
    elif told["kind"] == "date" and told["unit"] == "date" and number is not None:
        number = date.fromisoformat(number)
    ends = [Decimal(end) if isinstance(end, str) else end for end in told["interval"] or ()]
    return Value(
        told["id"], number, told["kind"], told["unit"], n=told["n"],
        interval=(ends[0], ends[1]) if ends else None, confidence=confidence,
    )  # fmt: skip


def _say(note: Note, known: Mapping[str, Value], words: Mapping[str, Texts]) -> dict[str, Any]:
    language: Language = "zh" if note.language == "zh" else "en"
    runs = [_run(piece, known, language) for piece in note.pieces]
    said = _tidy(runs, language)
    by = _sign(note, words["note_by"][language], language)
    return {"title": words["note_title"][language], "text": [*said, *by]}


def _sign(note: Note, template: str, language: Language) -> list[Run]:
    """Say who wrote it and when: a name is no prose, and its digits no figure."""
    filled = {
        "name": (note.name, Source(kind="parameter", id="note.name")),
        "day": (show_date(note.written_on, language), Source(kind="date", id="note.day")),
    }
    words = Source(kind="template", id="document.note_by")
    return [
        Run(text=text, source=source, strong=False)
        for piece in re.split(r"{(?=\w+})|(?<=\w)}", template)
        for text, source in [filled.get(piece, (piece, words))]
        if text
    ]


def _run(piece: Piece, known: Mapping[str, Value], language: Language) -> Run:
    if piece.value is None:
        return Run(text=piece.text, source=WRITTEN, strong=False)
    value = known[piece.value]
    text = show(value, language, style=piece.style)
    return Run(text=text, source=Source(kind=value.source_kind, id=value.id), strong=False)


def _tidy(runs: Sequence[Run], language: Language) -> list[Run]:
    """Let lines run on: a blank between English ones, nothing between Chinese ones."""
    joint = " " if language == "en" else ""
    kept = [Run({**run, "text": joint if run["text"] == "\n" else run["text"]}) for run in runs]
    joined: list[Run] = []
    for run in kept:
        last = joined[-1] if joined else None
        if last is not None and last["source"] == run["source"] == WRITTEN:
            joined[-1] = Run({**last, "text": last["text"] + run["text"]})
        elif run["text"]:
            joined.append(run)
    tidied = [
        Run({**run, "text": _squeeze(run["text"])}) if run["source"] == WRITTEN else run
        for run in joined
    ]
    if tidied and tidied[0]["source"] == WRITTEN:
        tidied[0] = Run({**tidied[0], "text": tidied[0]["text"].lstrip()})
    if tidied and tidied[-1]["source"] == WRITTEN:
        tidied[-1] = Run({**tidied[-1], "text": tidied[-1]["text"].rstrip()})
    return [run for run in tidied if run["text"]]


def _squeeze(text: str) -> str:
    first, last = text[:1].isspace(), text[-1:].isspace()
    inner = " ".join(text.split())
    if not inner:
        return " " if text else ""
    return f"{' ' * first}{inner}{' ' * last}"


def _point_out(language: str, words: Mapping[str, Texts]) -> dict[str, Any]:
    """Say in one line that the note is in the other language: nobody's words are translated."""
    source = Source(kind="template", id="document.note_elsewhere")
    text = words["note_elsewhere"][language]
    return {
        "title": words["note_title"][language],
        "text": [Run(text=text, source=source, strong=False)],
    }
