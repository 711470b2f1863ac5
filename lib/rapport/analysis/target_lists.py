"""Lists of customers to contact: how many are on each, who of them may be, what is at stake.

Who meets a list's condition was decided before; here customers are counted. Lists may overlap, so
neither customers nor money add up over them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from rapport.analysis.consent import keep_consenting
from rapport.analysis.measured import Measured

COLUMNS = ("list", "n_customers", "n_agreed", "money")
ROWS = ("list", "rank", "customer_id", "order_key", "money")


@dataclass(frozen=True)
class ListStudy:
    """What there is to say of lists.

    `table` : one row per list that has customers, most money first: `list`, `n_customers`,
    `n_agreed` (to its purpose, as known now), `money` (what its customers spent, are worth or
    stand to cost, in the unit's currency). `rows` : one row per list and customer, by list and
    rank. `lacking` : unmade list -> tables that no chapter published. `empty` : lists that nobody
    is on.
    """

    table: pd.DataFrame
    rows: pd.DataFrame
    lacking: Mapping[str, Sequence[str]]
    empty: tuple[str, ...]

    @property
    def outcome(self) -> str:
        """Whether there are lists to speak of: some, nobody (on any), lacking (all), or none."""
        if not self.table.empty:
            return "some"
        if self.empty:
            return "nobody"
        return "lacking" if self.lacking else "none"


def study_lists(
    held: pd.DataFrame, lacking: Mapping[str, Sequence[str]], *, purposes: Mapping[str, str],
    consents: pd.DataFrame | None, default: Mapping[str, str],
) -> ListStudy:  # fmt: skip
    """Count the customers of each list, of those who agreed to be profiled.

    Parameters
    ----------
    held : one row per list and customer: `list`, `rank`, `customer_id`, `order_key`, `money`
    lacking : list that could not be made -> the tables that it lacks
    purposes : by list, what a customer must have agreed to in order to be contacted
    consents : one row per change up to as_of; None where the unit has none
    default : purpose -> given or withdrawn, for customers who said nothing
    """
    rows = keep_consenting(held, consents, purpose="profiling", default=default).rows
    rows = rows.assign(rank=rows.groupby("list").cumcount() + 1)
    found = []
    for name, people in rows.groupby("list", sort=True):
        purpose = purposes[str(name)]
        agreed = keep_consenting(people, consents, purpose=purpose, default=default).rows
        found.append((name, len(people), len(agreed), float(people["money"].sum())))
    table = pd.DataFrame(found, columns=list(COLUMNS))
    ranked = table.assign(place=-table["money"]).sort_values(["place", "list"])
    table = ranked[list(COLUMNS)].reset_index(drop=True)
    empty = tuple(
        name for name in purposes if name not in lacking and name not in set(rows["list"])
    )
    return ListStudy(table, rows[list(ROWS)].reset_index(drop=True), lacking, empty)


def hide_small(table: pd.DataFrame, *, min_count: int) -> pd.DataFrame:
    """Hide what tells of few: a small list's money, and how many of a list did not agree.

    Returns
    -------
    the table with `n_agreed` and `money` missing where fewer than `min_count` customers, but not
    none, are on a list, agreed, or did not agree
    """
    refused = table["n_customers"] - table["n_agreed"]
    few = [counts.between(1, min_count - 1) for counts in (table["n_customers"], refused)]
    few.append(table["n_agreed"].between(1, min_count - 1))
    agreed = table["n_agreed"].astype(object).mask(few[0] | few[1] | few[2], None)
    return table.assign(n_agreed=agreed, money=table["money"].astype(object).mask(few[0], None))


def measure_lists(study: ListStudy) -> list[Measured]:
    """Name how many lists there are, how many customers are on any, and the lists without one."""
    if study.outcome == "none":
        return []
    n_any = int(study.rows["customer_id"].nunique())
    return [
        Measured("lists.n", len(study.table), "count", "count"),
        Measured("lists.customers", n_any, "count", "customers"),
        Measured("lists.lacking", len(study.lacking), "count", "count"),
        Measured("lists.empty", len(study.empty), "count", "count"),
    ]


def join_lists(
    study: ListStudy, actions: pd.DataFrame, told: Collection[str]
) -> pd.DataFrame | None:
    """Give the lists that become files of the report: those declared, and those of page one.

    Parameters
    ----------
    actions : `action_lists`: `list_name`, `customer_id`, `order_key`, most money first
    told : names of the lists that page one speaks of
    """
    own = actions[actions["list_name"].isin(list(told))]
    own = own.rename(columns={"list_name": "list", "spend_12m": "money"})
    own = own.assign(rank=own.groupby("list").cumcount() + 1, money=own["money"].astype(float))[
        list(ROWS)
    ]
    own = own[~own["list"].isin(study.table["list"])]
    parts = [part for part in (study.rows, own) if len(part)]
    if not parts:
        return None
    return pd.concat(parts).sort_values(["list", "rank"]).reset_index(drop=True)


def list_lacking(study: ListStudy) -> list[str]:
    """Name the sentence on lists that were not made, where others were: one or several."""
    if not study.lacking or study.outcome == "lacking":
        return []
    return ["one" if len(study.lacking) == 1 else "several"]
