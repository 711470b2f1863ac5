"""The words of the commands of keys, seals and verdicts."""

from __future__ import annotations

import argparse
from pathlib import Path

from rapport.cli.parsers.common import Commands, add_json


def add_sealing(commands: Commands) -> None:
    """Describe the commands of keys, seals and verdicts."""
    _add_keys(commands)
    _add_verify(commands)
    _add_kit(commands)


def _add_keys(commands: Commands) -> None:
    keys = commands.add_parser("keys", help="make keys")
    kinds = keys.add_subparsers(required=True, metavar="new|pseudonym")
    new = kinds.add_parser("new", help="make a key that signs reports (extra `sign`)")
    new.set_defaults(command=("keys", "new"))
    new.add_argument("file", type=Path, metavar="FILE")
    new.add_argument(
        "--signer", required=True, metavar="NAME", help="who signs, as printed on every page"
    )
    pseudonym = kinds.add_parser("pseudonym", help="make the key of pseudonyms")
    pseudonym.set_defaults(command=("small", "pseudonym"))
    pseudonym.add_argument("file", type=Path, metavar="FILE")


def _add_verify(commands: Commands) -> None:
    verify = commands.add_parser(
        "verify",
        help="say whether a report is whole and who signed it",
        description="The seal's verdict: whose report it is, and that not one byte was changed. "
        "Exit codes: 0 sealed and signed by a key that you trust; 6 not signed, or no trust file "
        "given; 7 changed, or signed by a key that you do not trust.",
    )
    verify.set_defaults(command=("verify", "verify"))
    verify.add_argument(
        "report", type=Path, metavar="REPORT", help="an HTML or PDF report, or a run's folder"
    )
    verify.add_argument(
        "--trust", type=Path, metavar="FILE",
        help="whose keys you trust, as OpenSSH's allowed_signers; default: RAPPORT_TRUST",
    )  # fmt: skip
    add_json(verify)
    _add_rerun(verify)


def _add_kit(commands: Commands) -> None:
    kit = commands.add_parser(
        "verify-kit",
        help="write check.html and rapport-verify.pyz, which give the seal's verdict on any "
        "machine",
    )
    kit.set_defaults(command=("verify_kit", "verify_kit"))
    kit.add_argument("folder", type=Path, metavar="DIR")


def _add_rerun(verify: argparse.ArgumentParser) -> None:
    verify.add_argument(
        "--rerun", action="store_true",
        help="also compute every number again, without network, and grade it; exit code 5 if "
        "numbers differ, 6 if some cannot be verified",
    )  # fmt: skip
    verify.add_argument(
        "--data", type=Path, metavar="DIR",
        help="where the sealed tables lie: a project, a restored archive, or files; default: here",
    )  # fmt: skip
    verify.add_argument(
        "--env", choices=("lock", "current"), default="lock",
        help="libraries as requirements.lock has them, or those at hand, which gives grade C at "
        "best; default: lock",
    )  # fmt: skip
    verify.add_argument(
        "--statement", type=Path, metavar="FILE",
        help="write what the rerun found as a statement of your own, signed if "
        "RAPPORT_SIGNING_KEY names a key",
    )  # fmt: skip
