"""The seal's verdict on what a reader names: a report or a run's folder. The kit runs this, too."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapport.errors import RapportError, TamperedError
from rapport.press.proof.seal.check import EXITS, check
from rapport.press.proof.seal.files import read_plain, read_trust
from rapport.press.proof.seal.folder import Checked, check_folder
from rapport.press.proof.seal.words import describe, describe_tampered, tell, tell_tampered
from rapport.press.proof.trust import TRUST_VARIABLE, Trust

MARKED = Path("params") / "_defaults.yml"


@dataclass(frozen=True)
class Answer:
    """The verdict, for whoever goes on from it, for people and for programs."""

    checked: Checked | None
    """None where the report is not what was sealed."""
    exit_code: int
    text: str
    described: Mapping[str, Any]


def answer(report: Path, trust_file: Path | None) -> Answer:
    """Give the seal's verdict on a report or a run's folder.

    Parameters
    ----------
    report : an HTML or PDF file, or a run's folder
    trust_file : the reader's own; None if there is none

    Raises
    ------
    ParameterError
        One of the two cannot be read, or holds no report.
    UnverifiableError
        The file is larger than any report.
    """
    trust = read_trust(trust_file) if trust_file is not None else None
    notes = [*(trust.notes if trust else ()), *_warn(report, trust_file)]
    what = report.name or str(report)
    try:
        checked = _check(report, trust)
    except TamperedError as error:
        described = describe_tampered(str(error), what)
        return Answer(None, EXITS["tampered"], tell_tampered(str(error), what), described)
    text = tell(checked, what) + "".join(f"Note: {note}.\n" for note in notes)
    described = describe(checked, what) | {"notes": notes}
    return Answer(checked, checked.seal.exit_code, text, described)


def find_trust(named: Path | None, env: Mapping[str, str]) -> Path | None:
    """Give the trust file that was named, by flag or by RAPPORT_TRUST."""
    if named is not None:
        return named
    return Path(env[TRUST_VARIABLE]) if env.get(TRUST_VARIABLE) else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the kit's command and give its exit code."""
    parser = argparse.ArgumentParser(
        prog="rapport-verify",
        description="The seal's verdict on a report: whose it is, and that it is whole. It does "
        "not compute any number again. Take this program from somebody you trust, never from "
        "where the report came.",
        epilog="Exit codes: 0 sealed and signed by a key that you trust; 2 usage; 6 not signed, or "
        "no trust file given; 7 changed, or signed by a key that you do not trust.",
    )
    add_arguments(parser)
    parsed = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        found = answer(parsed.report, find_trust(parsed.trust, os.environ))
    except RapportError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stdout.write(spell(found, as_json=parsed.json))
    return found.exit_code


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what both commands take."""
    parser.add_argument(
        "report", type=Path, metavar="REPORT", help="an HTML or PDF report, or a run's folder"
    )
    parser.add_argument(
        "--trust", type=Path, metavar="FILE",
        help=f"whose keys you trust, as OpenSSH's allowed_signers; default: {TRUST_VARIABLE}",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="one JSON object")


def spell(found: Answer, *, as_json: bool) -> str:
    """Give what is printed."""
    return json.dumps(found.described, ensure_ascii=False) + "\n" if as_json else found.text


def _check(report: Path, trust: Trust | None) -> Checked:
    if report.is_dir():
        return check_folder(report, trust)
    return Checked(check(read_plain(report), trust))


def _resolve(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # links in a circle, which reading the file will say
        return path.absolute()


def _warn(report: Path, trust_file: Path | None) -> list[str]:
    """Say so if the trust file lies where whoever wrote the report can write."""
    real = _resolve(report)
    root = next((place for place in real.parents if (place / MARKED).is_file()), None)
    inside = [place for place in (root, real.parent) if place is not None]
    if trust_file is None or not any(place in _resolve(trust_file).parents for place in inside):
        return []
    return ["the trust file lies beside the report, where whoever changed one could change both"]
