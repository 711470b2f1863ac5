"""The command line: wires the rooms together and decides nothing."""

from rapport.cli.main import main

__all__ = ["main"]
