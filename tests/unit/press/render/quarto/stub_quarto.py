"""A stub of Quarto: it proves that we call a program and treat its end rightly, nothing more.

What it does is told by a file `plan` beside it. It renders nothing, and no test that uses it says
that a report was rendered by Quarto.
"""

import json
import os
import sys
import time
from pathlib import Path


def main() -> int:
    """Do as the plan says."""
    plan = json.loads(Path(__file__).with_name("plan").read_text(encoding="utf-8"))
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(plan.get("version", "1.9.38") + "\n")
        return 0
    told = {"argv": sys.argv[1:], "cwd": str(Path.cwd()), "env": dict(os.environ)}
    told["files"] = sorted(path.name for path in Path().iterdir())
    Path(__file__).with_name("called").write_text(json.dumps(told), encoding="utf-8")
    if plan.get("hang"):
        if os.fork() == 0:
            time.sleep(8)
            Path(__file__).with_name("survived").touch()
            return 0
        time.sleep(60)
    sys.stderr.write(plan.get("says", "") + "\n")
    for name, text in plan.get("makes", {}).items():
        Path(name).write_text(text, encoding="utf-8")
    return int(plan.get("code", 0))


sys.exit(main())
