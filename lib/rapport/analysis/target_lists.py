"""Lists of customers to contact: how many are on each, and what is at stake.

Who meets a list's condition was decided before; here customers are counted. Lists may overlap, so
neither customers nor money add up over them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from rapport.analysis.consent import keep_consenting
from rapport.analysis.measured import Measured

COLUMNS = ("list", "n_customers", "money")
ROWS = ("list", "rank", "customer_id", "order_key", "money")


@dataclass(frozen=True)
class ListStudy:
    """What there is to say of lists.

    `table` : one row per list of `min_count` customers at least, most money first: `list`,
    `n_customers`, `money` (what they spent, are worth or may take with them, in the unit's
    currency). `small` : lists of fewer. `rows` : one row per list and customer, by list and rank.
    `lacking` : unmade list -> tables that no chapter published. `empty` : lists that nobody
    is on.
    """

    table: pd.DataFrame
    small: tuple[str, ...]
    rows: pd.DataFrame
    lacking: Mapping[str, Sequence[str]]
    empty: tuple[str, ...]

    @property
    def outcome(self) -> str:
        """Whether lists are to be spoken of: some, small (all), nobody (on any), lacking, none."""
        if not self.table.empty:
            return "some"
        if self.small:
            return "small"
        if self.empty:
            return "nobody"
        return "lacking" if self.lacking else "none"


def study_lists(
    held: pd.DataFrame, lacking: Mapping[str, Sequence[str]], *, names: Collection[str],
    consents: pd.DataFrame | None, default: Mapping[str, str], min_count: int = 10,
) -> ListStudy:  # fmt: skip
    """Count the customers of each list, of those who agreed to be profiled.

    Parameters
    ----------
    held : one row per list and customer: `list`, `rank`, `customer_id`, `order_key`, `money`
    lacking : list that could not be made -> the tables that it lacks
    names : of all lists of the unit
    consents : one row per change up to as_of; None where the unit has none
    default : purpose -> given or withdrawn, for customers who said nothing
    min_count : a list of fewer customers is made and not told of
    """
    rows = keep_consenting(held, consents, purpose="profiling", default=default).rows
    rows = rows.assign(rank=rows.groupby("list").cumcount() + 1)
    people = rows.groupby("list", sort=True)
    table = pd.DataFrame({"n_customers": people.size(), "money": people["money"].sum()})
    table = table.rename_axis("list").reset_index()[list(COLUMNS)]
    ranked = table.assign(place=-table["money"]).sort_values(["place", "list"])
    is_told = ranked["n_customers"] >= min_count
    told = ranked.loc[is_told, list(COLUMNS)].reset_index(drop=True)
    small = tuple(sorted(ranked.loc[~is_told, "list"]))
    known = {*lacking, *table["list"]}
    empty = tuple(name for name in names if name not in known)
    return ListStudy(told, small, rows[list(ROWS)].reset_index(drop=True), lacking, empty)


def measure_lists(study: ListStudy) -> list[Measured]:
    """Name how many lists there are, how many customers are on any, and the lists without one."""
    if study.outcome == "none":
        return []
    told = study.rows[study.rows["list"].isin(study.table["list"])]
    n_any = int(told["customer_id"].nunique())
    return [
        Measured("lists.n", len(study.table), "count", "count"),
        Measured("lists.customers", n_any, "count", "customers"),
        Measured("lists.small", len(study.small), "count", "count"),
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
    own = own[~own["list"].isin(study.rows["list"])]
    parts = [part for part in (study.rows, own) if len(part)]
    if not parts:
        return None
    return pd.concat(parts).sort_values(["list", "rank"]).reset_index(drop=True)


def list_remarks(study: ListStudy) -> list[tuple[str, str]]:
    """Name what else is to be said where some lists are told of: a sentence and its wording."""
    if study.outcome != "some":
        return []
    counts = {"lists.small": len(study.small), "lists.lacking": len(study.lacking)}
    return [(name, "one" if n == 1 else "several") for name, n in counts.items() if n]
