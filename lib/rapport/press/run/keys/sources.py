"""The code behind tasks, read once for a plan."""

import difflib
import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from rapport.errors import ParameterError
from rapport.press.run.keys.code import NOT_OF_CHAPTERS, Package
from rapport.press.run.keys.reads import ChapterCode, read_chapter
from rapport.press.run.tasks import ChapterTask, Limits, Scope, Task


class Sources:
    """The code behind tasks, each file read once a plan, so that a run sees one state of it."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._chapters: dict[Path, ChapterCode] = {}
        self._modules: dict[tuple[object, ...], dict[str, str]] = {}

    def chapter(self, notebook: Path) -> ChapterCode:
        """Give a notebook's code."""
        if notebook not in self._chapters:
            self._chapters[notebook] = read_chapter(notebook)
        return self._chapters[notebook]

    def modules(self, task: Task) -> dict[str, str]:
        """Give the digests of a task's modules; of a chapter also of its words and fonts."""
        if isinstance(task, ChapterTask):
            return self._once((task.notebook, task.uses), lambda: self._chapter_modules(task))
        return self._once(task.code, lambda: self._package.digest_modules(task.code))

    def find_move(self, task: Task, modules: Mapping[str, str]) -> str | None:
        """Name a file of a task's code that is no longer as its key says; None if all are."""
        if self._package.is_as_read(modules):
            return None
        gone = [at for at in modules if not (self._package.folder / at).is_file()]
        if gone:
            return gone[0]
        now = Sources(Package(self._package.folder, self._package.known))
        now._chapters = self._chapters
        moved = now.modules(task).items() ^ modules.items()
        if moved:
            return min(moved)[0]
        self._package.trust(now._package)
        return None

    def _chapter_modules(self, task: ChapterTask) -> dict[str, str]:
        modules = self._package.digest_modules(task.uses, without=NOT_OF_CHAPTERS)
        if not modules:
            return {}
        words = self.chapter(task.notebook).words | self._package.words_of(modules)
        return modules | self._package.digest_assets(task.chapter, words)

    def _once(
        self, label: tuple[object, ...], make: Callable[[], dict[str, str]]
    ) -> dict[str, str]:
        if label not in self._modules:
            self._modules[label] = make()
        return self._modules[label]


def chapter_name(notebook: Path) -> str:
    """Give a chapter's name without the number that orders it.

    Examples
    --------
    >>> chapter_name(Path("notebooks/06_churn.ipynb"))
    'churn'
    """
    number, _, name = notebook.stem.partition("_")
    return name if name and number.isdigit() else notebook.stem


def make_chapter_task(
    notebook: Path,
    scope: Scope,
    *,
    parameters: Mapping[str, Any],
    context: Mapping[str, Any],
    frame: tuple[str, ...] | None = None,
    limits: Limits | None = None,
) -> ChapterTask:
    """Make the task of one chapter; what it reads, writes and imports is found in its source.

    Parameters
    ----------
    notebook : its file name without number is the chapter's name
    scope : unit, and period or None
    parameters : resolved values; those are taken that the `parameters` cell names
    context : handed on as it is, see `ChapterTask.context`
    frame : fields of `context["unit_parameters"]` that every chapter sees. With them the key holds
        these and the fields that the notebook itself names (`chapter.unit.k`), so another field may
        move without executing the chapter. None, or a notebook that hands `chapter.unit` on as a
        whole: the key holds all fields.
    limits : seconds and memory that an execution may take
    """
    unit, period = scope
    code = read_chapter(notebook)
    chapter = chapter_name(notebook)
    is_whole = frame is None or code.unit_fields is None
    return ChapterTask(
        id=f"{unit}/{period or 'all-periods'}/{chapter}",
        unit=unit,
        period=period,
        chapter=chapter,
        notebook=notebook,
        parameters={name: v for name, v in parameters.items() if name in code.parameters},
        context=context,
        reads=code.reads,
        uses=code.uses,
        writes=code.writes,
        optional=code.optional,
        unit_fields=None if is_whole else (*(frame or ()), *(code.unit_fields or ())),
        limits=limits,
    )


def check_parameters(tasks: Iterable[Task], sources: Sources) -> None:
    """Check that every notebook has the parameters that it is to be given.

    Raises
    ------
    ParameterError
        With the nearest right name. Papermill would warn and run.
    """
    for task in tasks:
        if not isinstance(task, ChapterTask):
            continue
        names = sources.chapter(task.notebook).parameters
        for name in task.parameters:
            if name not in names:
                near = difflib.get_close_matches(name, names, n=1)
                hint = f"Did you mean {near[0]}?" if near else "Its `parameters` cell has none."
                raise ParameterError(f"{task.notebook.name}: no parameter {name}. {hint}")


def digest_text(text: str) -> str:
    """Give the digest of a text."""
    return hashlib.sha256(text.encode()).hexdigest()
