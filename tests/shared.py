"""What is expensive and only read: made once for all workers of a session."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def make_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Give the folder of that name, filled by whichever worker asks first; nobody may write to it.

    Parameters
    ----------
    factory : of the session
    name : of the folder, beside those of the workers
    make : fills a folder that is not there yet; a folder whose making failed is made again
    """
    base = factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with _locked(shared.with_suffix(".lock")):
        if not shared.exists():
            aside = shared.with_suffix(".aside")
            shutil.rmtree(aside, ignore_errors=True)  # of a worker that failed
            make(aside)
            aside.rename(shared)
    return shared


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    fcntl = pytest.importorskip("fcntl", reason="what workers share needs a lock of POSIX")
    with path.open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
