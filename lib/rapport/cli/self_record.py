"""What the last `rapport selftest` found, kept beside the reports whose appendix tells it.

The record says what computed it: digests of the methods and of the lock file. A report tells
whether those are its own, so that an old record claims nothing for newer methods.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from rapport.assets.files import asset_path
from rapport.errors import RapportError

FILE = "selftest.json"
COMPUTED_BY = ("analysis/**/*.py", "cli/published.py", "cli/selftest.py")


def write_results(root: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Keep what a selftest of this project found; a former record is replaced in one step."""
    folder = root / "reports"
    folder.mkdir(exist_ok=True)
    record = {"v": 1, **_computed_by(root), "python": platform.python_version(), "figures": rows}
    path, aside = folder / FILE, folder / f".{FILE}"
    text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
    aside.write_text(text, encoding="utf-8", newline="\n")
    aside.replace(path)
    return path


def read_results(root: Path) -> dict[str, Any]:
    """Read the last record as reports tell it; empty where nothing was recorded.

    Returns
    -------
    `studies` (`method` by language, `source`, number of `figures` and of those `holding`), `code`
    and `lock` (digests of what computed them) and `is_current`: whether those are here still

    Raises
    ------
    RapportError
        The file is none that `rapport selftest` wrote.
    """
    path = root / "reports" / FILE
    if not path.is_file():
        return {}
    try:
        record = json.loads(path.read_bytes())
        studies: dict[str, dict[str, Any]] = {}
        for row in record["figures"]:
            method = {"en": str(row["method"]), "zh": str(row["method_zh"])}
            empty = {"method": method, "source": str(row["source"]), "figures": 0, "holding": 0}
            study = studies.setdefault(f"{row['method']} {row['source']}", empty)
            study["figures"] += 1
            study["holding"] += row["holds"] is True
        computed_by = {name: str(record[name]) for name in ("code", "lock")}
    except (ValueError, KeyError, TypeError) as error:
        raise RapportError(
            f"reports/{FILE}: is no record of a selftest. Run `rapport selftest` again."
        ) from error
    is_current = computed_by == _computed_by(root)
    return {"studies": list(studies.values()), **computed_by, "is_current": is_current}


def _computed_by(root: Path) -> dict[str, str]:
    lock = root / "requirements.lock"
    text = lock.read_bytes() if lock.is_file() else b""
    return {"code": _digest_code(), "lock": hashlib.sha256(text).hexdigest()}


@cache
def _digest_code() -> str:
    package = asset_path().parent
    digest = hashlib.sha256()
    for path in sorted(path for pattern in COMPUTED_BY for path in package.glob(pattern)):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(package).as_posix()} {content}\n".encode())
    return digest.hexdigest()
