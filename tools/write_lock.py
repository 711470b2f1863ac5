"""Resolve pyproject.toml into requirements.lock and write environment.yml beside it.

The lock is exact and hashed for all platforms and names no package index, so it installs
through whatever index or mirror the user has configured.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
HEAD = "# Made by `nox -s lock` from pyproject.toml; do not edit.\n"
PYTHON = "3.11"


def environment_text() -> str:
    """Give environment.yml: one Python and the lock, nothing else."""
    return (
        "# Made by `nox -s lock`; do not edit.\n"
        "name: rapport\n"
        "channels: [conda-forge]\n"
        "dependencies:\n"
        f"  - python={PYTHON}\n"
        "  - pip\n"
        "  - pip:\n"
        "      - -r requirements.lock\n"
    )


def clean(text: str) -> str:
    """Drop comments and index addresses: what is left is names, versions and hashes."""
    kept = [
        line for line in text.splitlines() if not re.match(r"\s*(#|--(extra-)?index|-f )", line)
    ]
    return HEAD + "\n".join(kept).strip() + "\n"


def main() -> None:
    """Resolve anew; `--upgrade` takes newer versions, otherwise what is locked is kept."""
    command = [
        sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--universal",
        "--generate-hashes", "--python-version", PYTHON, "--no-annotate", "--no-header",
        "--no-emit-index-url", "--no-emit-find-links", "--group", "test", "--group", "lint",
        "--group", "fonts", "--group", "build", "--output-file", str(LOCK), *sys.argv[1:],
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    LOCK.write_text(clean(LOCK.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    (ROOT / "environment.yml").write_text(environment_text(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
