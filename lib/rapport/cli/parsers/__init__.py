"""The words of every command; what a command does is imported when it is run."""

from __future__ import annotations

import argparse

from rapport.cli.parsers.around import add_around
from rapport.cli.parsers.data import add_data
from rapport.cli.parsers.persons import add_persons
from rapport.cli.parsers.records import add_records
from rapport.cli.parsers.run import add_run
from rapport.cli.parsers.sealing import add_sealing


def build_parser() -> argparse.ArgumentParser:
    """Describe every command."""
    parser = argparse.ArgumentParser(
        prog="rapport",
        description="Customer-analytics reports from parameterised notebooks.",
        epilog="Exit codes: 0 done; 1 a chapter failed; 2 usage or parameters; 3 input breaks "
        "its contract; 4 a report would disclose a person; 5 numbers differ; 6 a report cannot be "
        "verified; 7 it was tampered with; 8 a report was not delivered; 130 interrupted; 143 "
        "ended by a signal.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_run(commands)
    add_data(commands)
    add_persons(commands)
    add_records(commands)
    add_sealing(commands)
    add_around(commands)
    return parser
