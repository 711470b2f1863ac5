"""A process of one run on a worker: it keeps a pool, so chapters run as on the run's own machine.

Each has a kernel of its own, warm where that is possible, with its limits. The process belongs to
the worker: it ends when its standard input is closed, be it because the worker was killed, and
when nobody has asked it for anything for a while, as when the run was killed.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from multiprocessing import connection
from pathlib import Path
from typing import Any

from rapport.press.run.cluster.passport import Unmoved, read_passport
from rapport.press.run.kernels.settings import PREFIX
from rapport.press.run.store.leases import make_folder, sweep
from rapport.press.run.tasks import Failure
from rapport.press.run.work.pool import Pool
from rapport.press.run.work.worker import Job, Outcome

# The worker's threads say how many errands there are at once, this need not.
MANY = 10_000
SECONDS_IDLE = 60.0
SECONDS_BETWEEN_LOOKS = 5.0
REFUSED = "RefusedError"
"""Class name of the failure of a job that was not begun."""
ADDRESS = "errands"
STORE = "store"


def main(arguments: list[str]) -> None:
    """Serve the errands of one run.

    Parameters
    ----------
    arguments : a folder for what is fetched and made, and `cold` or `warm`
    """
    into, start = Path(arguments[0]), arguments[1]
    sweep(into, PREFIX)
    # Short, because the path of a socket may have about a hundred bytes.
    sockets = make_folder(Path(tempfile.gettempdir()), PREFIX)
    with make_folder(into, PREFIX) as lease, sockets:
        unmoved = Unmoved()
        passport = read_passport()
        address = str(sockets.folder / ADDRESS)
        with connection.Listener(address, "AF_UNIX") as listener:
            told = {
                "address": address,
                "store": str(lease.folder / STORE),
                "passport": passport.spell().decode(),
            }
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()
            _Host(listener, unmoved).serve(cold=start == "cold")


class _Host:
    """The errands at hand, each with the line to whoever waits for it."""

    def __init__(self, listener: connection.Listener, unmoved: Unmoved) -> None:
        self._door: Any = listener._listener._socket  # type: ignore[attr-defined]
        self._listener = listener
        self._unmoved = unmoved
        self._lines: dict[connection.Connection, Job | None] = {}
        self._used_at = time.monotonic()

    def serve(self, *, cold: bool) -> None:
        """Serve until standard input is closed, or nobody has asked for a while."""
        pool = Pool(MANY, cold=cold)
        with pool:
            while self._is_wanted():
                also = [self._door, sys.stdin, *self._lines]
                for job, message in pool.wait(also, timeout=SECONDS_BETWEEN_LOOKS):
                    self._tell(job, message)
                ready = connection.wait(also, timeout=0)
                if sys.stdin in ready:
                    # Whoever waited is gone: what is at work is ended, not waited for.
                    raise SystemExit
                if self._door in ready:
                    self._lines[self._listener.accept()] = None
                for line in [line for line in self._lines if line in ready]:
                    self._hear(line, pool)

    def _is_wanted(self) -> bool:
        if self._lines:
            self._used_at = time.monotonic()
        return time.monotonic() - self._used_at < SECONDS_IDLE

    def _hear(self, line: connection.Connection, pool: Pool) -> None:
        try:
            job: Job = line.recv()
        except (EOFError, OSError):  # nobody waits for it any more
            job_left = self._lines.pop(line)
            line.close()
            if job_left is not None:
                pool.stop(job_left)
            return
        moved = self._unmoved.find_move()
        if moved is not None:
            refused = Failure(REFUSED, f"`{moved}` was changed there while the run was going on")
            line.send(Outcome(error=refused))
            return
        self._lines[line] = job
        pool.start(job)

    def _tell(self, job: Job, message: tuple[int, int] | Outcome) -> None:
        for line in [line for line, of in self._lines.items() if of is job]:
            if isinstance(message, Outcome):
                self._lines[line] = None
            try:
                line.send(message)
            except OSError:  # heard as the end of the line, next
                continue


if __name__ == "__main__":
    main(sys.argv[1:])
