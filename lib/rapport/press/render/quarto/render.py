"""One call of Quarto in a folder of its own, and what must hold of what it made."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from rapport.assets.files import asset_path
from rapport.errors import RapportError
from rapport.press.render.quarto.copy import make_copy
from rapport.press.render.quarto.find import Quarto
from rapport.press.render.tree import Document

FORMS = {"html": ("html", ".html"), "pdf": ("typst", ".pdf")}
"""Our name of a form: Quarto's, and the ending that it gives."""
SECONDS = 300.0  # a report of ten chapters takes ten
SOURCE = "report.ipynb"
# Nothing of ours or of a session's goes on: no key, no proxy, no profile.
HANDED_ON = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TEMP", "TMP")
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_OUTSIDE = re.compile(rb"(?:src|href)\s*=\s*[\"']\s*(?:https?:)?//", re.IGNORECASE)
_WARNINGS = re.compile(
    r"^.*\bWARN(?:ING)?\b.*(?:crossref|cross-ref|fetch|unable to resolve|could not).*$",
    re.IGNORECASE | re.MULTILINE,
)


def list_arguments(program: str, form: str) -> list[str]:
    """Give the words of the call; the input stands first, as Quarto wants it.

    Never `--quiet` (a failure then says nothing), `-P`, `--output-dir` or `--cache`.

    Examples
    --------
    >>> " ".join(list_arguments("quarto", "pdf"))
    'quarto render report.ipynb --to typst --no-execute'
    """
    kind, _ = FORMS[form]
    words = [program, "render", SOURCE, "--to", kind, "--no-execute"]
    return [*words, "-M", "embed-resources:true"] if form == "html" else words


def render_quarto(
    document: Document, form: str, quarto: Quarto, *, day: date, seconds: float = SECONDS
) -> bytes:
    """Render one language of a report by Quarto.

    Parameters
    ----------
    document : the tree that our own renderers get
    form : html or pdf
    day : the report's date, the only one that the output may carry
    seconds : after which Quarto and all that it started are ended

    Raises
    ------
    RapportError
        Quarto fails, takes too long, makes no file, or one that leads outside; the message holds
        what Quarto said.
    """
    with tempfile.TemporaryDirectory(prefix="rapport-quarto-") as name:
        folder = Path(name)
        (folder / SOURCE).write_bytes(make_copy(document))
        said = _call(
            list_arguments(quarto.program, form), folder, _environment(folder, day), seconds
        )
        made = (folder / SOURCE).with_suffix(FORMS[form][1])
        if not made.is_file():
            raise _failure("made no file", said)
        return _check(made.read_bytes(), form, said)


def _environment(folder: Path, day: date) -> dict[str, str]:
    kept = {name: os.environ[name] for name in HANDED_ON if name in os.environ}
    moment = int(datetime.combine(day, time(), UTC).timestamp())
    return kept | {
        "HOME": str(folder),
        "SOURCE_DATE_EPOCH": str(max(moment, 0)),
        "TYPST_FONT_PATHS": str(asset_path("fonts")),
    }


def _call(words: list[str], folder: Path, environment: Mapping[str, str], seconds: float) -> str:
    options: dict[str, Any] = {"start_new_session": True} if os.name == "posix" else {}
    try:
        process = subprocess.Popen(  # noqa: S603 - the program that was found, words of our own
            words, cwd=folder, env=dict(environment), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options,
        )  # fmt: skip
    except OSError as error:
        raise _failure(f"cannot be started ({error.strerror})", "") from error
    try:
        output, _ = process.communicate(timeout=seconds)
    except BaseException as error:
        _end(process)
        if isinstance(error, subprocess.TimeoutExpired):
            raise _failure(f"was ended after {seconds:g} seconds", "") from error
        raise
    said = _COLOURS.sub("", output.decode("utf-8", errors="replace"))
    if process.returncode != 0:
        raise _failure(f"ended with {process.returncode}", said)
    return said


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process with all that it started, and wait for it."""
    with contextlib.suppress(ProcessLookupError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.communicate()


def _check(content: bytes, form: str, said: str) -> bytes:
    warned = _WARNINGS.search(said)
    if warned:
        raise _failure("left something out", warned[0])
    if form == "html" and _OUTSIDE.search(content):
        raise _failure("made a page that loads from elsewhere", said)
    if form == "pdf" and not content.startswith(b"%PDF-"):
        raise _failure("made no PDF", said)
    return content


def _failure(what: str, said: str) -> RapportError:
    lines = said.strip().splitlines()[-10:] or ["It said nothing."]
    return RapportError("quarto: " + what + ". " + "\n".join(lines))
