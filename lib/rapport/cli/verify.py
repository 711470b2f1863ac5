"""`rapport verify`: the seal's verdict at once, and on request every number computed again."""

from __future__ import annotations

import argparse
import importlib
import os
import sys

from rapport.press.proof.seal.answer import Answer, answer, find_trust, spell


def verify(arguments: argparse.Namespace) -> int:
    """Give the seal's verdict on a report or a run's folder, and its exit code.

    With `--rerun` the answer is handed on to `cli.rerun.command:rerun(arguments, answer)`, which
    refuses to run anything unless the verdict is `sealed`.

    Raises
    ------
    ParameterError
        The report or the trust file cannot be read.
    UnverifiableError
        The file is larger than any report.
    """
    found = answer(arguments.report, find_trust(arguments.trust, os.environ))
    if getattr(arguments, "rerun", False):
        return _rerun(arguments, found)
    sys.stdout.write(spell(found, as_json=arguments.json))
    return found.exit_code


def _rerun(arguments: argparse.Namespace, found: Answer) -> int:
    # What runs chapters is imported by who asks for it alone.
    code: int = importlib.import_module("rapport.cli.rerun.command").rerun(arguments, found)
    return code
