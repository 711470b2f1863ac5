"""Measure the seal: what sealing costs a run, and what its verdict costs a reader.

Goals: the verdict on HTML and PDF of 3 MB takes under 50 ms of processor time beyond the start of
Python, sealing adds nothing but the slot and takes under .02 s. Bodies are filled with noise:
the seal does not care what a page holds.
"""

import hashlib
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from measuring import ROOT, cost_of_command, environment, median, print_table

REPEATS = 15
SIZE = 3_000_000
sys.path[:0] = [str(ROOT / "lib"), str(ROOT / "tests")]

import sealing  # noqa: E402 - found by the line before
from rapport.press.proof.envelope import make_envelope  # noqa: E402
from rapport.press.proof.packed import pack  # noqa: E402
from rapport.press.proof.seal.check import check  # noqa: E402
from rapport.press.proof.slot import fill_slot, make_block, slot_size  # noqa: E402
from rapport.press.proof.trust import spell_line  # noqa: E402

CALL = "import sys; from rapport.cli import main; sys.exit(main())"
COUNT = """
import sys
before = set(sys.modules)
from rapport.press.proof.seal.answer import main
main(sys.argv[1:])
loaded = set(sys.modules) - before
print(len(loaded), ",".join(sorted(n for n in loaded if n.split(".")[0] not in
      {*sys.stdlib_module_names, "rapport"})) or "none", file=sys.stderr)
"""


def make_file(form: str) -> tuple[bytes, dict[str, object]]:
    """Make a body of 3 MB with a record like that of ten chapters, and its statement."""
    draw = random.Random(form)
    digests = {f"module {n}": draw.randbytes(32).hex() for n in range(650)}
    values = [{"id": f"churn.{n}", "value": draw.random(), "n": n} for n in range(600)]
    text = str(values).encode()
    noise = draw.randbytes(SIZE // 2).hex().encode()
    body = noise[: SIZE // 2] + make_block(slot_size(text)) + noise[SIZE // 2 :]
    packed = pack({"values": values, "code": digests})
    return body, sealing.statement(body, packed=packed)


def time_call(call: Callable[[], object]) -> float:
    """Give the median processor seconds of a call."""
    spent = []
    for _ in range(REPEATS):
        before = time.process_time()
        call()
        spent.append(time.process_time() - before)
    return sorted(spent)[REPEATS // 2]


def main() -> None:
    """Measure and print."""
    signer, trust = sealing.signer(), sealing.trust()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "trust").write_text(spell_line(sealing.NAME, signer.key), encoding="utf-8")
        for form in ("html", "pdf"):
            body, statement = make_file(form)
            file = fill_slot(body, make_envelope(statement, signer))
            (place / f"report.{form}").write_bytes(file)
            digest = time_call(lambda body=body: hashlib.sha256(body).hexdigest())
            sealed = time_call(
                lambda body=body, statement=statement: fill_slot(
                    body, make_envelope(statement, signer)
                )
            )
            verdict = time_call(lambda file=file: check(file, trust))
            rows.append([form, f"{len(file):,}", str(len(file) - len(body)),
                         f"{(digest + sealed) * 1000:.1f}", f"{verdict * 1000:.1f}"])  # fmt: skip
        head = ["form", "bytes", "bytes that sealing adds", "sealing, CPU ms", "verdict, CPU ms"]
        print_table(f"Seal, median of {REPEATS}", head, rows)
        words = ["--trust", str(place / "trust")]
        files = [str(place / f"report.{form}") for form in ("html", "pdf")]
        commands = [["python -c pass", [sys.executable, "-c", "pass"]]]
        commands.append(["rapport --help", [sys.executable, "-c", CALL, "--help"]])
        for file in files:
            words_of = [sys.executable, "-c", CALL, "verify", file, *words]
            commands.append([f"rapport verify, {Path(file).suffix[1:]}", words_of])
        costs = [
            [name, f"{median([cost_of_command(c) for _ in range(REPEATS)]).cpu:.3f}"]
            for name, c in commands
        ]
        print_table(f"Whole command, median of {REPEATS}", ["command", "CPU s"], costs)
        done = subprocess.run(
            [sys.executable, "-c", COUNT, files[0], *words],
            cwd=ROOT, env=environment({}), capture_output=True, text=True, check=True,
        )  # fmt: skip
    print(f"\nmodules that the verdict loads, and those not of Python or of us: {done.stderr}")


if __name__ == "__main__":
    main()
