"""The program that is a kernel: ipykernel's own, ended in an order that cannot stall.

Like the fork server it stands alone and imports nothing of the package.
"""

import importlib
import sys

SECONDS_TO_FLUSH = 2

# The kernelspecs say that these kernels have no debugger, but ipykernel would load it all the same,
# which takes as long as pandas.
sys.modules["debugpy"] = None  # type: ignore[assignment]


def launch() -> None:
    """Be a kernel, as told by the command line, until a client ends it."""
    application = importlib.import_module("ipykernel.kernelapp").IPKernelApp
    try:
        application.launch_instance()
    finally:
        _let_control_end(application.instance())


def _let_control_end(application: object) -> None:
    # Ipykernel closes what its control thread speaks through and only then waits for that thread,
    # which may still be flushing: one kernel in five then hung until its client lost patience.
    control = getattr(application, "control_thread", None)
    if control is not None and control.is_alive():
        control.stop()
        control.join(SECONDS_TO_FLUSH)


if __name__ == "__main__":
    launch()
