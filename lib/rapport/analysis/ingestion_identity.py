"""The ingestion chapter's question of identity: which records are one customer, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from rapport.analysis.measured import Measured

# Counted by values of a key that several records hold; the other reasons by pairs of records.
BY_VALUE = ("shared_key", "names_differ")


def measure_identity(account: Any) -> list[Measured]:
    """Name records, customers and the pairs that each rule joined; nothing without an account.

    Parameters
    ----------
    account : `n_records`, `n_customers`, `rules` (`rule`, `n_pairs`), `cases` (`reason`,
        `n_cases`); None where the unit joins records by their number alone
    """
    if account is None:
        return []
    n_pairs = int(account.rules["n_pairs"].sum())
    found = [
        Measured("identity.records", account.n_records, "count", "records"),
        Measured("identity.customers", account.n_customers, "count", "customers"),
        Measured("identity.pairs", n_pairs, "count", "pairs"),
        Measured("identity.apart", _count(account.cases, BY_VALUE), "count", "groups"),
        Measured("identity.review", _count(account.cases, ("review",)), "count", "pairs"),
    ]
    found += [
        Measured(f"identity.pairs.{rule}", int(n), "count", "pairs")
        for rule, n in zip(account.rules["rule"], account.rules["n_pairs"], strict=True)
    ]
    if account.n_records:
        share = account.n_customers / account.n_records
        found.append(
            Measured("identity.customers_per_record", share, "ratio", "share", n=account.n_records)
        )
    return found


def _count(cases: pd.DataFrame, reasons: tuple[str, ...]) -> int:
    return int(cases.loc[cases["reason"].isin(reasons), "n_cases"].sum())


def choose_identity(values: Mapping[str, Any]) -> str:
    """Choose the sentence: number alone, nothing joined, joined, or joined with pairs to review."""
    if "identity_records" not in values:
        return "number"
    if not values["identity_pairs"].value:
        return "none"
    return "review" if values["identity_review"].value else "joined"


def list_remarks(*, has_model: bool) -> list[str]:
    """Name what else must be said: that a model decides anew whenever records are added."""
    return ["model"] if has_model else []


def list_joining(account: Any) -> pd.DataFrame:
    """Give the rules that joined records, in the order of their trust: `rule`, `n_pairs`, ..."""
    if account is None:
        return pd.DataFrame({"rule": [], "n_pairs": [], "n_records": []})
    return _spell(account.rules)


def list_parting(account: Any) -> pd.DataFrame:
    """Give what kept apart records that a key joins: `reason`, `rule`, `n_cases`, `n_records`."""
    if account is None:
        return pd.DataFrame({"reason": [], "rule": [], "n_cases": [], "n_records": []})
    return _spell(account.cases)


def _spell(counted: pd.DataFrame) -> pd.DataFrame:
    # As labels join what is looked at together.
    return counted.assign(rule=counted["rule"].str.replace("+", " + ", regex=False))
