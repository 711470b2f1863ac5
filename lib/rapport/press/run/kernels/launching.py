"""The program that is a kernel: ipykernel's own, ended in an order that cannot stall.

Like the fork server it stands alone and imports nothing of the package.
"""

import ast
import importlib
import sys
import warnings
from typing import Any

SECONDS_TO_FLUSH = 2

# The kernelspecs say that these kernels have no debugger, but ipykernel would load it all the same,
# which takes as long as pandas.
sys.modules["debugpy"] = None  # type: ignore[assignment]


def launch() -> None:
    """Be a kernel, as told by the command line, until a client ends it."""
    application = importlib.import_module("ipykernel.kernelapp").IPKernelApp
    _spare_idle_flushes(importlib.import_module("ipykernel.iostream").OutStream)
    _spare_search_for_magic(
        importlib.import_module("IPython.core.inputtransformer2").TransformerManager
    )
    _spare_thread_of_subshells(application)
    _spare_list_of_modules(importlib.import_module("ipykernel.ipkernel"))
    try:
        application.launch_instance()
    finally:
        _let_control_end(application.instance())


def _spare_thread_of_subshells(application: type) -> None:
    # Every request would go through a thread of its own, for cells that run beside others: a
    # client that executes one after another never asks for that.
    init_control = application.init_control  # type: ignore[attr-defined]

    def init_control_alone(self: Any, context: Any) -> None:
        init_control(self, context)
        self.shell_channel_thread = None

    application.init_control = init_control_alone  # type: ignore[attr-defined]


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


def _spare_search_for_magic(manager: type) -> None:
    # IPython takes every cell apart into tokens, twice and in Python, to look for what is not
    # Python: `%magic`, `!command`, `name?`. What Python's own parser takes as it is holds none.
    transform = manager.do_token_transforms  # type: ignore[attr-defined]
    stock = manager().token_transformers

    def transform_unless_python(self: Any, lines: list[str]) -> list[str]:
        if self.token_transformers == stock and _is_python("".join(lines)):
            return lines
        return list(transform(self, lines))

    manager.do_token_transforms = transform_unless_python  # type: ignore[attr-defined]


def _is_python(text: str) -> bool:
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        with warnings.catch_warnings():  # what is doubtful, the cell's own compilation tells
            warnings.simplefilter("ignore")
            compile(text, "cell", "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _spare_list_of_modules(kernel: Any) -> None:
    # Ipykernel asks each of some thousand modules for its file, for a debugger that these kernels
    # do not have; in a fork, to look at an object is to copy its page.
    class WithoutModules:
        def __getattr__(self, name: str) -> Any:
            return {} if name == "modules" else getattr(sys, name)

    kernel.sys = WithoutModules()


def _let_control_end(application: object) -> None:
    # Ipykernel closes what its control thread speaks through and only then waits for that thread,
    # which may still be flushing: one kernel in five then hung until its client lost patience.
    control = getattr(application, "control_thread", None)
    if control is not None and control.is_alive():
        control.stop()
        control.join(SECONDS_TO_FLUSH)


if __name__ == "__main__":
    launch()
