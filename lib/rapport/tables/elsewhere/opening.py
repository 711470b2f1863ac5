"""Open an engine by its name; where it is stands in the environment and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from rapport.errors import ParameterError, RapportError

ENGINES = ("duckdb", "postgresql", "spark")
ADDRESS = "RAPPORT_ENGINE_URL"


class ServerError(RapportError):
    """A server that a run needs is not there, or did not do what it was asked."""

    exit_code = 1


class Elsewhere(Protocol):
    """An engine that holds tables by the digest of what is in them."""

    dialect: str
    schema: str

    def load(self, name: str, path: Path, columns: Sequence[str], parts: Sequence[str]) -> None:
        """Hold these columns of a Parquet file under a name, unless it is held already."""

    def keep(self, name: str, sql: str, parts: Sequence[str]) -> None:
        """Hold what a SELECT gives under a name, made of tables held; unless it is held."""

    def fetch(self, sql: str) -> pa.RecordBatchReader:
        """Give what a SELECT gives, in order."""

    def forget(self, is_needed: Callable[[str], bool]) -> int:
        """Drop every table of which some file is needed no more; give how many."""


def open_engine(name: str, environment: Mapping[str, str] = os.environ) -> Elsewhere:
    """Open an engine, once in each process.

    Parameters
    ----------
    name : postgresql or spark
    environment : `RAPPORT_ENGINE_URL` says where: `postgresql://user:password@host/database`, or
        Spark's master (`local[2]` where nothing is said)

    Raises
    ------
    ParameterError
        The address is not given, or of another engine; the engine's extra is not installed.
    ServerError
        The server cannot be reached or refuses to be opened.
    """
    return _open(name, environment.get(ADDRESS, ""), os.getpid())


@lru_cache(maxsize=4)
def _open(name: str, url: str, process: int) -> Elsewhere:
    del process  # a fork must not go on with its parent's
    try:
        if name == "spark":
            from rapport.tables.elsewhere.spark import Spark  # noqa: PLC0415 - an extra

            return Spark(url)
        from rapport.tables.elsewhere.postgresql import PostgreSQL  # noqa: PLC0415 - an extra

        return PostgreSQL(url)
    except ModuleNotFoundError as error:
        raise ParameterError(
            f"engine {name}: {error.name} is not installed. "
            f"Install the extra: pip install 'rapport-reports[{name}]'."
        ) from error
