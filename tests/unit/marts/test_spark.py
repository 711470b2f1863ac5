"""Spark's session: what it holds, and that it says what to do and nothing of the rows."""

import importlib.util
import os
import shutil
import subprocess
import sys

import pytest

from rapport.tables.elsewhere import ServerError, open_engine

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("pyspark") is None
    or (shutil.which("java") is None and "JAVA_HOME" not in os.environ),
    reason="the extra `spark` or Java is not installed: nox -s engines",
)
# Longer than all of Java's memory. Such a thread of Spark's once let everybody wait for good.
TOO_LARGE = """
from rapport.tables.elsewhere import ServerError, open_engine
for text in ("repeat('secret', 330000000)", "'a'"):
    try:
        open_engine("spark").fetch(f"SELECT length({text}) AS n")
    except ServerError as error:
        print(error)
"""


@pytest.fixture
def spark(monkeypatch):
    monkeypatch.setenv("RAPPORT_ENGINE_URL", "local[2]")
    return open_engine("spark")


def test_what_is_kept_is_read_again_and_no_step_is_left(spark):
    spark.keep("m_1", "WITH a AS (SELECT 1 AS b UNION ALL SELECT 2) SELECT a.b FROM a, a AS c", [])

    given = spark.fetch("WITH d AS (SELECT b FROM m_1) SELECT d.b FROM d, d AS e ORDER BY 1")

    assert given.read_all()["b"].to_pylist() == [1] * 8 + [2] * 8
    held = {table.name for table in spark._session.catalog.listTables()}
    assert {name for name in held if name.startswith("s_")} == set()


def test_a_value_that_cannot_be_read_is_told_by_its_condition_alone(spark, capfd):
    with pytest.raises(ServerError, match=r"Spark gave up \(CAST_INVALID_INPUT\)") as told:
        spark.fetch("SELECT CAST('secret' AS INT) AS n")

    assert "secret" not in str(told.value)
    assert "secret" not in "".join(capfd.readouterr())


def test_too_little_memory_is_an_error_and_nobody_waits_for_it(monkeypatch):
    monkeypatch.setenv("RAPPORT_ENGINE_URL", "local[2]")

    command = [sys.executable, "-c", TOO_LARGE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.stdout.count("Java gave no answer, most often for want of memory") == 2
    assert (done.stdout.count("\n"), done.stderr, done.returncode) == (2, "", 0)
