"""Where work on tables too large for memory may write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Room:
    """Two folders on one file system.

    `folder` is private to one piece of work and goes with it, whatever its end. `kept` outlives
    it: what is moved there under a name made of all that it depends on is found by the next. None
    where nothing is kept.
    """

    folder: Path
    kept: Path | None = None
