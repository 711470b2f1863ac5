"""`rapport verify-kit`: what gives the seal's verdict on a machine that has nothing of this."""

from __future__ import annotations

import argparse
import sys

from rapport.press.proof.seal.kit import write_kit


def verify_kit(arguments: argparse.Namespace) -> int:
    """Write the kit and say what it is for, and what not.

    Raises
    ------
    ParameterError
        The folder holds a kit already or cannot be written.
    """
    page, program = write_kit(arguments.folder)
    sys.stdout.write(
        f"{page}: open it in a browser and drop a report on it; it needs no network.\n"
        f"{program}: `python {program.name} REPORT --trust FILE`, with Python 3.9 or later alone.\n"
        "Both give the seal's verdict, and neither computes a number again. Hand the kit on by "
        "another way than the reports: a kit that comes with a report proves nothing.\n"
    )
    return 0
