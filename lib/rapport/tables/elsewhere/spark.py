"""Spark as an engine: views over the Parquet files themselves, under the digest of their content.

A session lives as long as its process, and what it made goes with it. The files must lie where all
of Spark's workers see them; on one machine they do.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.storagelevel import StorageLevel

from rapport.tables.elsewhere.opening import ServerError

LOCAL = "local[2]"
SETTINGS = {
    "spark.app.name": "rapport",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.session.timeZone": "UTC",
    # An overflow is an error, not a null; a decimal keeps all its digits.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
}
# On one machine: no socket but on loopback, and no two hundred parts of a small table.
SETTINGS_HERE = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "2",
}


class Spark:
    """One session, for as long as the process lives."""

    dialect, schema = "spark", ""

    def __init__(self, master: str) -> None:
        self._known: set[str] = set()
        settings = (
            SETTINGS if master and not master.startswith("local") else SETTINGS | SETTINGS_HERE
        )
        builder = SparkSession.builder.master(master or LOCAL)
        for name, value in settings.items():
            builder = builder.config(name, value)
        with _told(), _quiet():
            self._session = builder.getOrCreate()
        atexit.register(self._session.stop)

    def load(self, name: str, path: Path, columns: Sequence[str], parts: Sequence[str]) -> None:
        """Hold these columns of a Parquet file under a name, unless it is held already."""
        del parts  # the files lie where they lay
        if name in self._known:
            return
        n_rows = pq.ParquetFile(path).metadata.num_rows
        with _told():
            table = self._session.read.parquet(path.resolve().as_uri()).select(*columns)
            if table.count() != n_rows:
                raise ServerError(
                    f"engine spark: reads another number of rows than the {n_rows} of a table. "
                    "Put the store where all of Spark's workers see the same files."
                )
            table.createOrReplaceTempView(name)
        self._known.add(name)

    def keep(self, name: str, sql: str, parts: Sequence[str]) -> None:
        """Hold what a SELECT gives under a name, made of tables held; unless it is held."""
        del parts  # goes with the session
        if name in self._known:
            return
        with _told():
            made = self._session.sql(sql).persist(StorageLevel.MEMORY_AND_DISK)
            made.createOrReplaceTempView(name)
        self._known.add(name)

    def fetch(self, sql: str) -> pa.RecordBatchReader:
        """Give what a SELECT gives, in order."""
        with _told():
            table = self._session.sql(sql).toArrow()
        return table.replace_schema_metadata(None).to_reader()

    def forget(self, is_needed: Callable[[str], bool]) -> int:
        """Drop nothing: what a session made goes with it."""
        del is_needed
        return 0


@contextmanager
def _told() -> Iterator[None]:
    """Say what went wrong by its class alone: Spark's own words may hold rows and plans."""
    try:
        yield
    except (PySparkException, Py4JError) as error:
        said = getattr(error, "getCondition", lambda: None)() or type(error).__name__
        if said in ("JAVA_GATEWAY_EXITED", "PySparkRuntimeError"):
            told = "Java did not start. Install a Java runtime (17 or newer), or set JAVA_HOME"
        else:
            told = f"Spark gave up ({said}). Look into its log"
        raise ServerError(f"engine spark: {told}.") from None


@contextmanager
def _quiet() -> Iterator[None]:
    # The Java process inherits standard error and greets on it; what it has to say of a failure
    # arrives as an exception.
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
