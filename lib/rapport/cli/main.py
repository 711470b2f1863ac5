"""Commands, their flags and their exit codes. Heavy libraries are imported inside commands."""

from __future__ import annotations

import importlib
import json
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rapport.cli.parsers import build_parser
from rapport.errors import NO_ROOM, RapportError, tell_no_room

INTERRUPTED = 130
TERMINATED = 143


class Terminated(KeyboardInterrupt):
    """A scheduler asked the command to end: everything is put in order as after an interrupt."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code; a `RapportError` is one message, no traceback."""
    _speak_utf8()
    parsed = build_parser().parse_args(arguments)
    module, function = parsed.command
    as_json: bool = getattr(parsed, "json", False)
    try:
        with _ending_on_sigterm():
            command = getattr(importlib.import_module(f"rapport.cli.{module}"), function)
            code: int = command(parsed)
    except RapportError as error:
        described = {"kind": "error", "class": type(error).__name__, "message": str(error)}
        return _end(error.exit_code, str(error), described, as_json=as_json)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        where = error.filename or "the project, or the folder for temporary files (TMPDIR)"
        message = tell_no_room(str(error.strerror), where)
        return _end(1, message, {"kind": "error", "message": message}, as_json=as_json)
    except KeyboardInterrupt as error:
        is_ended = isinstance(error, Terminated)
        word, code = ("terminated", TERMINATED) if is_ended else ("interrupted", INTERRUPTED)
        return _end(code, f"{word}; what was finished is kept", {"kind": word}, as_json=as_json)
    return code


def _end(code: int, message: str, described: dict[str, Any], *, as_json: bool) -> int:
    described = {**described, "exit_code": code}
    text = json.dumps(described, ensure_ascii=False) if as_json else message
    print(text, file=sys.stderr)  # noqa: T201 - this is the command line
    return code


@contextmanager
def _ending_on_sigterm() -> Iterator[None]:
    """Make of the signal that schedulers send an interrupt of the main thread, once."""

    def end(*_: object) -> None:
        # A scheduler may send it again, which must not cut the putting in order short.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise Terminated

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _speak_utf8() -> None:
    # A console of another encoding must not turn a Chinese title into a traceback.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
