"""The words of `rapport run`."""

from __future__ import annotations

from pathlib import Path

from rapport.cli.parsers.common import Commands, positive


def add_run(commands: Commands) -> None:
    """Describe `rapport run`."""
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
    run.add_argument("--jobs", type=positive, default=None, metavar="N", help="default: all cores")
    run.add_argument(
        "--cluster", metavar="ADDRESS",
        help="marts and chapters on a Dask cluster, tcp://host:port or tls:// (extra `cluster`)",
    )  # fmt: skip
    run.add_argument(
        "--store", metavar="ADDRESS",
        help="a folder or s3://... that the cluster's machines share; default: data/store",
    )  # fmt: skip
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
