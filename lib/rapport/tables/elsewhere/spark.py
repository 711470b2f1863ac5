"""Spark as an engine: views over the Parquet files themselves, under the digest of their content.

A session lives as long as its process, and what it made goes with it. The files must lie where all
of Spark's workers see them; on one machine they do.
"""

from __future__ import annotations

import atexit
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.storagelevel import StorageLevel

from rapport.tables.elsewhere.opening import ServerError
from rapport.tables.elsewhere.steps import split_select

LOCAL = "local[2]"
KEPT = StorageLevel.MEMORY_AND_DISK
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
    # A thread of Spark's that finds no memory dies alone, and whoever waits for it waits for good.
    "spark.driver.defaultJavaOptions": "-XX:+ExitOnOutOfMemoryError -XX:+DisplayVMOutputToStderr",
}
# On one machine: no socket but on loopback, and no two hundred parts of a small table.
SETTINGS_HERE = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "2",
}
NO_JAVA = "Java did not start. Install a Java runtime (17 or newer), or set JAVA_HOME"
NO_ANSWER = (
    "Java gave no answer, most often for want of memory. Give it more: "
    "`spark.driver.memory 4g` in spark-defaults.conf, in the folder that SPARK_CONF_DIR names"
)
REASONS = {
    "JAVA_GATEWAY_EXITED": NO_JAVA,
    "PySparkRuntimeError": NO_JAVA,
    "Py4JError": NO_ANSWER,
    "Py4JNetworkError": NO_ANSWER,
    "ConnectionRefusedError": NO_ANSWER,
    "ConnectionResetError": NO_ANSWER,
    "BrokenPipeError": NO_ANSWER,
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
        atexit.register(_stop, self._session)

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
        with _told(), self._steps(sql) as left:
            self._hold(name, left)
        self._known.add(name)

    def fetch(self, sql: str) -> pa.RecordBatchReader:
        """Give what a SELECT gives, in order."""
        with _told(), self._steps(sql) as left:
            table = self._session.sql(left).toArrow()
        return table.replace_schema_metadata(None).to_reader()

    def forget(self, is_needed: Callable[[str], bool]) -> int:
        """Drop nothing: what a session made goes with it."""
        del is_needed
        return 0

    def _hold(self, name: str, sql: str) -> None:
        # Held without how they were made, which every reader would plan again: `persist` keeps
        # rows, and with each table that builds on others the plan still doubles.
        made = self._session.sql(sql).localCheckpoint(storageLevel=KEPT)
        made.createOrReplaceTempView(name)

    @contextmanager
    def _steps(self, sql: str) -> Iterator[str]:
        """Hold the steps of a statement for as long as what is left of it is asked."""
        steps, left = split_select(sql, dialect=self.dialect)
        for step in steps:
            self._hold(step.name, step.sql)
        try:
            yield left
        finally:
            for step in steps:
                self._session.catalog.dropTempView(step.name)


def _stop(session: SparkSession) -> None:
    # Java that has ended already needs no stopping.
    with suppress(ConnectionError, Py4JError), _unlogged():
        session.stop()


@contextmanager
def _told() -> Iterator[None]:
    """Say what went wrong by its class alone: Spark's own words may hold rows and plans."""
    try:
        with _unlogged():
            yield
    except (PySparkException, Py4JError, ConnectionError) as error:
        said = getattr(error, "getCondition", lambda: None)() or _name_cause(error)
        told = REASONS.get(said, f"Spark gave up ({said}). Look into its log")
        raise ServerError(f"engine spark: {told}.") from None


@contextmanager
def _unlogged() -> Iterator[None]:
    # PySpark writes what it raises to standard error as well, words, plan and all.
    before = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(before)


def _name_cause(error: Exception) -> str:
    """Name the class of what Java threw first; of the error itself, if nothing came from Java."""
    thrown, name = getattr(error, "java_exception", None), type(error).__name__
    with suppress(ConnectionError, Py4JError):  # Java may have ended since
        while thrown is not None:
            name, thrown = thrown.getClass().getName(), thrown.getCause()
    return str(name)


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
