"""The commands of keys and seals as they are typed; what they do is imported when one is run."""

from __future__ import annotations

import argparse
from pathlib import Path

from rapport.cli.rerun_flags import add_rerun

Commands = argparse._SubParsersAction


def add_keys(commands: Commands[argparse.ArgumentParser]) -> None:
    """Describe `rapport keys`."""
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


def add_verify(commands: Commands[argparse.ArgumentParser]) -> None:
    """Describe `rapport verify` and `rapport verify-kit`."""
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
    verify.add_argument("--json", action="store_true", help="one JSON object")
    add_rerun(verify)
    kit = commands.add_parser(
        "verify-kit",
        help="write check.html and rapport-verify.pyz, which give the seal's verdict on any "
        "machine",
    )
    kit.set_defaults(command=("verify_kit", "verify_kit"))
    kit.add_argument("folder", type=Path, metavar="DIR")
