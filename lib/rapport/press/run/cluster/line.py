"""The line to a Dask scheduler, as far as a run needs it."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from rapport.errors import ParameterError
from rapport.press.run.cluster.errand import end_run, run_errand, topic_of

logger = logging.getLogger(__name__)

KINDS = ("tcp://", "tls://", "ws://", "wss://", "ucx://")
SECONDS_TO_CONNECT = 30
SECONDS_TO_END = 20
SECONDS_BETWEEN_LOOKS = 2.0
# Said by `eval`, which any Python has: a function of ours would need what is asked about.
HAS_US = "__import__('importlib.util').util.find_spec('rapport') is not None"


class Line:
    """A run's line: who is there, errands sent, and the end of it all."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.run = secrets.token_hex(8)
        self._client: Any = None
        self._workers: dict[str, int] = {}
        self._looked_at = float("-inf")
        self._without_us: set[str] = set()

    def connect(self, on_event: Callable[[Mapping[str, Any]], None]) -> None:
        """Connect, and hear from now on what workers tell of this run.

        Raises
        ------
        ParameterError
            The extra is not installed, the address is none, or nobody answers there.
        """
        self._client = _connect(self.address)
        self._client.subscribe_topic(topic_of(self.run), lambda event: on_event(event[1]))

    @property
    def is_open(self) -> bool:
        """Whether the scheduler is still there."""
        return self._client is not None and self._client.status == "running"

    def list_workers(self) -> dict[str, int]:
        """Give the workers that have this package, and how many errands each takes at once."""
        now = time.monotonic()
        if now - self._looked_at >= SECONDS_BETWEEN_LOOKS and self.is_open:
            self._workers = self._look()
            self._looked_at = now
        return {at: n for at, n in self._workers.items() if at not in self._without_us}

    def list_without_us(self) -> Collection[str]:
        """Name the workers that have no such package."""
        return self._without_us

    def _look(self) -> dict[str, int]:
        try:
            workers: dict[str, int] = self._client.nthreads()
            new = [at for at in workers if at not in self._workers]
            if new:
                answers = self._client.run(eval, HAS_US, workers=new, on_error="return")
                self._without_us |= {at for at, answer in answers.items() if answer is False}
        except OSError:  # the scheduler has just gone, which `is_open` says next
            return {}
        return workers

    def send(self, errand: Mapping[str, Any], name: str, workers: Iterable[str] | None) -> Any:
        """Send an errand and give its future.

        Parameters
        ----------
        name : by which a dashboard groups errands
        workers : that may run it; None = any
        """
        key = f"{name}-{self.run}-{errand['number']}-{secrets.token_hex(4)}"
        chosen = None if workers is None else sorted(workers)
        return self._client.submit(run_errand, errand, key=key, pure=False, workers=chosen)

    def cancel(self, futures: Collection[Any]) -> None:
        """Take errands back: one that is at work is ended."""
        if futures and self.is_open:
            self._client.cancel(list(futures), force=True)

    def close(self) -> None:
        """End what workers keep for this run, and hang up."""
        if self._client is None:
            return
        if self.is_open:
            try:
                self._client.run(end_run, self.run, on_error="ignore", wait=True)
            except (OSError, TimeoutError) as error:
                # A worker that nobody reaches ends what it has by itself.
                logger.warning("cluster: not every worker was told of the end (%s)", error)
        self._client.close(timeout=SECONDS_TO_END)
        self._client = None


def _connect(address: str) -> Any:
    if not address.startswith(KINDS):
        raise ParameterError(f"--cluster {address}: is no address as tcp://host:port.")
    try:
        from distributed import Client, Security  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ParameterError(
            "--cluster: needs the extra `cluster`. Install rapport-reports[cluster], here and on "
            "the workers."
        ) from error
    given: Any = Security()  # type: ignore[no-untyped-call]
    if address.startswith("tls://") and not given.tls_ca_file:
        raise ParameterError(
            f"--cluster {address}: no certificates. Name them by "
            "DASK_DISTRIBUTED__COMM__TLS__CA_FILE and its fellows, see docs/cluster.md."
        )
    try:
        return Client(  # type: ignore[no-untyped-call]
            address, timeout=SECONDS_TO_CONNECT, set_as_default=False, name="rapport"
        )
    except (OSError, TypeError, ValueError) as error:
        raise ParameterError(
            f"--cluster {address}: no connection ({type(error).__name__}). Look whether a "
            "scheduler runs there, and for tls:// whether its authority is the one named here."
        ) from error
