"""The words of the commands around reports: delivery, units, project, installation."""

from __future__ import annotations

from pathlib import Path

from rapport.cli.parsers.common import Commands, add_json


def add_around(commands: Commands) -> None:
    """Describe every command around reports."""
    _add_deliver(commands)
    _add_small(commands)
    units = commands.add_parser("list", help="the units, their reports and what is wrong with them")
    units.set_defaults(command=("listing", "list_units"))
    add_json(units)
    init = commands.add_parser("init", help="make a project: chapters, sample units, the lock")
    init.set_defaults(command=("init", "init"))
    init.add_argument("folder", type=Path, metavar="DIR", help="new or empty")
    look = commands.add_parser(
        "doctor", help="say what is wrong with this installation and project, and what to do"
    )
    look.set_defaults(command=("doctor", "doctor"))
    add_json(look)


def _add_deliver(commands: Commands) -> None:
    deliver = commands.add_parser(
        "deliver",
        help="send a unit's report to its readers, and what failed to its maintainers",
        description="Sends by mail, and by webhooks of WeCom, DingTalk, Feishu and Slack, which "
        "are experimental. Who gets what stands in params/UNIT.delivery.yml, secrets in "
        "RAPPORT_SMTP_* and RAPPORT_WEBHOOK_*. Nobody gets the same run twice. Exit code 8: "
        "somebody was not reached, or the report may not be delivered.",
    )
    deliver.set_defaults(command=("deliver", "deliver"))
    deliver.add_argument("unit", metavar="UNIT")
    deliver.add_argument("--period", metavar="P", help="default: the newest report's")
    deliver.add_argument("--to", choices=("readers", "maintainers"), help="default: both")
    deliver.add_argument(
        "--again", action="store_true",
        help="send also what was cut off while being sent; it may arrive twice",
    )  # fmt: skip
    deliver.add_argument("--dry-run", action="store_true", help="say what would be sent")
    add_json(deliver)


def _add_small(commands: Commands) -> None:
    selftest = commands.add_parser(
        "selftest", help="compute published figures and compare; exit code 5 if one differs"
    )
    selftest.set_defaults(command=("selftest", "selftest"))
    add_json(selftest)
    params = commands.add_parser("params", help="a unit's parameters as a run would take them")
    params.set_defaults(command=("small", "params"))
    params.add_argument("unit", nargs="?", metavar="UNIT")
    params.add_argument("--schema", action="store_true", help="the JSON Schema of a unit's file")
