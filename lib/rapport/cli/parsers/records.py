"""The words of the commands that work on a run's record: draft, difference, trace, archive."""

from __future__ import annotations

from pathlib import Path

from rapport.cli.parsers.common import REPORT, RUN, Commands, add_json


def add_records(commands: Commands) -> None:
    """Describe the commands that work on a run's record."""
    _add_approve(commands)
    _add_diff(commands)
    _add_trace(commands)
    _add_archive(commands)
    _add_export_crate(commands)


def _add_approve(commands: Commands) -> None:
    approve = commands.add_parser(
        "approve",
        help="make the final report of a draft",
        description="Holds the draft against its record, renders it without its band as a run of "
        "its own that names the draft and who approved it, and logs that.",
    )
    approve.set_defaults(command=("approve", "approve"))
    approve.add_argument("run", metavar="RUN", help=RUN)
    approve.add_argument("--by", metavar="NAME", help="who approves it; default: the signer's name")
    add_json(approve)


def _add_diff(commands: Commands) -> None:
    diff = commands.add_parser(
        "diff",
        help="say in what two reports differ; exit code 5 if values do",
        description="Compares records: parameters, inputs, code, environment, and every value "
        "within the limits of its kind. Nothing is run.",
    )
    diff.set_defaults(command=("diff", "diff"))
    diff.add_argument("before", metavar="A", help=REPORT)
    diff.add_argument("after", metavar="B", help=REPORT)
    add_json(diff)


def _add_trace(commands: Commands) -> None:
    trace = commands.add_parser(
        "trace",
        help="follow a number of a report to its sentence, cell, definition, tables and sources",
        description="Reads the sealed record and the executed notebooks; nothing is run. Exit "
        "code 2 if several values are meant, 7 if the report is not what was sealed.",
    )
    trace.set_defaults(command=("trace", "run"))
    trace.add_argument("report", metavar="REPORT", help=REPORT)
    trace.add_argument("value", metavar="VALUE", help="its id, or the characters shown")
    add_json(trace)


def _add_archive(commands: Commands) -> None:
    archive = commands.add_parser(
        "archive",
        help="keep all that a run was made of in one file, or put such a file back",
        description="Writes report, record, tables, code, lock and wheels as one file, which puts "
        "itself back with Python alone. With --restore the file is checked and put back.",
    )
    archive.set_defaults(command=("archive", "archive"))
    archive.add_argument("run", metavar="RUN", help=f"{REPORT}; or an archive")
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
    add_json(archive)


def _add_export_crate(commands: Commands) -> None:
    crate = commands.add_parser(
        "export-crate",
        help="write a run as a Process Run RO-Crate 1.1 (extra `crate`)",
        description="Copies a run's files, lists of customers left out, and describes them for "
        "tools that read RO-Crates. It proves nothing: the seal is in the report.",
    )
    crate.set_defaults(command=("export_crate", "export_crate"))
    crate.add_argument("run", metavar="RUN", help=RUN)
    crate.add_argument("folder", type=Path, metavar="DIR", help="is made; must not be there")
