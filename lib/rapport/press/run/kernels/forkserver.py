"""The owner's side of the fork server: start it, and end it with all that it forked."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from rapport.press.run.kernels.forks import (
    NAME,
    NO_THREADS,
    Fork,
    fork_call,
    server_key,
    short_path,
)
from rapport.press.run.kernels.preload import PRELOADED
from rapport.press.run.kernels.settings import kernel_environment

LOG = "forks.log"


class ForkServer:
    """A running server, to be closed by whoever started it."""

    def __init__(self, folder: Path, ambient: Mapping[str, str], own: Sequence[str] = ()) -> None:
        """Start a server that listens in a private folder.

        It answers once it has imported everything; requests made earlier wait.

        Parameters
        ----------
        own : modules of the package to import too; they are as they are now until it ends
        """
        self.address = folder / NAME
        # Held open by this process alone: nobody else inherits the end that is written to.
        self._life_line, self._life = os.pipe()
        environment = kernel_environment(ambient) | NO_THREADS
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with listener:
            with short_path(self.address) as path:
                listener.bind(path)
            # Whoever may connect may run code as this user.
            self.address.chmod(0o600)
            listener.listen(64)
            with (folder / LOG).open("wb") as log:
                self._process = subprocess.Popen(  # noqa: S603 - our own program
                    [sys.executable, str(Path(__file__).with_name("server.py"))],
                    stdin=subprocess.PIPE,
                    bufsize=0,
                    stdout=log,
                    stderr=log,
                    pass_fds=[listener.fileno()],
                    env=environment,
                    cwd=folder,
                )
            orders = {
                "key": server_key(environment),
                "preload": list(PRELOADED),
                "own": list(own),
                "listener": listener.fileno(),
            }
            assert self._process.stdin is not None
            # A server that was killed by now has heard nothing; whoever asks it is told then.
            with suppress(BrokenPipeError):
                self._process.stdin.write(json.dumps(orders).encode() + b"\n")

    @property
    def life_line(self) -> int:
        """The descriptor of a pipe that is closed when the owner ends, however it ends."""
        return self._life_line

    @property
    def pid(self) -> int:
        """The server's process."""
        return self._process.pid

    def fork_call(
        self,
        function: str,
        arguments: Sequence[Any],
        *,
        env: Mapping[str, str],
        descriptors: Sequence[int],
    ) -> Fork:
        """Have a process forked that calls a function; see `forks.fork_call`."""
        return fork_call(self.address, function, arguments, env=env, descriptors=descriptors)

    def close(self) -> None:
        """End the server and its kernels, and wait for it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._life_line)
        os.close(self._life)
        self.address.unlink(missing_ok=True)
