"""A kernel that was started afresh, with the account that the system keeps of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any

INTERVAL = 0.01


class SpawnedKernel:
    """A process as jupyter_client wants it, which also knows what it took in the end."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid = process.pid
        self.cpu_seconds: float | None = None
        self.peak_bytes: int | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._process, name)

    @property
    def returncode(self) -> int | None:
        """The exit status; None while it runs."""
        return self._process.returncode

    def poll(self) -> int | None:
        """Give the exit status, or None while the kernel runs."""
        if os.name != "posix" or self._process.returncode is not None:
            return self._process.poll()
        try:
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
        except ChildProcessError:  # somebody else waited for it
            return self._process.poll()
        if pid:
            self._process.returncode = os.waitstatus_to_exitcode(status)
            self.cpu_seconds = usage.ru_utime + usage.ru_stime
            self.peak_bytes = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        return self._process.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end of the kernel and give its exit status."""
        started = time.monotonic()
        while (status := self.poll()) is None:
            if timeout is not None and time.monotonic() - started > timeout:
                raise subprocess.TimeoutExpired("kernel", timeout)
            time.sleep(INTERVAL)
        return status
