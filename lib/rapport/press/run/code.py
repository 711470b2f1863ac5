"""The package's own code behind a chapter or table: its modules, followed through their imports.

Found in the source, not at run time, so a plan costs no import. An import inside a function
counts, and so does a dotted string that names a module (`import_module("rapport.x")`).
"""

import ast
import hashlib
import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from pathlib import Path

PACKAGE = "rapport"
PACKAGE_FOLDER = Path(__file__).parents[2]
# Marts reach a chapter as the content of tables; what the press does to a notebook moves no
# number, and its enforced settings are a part of the key by themselves.
NOT_OF_CHAPTERS = ("rapport.marts", "rapport.press")
# Pages are made of these after a chapter ran: they belong to the render key.
FOR_RENDERING = re.compile(r"^assets/(html/|typst/|templates/|locale/document\.yml$)")
# An id, also the fixed beginning of one that is put together: f"churn.{name}".
ID = re.compile(r"^([a-z][\w-]*)\.[\w.-]*$")
DOTTED = PACKAGE + r"(\.\w+)+"
SENTENCES = re.compile(r"^assets/locale/sentences\.([\w-]+)\.yml$")


def digest_modules(
    uses: Collection[str], *, folder: Path = PACKAGE_FOLDER, without: Collection[str] = ()
) -> dict[str, str]:
    """Digest every module that these import, and that those import, and so on.

    Parameters
    ----------
    uses : dotted names (`rapport.analysis.rfm`), or files beneath the package (`marts/a.sql`)
    folder : where the package lies
    without : packages that are neither digested nor followed

    Returns
    -------
    path beneath the package: sha256 of the file
    """
    found: dict[str, str] = {}
    ahead, seen = list(uses), set()
    while ahead:
        name = ahead.pop()
        if name in seen or any(_lies_in(name, package) for package in without):
            continue
        seen.add(name)
        for path in _files_of(name, folder):
            at = path.relative_to(folder).as_posix()
            if at not in found:
                found[at] = _digest(path)
                ahead += _imports_of(path, folder)
    return dict(sorted(found.items()))


def digest_assets(
    chapter: str,
    words: Collection[str],
    siblings: Collection[str],
    *,
    folder: Path = PACKAGE_FOLDER,
) -> dict[str, str]:
    """Digest the fonts, theme and words that a chapter's figures and sentences are made of.

    Parameters
    ----------
    chapter : its name
    words : first parts of the ids that it and its modules name
    siblings : names of all chapters; the sentences of another chapter are left out unless named
    """
    strangers = set(siblings) - {chapter} - set(words)
    found = {}
    for path in sorted((folder / "assets").rglob("*")):
        at = path.relative_to(folder).as_posix()
        sentences = SENTENCES.match(at)
        is_strange = sentences is not None and sentences.group(1) in strangers
        is_data = path.is_file() and path.suffix not in (".py", ".pyc")
        if is_data and not is_strange and not FOR_RENDERING.match(at):
            found[at] = _digest(path)
    return found


def words_of(modules: Iterable[str], *, folder: Path = PACKAGE_FOLDER) -> frozenset[str]:
    """Give the first parts of all dotted strings in these modules, paths beneath the package."""
    sources = [folder / at for at in modules if at.endswith(".py")]
    return frozenset().union(*(words_in(path.read_text(encoding="utf-8")) for path in sources))


@lru_cache(maxsize=1024)
def words_in(text: str) -> frozenset[str]:
    """Give the first parts of all dotted strings in a module's source."""
    return words_in_tree(ast.parse(text))


def words_in_tree(tree: ast.AST) -> frozenset[str]:
    """Give the first parts of all dotted strings in a tree: `churn` of "churn.rate.month"."""
    constants = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    found = [ID.match(value) for value in constants if isinstance(value, str)]
    return frozenset(match.group(1) for match in found if match)


def imports_in(tree: ast.AST, *, module: str, is_package: bool) -> set[str]:
    """Give every dotted name of the package that a tree imports or names in a string."""
    names = {name for node in ast.walk(tree) for name in _names(node, module, is_package)}
    return {name for name in names if _lies_in(name, PACKAGE)}


def _names(node: ast.AST, module: str, is_package: bool) -> Iterator[str]:  # noqa: FBT001
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            here = module.split(".")
            kept = here[: len(here) - node.level + is_package]
            base = ".".join([*kept, base] if base else kept)
        yield base
        # `from rapport.present import figures` may name a module: both are tried.
        yield from (f"{base}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Constant) and re.fullmatch(DOTTED, str(node.value)):
        yield str(node.value)


def _files_of(name: str, folder: Path) -> list[Path]:
    if not _lies_in(name, PACKAGE):
        path = folder / name
        if not path.is_file():
            raise FileNotFoundError(f"code of a task: {name} is no file of the package")
        return [path]
    parts = name.split(".")[1:]
    chain = [folder.joinpath(*parts[:n], "__init__.py") for n in range(len(parts) + 1)]
    module = folder.joinpath(*parts).with_suffix(".py") if parts else chain[0]
    return [path for path in (*chain, module) if path.is_file()]


def _imports_of(path: Path, folder: Path) -> set[str]:
    if path.suffix != ".py":
        return set()
    parts = (PACKAGE, *path.relative_to(folder).with_suffix("").parts)
    is_package = parts[-1] == "__init__"
    module = ".".join(parts[:-1] if is_package else parts)
    return _imports_in_text(path.read_text(encoding="utf-8"), module, is_package)


@lru_cache(maxsize=1024)
def _imports_in_text(text: str, module: str, is_package: bool) -> set[str]:  # noqa: FBT001
    return imports_in(ast.parse(text), module=module, is_package=is_package)


def _lies_in(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def _digest(path: Path) -> str:
    status = path.stat()
    return _digest_once(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=1024)
def _digest_once(path: Path, _size: int, _mtime: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
