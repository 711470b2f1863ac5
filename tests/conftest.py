"""What holds for all tests."""

from threadpoolctl import threadpool_limits


def pytest_collection_finish() -> None:
    """Let numerical libraries compute in one thread: two workers have two cores.

    Threads that share a core wait for each other by spinning, which trebles the processor time of
    clustering. Said to the libraries that were imported and not by variables, which every process
    that a test starts would inherit: whether the press sets its own is for tests to find.
    """
    threadpool_limits(limits=1)
