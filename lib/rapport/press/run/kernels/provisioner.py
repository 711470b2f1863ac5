"""How a kernel is launched: over private sockets, with the press's settings, and accounted for.

A provisioner, not a papermill engine: whatever runs notebooks through jupyter_client (papermill,
nbclient, nbval) gets all of it by choosing the kernelspec.
"""

import asyncio
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from rapport.press.run.kernels.account import log_path, note
from rapport.press.run.kernels.settings import PREFIX, SOCKETS_VARIABLE, kernel_environment
from rapport.press.run.kernels.spawned import INTERVAL, SpawnedKernel
from rapport.press.run.store.leases import Lease, make_folder, sweep

# A socket's path may have 107 bytes (103 on macOS); "/k-5" and room for a longer number go off.
LONGEST_FOLDER = 90


class RapportProvisioner(LocalProvisioner):
    """Launches a kernel with sockets in a private folder and the enforced settings."""

    lease: Lease | None = None
    """The private folder; a restart keeps it."""

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose transport, folder and environment before the connection file is written."""
        if self.lease is None:
            parent = Path(os.environ.get(SOCKETS_VARIABLE) or tempfile.gettempdir())
            sweep(parent, PREFIX)
            self.lease = make_folder(parent, PREFIX)
        self._choose_transport(self.lease.folder)
        ambient = kwargs.pop("env", None) or dict(os.environ)
        environment = kernel_environment(ambient, private=self.lease.folder)
        prepared: dict[str, Any] = await super().pre_launch(env=environment, **kwargs)
        return prepared

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Launch, and note the process so that whoever waits can end it."""
        path = log_path()
        if path is None:
            connection = await super().launch_kernel(cmd, **kwargs)
        else:
            with path.open("ab") as log:
                given = kwargs | {"stdout": log, "stderr": log}
                connection = await super().launch_kernel(cmd, **given)
        if isinstance(self.process, subprocess.Popen):
            self.process = SpawnedKernel(self.process)  # type: ignore[assignment]
        note(pid=self.pid, start="cold")
        return connection

    async def poll(self) -> int | None:
        """Note how the kernel ended, and what it took, once it has."""
        status: int | None = await super().poll()
        process: Any = self.process
        if process is not None and status is not None:
            note(
                exit_status=status, cpu_seconds=process.cpu_seconds, peak_bytes=process.peak_bytes,
            )  # fmt: skip
        return status

    async def wait(self) -> int | None:
        """Wait for the kernel's end; jupyter_client itself looks only ten times a second."""
        while self.process is not None and await self.poll() is None:
            await asyncio.sleep(INTERVAL)
        status: int | None = await super().wait()
        return status

    async def cleanup(self, restart: bool = False) -> None:  # noqa: FBT001, FBT002
        """Remove the private folder with its sockets."""
        await super().cleanup(restart=restart)
        if self.lease is not None and not restart:
            self.lease.close()
            self.lease = None

    def _choose_transport(self, folder: Path) -> None:
        manager: Any = self.parent
        # Ports handed out ahead of the kernel's own binding are a race between kernels.
        manager.cache_ports = False
        # The user's own folder would keep the file of every kernel whose client was killed.
        manager.connection_file = str(folder / "connection.json")
        if os.name != "posix":
            return
        if len(os.fsencode(folder)) > LONGEST_FOLDER:
            self.log.warning(
                "kernel: the folder for sockets has a path over %d bytes, so TCP is used. "
                "Set TMPDIR to a shorter folder.",
                LONGEST_FOLDER,
            )
            return
        manager.transport = "ipc"
        manager.ip = str(folder / "k")
