"""What the words of several commands share."""

from __future__ import annotations

import argparse
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
RUN = "a run's folder or number, or unit/period"
REPORT = f"report file, {RUN}"


def add_json(command: argparse.ArgumentParser) -> None:
    """Let a command answer machines."""
    command.add_argument("--json", action="store_true", help="one JSON object")


def positive(text: str) -> int:
    """Read a whole number from 1."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


positive.__name__ = "whole number from 1"  # what argparse calls it
