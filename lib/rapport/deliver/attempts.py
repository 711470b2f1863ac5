"""Trying again what may succeed later, and naming how an attempt ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

PAUSES = (2.0, 8.0, 30.0)  # seconds before the second, third and fourth attempt
TIMEOUT = 30.0  # seconds that a server may take for one answer


class LaterError(Exception):
    """It was not handed over, and may be tried again; the text holds no address and no secret."""


class RefusedError(Exception):
    """It was not handed over, and trying again changes nothing."""


class UnknownError(Exception):
    """It was handed over, and no answer came: nobody knows whether it arrived."""


def attempt(work: Callable[[], None], *, pauses: Sequence[float] = PAUSES) -> None:
    """Do something until it succeeds, is refused, or the last pause is over.

    Raises
    ------
    LaterError, RefusedError, UnknownError
        How the last attempt ended. What is unknown is never tried again.
    """
    for pause in pauses:
        try:
            work()
        except LaterError:
            time.sleep(pause)
        else:
            return
    work()
