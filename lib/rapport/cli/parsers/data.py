"""The words of the commands that look after data and what runs have made."""

from __future__ import annotations

from pathlib import Path

from rapport.cli.parsers.common import Commands, positive


def add_data(commands: Commands) -> None:
    """Describe `rapport data`, `rapport store` and `rapport new`."""
    _add_data(commands)
    _add_store(commands)
    _add_new(commands)


def _add_data(commands: Commands) -> None:
    data = commands.add_parser("data", help="look at sources, make the sample data")
    kinds = data.add_subparsers(required=True, metavar="check|fetch|compare|sample")
    check = kinds.add_parser("check", help="read a unit's sources and say what is wrong")
    check.set_defaults(command=("data", "check"))
    check.add_argument(
        "--review", type=Path, metavar="FILE", help="write pairs of records for a person to decide"
    )
    check.add_argument(
        "--quarantine", type=Path, metavar="FILE", help="write where every row set aside stands"
    )
    check.add_argument("unit", metavar="UNIT")
    fetch = kinds.add_parser(
        "fetch", help="read a unit's databases and object stores anew; runs use what was read"
    )
    fetch.set_defaults(command=("data", "fetch"))
    fetch.add_argument("unit", metavar="UNIT")
    compare = kinds.add_parser("compare", help="say in which parts the data of two reports differ")
    compare.set_defaults(command=("parts", "compare"))
    compare.add_argument("before", type=Path, metavar="REPORT", help="folder with a manifest.json")
    compare.add_argument("after", type=Path, metavar="REPORT")
    sample = kinds.add_parser("sample", help="write the sample units' source files")
    sample.set_defaults(command=("data", "sample"))
    sample.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="default: data/sample")
    sample.add_argument(
        "--rows",
        type=positive,
        default=None,
        metavar="N",
        help="one unit for load instead, sample-load, of so many orders",
    )


def _add_store(commands: Commands) -> None:
    store = commands.add_parser("store", help="look after what runs have made")
    kinds = store.add_subparsers(required=True, metavar="gc")
    gc = kinds.add_parser("gc", help="remove old executions that no draft or report needs")
    gc.set_defaults(command=("store", "gc"))
    gc.add_argument(
        "--keep", type=positive, required=True, metavar="N", help="executions of each task to keep"
    )


def _add_new(commands: Commands) -> None:
    new = commands.add_parser("new", help="begin a unit")
    kinds = new.add_subparsers(required=True, metavar="unit")
    unit = kinds.add_parser("unit", help="guess a unit's parameters from its files")
    unit.set_defaults(command=("new", "unit"))
    unit.add_argument("unit", metavar="NAME", help="a-z, 0-9 and hyphens")
    unit.add_argument(
        "--from", dest="files", nargs="+", required=True, metavar="SOURCE",
        help="a file (CSV in any dialect and encoding, Excel, Parquet, JSON lines, SQLite), "
        "s3://bucket/name, or postgresql:NAME or mysql:NAME, whose address stands in "
        "RAPPORT_DATABASE_<NAME>_URL",
    )  # fmt: skip
    unit.add_argument("--currency", metavar="CODE", help="CNY, EUR, GBP or USD; default: guessed")
    unit.add_argument("--timezone", metavar="ZONE", help="such as Asia/Shanghai; default: guessed")
