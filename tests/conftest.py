"""What holds for all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from servers import Server


# How long an example takes tells what else the machine does, and speed is measured elsewhere.
settings.register_profile("rapport", deadline=None)
settings.load_profile("rapport")


def pytest_collection_finish() -> None:
    """Let numerical libraries compute in one thread: two workers have two cores.

    Threads that share a core wait for each other by spinning, which trebles the processor time of
    clustering. Said to the libraries that were imported and not by variables, which every process
    that a test starts would inherit: whether the press sets its own is for tests to find.
    """
    threadpool_limits(limits=1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep one part of the tests, if RAPPORT_TEST_PART names it: `2/8` is each eighth test."""
    part = os.environ.get("RAPPORT_TEST_PART")
    if part:
        number, of = (int(word) for word in part.split("/"))
        kept = items[number - 1 :: of]
        config.hook.pytest_deselected(items=[one for one in items if one not in kept])
        items[:] = kept


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """Run a PostgreSQL server on loopback, one for all tests of a worker; each makes databases."""
    from servers import postgres_server  # noqa: PLC0415 - few workers need one

    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb() -> Iterator[Server]:
    """Run a MariaDB server on loopback, one for all tests of a worker."""
    from servers import mariadb_server  # noqa: PLC0415 - few workers need one

    with mariadb_server() as server:
        yield server
