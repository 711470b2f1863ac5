"""One thread of linear algebra for as long as something is fitted.

With more, sums are added in another order, and boosted trees took twenty times the processor
time. The libraries are looked for once: a search goes through everything that is loaded.
"""

from contextlib import AbstractContextManager
from functools import cache

from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]


def hold_one_thread() -> AbstractContextManager[object]:
    """Hold linear algebra to one thread within `with`."""
    held: AbstractContextManager[object] = _pools().limit(limits=1)
    return held


@cache
def _pools() -> ThreadpoolController:
    return ThreadpoolController()
