"""Which data a unit holds of people, for which purpose, for how long: said to every reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from rapport.analysis.measured import Measured

# Tables whose rows are of customers, in the order in which they are told.
PERSONAL = (
    "customers", "orders", "order_lines", "subscriptions", "interactions", "surveys",
    "campaign_contacts", "consents",
)  # fmt: skip
USED_FOR = ("analysis",)
# Marks by which accounts and cards are told apart are one thing to a reader.
TOLD_AS = {"unionid": "openid", "given_name": "name", "family_name": "name"}


def list_uses(
    completeness: pd.DataFrame,
    *,
    purposes: Mapping[str, Sequence[str]],
    retention_days: Mapping[str, int],
) -> pd.DataFrame:
    """List the tables that hold rows of customers, with what they are used for and how long kept.

    Parameters
    ----------
    completeness : one row per table and column: `table`, `n_rows`
    purposes : of the tables for which the unit says so; the others are used for analysis
    retention_days : days before the last day of the data, of tables whose old rows leave

    Returns
    -------
    one row per table: `table`, `n_rows`, `purpose` (several joined by " + "), `days` (missing
    where a row stays as long as its source delivers it)
    """
    n_rows = completeness.groupby("table")["n_rows"].max()
    rows = [
        (table, n_rows[table], " + ".join(purposes.get(table) or USED_FOR),
         retention_days.get("orders" if table == "order_lines" else table))
        for table in PERSONAL if table in n_rows.index
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["table", "n_rows", "purpose", "days"])
    return frame.astype({"n_rows": "int64", "days": "Int64"})


def list_consents(consent_default: Mapping[str, str]) -> pd.DataFrame:
    """List what holds of a customer who said nothing: `purpose`, `state`."""
    return pd.DataFrame(sorted(consent_default.items()), columns=["purpose", "state"])


def list_identifiers(kinds: pd.DataFrame) -> pd.DataFrame:
    """Give of how many customers each kind of identifier is kept apart: `identifier`, `n`.

    Parameters
    ----------
    kinds : one row per kind: `kind`, `n_customers`
    """
    told = kinds.assign(identifier=kinds["kind"].replace(TOLD_AS))
    # A name that stands in two columns is one: the kind with most customers speaks for all.
    counts = told.groupby("identifier")["n_customers"].max()
    return counts[counts > 0].rename("n").astype("int64").reset_index()


def measure_uses(uses: pd.DataFrame) -> list[Measured]:
    """Name how many tables hold rows of customers."""
    return [Measured("privacy.tables", len(uses), "count", "tables")]
