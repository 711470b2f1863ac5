"""The verdict on a hostile file runs, loads, writes and fetches nothing; Python itself tells."""

import os
import subprocess
import sys
from pathlib import Path

from attacks import ATTACKS

LIB = str(Path(__file__).parents[4] / "lib")
WATCH = """
import sys
from pathlib import Path
from rapport.press.proof.seal.answer import answer
files = sorted(Path(sys.argv[1]).iterdir())
trust = Path(sys.argv[2])
answer(files[0], trust)  # what the verdict itself needs is loaded by now
seen = []
def watch(event, arguments):
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & 3
    runs = event.split(".")[0] in ("import", "exec", "compile", "subprocess", "socket", "ctypes",
                                   "pickle", "marshal", "urllib", "code", "webbrowser")
    if writes or runs or event in ("os.system", "os.exec", "os.posix_spawn", "os.fork"):
        seen.append((event, str(arguments)[:100]))
sys.addaudithook(watch)
codes = [answer(file, trust).exit_code for file in files]
print(len(codes), sorted(set(codes)), seen)
"""


def test_no_attack_makes_python_run_load_write_or_fetch_anything(tmp_path):
    files = tmp_path / "files"
    files.mkdir()
    for number, attack in enumerate(ATTACKS.values()):
        (files / f"{number:02}.html").write_bytes(attack())
    (tmp_path / "trust").write_text("", encoding="ascii")

    done = subprocess.run(
        [sys.executable, "-c", WATCH, str(files), str(tmp_path / "trust")],
        env={**os.environ, "PYTHONPATH": LIB}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.stderr == ""
    assert done.stdout == f"{len(ATTACKS)} [6, 7] []\n"
