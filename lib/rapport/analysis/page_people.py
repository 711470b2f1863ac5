"""Page one of a unit that knows its customers and nothing that they did: who they are.

Shares of all customers by what is known of them, the attributes in one order; groups of too few are
put together, and so is the next smallest where what is put together would be too few as well.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from rapport.analysis.intervals import wilson
from rapport.analysis.key_figures import KeyFigure
from rapport.analysis.measured import Measured
from rapport.analysis.small_groups import OTHER, UNKNOWN

ATTRIBUTES = (
    "age_band", "gender", "occupation", "education", "income_band", "region", "country",
    "acquisition_channel",
)  # fmt: skip
WORDS = ("one", "two", "three")
CONTACTS = "campaign_contacts"
COLUMNS = ("attribute", "name", "value", "low", "high", "n")


def list_people(
    customers: pd.DataFrame | None = None, *, min_count: int = 10, confidence: float = 0.95
) -> pd.DataFrame:
    """Give the shares of customers by the first three attributes that tell them apart.

    Parameters
    ----------
    customers : one row per customer, with some of `ATTRIBUTES`
    min_count : customers of a group; those of fewer are put together

    Returns
    -------
    one row per group, attributes one after the other, the largest group first and those put
        together and not known last: `attribute`, `name` (`gender=female`), `value` (share of all
        customers), `low`, `high`, `n`

    Examples
    --------
    >>> people = pd.DataFrame({"gender": ["female"] * 60 + ["male"] * 40})
    >>> list_people(people)[["name", "value"]].to_numpy().tolist()
    [['gender=female', 0.6], ['gender=male', 0.4]]
    """
    rows: list[dict[str, Any]] = []
    if customers is not None:
        told = (name for name in ATTRIBUTES if name in customers)
        found = [(name, _count(customers[name], min_count)) for name in told]
        for name, sizes in [each for each in found if len(set(each[1]) - {OTHER, UNKNOWN}) > 1][
            : len(WORDS)
        ]:
            for group, n in sizes.items():
                low, high = wilson(n, len(customers), confidence=confidence).ends
                rows.append({
                    "attribute": name, "name": f"{name}={group}", "value": n / len(customers),
                    "low": low, "high": high, "n": n,
                })  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _count(column: pd.Series, min_count: int) -> dict[str, int]:
    """Count the groups of an attribute, none of them of 1 to `min_count` - 1 customers."""
    words = column.astype(object).where(column.notna(), UNKNOWN).astype(str)
    counts = words.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    kept = {str(name): int(n) for name, n in counts.items() if n >= min_count}
    rest = int(counts.sum()) - sum(kept.values())
    while kept and 0 < rest < min_count:
        name = list(kept)[-1]
        rest += kept.pop(name)
    unknown = kept.pop(UNKNOWN, 0)
    last = {OTHER: rest + kept.pop(OTHER, 0), UNKNOWN: unknown}
    return kept | {name: n for name, n in last.items() if n}


def _take_first(people: pd.DataFrame) -> list[dict[Any, Any]]:
    last = people["name"].str.endswith((f"={OTHER}", f"={UNKNOWN}"))
    return people[~last].drop_duplicates("attribute").to_dict("records")


def list_first(
    people: pd.DataFrame, customers: pd.DataFrame, *, confidence: float = 0.95
) -> list[KeyFigure]:
    """Give the share of the largest group of each attribute, and of those of whom all are known."""
    if people.empty:
        return []
    first, n = _take_first(people), len(customers)
    found = [
        _figure(f"first_{row['attribute']}", row["value"], n, (row["low"], row["high"]))
        for row in first
    ]
    known = int(customers[[str(row["attribute"]) for row in first]].notna().all(axis=1).sum())
    return [
        *found,
        _figure("described", known / n, n, wilson(known, n, confidence=confidence).ends),
    ]


def measure_people(people: pd.DataFrame) -> list[Measured]:
    """Name the largest group of each attribute and its share, for the sentence."""
    if people.empty:
        return []
    n = round(float(people["n"].iloc[0]) / float(people["value"].iloc[0]))
    return [
        one
        for word, row in zip(WORDS, _take_first(people), strict=False)
        for one in (
            Measured(f"people.{word}", str(row["name"]), "label", "term"),
            Measured(f"people.{word}.share", float(row["value"]), "ratio", "share", n,
                     (float(row["low"]), float(row["high"]))),
        )
    ]  # fmt: skip


def _figure(name: str, value: Any, n: int, ends: tuple[float, float]) -> KeyFigure:
    share = Measured(name, float(value), "ratio", "share", n, (float(ends[0]), float(ends[1])))
    return KeyFigure(name, share, {}, ())


def count_contacts(quality: pd.DataFrame | None) -> list[KeyFigure]:
    """Give how many contacts of campaigns were delivered; nothing of none."""
    if quality is None:
        return []
    n = int(_rows_of(quality, "kept")["n_rows"].sum())
    told = Measured("contacted", n, "count", "contacts")
    return [KeyFigure("contacted", told, {}, ())] if n else []


def measure_mark(quality: pd.DataFrame | None, *, confidence: float = 0.95) -> list[Measured]:
    """Name the first mark that the unit's file gives contacts, and the share that carries it."""
    if quality is None:
        return []
    kept = int(_rows_of(quality, "kept")["n_rows"].sum())
    flags = _rows_of(quality, "flagged")
    flags = flags[(flags["rule"] != "exact_duplicates") & (flags["n_rows"] > 0)]
    if flags.empty or not kept:
        return []
    row: Any = flags.sort_values("step", kind="stable").iloc[0]
    n = min(int(row["n_rows"]), kept)
    ends = wilson(n, kept, confidence=confidence).ends
    return [
        Measured("mark", str(row["rule"]).replace("_", " "), "label", "text"),
        Measured("mark.n", n, "count", "contacts"),
        Measured("mark.share", n / kept, "ratio", "share", kept, ends),
    ]


def _rows_of(quality: pd.DataFrame, action: str) -> pd.DataFrame:
    return quality[(quality["table"] == CONTACTS) & (quality["action"] == action)]
