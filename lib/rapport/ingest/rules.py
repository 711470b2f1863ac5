"""The names under which the ingestion itself takes rows out, which no unit's rule may bear.

A broken row is one that its table's contract does not allow. Rows that leave only because what
they belong to left (`order_left`) break nothing, and no limit counts them.
"""

from __future__ import annotations

from typing import Final

UNREADABLE: Final = "unreadable"
EMPTY: Final = "empty"
RANGE: Final = "out_of_range"
WORD: Final = "unknown_word"
TIMES: Final = "times_out_of_order"
CURRENCY: Final = "other_currency"
NO_RATE: Final = "no_rate"
PRICE: Final = "negative_price"
TWICE: Final = "key_twice"
NO_CAMPAIGN: Final = "campaign_not_delivered"
# What a reader calls a row that it could not take apart.
BROKEN: Final = "broken_row"
SALE_BELOW: Final = "sale_below_zero"
RETURN_ABOVE: Final = "return_above_zero"
NO_ORDER: Final = "order_not_delivered"
ORDER_LEFT: Final = "order_left"

BROKEN_VALUES = (UNREADABLE, EMPTY, RANGE, WORD, TIMES, CURRENCY, NO_RATE, PRICE, TWICE)
BROKEN_RELATIONS = (NO_CAMPAIGN, SALE_BELOW, RETURN_ABOVE, NO_ORDER)
# In the order in which the account of rows names them.
QUARANTINED = (*BROKEN_VALUES, *BROKEN_RELATIONS, ORDER_LEFT)
LIMITED = frozenset([*BROKEN_VALUES, *BROKEN_RELATIONS, BROKEN])

# Rows that the unit does not keep for so long.
RETENTION: Final = "retention"
COPIES: Final = "exact_duplicates"
OVERLAP: Final = "overlap_of_files"
# Records of a customer whom another record names.
ONE: Final = "one_customer"
# What a spreadsheet shows instead of a value that it could not compute.
ERROR_CELL: Final = "error_cell"
# A quantity of more decimals than are kept.
ROUNDED: Final = "quantity_rounded"
MISSING: Final = "missing_"
CONVERTED: Final = "currency_converted"
RESERVED = frozenset([*QUARANTINED, BROKEN, COPIES, OVERLAP, ONE, RETENTION, "read", "kept"])


def is_reserved(name: str, *, flag: bool) -> bool:
    """Say whether a unit's rule, or its flag, may not be called so."""
    own = name == CONVERTED or name.startswith(MISSING)
    return own or (not flag and name in RESERVED)
