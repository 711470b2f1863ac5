"""Find what would give another number elsewhere: in chapters, `analysis/`, `present/` and `marts/`.

Each rule has been seen to move a number: the clock and the working folder, sets in their own order,
models and draws without a seed, sorting by one key whose ties each processor breaks in its own way
(by several keys pandas sorts stably), the address or hash of an object. Sums of fractions in the
engine have a test of their own, which reads every mart.

    python tools/lint_determinism.py [FILE ...]
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("lib/rapport/analysis", "lib/rapport/present", "lib/rapport/marts", "notebooks")
MAGIC = re.compile(r"^(\s*)[%!].*$", re.MULTILINE)
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}")
ALLOWED = re.compile(r"# same everywhere: \S")
"""A line, or the one above it, may say why it is none, as a rule of ruff is ignored by a reason."""

CLOCK = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns",
    "time.localtime", "time.gmtime", "time.strftime", "Timestamp.now", "Timestamp.today",
    "Timestamp.utcnow", "pd.to_datetime('now')",
}  # fmt: skip
PLACE = {"os.getcwd", "Path.cwd", "Path.home", "os.getenv", "os.environ.get", "socket.gethostname"}
# They draw, and take their seed by this name.
DRAWING = {
    "KMeans", "MiniBatchKMeans", "BisectingKMeans", "GaussianMixture", "BayesianGaussianMixture",
    "RandomForestClassifier", "RandomForestRegressor", "ExtraTreesClassifier",
    "ExtraTreesRegressor", "GradientBoostingClassifier", "GradientBoostingRegressor",
    "HistGradientBoostingClassifier", "HistGradientBoostingRegressor", "MLPClassifier",
    "MLPRegressor", "SGDClassifier", "SGDRegressor", "NMF", "TruncatedSVD", "FastICA", "TSNE",
    "LatentDirichletAllocation", "train_test_split", "ShuffleSplit", "StratifiedShuffleSplit",
    "permutation_importance", "resample", "shuffle",
}  # fmt: skip
SHUFFLING = {"KFold", "StratifiedKFold", "GroupKFold"}
SEED = "random_state"
GLOBAL_DRAWS = {
    "rand", "randn", "randint", "random", "choice", "choices", "shuffle", "permutation", "normal",
    "uniform", "sample", "seed", "binomial", "poisson", "exponential", "gamma", "beta",
}  # fmt: skip
# What gives the same of a set in whatever order.
ORDERLESS = {"sorted", "set", "frozenset", "len", "min", "max", "any", "all", "sum", "isdisjoint"}
ORDERING = {"list", "tuple", "enumerate", "iter", "join", "array", "Series", "DataFrame", "Index"}


class Finding(NamedTuple):
    """One place that may give another number elsewhere."""

    file: str
    line: int
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.rule}: {self.text}"


def main(arguments: list[str]) -> int:
    """Print every finding; give 1 if there is any."""
    paths = [Path(name) for name in arguments] or list(list_files(ROOT))
    found = [finding for path in paths for finding in lint(path)]
    for finding in found:
        sys.stdout.write(f"{finding}\n")
    return 1 if found else 0


def list_files(root: Path) -> Iterator[Path]:
    """List all that is looked through, in order."""
    for folder in FOLDERS:
        yield from sorted((root / folder).rglob("*.py"))
        yield from sorted((root / folder).rglob("*.ipynb"))


def lint(path: Path) -> list[Finding]:
    """Look through one module or notebook; cells are counted from 1, prose included."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return list(look_through(text, path.name))
    found: list[Finding] = []
    for number, cell in enumerate(json.loads(text)["cells"], 1):
        if cell["cell_type"] == "code":
            name = f"{path.name} cell {number}"
            found += look_through(MAGIC.sub(r"\1pass", "".join(cell["source"])), name)
            shown = json.dumps(cell.get("outputs", []))
            if ADDRESS.search(shown):
                found.append(Finding(name, 1, "address", "an output shows where an object lay"))
    return found


def look_through(text: str, name: str) -> Iterator[Finding]:
    """Find every fault of some Python."""
    tree = ast.parse(text)
    lines = text.splitlines()
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            child.above = node  # type: ignore[attr-defined]
    for node in ast.walk(tree):
        for rule, said in _judge(node):
            line = getattr(node, "lineno", 1)
            if not any(ALLOWED.search(near) for near in lines[max(0, line - 2) : line]):
                yield Finding(name, line, rule, said)


def _judge(node: ast.AST) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        yield from _judge_call(node, called)
    if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
        yield "place", "reads the environment"
    goes_through = isinstance(node, ast.For | ast.comprehension) and _is_set(node.iter)
    if goes_through and not _is_orderless(node):
        yield "set order", "goes through a set; sort it"


def _judge_call(node: ast.Call, called: str) -> Iterator[tuple[str, str]]:
    last, two = called.rpartition(".")[2], ".".join(called.split(".")[-2:])
    if two in CLOCK:
        yield "clock", f"{two} reads the clock; take as_of"
    if two in PLACE or called == "os.environ.get":
        yield "place", f"{two} reads where it runs"
    if called in ("id", "hash"):
        yield "address", f"{called}() differs from one process to the next"
    if _draws(node, called, last):
        yield "seed", f"{last} draws without a seed"
    if last == "sort_values" and not _sorts_alike(node):
        yield "ties", 'sorts by one key and not stably; say kind="stable" or add a key'
    if last in ("argsort", "argpartition") and not _has(node, "kind"):
        yield "ties", f'{last} breaks ties as the processor likes; say kind="stable"'
    if last in ORDERING and any(_is_set(argument) for argument in node.args[:1]):
        yield "set order", f"{last}() of a set; sort it"


def _draws(node: ast.Call, called: str, last: str) -> bool:
    if last in DRAWING:
        return not _has(node, SEED) and not called.startswith(("rng.", "draw."))
    if last in SHUFFLING:
        return _has(node, "shuffle") and not _has(node, SEED)
    if last in ("default_rng", "Random", "RandomState"):
        return not node.args and not node.keywords
    if called.startswith(("np.random.", "numpy.random.", "random.")):
        return last in GLOBAL_DRAWS
    is_frame = last == "sample" and bool(node.args or node.keywords)
    return (is_frame and not _has(node, SEED)) or called in ("uuid.uuid4", "secrets.token_hex")


def _sorts_alike(node: ast.Call) -> bool:
    """Say whether a sort of pandas gives one order: stable, or by several keys."""
    if any(k.arg == "kind" and ast.unparse(k.value) == "'stable'" for k in node.keywords):
        return True
    given = [k.value for k in node.keywords if k.arg == "by"]
    by = (node.args or given or [None])[0]
    if isinstance(by, ast.List | ast.Tuple):
        return len(by.elts) > 1 or any(isinstance(each, ast.Starred) for each in by.elts)
    # A name may hold several keys, and one that does not is seen where it is given.
    return by is not None and not isinstance(by, ast.Constant)


def _has(node: ast.Call, name: str) -> bool:
    return any(keyword.arg in (name, None) for keyword in node.keywords)


def _is_set(node: ast.expr) -> bool:
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) in ("set", "frozenset")
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr | ast.BitAnd | ast.Sub):
        return _is_set(node.left) or _is_set(node.right)
    return False


def _is_orderless(node: ast.AST) -> bool:
    """Say whether what goes through a set hands it on to what does not ask for an order."""
    if isinstance(node, ast.For):
        return False
    made = node.above  # type: ignore[attr-defined]
    if isinstance(made, ast.SetComp):
        return True
    taker = getattr(made, "above", None)
    return isinstance(taker, ast.Call) and ast.unparse(taker.func).rpartition(".")[2] in ORDERLESS


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
