"""What a fork of the server does first: become the process that a fresh start would have given.

Like the server itself it stands alone and imports nothing of the package.
"""

import atexit
import ctypes
import gc
import importlib
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Collection
from typing import Any

Request = dict[str, Any]
PR_SET_PDEATHSIG = 1
PACKAGE = "rapport"

of_some: list[str] = []
"""Modules of the package that a chapter of the run asked for, and not every one begins with."""
newest: list[str] = []
"""The last module that was loaded when somebody looked."""


def remember_own() -> None:
    """Note that what is loaded of the package by now is every chapter's."""
    newest[:] = [next(reversed(sys.modules))]


def note_own() -> None:
    """Note what was loaded of the package since somebody looked: in the server, before a fork."""
    # From the newest back: to look at thousands of names in every fork copied a page for each few.
    for name in reversed(sys.modules):
        if name in newest:
            break
        if name.startswith(f"{PACKAGE}."):
            of_some.append(name)
    remember_own()


def become(request: Request, added: dict[str, str]) -> None:
    """Turn this fork into the process that a fresh start would have given, and run it.

    `added` are the variables that libraries set as they were imported.
    """
    gc.enable()
    os.setsid()
    # Nothing outlives its server, however that ends.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != request["server"]:
        os._exit(1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _redirect(request["log"])
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    os.chdir(request["cwd"])
    _seed()
    _end(_run_call(request) if "call" in request else _run_kernel(request, added))


def _run_kernel(request: Request, added: dict[str, str]) -> int:
    os.environ.update(added | request["env"] | {"JPY_PARENT_PID": str(request["server"])})
    sys.argv = request["argv"]
    _forget_others(request.get("allowed", ()))
    return _run(importlib.import_module("launching").launch)


def _forget_others(allowed: Collection[str]) -> None:
    # A chapter could use, through its package, a module that another chapter imported and its own
    # key does not hold. A cold kernel would not have it.
    for name in set(of_some).difference(allowed).intersection(sys.modules):
        del sys.modules[name]
        above, _, last = name.rpartition(".")
        if above in sys.modules:
            vars(sys.modules[above]).pop(last, None)


def _run_call(request: Request) -> int:
    module, _, name = request["call"].partition(":")
    arguments = [request["descriptors"], *request["arguments"]]
    return _run(lambda: getattr(importlib.import_module(module), name)(*arguments))


def _run(function: Callable[[], None]) -> int:
    try:
        function()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
        return 1
    return 0


def _end(code: int) -> None:
    # All that a process does at its end but tearing down every module, which takes as long as a
    # short chapter and changes nothing.
    try:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    finally:
        os._exit(code)


def _redirect(log: str | None) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.close(nothing)
    if log is not None:
        file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.dup2(file, 1)
        os.dup2(file, 2)
        os.close(file)


def _seed() -> None:
    # Else all kernels would draw the same "random" numbers; a cold one draws its own.
    random.seed()
    numpy = sys.modules.get("numpy.random")
    if numpy is not None:
        numpy.seed()
