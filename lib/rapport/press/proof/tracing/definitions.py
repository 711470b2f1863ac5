"""What a function says of itself, and the pages of methods that show it: read, never imported."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ARITHMETIC = "rapport.analysis"
DEPTH = 3
"""How many files away a method may stand that a chapter's function rests on."""
SHARED = 2
"""Pages that may show a name; one that more of them show is a word of all and leads to none."""
_IMPORTED = re.compile(r"^>>> from (rapport\.[\w.]+) import ([\w, ]+)", re.MULTILINE)


@dataclass(frozen=True)
class Definition:
    """One function: where it stands, what it says, and whether it is the one that was sealed."""

    name: str
    file: str
    line: int
    says: str
    is_recorded: bool
    """Whether the file that is installed has the digest that the record holds."""
    uses: tuple[str, ...]
    """Names of `rapport.analysis` that it, or what it calls in its own file, makes use of."""


@dataclass(frozen=True)
class Page:
    """A page of `docs/methods/`."""

    file: str
    title: str
    question: str


def read_definition(name: str, package: Path, recorded: Mapping[str, str]) -> Definition | None:
    """Read a function's definition.

    Parameters
    ----------
    name : `rapport.analysis.churn.churn_rate_table`
    package : the folder of the installed package
    recorded : file of the package -> sha256, as the record holds them

    Returns
    -------
    None where this installation has no such function
    """
    module, _, function = name.rpartition(".")
    path = package.joinpath(*module.split(".")[1:]).with_suffix(".py")
    if not path.is_file():
        return None
    content = path.read_bytes()
    tree = ast.parse(content)
    own = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    if function not in own:
        return None
    file = path.relative_to(package).as_posix()
    says = (ast.get_docstring(own[function]) or "").partition("\n\n")[0]
    return Definition(
        name=name,
        file=f"{package.name}/{file}",
        line=own[function].lineno,
        says=" ".join(says.split()),
        is_recorded=recorded.get(file) == hashlib.sha256(content).hexdigest(),
        uses=tuple(_list_uses(function, own, _map_imports(tree))),
    )


def _map_imports(tree: ast.Module) -> dict[str, str]:
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(ARITHMETIC)
        for alias in node.names
    }


def _list_uses(
    function: str, own: Mapping[str, ast.AST], imports: Mapping[str, str]
) -> Iterator[str]:
    waiting, seen = [function], {function}
    while waiting:
        for node in ast.walk(own[waiting.pop(0)]):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                if node.value.id in imports:
                    yield f"{imports[node.value.id]}.{node.attr}"
            elif isinstance(node, ast.Name):
                if node.id in imports:
                    yield imports[node.id]
                elif node.id in own and node.id not in seen:
                    seen.add(node.id)
                    waiting.append(node.id)


def follow_uses(known: Iterable[Definition], package: Path) -> list[str]:
    """Name the functions that some rest on, those in files near to them first."""
    named = dict.fromkeys(one.name for one in known)
    nearest = list(named)
    for _ in range(DEPTH):
        read = [read_definition(name, package, {}) for name in nearest]
        found = dict.fromkeys(name for one in read if one for name in one.uses)
        nearest = [name for name in found if name not in named]
        named |= dict.fromkeys(nearest)
    return list(named)


def find_pages(methods: Path, functions: Sequence[str]) -> list[Page]:
    """Find the pages of methods whose example calls one of some functions, in their order."""
    pages: dict[str, list[Page]] = {}
    for path in sorted(methods.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        title, _, rest = text.removeprefix("# ").partition("\n")
        question = rest.replace("## Question", "").strip().partition("\n\n")[0]
        page = Page(path.name, title.strip(), " ".join(question.split()))
        for module, names in _IMPORTED.findall(text):
            for name in names.split(","):
                pages.setdefault(f"{module}.{name.strip()}", []).append(page)
    named = [
        page for name in functions for page in pages.get(name, ()) if len(pages[name]) <= SHARED
    ]
    return list(dict.fromkeys(named))
