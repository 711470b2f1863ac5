"""Who of a list is contacted, who is held out by chance, and who is left out and why.

Left out, in this order, the first reason counting: erased; did not agree to the purpose; contacted
as often as the unit allows; cannot be reached. Of the rest a share is held out by a keyed digest of
campaign and customer: the same customer of the same campaign falls on the same side whenever it is
asked, nobody without the key can tell on which, and whoever puts a list together cannot steer it.
It is Bernoulli sampling: each is held out with the same chance, independently (Kohavi, Tang & Xu
2020, Trustworthy Online Controlled Experiments, 4).
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from rapport.analysis.consent import keep_consenting

CONTROL, CONTACTED = "control", "contact"
REASONS = ("erased", "not_agreed", "too_often", "not_reached")
_WHOLE = 1 << 64


@dataclass(frozen=True)
class Choice:
    """`contacted` and `control` : customers in the list's order; `left_out`: how many for what."""

    contacted: tuple[str, ...]
    control: tuple[str, ...]
    left_out: Mapping[str, int]


def choose_contacts(
    listed: pd.Series, *, excluded: Mapping[str, Collection[str]], key: bytes, campaign: str,
    control: float,
) -> Choice:  # fmt: skip
    """Split a list into those to contact, those held out, and those left out.

    Parameters
    ----------
    listed : customers in the order of the list
    excluded : for each of `REASONS` the customers whom it leaves out
    key : of the digest, which decides who is held out
    campaign : its id, so that another campaign holds out others
    control : share to be held out, 0 to .5

    Examples
    --------
    >>> people = pd.Series([f"c{n}" for n in range(1000)])
    >>> made = choose_contacts(people, excluded={"too_often": ["c1"]}, key=b"k", campaign="a",
    ...                        control=0.1)
    >>> len(made.contacted) + len(made.control), dict(made.left_out)["too_often"]
    (999, 1)
    """
    left, counts = listed.drop_duplicates(), {}
    for reason in REASONS:
        gone = left.isin(list(excluded.get(reason, ())))
        counts[reason] = int(gone.sum())
        left = left[~gone]
    held = left.map(lambda name: is_held_out(key, campaign, str(name), control)).astype(bool)
    return Choice(tuple(left[~held]), tuple(left[held]), counts)


def is_held_out(key: bytes, campaign: str, customer: str, share: float) -> bool:
    """Say whether a customer is held out of a campaign: stable, and with the chance `share`."""
    text = f"held out\0{campaign}\0{customer}".encode()
    drawn = int.from_bytes(hmac.digest(key, text, "sha256")[:8], "big")
    return drawn < round(share * _WHOLE)


def find_refused(
    listed: pd.Series, consents: pd.DataFrame | None, *, purpose: str, default: Mapping[str, str]
) -> set[str]:
    """Give the customers who did not agree to a purpose, by the last thing each said.

    Parameters
    ----------
    consents : one row per change: `customer_id`, `purpose`, `changed_at`, `state`; None without any
    default : purpose -> given or withdrawn, for customers who said nothing
    """
    rows = pd.DataFrame({"customer_id": listed.drop_duplicates()})
    agreed = keep_consenting(rows, consents, purpose=purpose, default=default).rows
    return set(rows["customer_id"]) - set(agreed["customer_id"])


def find_often(contacts: pd.DataFrame, *, day: date, most: int, days: int) -> set[str]:
    """Give the customers whom one contact more on a day would contact too often.

    Parameters
    ----------
    contacts : one row per contact that was sent, of any campaign: `customer_id`, `sent_on`
    day : of the contact to come
    most : contacts allowed in `days` days, that of `day` among them
    """
    sent = pd.to_datetime(contacts["sent_on"])
    first = pd.Timestamp(day - timedelta(days=days - 1))
    # Contacts planned for a later day count, too: none may be over the limit when they come.
    counts = contacts["customer_id"][sent >= first].value_counts()
    return set(counts.index[counts >= most])
