"""The command as people run it: a process of its own, in a project's folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from functional.shop import ROOT

CALL = "import sys; from rapport.cli import main; sys.exit(main())"


@dataclass(frozen=True)
class Done:
    """What a command gave."""

    code: int
    out: str
    said: str
    """Standard error."""

    @property
    def json(self) -> Any:
        """Read standard output, which must be one JSON object and nothing else."""
        return json.loads(self.out)

    @property
    def actions(self) -> dict[str, str]:
        """Chapter -> status of a run with `--json`."""
        return {row["chapter"]: row["status"] for row in self.json["chapters"]}


def environment(project: Path, **more: str) -> dict[str, str]:
    """Give the environment of a command: this package, and the project's key if it has one."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("RAPPORT_")}
    key = project / "pseudonym.key"
    named = {"RAPPORT_PSEUDONYM_KEY": str(key)} if key.is_file() else {}
    return kept | {"PYTHONPATH": str(ROOT / "lib")} | named | more


def arguments(*words: str) -> list[str]:
    """Give the words that start `rapport`, whether it is installed or only beside the tests."""
    return [sys.executable, "-c", CALL, *words]


def rapport(
    project: Path, *words: str, env: Mapping[str, str] | None = None, wait: int = 300
) -> Done:
    """Run a command in a project and wait so many seconds for it."""
    done = subprocess.run(
        arguments(*words),
        cwd=project,
        env=environment(project, **(env or {})),
        capture_output=True,
        encoding="utf-8",
        timeout=wait,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def reports_of(project: Path, unit: str) -> dict[str, tuple[int, int]]:
    """Give a unit's reports and runs as `tree_of` does, without what the index keeps of them."""
    files = tree_of(project / "reports" / unit)
    return {name: state for name, state in files.items() if name != "index.json"}


def tree_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Give every file below a folder with its size and the moment it was last written."""
    return {
        path.relative_to(folder).as_posix(): (path.lstat().st_size, path.lstat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }
