"""The package's own code behind a chapter or table: its modules, followed through their imports.

Found in the source, not at run time, so a plan costs no import. An import inside a function
counts, and so does a dotted string that names a module (`import_module("rapport.x")`).
"""

import ast
import hashlib
import os
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeGuard

PACKAGE = "rapport"
PACKAGE_FOLDER = Path(__file__).parents[3]
# Marts reach a chapter as the content of tables; what the press does to a notebook moves no
# number, and its enforced settings are a part of the key by themselves.
NOT_OF_CHAPTERS = ("rapport.marts", "rapport.press")
# Pages, the index, mails and kits are made of these after a chapter ran: none is in its key.
FOR_RENDERING = re.compile(
    r"^assets/(?:(?:html|index|mail|project|typst|verify)/"
    r"|locale/(?:delivery|document|index|values)\.yml$)"
)
# An id, also the fixed beginning of one that is put together: f"churn.{name}".
ID = re.compile(r"^([a-z][\w-]*)\.[\w.-]*$")
DOTTED = re.compile(PACKAGE + r"(\.\w+)+")
# Sentences and fitted models serve some chapters.
OF_SOME = re.compile(
    r"^assets/(?:locale/sentences\.|(?!theme\.))([\w-]+)\.(?:yml|bin|json|LICENSE\.txt)$"
)


class Facts(NamedTuple):
    """What is found in a module's source."""

    imports: tuple[str, ...]
    """Dotted names of the package."""
    words: tuple[str, ...]
    """First parts of its dotted strings: `churn` of "churn.rate.month"."""


Known = dict[str, Facts]
"""By the digest of the module and of its place."""


class Package:
    """The files of the package, each read once, so that all keys see one state of them."""

    def __init__(self, folder: Path = PACKAGE_FOLDER, known: Known | None = None) -> None:
        """Begin with nothing read.

        Parameters
        ----------
        folder : where the package lies
        known : facts of modules looked through before; new ones are added to it
        """
        self.folder = folder
        self.known: Known = {} if known is None else known
        self.n_found = 0
        """How many modules had to be looked through."""
        self._digests: dict[str, str] = {}
        self._facts: dict[str, Facts] = {}
        self._files: dict[str, list[str]] = {}
        self._states: dict[str, tuple[int, int, int]] = {}

    def digest_modules(
        self, uses: Collection[str], *, without: Collection[str] = ()
    ) -> dict[str, str]:
        """Digest every module that these import, and that those import, and so on.

        Parameters
        ----------
        uses : dotted names (`rapport.analysis.rfm`), or files beneath the package (`marts/a.sql`)
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
            for at in self._files_of(name):
                if at not in found:
                    found[at] = self._digest(at)
                    ahead += self._facts_of(at).imports
        return dict(sorted(found.items()))

    def digest_assets(self, chapter: str, words: Collection[str]) -> dict[str, str]:
        """Digest the fonts, theme and words that a chapter's figures and sentences are made of.

        Parameters
        ----------
        chapter : its name
        words : first parts of the ids and files that it and its modules name; sentences and
            models that none of them names are left out
        """
        found = {}
        for at in self._list_assets():
            named = OF_SOME.match(at)
            is_strange = named is not None and named.group(1) not in {chapter, *words}
            if not is_strange and not FOR_RENDERING.match(at):
                found[at] = self._digest(at)
        return found

    def words_of(self, modules: Iterable[str]) -> frozenset[str]:
        """Give the first parts of all dotted strings in these modules."""
        return frozenset(word for at in modules for word in self._facts_of(at).words)

    def is_as_read(self, files: Iterable[str]) -> bool:
        """Say whether files surely are as they were read; a look at them, nothing is read again.

        Folders are looked at too, for a file that was added. What says no is no proof of a change:
        a folder also moves when Python leaves its compiled modules there.
        """
        folders = [at for at in self._states if at.endswith("/")]
        return all(self._states.get(at) == self._state_of(at) for at in (*files, *folders))

    def trust(self, other: "Package") -> None:
        """Take over how files looked when another one read them and found the same in them."""
        self._states |= other._states

    def _digest(self, at: str) -> str:
        if at not in self._digests:
            # Before it is read: a change on the way shows as one afterwards.
            self._states[at] = self._state_of(at)
            content = (self.folder / at).read_bytes()
            self._digests[at] = hashlib.sha256(content).hexdigest()
            if at.endswith(".py"):
                self._facts[at] = self._look_through(at, content)
        return self._digests[at]

    def _facts_of(self, at: str) -> Facts:
        self._digest(at)
        return self._facts.get(at, Facts((), ()))

    def _look_through(self, at: str, content: bytes) -> Facts:
        label = hashlib.sha256(f"{at}\n".encode() + content).hexdigest()
        if label not in self.known:
            parts = (PACKAGE, *at.removesuffix(".py").split("/"))
            is_package = parts[-1] == "__init__"
            module = ".".join(parts[:-1] if is_package else parts)
            tree = ast.parse(content)
            imports = imports_in(tree, module=module, is_package=is_package)
            self.n_found += 1
            self.known[label] = Facts(tuple(sorted(imports)), tuple(sorted(words_in_tree(tree))))
        return self.known[label]

    def _files_of(self, name: str) -> list[str]:
        if name not in self._files:
            self._files[name] = self._find_files(name)
        return self._files[name]

    def _find_files(self, name: str) -> list[str]:
        if not _lies_in(name, PACKAGE):
            if not (self.folder / name).is_file():
                raise FileNotFoundError(f"code of a task: {name} is no file of the package")
            return [name]
        parts = name.split(".")[1:]
        chain = ["/".join((*parts[:n], "__init__.py")) for n in range(len(parts) + 1)]
        module = "/".join(parts) + ".py" if parts else chain[0]
        return [at for at in (*chain, module) if os.path.isfile(f"{self.folder}/{at}")]  # noqa: PTH113

    def _list_assets(self) -> list[str]:
        found = []
        for folder, folders, names in os.walk(self.folder / "assets"):
            folders[:] = [name for name in folders if name != "__pycache__"]
            inside = Path(folder).relative_to(self.folder).as_posix()
            self._states.setdefault(f"{inside}/", self._state_of(f"{inside}/"))
            found += [f"{inside}/{name}" for name in names if not name.endswith((".py", ".pyc"))]
        return sorted(found)

    def _state_of(self, at: str) -> tuple[int, int, int]:
        try:
            status = os.stat(f"{self.folder}/{at}")  # noqa: PTH116
        except FileNotFoundError:
            return (0, 0, 0)
        return (status.st_size, status.st_mtime_ns, status.st_ino)


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
    elif isinstance(node, ast.Constant) and _is_dotted(node.value):
        yield node.value


def _is_dotted(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and DOTTED.fullmatch(value) is not None


def _lies_in(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")
