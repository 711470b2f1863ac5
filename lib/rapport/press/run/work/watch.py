"""Follows one execution: says where it is, saves it now and then, and stops it at its limits."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from rapport.press.canonical import Notebook
from rapport.press.run.kernels.account import end_kernel, read_account
from rapport.press.run.tasks import Limits

PARTIAL = "partial.ipynb"
SECONDS_BETWEEN_SAVES = 10.0
SECONDS_BETWEEN_LOOKS = 0.2


class Watch:
    """Hears papermill's hooks, and looks at the clock and the kernel's memory on a thread.

    Papermill's own saving rewrites the file twice a cell, which made a notebook of 38 MB sixteen
    times slower; its time limit is for cells only.
    """

    def __init__(
        self,
        folder: Path,
        on_cell: Callable[[int, int], None],
        *,
        limits: Limits | None = None,
        save_every: float = SECONDS_BETWEEN_SAVES,
    ) -> None:
        self.notebook: Notebook | None = None
        self.reason = ""
        """Why the kernel was ended; empty if this did not end it."""
        self._folder = folder
        self._on_cell = on_cell
        self._limits = limits
        self._save_every = save_every
        self._started = self._saved_at = time.monotonic()
        self._cell_began: float | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    def start(self, notebook: Notebook) -> None:
        """Take the notebook that is about to be executed, and changes from now on."""
        self.notebook = notebook

    def cell_begins(self, **_: Any) -> None:
        """Start the clock of a cell."""
        self._cell_began = time.monotonic()

    def cell_done(self, cell_index: int, **_: Any) -> None:
        """Say that a cell is done."""
        assert self.notebook is not None
        self._cell_began = None
        self._on_cell(cell_index + 1, len(self.notebook["cells"]))

    def save(self) -> None:
        """Write the notebook as far as it is, aside and then in place."""
        path = self._folder / PARTIAL
        aside = path.with_suffix(".aside")
        text = json.dumps(self.notebook, ensure_ascii=False, indent=1)
        aside.write_text(text + "\n", encoding="utf-8", newline="\n")
        aside.replace(path)
        self._saved_at = time.monotonic()

    def _look(self) -> None:
        while not self._done.wait(SECONDS_BETWEEN_LOOKS):
            if not self.reason:
                self.reason = self._find_reason()
                if self.reason:
                    end_kernel(self._folder)
            if self.notebook is not None and self._is_due():
                try:
                    self.save()
                except (RuntimeError, OSError):
                    # A message of the kernel changed the notebook while it was written, or there
                    # is no room, which does not stop the chapter: next time.
                    continue

    def _is_due(self) -> bool:
        return time.monotonic() - self._saved_at >= self._save_every

    def _find_reason(self) -> str:
        limits, now = self._limits, time.monotonic()
        if limits is None:
            return ""
        if now - self._started > limits.chapter_seconds:
            return f"the chapter took longer than limits.chapter_seconds = {limits.chapter_seconds}"
        if self._cell_began is not None and now - self._cell_began > limits.cell_seconds:
            return f"the cell took longer than limits.cell_seconds = {limits.cell_seconds}"
        resident = resident_bytes(read_account(self._folder).get("pid"))
        if resident > limits.memory_bytes:
            allowed = limits.memory_bytes // 2**20
            return f"the kernel took {resident // 2**20} MB, limits.memory_mb = {allowed}"
        return ""


def resident_bytes(pid: int | None) -> int:
    """Give the memory that a process holds now; 0 where the system does not tell."""
    path = Path(f"/proc/{pid}/statm")
    try:
        pages = int(path.read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):  # no such file system, or the process has just ended
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def count_memory_kills() -> int:
    """Give how many processes the system killed for want of memory; 0 where it does not tell."""
    try:
        lines = Path("/proc/vmstat").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)
