"""The program that is a kernel: ipykernel's own, ended in an order that cannot stall.

Like the fork server it stands alone and imports nothing of the package.
"""

import importlib
import sys
from typing import Any

SECONDS_TO_FLUSH = 2

# The kernelspecs say that these kernels have no debugger, but ipykernel would load it all the same,
# which takes as long as pandas.
sys.modules["debugpy"] = None  # type: ignore[assignment]


def launch() -> None:
    """Be a kernel, as told by the command line, until a client ends it."""
    application = importlib.import_module("ipykernel.kernelapp").IPKernelApp
    _spare_idle_flushes(importlib.import_module("ipykernel.iostream").OutStream)
    try:
        application.launch_instance()
    finally:
        _let_control_end(application.instance())


def _spare_idle_flushes(stream: type) -> None:
    # Ipykernel flushes both streams around every cell and every output, and each time waits for
    # its output thread, a sixth of what a small cell takes. Where nothing was written since, there
    # is nothing to wait for: all that is sent goes through that one thread, in order.
    flush = stream.flush  # type: ignore[attr-defined]

    def flush_if_written(self: Any) -> None:
        pending = ("_flush_pending", "_subprocess_flush_pending")
        if any(getattr(self, name, True) for name in pending):
            flush(self)

    stream.flush = flush_if_written  # type: ignore[attr-defined]


def _let_control_end(application: object) -> None:
    # Ipykernel closes what its control thread speaks through and only then waits for that thread,
    # which may still be flushing: one kernel in five then hung until its client lost patience.
    control = getattr(application, "control_thread", None)
    if control is not None and control.is_alive():
        control.stop()
        control.join(SECONDS_TO_FLUSH)


if __name__ == "__main__":
    launch()
