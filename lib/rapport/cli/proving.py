"""The words of the commands that keep reports for those who check them; see `main`."""

from __future__ import annotations

import argparse
from pathlib import Path

Commands = argparse._SubParsersAction


def add_trace(commands: Commands[argparse.ArgumentParser]) -> None:
    """Describe `rapport trace`."""
    trace = commands.add_parser(
        "trace",
        help="follow a number of a report to its sentence, cell, definition, tables and sources",
        description="Reads the sealed record and the executed notebooks; nothing is run. Exit "
        "code 2 if several values are meant, 7 if the report is not what was sealed.",
    )
    trace.set_defaults(command=("trace", "run"))
    trace.add_argument(
        "report", metavar="REPORT", help="report file, a run's folder or number, unit/period"
    )
    trace.add_argument("value", metavar="VALUE", help="its id, or the characters shown")
    trace.add_argument("--json", action="store_true", help="one JSON object")


def add_kept(commands: Commands[argparse.ArgumentParser]) -> None:
    """Describe the commands that write a run for others."""
    _add_archive(commands)
    _add_export_crate(commands)


def _add_archive(commands: Commands[argparse.ArgumentParser]) -> None:
    archive = commands.add_parser(
        "archive",
        help="keep all that a run was made of in one file, or put such a file back",
        description="Writes report, record, tables, code, lock and wheels as one file, which puts "
        "itself back with Python alone. With --restore the file is checked and put back.",
    )
    archive.set_defaults(command=("archive", "archive"))
    archive.add_argument(
        "run",
        metavar="RUN",
        help="report file, a run's folder or number, unit/period; or an archive",
    )
    archive.add_argument(
        "--to", type=Path, metavar="FILE", help="default: UNIT-PERIOD-NUMBER.zip in this folder"
    )
    archive.add_argument(
        "--no-wheels", action="store_true", help="leave the libraries out; the lock stays"
    )
    archive.add_argument(
        "--restore", type=Path, metavar="DIR", help="put the archive RUN back into an empty folder"
    )
    archive.add_argument(
        "--trust",
        type=Path,
        metavar="FILE",
        help="with --restore: keys of which one must have signed",
    )
    archive.add_argument("--json", action="store_true", help="one JSON object")


def _add_export_crate(commands: Commands[argparse.ArgumentParser]) -> None:
    crate = commands.add_parser(
        "export-crate",
        help="write a run as a Process Run RO-Crate 1.1 (extra `crate`)",
        description="Copies a run's files, lists of customers left out, and describes them for "
        "tools that read RO-Crates. It proves nothing: the seal is in the report.",
    )
    crate.set_defaults(command=("export_crate", "export_crate"))
    crate.add_argument("run", metavar="RUN", help="a run's folder or number, or unit/period")
    crate.add_argument("folder", type=Path, metavar="DIR", help="is made; must not be there")
