"""Compare `rapport --help` with a bare interpreter: processor seconds and modules loaded.

The goal is one processor second: heavy libraries are imported inside commands only.
"""

import subprocess
import sys

from measuring import ROOT, cost_of_command, environment, median, print_table

REPEATS = 7
HELP = "import sys; from rapport.cli import main; sys.exit(main(['--help']))"
COUNT = """
import contextlib, io, sys
from rapport.cli import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main(["--help"])
heavy = sorted({"pandas", "numpy", "matplotlib", "typst", "duckdb", "pydantic"} & set(sys.modules))
print(len(sys.modules), ",".join(heavy) or "none")
"""


def main() -> None:
    """Measure and print."""
    rows = []
    for name, code in (("python -c pass", "pass"), ("rapport --help", HELP)):
        cost = median([cost_of_command([sys.executable, "-c", code]) for _ in range(REPEATS)])
        rows.append([name, f"{cost.cpu:.2f}", f"{cost.wall:.2f}"])
    print_table(f"Help, median of {REPEATS}", ["command", "CPU s", "wall s"], rows)
    done = subprocess.run(
        [sys.executable, "-c", COUNT],
        cwd=ROOT, env=environment({}), capture_output=True, text=True, check=True,
    )  # fmt: skip
    n_modules, heavy = done.stdout.split()
    print(f"\nmodules loaded: {n_modules}; heavy ones among them: {heavy}")


if __name__ == "__main__":
    main()
