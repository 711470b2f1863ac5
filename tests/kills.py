"""A real process that kills itself before each of its file operations in turn.

Python announces every file operation to audit hooks before it happens, so "at any moment" need not
be left to chance: what lies on the disk changes between two of these operations only.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

LIB = str(Path(__file__).parents[1] / "lib")

KILLER = """
import os, signal, sys
left = int(sys.argv.pop(1))
def count(event, arguments):
    global left
    is_file = event == "open" or event.startswith(("os.", "shutil.", "fcntl.", "tempfile."))
    if is_file and event not in ("os.listdir", "os.scandir", "os.putenv"):
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
"""


def kill_at_every_step(imports: str, code: str, *arguments: object) -> Iterator[int]:
    """Run `code` again and again, killed one file operation later each time; give each number.

    Ends with the run that needs no more operations, which must end well.

    Parameters
    ----------
    imports : not counted
    arguments : `sys.argv[1:]`
    """
    whole = "\n".join([KILLER, imports, "sys.addaudithook(count)", code])
    step = 1
    while kill_at(whole, step, *arguments):
        yield step
        step += 1


def kill_at(whole: str, step: int, *arguments: object) -> bool:
    """Run a program and tell whether it was killed; any other end than a good one is an error."""
    command = [sys.executable, "-c", whole, str(step), *map(str, arguments)]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": LIB}, capture_output=True, check=False
    )
    assert done.returncode in (0, -9), done.stderr.decode()
    return done.returncode == -9
