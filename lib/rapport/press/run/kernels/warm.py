"""Warm kernels: forked by a server that has imported the libraries already.

Papermill, nbclient and nbval get them by choosing the kernelspec. A run starts one server for all
its workers and names it in the environment; any other client starts its own with its first kernel,
and it ends with the client. Whatever stands in the way, a cold kernel is started and the reason is
noted.
"""

from __future__ import annotations

import atexit
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo

from rapport.press.run.kernels.account import LOST_SERVER, log_path, note, read_own
from rapport.press.run.kernels.forks import (
    FORKS_VARIABLE,
    NO_THREADS,
    Fork,
    ForkRefusedError,
    can_fork,
    fork_kernel,
    server_key,
)
from rapport.press.run.kernels.forkserver import ForkServer
from rapport.press.run.kernels.provisioner import RapportProvisioner
from rapport.press.run.kernels.settings import PREFIX
from rapport.press.run.store.leases import make_folder


class WarmProvisioner(RapportProvisioner):
    """Forks a kernel where that is possible, and starts a cold one where not."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Ask the server for a kernel."""
        try:
            kernel = _fork(cmd, kwargs)
        except ForkRefusedError as reason:
            self.log.warning("kernel: started cold, because %s", reason)
            connection = await super().launch_kernel(cmd, **kwargs)
            note(note=str(reason))
            return connection
        self.process = kernel  # type: ignore[assignment]
        # The kernel leads a group of its own: by the time it can be interrupted it has made it.
        self.pid = self.pgid = kernel.pid
        self.cwd = kwargs.get("cwd", Path.cwd())
        note(pid=kernel.pid, start="warm")
        return self.connection_info

    async def poll(self) -> int | None:
        """Note also that the server was lost, which is what ended the kernel then."""
        process = self.process
        status = await super().poll()
        if isinstance(process, Fork) and process.lost_server:
            note(note=LOST_SERVER)
        return status


def _fork(cmd: list[str], kwargs: dict[str, Any]) -> Fork:
    if not can_fork():
        raise ForkRefusedError("kernels are forked on Linux only")
    environment = dict(kwargs["env"])
    # Where kernels come from is none of a kernel's business.
    named = environment.pop(FORKS_VARIABLE, None)
    address = Path(named) if named else _own_server(server_key(environment | NO_THREADS)).address
    where = str(kwargs.get("cwd") or Path.cwd())
    return fork_kernel(
        address, cmd, env=environment, cwd=where, log=log_path(), own=read_own() if named else None
    )


# One a key for as long as this process lives: another environment gets another server.
@cache
def _own_server(key: str) -> ForkServer:
    """Start this process's own server; `key` keeps those of different environments apart."""
    del key
    lease = make_folder(Path(tempfile.gettempdir()), PREFIX)
    server = ForkServer(lease.folder, os.environ)
    # The last registered goes first: the server ends before its folder goes.
    atexit.register(lease.close)
    atexit.register(server.close)
    return server
