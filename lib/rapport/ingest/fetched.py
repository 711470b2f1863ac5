"""What functions of the project fetched: run once for each delivery, kept, and read ever after.

A function lies in `sources/<module>.py` of the project and yields Arrow batches, from an API for
instance. What it yields is kept as Parquet under a name made of the function, its arguments and
the source's `delivery`; a rerun reads that file. To fetch anew, give `delivery` another word: the
older file stays, and so do the reports made from it, until `rapport store gc` removes what nobody
names. A change of the function's code alone fetches nothing: what a service said then cannot be
asked again.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import re
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from rapport.errors import DataError, ParameterError
from rapport.params import Source, UnitParams

FOLDER = "sources"
MB = 1 << 20


def fetched_path(root: Path, unit: str, name: str, source: Source) -> Path:
    """Give the file that holds, or shall hold, what a source's function yields.

    Examples
    --------
    >>> source = Source(format="python", function="shop:orders", delivery="2026-06")
    >>> fetched_path(Path("p"), "web", "api", source).as_posix()
    'p/data/store/fetched/web/api-8ad9319c4e641043.parquet'
    """
    asked = [name, source.function, dict(source.arguments), source.delivery]
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode("utf-8")).hexdigest()
    plain = re.sub(r"[^\w-]", "_", name)[:40]
    return root / "data" / "store" / "fetched" / unit / f"{plain}-{digest[:16]}.parquet"


class Aside(Protocol):
    """A private folder on the store's disk; it goes when it is left, or is swept later."""

    @property
    def folder(self) -> Path:
        """Where it is."""


Lend = Callable[[], AbstractContextManager[Aside]]


def fetch_sources(unit: UnitParams, root: Path, lend: Lend) -> list[str]:
    """Fetch the sources of a unit whose present delivery was not fetched yet, and name them.

    Functions of the project are run, databases and object stores are read.

    A file is there whole or not at all: what a function yields is written aside first, in a folder
    that `lend` gives.

    Raises
    ------
    ParameterError
        The project has no such module, or the module no such function.
    DataError
        The function failed, or what it yields is no Arrow batch or too much.
    """
    fetched = []
    for name, source in sorted(unit.sources.items()):
        path = fetched_path(root, unit.name, name, source)
        if source.format == "python" and not path.is_file():
            with lend() as aside:
                _fetch(name, source, root, (aside.folder / path.name, path))
            fetched.append(name)
    if any(source.is_remote for source in unit.sources.values()):
        # Few units have any, and it loads what reads them.
        from rapport.ingest.remote.fetch import fetch_remote  # noqa: PLC0415

        fetched += [one.source for one in fetch_remote(unit, root, lend, anew=False).readings]
    return fetched


def _fetch(name: str, source: Source, root: Path, way: tuple[Path, Path]) -> None:
    function, (aside, path) = _load(name, source, root), way
    where = f"source {name}: {source.function}"
    _write(where, _run(where, function, source, root), source, aside)
    # It holds what a service knows of people.
    aside.chmod(0o600)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside.replace(path)


def list_unneeded(
    root: Path, units: Iterable[UnitParams], named: Collection[str], *, keep: int
) -> list[Path]:
    """List the fetched files that nobody needs.

    Kept are, of each source, the newest `keep`, the one that the unit's file names, and those that
    published reports were made of.

    Parameters
    ----------
    units : all of the project
    named : digests of the sources of published reports
    keep : deliveries of each source, at least 1
    """
    declared = {
        fetched_path(root, unit.name, name, source)
        for unit in units
        for name, source in unit.sources.items()
        if source.format == "python"
    }
    found: dict[tuple[Path, str], list[Path]] = {}
    for path in sorted((root / "data" / "store" / "fetched").glob("*/*.parquet")):
        found.setdefault((path.parent, path.name.rpartition("-")[0]), []).append(path)
    unneeded = []
    for mine in found.values():
        mine.sort(key=lambda path: (path.stat().st_mtime_ns, path.name))
        old = [path for path in mine[:-keep] if path not in declared]
        unneeded += [path for path in old if _digest(path) not in named]
    # Before there was a folder to write in aside, killed processes left their parts here.
    return unneeded + sorted((root / "data" / "store" / "fetched").glob("*/.*.part"))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _load(name: str, source: Source, root: Path) -> Callable[..., Any]:
    module, _, called = str(source.function).partition(":")
    path = root / FOLDER / f"{module}.py"
    where = f"source {name}: {FOLDER}/{module}.py"
    if not path.is_file():
        raise ParameterError(f"{where} is absent. Put the function there, or mend `function`.")
    spec = importlib.util.spec_from_file_location(f"rapport_source_{module}", path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(loaded)
    except Exception as error:
        raise DataError(_failed(where, error, path)) from error
    function = getattr(loaded, called, None)
    if not callable(function):
        raise ParameterError(f"{where} has no function {called}. Mend `function`.")
    return function  # type: ignore[no-any-return]


def _run(where: str, function: Callable[..., Any], source: Source, root: Path) -> Iterator[Any]:
    given = dict(source.arguments) | ({"delivery": source.delivery} if source.delivery else {})
    module = str(source.function).partition(":")[0]
    try:
        yield from function(**given)
    except Exception as error:
        raise DataError(_failed(where, error, root / FOLDER / f"{module}.py")) from error


def _failed(where: str, error: Exception, path: Path) -> str:
    """Say where a function failed; its own message may hold a key or a customer."""
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
    line = f" in line {lines[-1]} of {FOLDER}/{path.name}" if lines else ""
    return f"{where} failed with {type(error).__name__}{line}. Mend it, then run again."


def _write(where: str, batches: Iterator[Any], source: Source, aside: Path) -> None:
    # A run that fetches nothing need not load them.
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    writer: pq.ParquetWriter | None = None
    n_rows = n_bytes = 0
    with contextlib.ExitStack() as opened:
        for batch in batches:
            if not isinstance(batch, pa.RecordBatch | pa.Table):
                advice = "Yield pyarrow.RecordBatch or pyarrow.Table."
                raise DataError(f"{where} yields {type(batch).__name__}. {advice}")
            n_rows, n_bytes = n_rows + batch.num_rows, n_bytes + batch.nbytes
            if n_rows > source.limits.rows or n_bytes > source.limits.unpacked_mb * MB:
                advice = "Fetch less, or raise `limits` of the source."
                raise DataError(f"{where} yields more than its limits allow. {advice}")
            if writer is None:
                made = pq.ParquetWriter(aside, batch.schema, compression="zstd")
                writer = opened.enter_context(made)
            if not batch.schema.equals(writer.schema):
                advice = "Cast them to one schema."
                raise DataError(f"{where} yields batches that differ in columns or types. {advice}")
            writer.write(batch)
    if writer is None:
        raise DataError(f"{where} yields nothing. Yield one empty batch if nothing happened.")
