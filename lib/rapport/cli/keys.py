"""`rapport keys new`: a key that signs reports, and the line by which others trust it."""

from __future__ import annotations

import argparse
import sys

from rapport.press.proof.signing import KEY_VARIABLE, write_keys
from rapport.press.proof.trust import fingerprint


def new(arguments: argparse.Namespace) -> int:
    """Make a signing key and say what to do with it.

    Raises
    ------
    ParameterError
        A file exists already, the name cannot be printed, or the extra `sign` is not installed.
    """
    signer = write_keys(arguments.file, arguments.signer)
    beside = arguments.file.with_name(f"{arguments.file.name}.allowed")
    sys.stdout.write(
        f"{arguments.file}: made, fingerprint {fingerprint(signer.key)}. It is not encrypted: "
        f"whoever reads it signs as {signer.name}. `ssh-keygen -p -f {arguments.file}` puts a "
        "passphrase on it.\n"
        f"{beside}: the line by which others trust it. Hand it to your readers on another way than "
        "the reports.\n"
        f"Set {KEY_VARIABLE} to the key's path before a run.\n"
    )
    return 0
