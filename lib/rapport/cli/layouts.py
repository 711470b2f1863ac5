"""The columns that an exported list has: our own, or those that a CRM's import asks for.

The layouts of HubSpot and Salesforce follow their import guides and never ran against the real
thing: they are experimental. Columns are matched there by the labels of standard fields: Email,
Last Name and Phone Number of a HubSpot contact; Last Name, Email and Phone of a Salesforce contact,
which needs a last name. The customer's number, the address in an app and the campaign are no
standard fields of a contact: whoever imports maps them to fields of the house, and in Salesforce
names the campaign in the import itself. A name is given as the last name, because sources give it
whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rapport.privacy.cells import Cell, spell_csv
from rapport.privacy.workbook import spell_workbook

ADDRESS = {
    "marketing_email": "email", "marketing_sms": "phone", "marketing_app": "openid",
    "phone": "phone",
}  # fmt: skip
CHANNELS = {
    "marketing_email": "email", "marketing_sms": "sms", "marketing_app": "app", "phone": "phone",
}  # fmt: skip


@dataclass(frozen=True)
class Contact:
    """One customer of an export: the number in the unit's sources, an address, maybe a name."""

    number: str
    address: str
    name: str | None


Table = tuple[list[str], list[Sequence[Cell]]]


def _plain(people: Sequence[Contact], kind: str, campaign: str) -> Table:
    named = any(one.name for one in people)
    heads = ["customer_number", *(["name"] if named else []), kind, "campaign_id"]
    rows = [[one.number, *([one.name] if named else []), one.address, campaign] for one in people]
    return heads, list(rows)


def _hubspot(people: Sequence[Contact], kind: str, campaign: str) -> Table:
    head = {"email": "Email", "phone": "Phone Number"}.get(kind, "External ID")
    heads = [head, "Last Name", "Customer Number", "Campaign"]
    return heads, [[one.address, one.name, one.number, campaign] for one in people]


def _salesforce(people: Sequence[Contact], kind: str, campaign: str) -> Table:
    head = {"email": "Email", "phone": "Phone"}.get(kind, "External ID")
    heads = ["Last Name", head, "External Customer ID", "Campaign"]
    # An import without a last name is refused.
    return heads, [[one.name or one.number, one.address, one.number, campaign] for one in people]


LAYOUTS: Mapping[str, Callable[[Sequence[Contact], str, str], Table]] = {
    "plain": _plain, "hubspot": _hubspot, "salesforce": _salesforce,
}  # fmt: skip


def spell_export(
    people: Sequence[Contact], *, layout: str, purpose: str, campaign: str, encoding: str | None
) -> bytes:
    """Spell the file of an export.

    Parameters
    ----------
    layout : a key of `LAYOUTS`
    purpose : what was agreed to; it says which address is given
    encoding : of CSV; None makes a workbook
    """
    heads, rows = LAYOUTS[layout](people, ADDRESS[purpose], campaign)
    return (
        spell_workbook(heads, rows)
        if encoding is None
        else spell_csv(heads, rows, encoding=encoding)
    )
