"""A real process that kills itself before each of its file operations in turn.

Python announces every file operation to audit hooks before it happens, so "at any moment" need not
be left to chance: what lies on the disk changes between two of these operations only.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LIB = str(Path(__file__).parents[1] / "lib")

# One process imports; each attempt is a fork of it, for that takes milliseconds.
SERVER = """
import json, os, signal, sys, traceback
exec(sys.argv[1])
code = compile(sys.argv[2], "code", "exec")
def run(left, arguments):
    def count(event, _):
        nonlocal left
        is_file = event == "open" or event.startswith(("os.", "shutil.", "fcntl.", "tempfile."))
        if is_file and event not in ("os.listdir", "os.scandir", "os.putenv"):
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.argv = ["", *arguments]
    sys.addaudithook(count)
    try:
        exec(code, globals())
        status = 0
    except BaseException:
        traceback.print_exc()
        status = 1
    os._exit(status)
for line in sys.stdin:
    child = os.fork() or run(*json.loads(line))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""

Run = Callable[..., bool]


@contextmanager
def killable(imports: str, code: str) -> Iterator[Run]:
    """Give a function that runs `code`, killed before its n-th file operation (0: never).

    The function takes n and then `sys.argv[1:]`, and tells whether the process was killed; any
    other end than a good one is an error. `imports` are not counted.
    """
    command = [sys.executable, "-c", SERVER, imports, code]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": LIB}, **pipes) as server:

        def run(step: int, *arguments: object) -> bool:
            server.stdin.write(json.dumps([step, [str(a) for a in arguments]]) + "\n")
            server.stdin.flush()
            status = int(server.stdout.readline())
            assert status in (0, -9), "the process failed: its traceback is on standard error"
            return status == -9

        try:
            yield run
        finally:
            server.stdin.close()


def kill_at_every_step(run: Run, *arguments: object) -> Iterator[int]:
    """Run one file operation further each time, until it is not killed; give each number."""
    step = 1
    while run(step, *arguments):
        yield step
        step += 1
