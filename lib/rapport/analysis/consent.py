"""Who agreed to a purpose: the last word of each customer counts, else what the unit takes for it.

Consents are read up to as_of, so the last row of a customer and purpose is the state on that day.
Of two words at one moment the withdrawal counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

GIVEN = "given"


@dataclass(frozen=True)
class Consenting:
    """Rows of the customers who agreed to a purpose, and how many customers that leaves."""

    rows: pd.DataFrame
    n_asked: int
    """Customers before."""
    n_kept: int


def keep_consenting(
    rows: pd.DataFrame,
    consents: pd.DataFrame | None,
    *,
    purpose: str,
    default: Mapping[str, str],
) -> Consenting:
    """Keep the rows of customers who agreed to a purpose.

    Parameters
    ----------
    rows : any table with `customer_id`; rows without a customer are kept, they are nobody's
    consents : one row per change up to as_of: `customer_id`, `purpose`, `changed_at`, `state`;
        None where the unit has no such table
    purpose : as in the table of consents
    default : purpose -> given or withdrawn, for customers who said nothing

    Returns
    -------
    the rows in the order given

    Raises
    ------
    KeyError
        The purpose is not known.

    Examples
    --------
    >>> customers = pd.DataFrame({"customer_id": ["a", "b"]})
    >>> said = pd.DataFrame({"customer_id": ["b"], "purpose": ["profiling"],
    ...                      "changed_at": pd.to_datetime(["2026-01-01"]), "state": ["withdrawn"]})
    >>> keep_consenting(customers, said, purpose="profiling",
    ...                 default={"profiling": "given"}).rows["customer_id"].tolist()
    ['a']
    """
    taken = default[purpose] == GIVEN
    last = _last_words(consents, purpose)
    state = rows["customer_id"].map(last)
    agrees = state.eq(GIVEN) | (state.isna() & taken) | rows["customer_id"].isna()
    kept = rows if agrees.all() else rows[agrees].reset_index(drop=True)
    asked = rows["customer_id"].nunique()
    return Consenting(kept, n_asked=asked, n_kept=kept["customer_id"].nunique())


def _last_words(consents: pd.DataFrame | None, purpose: str) -> dict[str, str]:
    if consents is None:
        return {}
    said = consents[consents["purpose"] == purpose]
    # "withdrawn" stands behind "given" in the alphabet, so of one moment it is the last.
    ordered = said.sort_values(["customer_id", "changed_at", "state"], kind="stable")
    last = ordered.drop_duplicates("customer_id", keep="last")
    return dict(zip(last["customer_id"], last["state"], strict=True))


def list_refused(found: Consenting) -> list[int]:
    """Give the number of customers who are left out, to be told; nothing where nobody is.

    How many stay is not told beside it: of a small number, that would be the other half.
    """
    n = found.n_asked - found.n_kept
    return [n] if n else []
