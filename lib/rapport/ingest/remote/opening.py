"""What opening a database of any kind has in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rapport.errors import ParameterError
from rapport.ingest.remote.address import Address

# Seconds for a server to answer at all. A statement it ends itself after `seconds` of the unit's
# file; who has said nothing for so much longer has gone.
WAIT = 15


@contextmanager
def needing(address: Address, product: str, extra: str) -> Iterator[None]:
    """Say which extra to install where what is imported in this block is not there."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ParameterError(
            f'database {address.name}: {product} needs pip install "rapport-reports[{extra}]".'
        ) from error
