"""The words of `rapport verify --rerun`; see `sealing`."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_rerun(verify: argparse.ArgumentParser) -> None:
    """Describe what computes the numbers of a report again."""
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
