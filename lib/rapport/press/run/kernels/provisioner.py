"""How a kernel is launched: over private sockets, with the press's settings, and accounted for.

A provisioner, not a papermill engine: whatever runs notebooks through jupyter_client (papermill,
nbclient, nbval) gets all of it by choosing the kernelspec.
"""

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from rapport.press.run.kernels.settings import (
    ACCOUNT_VARIABLE,
    SOCKETS_VARIABLE,
    kernel_environment,
)

# A socket's path may have 107 bytes (103 on macOS); "/k-5" and room for a longer number go off.
LONGEST_FOLDER = 90


class RapportProvisioner(LocalProvisioner):
    """Launches a kernel with sockets in a private folder and the enforced settings."""

    folder: Path | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose transport, folder and environment before the connection file is written."""
        if self.folder is None:  # a restart keeps its folder
            self.folder = Path(
                tempfile.mkdtemp(prefix="rapport-", dir=os.environ.get(SOCKETS_VARIABLE) or None)
            )
        self._choose_transport(self.folder)
        ambient = kwargs.pop("env", None) or dict(os.environ)
        environment = kernel_environment(ambient, private=self.folder)
        prepared: dict[str, Any] = await super().pre_launch(env=environment, **kwargs)
        return prepared

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Launch, and note the process so that whoever waits can end it."""
        account = os.environ.get(ACCOUNT_VARIABLE)
        if account is None:
            return await super().launch_kernel(cmd, **kwargs)
        with (Path(account) / "kernel.log").open("ab") as log:
            connection = await super().launch_kernel(cmd, **kwargs | {"stdout": log, "stderr": log})
        self._note(pid=self.pid)
        return connection

    async def shutdown_requested(self, restart: bool = False) -> None:  # noqa: FBT001, FBT002
        """Note the peak of memory while the process can still be asked."""
        self._note(peak_bytes=_peak_bytes(self.pid))
        await super().shutdown_requested(restart=restart)

    async def poll(self) -> int | None:
        """Note how the kernel ended when it has."""
        status: int | None = await super().poll()
        if self.process is not None and status is not None:
            self._note(exit_status=status)
        return status

    async def cleanup(self, restart: bool = False) -> None:  # noqa: FBT001, FBT002
        """Remove the private folder with its sockets."""
        await super().cleanup(restart=restart)
        if self.folder is not None and not restart:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None

    def _choose_transport(self, folder: Path) -> None:
        manager: Any = self.parent
        # Ports handed out ahead of the kernel's own binding are a race between kernels.
        manager.cache_ports = False
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

    def _note(self, **facts: int | None) -> None:
        account = os.environ.get(ACCOUNT_VARIABLE)
        if account is None:
            return
        path = Path(account) / "kernel.json"
        known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        aside = path.with_suffix(".aside")
        aside.write_text(json.dumps(known | facts), encoding="utf-8", newline="\n")
        aside.replace(path)


def _peak_bytes(pid: int | None) -> int | None:
    """Read the high-water mark of a process's memory; None where the system does not tell."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return None
    for line in status.read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return None
