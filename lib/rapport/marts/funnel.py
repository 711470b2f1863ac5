"""The steps of the funnel that a unit looks at, as a table that marts join.

A step is a kind of contact (`cart`), a page of the log (`page:payment`), or `order`: a sale,
wherever it was made. Their order is the funnel's.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from rapport import tables
from rapport.errors import ParameterError
from rapport.schema import CONTACTS

MOST = 8
ORDER, PAGE = "order", "page:"
STEPS = pa.schema(
    [
        ("step_no", pa.int64()), ("name", pa.string()), ("kind", pa.string()),
        ("page", pa.string()), ("is_order", pa.bool_()),
    ]
)  # fmt: skip


def make_funnel_steps(text: str) -> pa.Table:
    """Make the table of steps from the parameter `funnel_steps`: names parted by commas.

    Returns
    -------
    one row per step
        `step_no` (from 1), `name` (a kind of contact, `order`, or the page as it is written),
        `kind` and `page` (what a contact must be; empty where another says it), `is_order`

    Raises
    ------
    ParameterError
        There are fewer than 2 or more than 8 steps, one stands twice, or is of no known kind.

    Examples
    --------
    >>> make_funnel_steps("cart, page:pay, order").column("name").to_pylist()
    ['cart', 'pay', 'order']
    """
    names = [name.strip() for name in text.split(",")]
    if not 2 <= len(names) <= MOST or len(set(names)) < len(names):
        raise ParameterError(
            f"funnel_steps: {len(names)} names, {len(set(names))} of them different. "
            f"Write 2 to {MOST} different steps, parted by commas."
        )
    return tables.from_rows([_step(place, name) for place, name in enumerate(names, 1)], STEPS)


def _step(place: int, name: str) -> dict[str, Any]:
    page = name.removeprefix(PAGE).strip() if name.startswith(PAGE) else None
    kind = name if page is None and name != ORDER else None
    if page == "" or (kind is not None and kind not in CONTACTS):
        raise ParameterError(
            f"funnel_steps: {name[:40]!r} is no step. Write order, page:NAME, or a kind of "
            f"contact: {', '.join(CONTACTS)}."
        )
    is_order = name == ORDER
    return {
        "step_no": place, "name": page or name, "kind": kind, "page": page, "is_order": is_order
    }  # fmt: skip
