"""The words of the commands about single customers and lists of them; each use is logged."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from rapport.cli.parsers.common import Commands, add_json


def add_persons(commands: Commands) -> None:
    """Describe the commands about persons."""
    _add_erase(commands)
    _add_access(commands)
    _add_export(commands)
    _add_sheet(commands)


def _add_erase(commands: Commands) -> None:
    erase = commands.add_parser("erase", help="remove customers from a unit's data for good")
    erase.set_defaults(command=("erasure", "erase"))
    erase.add_argument("unit", metavar="UNIT")
    erase.add_argument(
        "--customers", type=Path, required=True, metavar="FILE",
        help="UTF-8 text, one number or pseudonym a line",
    )  # fmt: skip


def _add_access(commands: Commands) -> None:
    access = commands.add_parser("access", help="print what is held on one customer; logged")
    access.set_defaults(command=("access", "access"))
    access.add_argument("unit", metavar="UNIT")
    access.add_argument(
        "--customer", required=True, metavar="ID", help="number or pseudonym; - reads one line"
    )
    add_json(access)


def _add_sheet(commands: Commands) -> None:
    sheet = commands.add_parser("customer", help="one customer's sheet, for staff; logged")
    sheet.set_defaults(command=("customer", "customer"))
    sheet.add_argument("unit", metavar="UNIT")
    sheet.add_argument("customer", metavar="ID", help="number or pseudonym; - reads one line")
    sheet.add_argument("--period", metavar="P", help="default: the newest report's")
    sheet.add_argument("--language", choices=("en", "zh"), help="default: the unit's")
    add_json(sheet)


def _add_export(commands: Commands) -> None:
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
    add_json(export)
