"""A run against the log: its line is there, and every report finds the head that it names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapport.errors import TamperedError
from rapport.press.proof.log_chain import START, Line, read_chain
from rapport.press.proof.log_entries import find_signer
from rapport.press.proof.seal.files import read_plain
from rapport.press.proof.strict import read_json
from rapport.press.proof.trust import Trust

LOG = "log.jsonl"


@dataclass(frozen=True)
class Logged:
    """What the log says of a run."""

    n_lines: int
    line: int
    """Which one is the run's."""
    newest: int
    """The line of the newest report at hand: what stands after it no report holds fast."""
    head: str
    """Digest of the last line: who notes it sees afterwards if lines were cut off."""
    others: Mapping[str, int]
    """Further events of its unit and period: `published`, `failed`, `abandoned`."""
    erasures: tuple[tuple[str, int, str], ...] = ()
    """Number, line and signer (empty if unknown) of each erasure that concerns the run."""


def find_log(folder: Path, predicate: Mapping[str, Any]) -> Path | None:
    """Find the log that a run's folder belongs to; None if the folder was taken elsewhere.

    Parameters
    ----------
    folder : the run's
    predicate : of its record

    Raises
    ------
    TamperedError
        The folder lies among the runs of a unit, and the log is gone.
    """
    real = folder.resolve()
    unit, period = predicate.get("unit"), predicate.get("period")
    if real.parent.name == "runs" and real.parents[1].name == unit:
        log = real.parents[2] / LOG
        if not log.is_file():
            raise TamperedError(f"{LOG}: is gone, though reports lie beside it.")
        return log
    # Where links cannot be made, the period's folder is a copy. Elsewhere a file of that name is
    # somebody else's log.
    is_copy = (real.parent.name, real.name) == (unit, period)
    beside = real.parent.parent / LOG
    return beside if is_copy and beside.is_file() else None


def check_log(log: Path, folder: Path, statement: Mapping[str, Any], trust: Trust | None) -> Logged:
    """Check the chain, the run's own line, and the heads that all reports beside it name.

    Parameters
    ----------
    log : the log's file
    folder : the run's folder
    statement : sealed in its reports
    trust : whose keys the reader accepts

    Raises
    ------
    TamperedError
        The log was edited, cut or rolled back, or does not know the run.
    """
    lines = read_chain(read_plain(log), name=log.name)
    predicate = statement["predicate"]
    place = _check_anchor(lines, predicate.get("log"), of="this report")
    _check_line(lines[place - 1], statement)
    held = [_check_anchor(lines, each, of=name) for name, each in _list_anchors(log.parent)]
    scope = (predicate["unit"], predicate["period"])
    others = Counter(
        str(line.entry.get("event"))
        for line in lines
        if (line.entry.get("unit"), line.entry.get("period")) == scope and line.number != place
    )
    erasures = tuple(_list_erasures(lines, folder, trust))
    newest = max([place, *held])
    return Logged(len(lines), place, newest, lines[-1].digest, dict(others), erasures)


def _check_anchor(lines: Sequence[Line], anchor: Any, *, of: str) -> int:
    """Give the number of the line that a report names as its own."""
    try:
        index, before = anchor["index"], anchor["before"]
    except (KeyError, TypeError) as error:
        raise TamperedError(f"{LOG}: {of} does not say where it stands in it.") from error
    if not isinstance(index, int) or not 0 < index <= len(lines):
        raise TamperedError(
            f"{LOG}: line {index!s:.20}, which {of} names as its own, is gone; it has {len(lines)}."
        )
    head = lines[index - 2].digest if index > 1 else START
    if head != before:
        raise TamperedError(f"{LOG}: before line {index} it is not the log that {of} was made in.")
    return index


def _check_line(line: Line, statement: Mapping[str, Any]) -> None:
    predicate = statement["predicate"]
    digests = {one["name"]: one["digest"]["sha256"] for one in statement["subject"]}
    told = line.entry
    same = all(told.get(name) == predicate[name] for name in ("run", "unit", "period"))
    bodies = told.get("bodies")
    held = isinstance(bodies, dict) and all(digests.get(n) == bodies[n] for n in bodies)
    if not same or not held or told.get("event") != "published":
        raise TamperedError(f"{LOG}: line {line.number} is not that of this run.")


def _list_anchors(reports: Path) -> Iterator[tuple[str, Any]]:
    """Give what every run beside the log names as its place in it."""
    for path in sorted(reports.glob("*/runs/*/manifest.json")):
        folder = path.parent
        if folder.name.startswith(".") or path.is_symlink():
            continue
        try:
            anchor = read_json(read_plain(path))["predicate"]["log"]
        except (TamperedError, KeyError, TypeError) as error:
            raise TamperedError(
                f"{folder.parents[1].name} {folder.name}: its manifest.json is damaged, so the log "
                "cannot be held against it."
            ) from error
        yield f"{folder.parents[1].name} {folder.name}", anchor


def _list_erasures(
    lines: Sequence[Line], folder: Path, trust: Trust | None
) -> Iterator[tuple[str, int, str]]:
    name = folder.resolve().name
    for line in lines:
        reports = line.entry.get("reports")
        if line.entry.get("event") == "erased" and isinstance(reports, list) and name in reports:
            signer = find_signer(line.entry, trust)
            yield str(line.entry.get("erasure")), line.number, signer or ""
