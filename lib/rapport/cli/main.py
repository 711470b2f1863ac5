"""Commands, their flags and their exit codes. Heavy libraries are imported inside commands."""

from __future__ import annotations

import argparse
import importlib
import json
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from rapport.cli.around import add_around
from rapport.cli.proving import add_kept, add_trace
from rapport.cli.sealing import add_keys, add_verify
from rapport.errors import RapportError

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


def build_parser() -> argparse.ArgumentParser:
    """Describe every command."""
    parser = argparse.ArgumentParser(
        prog="rapport",
        description="Customer-analytics reports from parameterised notebooks.",
        epilog="Exit codes: 0 done; 1 a chapter failed; 2 usage or parameters; 3 input breaks "
        "its contract; 4 a report would disclose a person; 5 numbers differ; 6 a report cannot be "
        "verified; 7 it was tampered with; 130 interrupted; 143 "
        "ended by a signal.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_run(commands)
    add_kept(commands)
    _add_data(commands)
    _add_store(commands)
    _add_persons(commands)
    _add_new(commands)
    _add_approve(commands)
    add_around(commands)
    _add_small(commands)
    add_keys(commands)
    add_verify(commands)
    _add_diff(commands)
    add_trace(commands)
    return parser


def _add_diff(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    diff = commands.add_parser(
        "diff",
        help="say in what two reports differ; exit code 5 if values do",
        description="Compares records: parameters, inputs, code, environment, and every value "
        "within the limits of its kind. Nothing is run.",
    )
    diff.set_defaults(command=("diff", "diff"))
    named = "report file, a run's folder or number, or unit/period"
    diff.add_argument("before", metavar="A", help=named)
    diff.add_argument("after", metavar="B", help=named)
    diff.add_argument("--json", action="store_true", help="one JSON object")


def _add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    run = commands.add_parser("run", help="make reports")
    run.set_defaults(command=("run", "run"))
    run.add_argument("units", nargs="*", metavar="UNIT", help="default: every unit in params/")
    run.add_argument("--period", help="P or A..B; default: the newest whole period")
    run.add_argument("--chapter", action="append", default=[], metavar="C", help="only these")
    run.add_argument(
        "-p", dest="parameters", nargs=2, action="append", default=[], metavar=("NAME", "VALUE"),
        help="a parameter for this run",
    )  # fmt: skip
    run.add_argument(
        "-f", dest="files", action="append", default=[], type=Path, metavar="FILE",
        help="YAML parameters for this run",
    )  # fmt: skip
    run.add_argument("--jobs", type=_positive, default=None, metavar="N", help="default: all cores")
    run.add_argument("--language", default=None, metavar="en,zh")
    run.add_argument("--format", default="html,pdf", metavar="html,pdf,phone or none")
    run.add_argument("--fresh", action="store_true", help="execute even what could be reused")
    run.add_argument(
        "--cold", action="store_true", help="start every kernel afresh; never fork a warm one"
    )
    run.add_argument(
        "--jupyter-cache", type=Path, metavar="FOLDER",
        help="also publish executed notebooks for `jcache` (extra `cache`)",
    )  # fmt: skip
    run.add_argument("--renderer", choices=("quarto",), help="beside ours, unsealed (experimental)")
    run.add_argument("--dry-run", action="store_true", help="say what would be done and why")
    run.add_argument(
        "--json", action="store_true",
        help="one JSON object on standard output, one for each event on standard error",
    )  # fmt: skip


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


_positive.__name__ = "whole number from 1"  # what argparse calls it


def _add_data(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    data = commands.add_parser("data", help="look at sources, make the sample data")
    kinds = data.add_subparsers(required=True, metavar="check|compare|sample")
    check = kinds.add_parser("check", help="read a unit's sources and say what is wrong")
    check.set_defaults(command=("data", "check"))
    check.add_argument(
        "--review", type=Path, metavar="FILE", help="write pairs of records for a person to decide"
    )
    check.add_argument(
        "--quarantine", type=Path, metavar="FILE", help="write where every row set aside stands"
    )
    check.add_argument("unit", metavar="UNIT")
    compare = kinds.add_parser("compare", help="say in which parts the data of two reports differ")
    compare.set_defaults(command=("parts", "compare"))
    compare.add_argument("before", type=Path, metavar="REPORT", help="folder with a manifest.json")
    compare.add_argument("after", type=Path, metavar="REPORT")
    sample = kinds.add_parser("sample", help="write the sample units' source files")
    sample.set_defaults(command=("data", "sample"))
    sample.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="default: data/sample")
    sample.add_argument(
        "--rows",
        type=_positive,
        default=None,
        metavar="N",
        help="one unit for load instead, sample-load, of so many orders",
    )


def _add_new(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    new = commands.add_parser("new", help="begin a unit")
    kinds = new.add_subparsers(required=True, metavar="unit")
    unit = kinds.add_parser("unit", help="guess a unit's parameters from its files")
    unit.set_defaults(command=("new", "unit"))
    unit.add_argument("unit", metavar="NAME", help="a-z, 0-9 and hyphens")
    unit.add_argument(
        "--from", dest="files", nargs="+", type=Path, required=True, metavar="FILE",
        help="CSV in any dialect and encoding, Excel, Parquet or JSON lines",
    )  # fmt: skip
    unit.add_argument("--currency", metavar="CODE", help="CNY, EUR, GBP or USD; default: guessed")
    unit.add_argument("--timezone", metavar="ZONE", help="such as Asia/Shanghai; default: guessed")


def _add_store(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    store = commands.add_parser("store", help="look after what runs have made")
    kinds = store.add_subparsers(required=True, metavar="gc")
    gc = kinds.add_parser("gc", help="remove old executions that no draft or report needs")
    gc.set_defaults(command=("store", "gc"))
    gc.add_argument(
        "--keep", type=_positive, required=True, metavar="N", help="executions of each task to keep"
    )


def _add_persons(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    erase = commands.add_parser("erase", help="remove customers from a unit's data for good")
    erase.set_defaults(command=("erasure", "erase"))
    erase.add_argument("unit", metavar="UNIT")
    erase.add_argument(
        "--customers", type=Path, required=True, metavar="FILE",
        help="UTF-8 text, one number or pseudonym a line",
    )  # fmt: skip
    access = commands.add_parser("access", help="print what is held on one customer; logged")
    access.set_defaults(command=("access", "access"))
    access.add_argument("unit", metavar="UNIT")
    access.add_argument(
        "--customer", required=True, metavar="ID", help="number or pseudonym; - reads one line"
    )
    access.add_argument("--json", action="store_true", help="one JSON object")
    _add_export(commands)
    sheet = commands.add_parser("customer", help="one customer's sheet, for staff; logged")
    sheet.set_defaults(command=("customer", "customer"))
    sheet.add_argument("unit", metavar="UNIT")
    sheet.add_argument("customer", metavar="ID", help="number or pseudonym; - reads one line")
    sheet.add_argument("--period", metavar="P", help="default: the newest report's")
    sheet.add_argument("--language", choices=("en", "zh"), help="default: the unit's")
    sheet.add_argument("--json", action="store_true", help="one JSON object")


def _add_export(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    export = commands.add_parser(
        "export-list",
        help="write a report's list with numbers and addresses, for those entitled; logged",
        description="Writes who of a list agreed to the purpose, is not contacted too often and "
        "was not held out by chance, and tells the next ingestion who was contacted.",
    )
    export.set_defaults(command=("export_list", "export_list"))
    export.add_argument("unit", metavar="UNIT")
    export.add_argument("list", metavar="LIST", help="a file of the report's folder lists/")
    export.add_argument(
        "--to", type=Path, required=True, metavar="FILE", help=".csv or .xlsx, readable by you"
    )
    export.add_argument(
        "--purpose", choices=("marketing_email", "marketing_sms", "marketing_app", "phone"),
        help="what a customer must have agreed to; default: as the list declares",
    )  # fmt: skip
    export.add_argument(
        "--report", metavar="RUN-OR-PERIOD", help="default: the newest period's report"
    )
    export.add_argument(
        "--send-on", type=date.fromisoformat, metavar="DAY", help="2026-07-01; default: today"
    )
    export.add_argument("--with-name", action="store_true", help="give the name, too")
    export.add_argument(
        "--encoding", choices=("utf-8-sig", "gb18030"), default="utf-8-sig",
        help="of CSV; gb18030 for Excel and WPS in Chinese",
    )  # fmt: skip
    export.add_argument(
        "--layout", choices=("plain", "hubspot", "salesforce"), default="plain",
        help="columns; those of hubspot and salesforce are experimental",
    )  # fmt: skip
    export.add_argument("--dry-run", action="store_true", help="only say how many would be on it")
    export.add_argument("--json", action="store_true", help="one JSON object")


def _add_approve(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    approve = commands.add_parser(
        "approve",
        help="make the final report of a draft",
        description="Holds the draft against its record, renders it without its band as a run of "
        "its own that names the draft and who approved it, and logs that.",
    )
    approve.set_defaults(command=("approve", "approve"))
    approve.add_argument(
        "run", metavar="RUN", help="number, folder, or unit and period: shop/2026-05"
    )
    approve.add_argument("--by", metavar="NAME", help="who approves it; default: the signer's name")
    approve.add_argument("--json", action="store_true", help="one JSON object")


def _add_small(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    selftest = commands.add_parser(
        "selftest", help="compute published figures and compare; exit code 5 if one differs"
    )
    selftest.set_defaults(command=("selftest", "selftest"))
    selftest.add_argument("--json", action="store_true", help="one JSON object")
    params = commands.add_parser("params", help="a unit's parameters as a run would take them")
    params.set_defaults(command=("small", "params"))
    params.add_argument("unit", nargs="?", metavar="UNIT")
    params.add_argument("--schema", action="store_true", help="the JSON Schema of a unit's file")
