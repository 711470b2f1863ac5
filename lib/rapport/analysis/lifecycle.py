"""Stages of customers at month ends: how many are in each, and whether the counts hang together.

A stage is what a customer's own past makes it at the end of a month: days since the last order,
order days in the window, or, with contracts, whether one runs and is used. The two kinds are
never mixed. Months are numbers here, year * 12 + month - 1, as in the marts.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from rapport.errors import DataError

STAGES = {
    "orders": ("prospect", "new", "growing", "loyal", "at_risk", "churned"),
    "contracts": ("prospect", "trial", "active", "silent", "ended"),
}
# Where a customer goes quiet, and where one counts as lost.
QUIET = {"orders": "at_risk", "contracts": "silent"}
LOST = {"orders": "churned", "contracts": "ended"}
N_MONTHS = 13


@dataclass(frozen=True)
class Months:
    """The month ends that are looked at: the last whole one, and the first that rates may use."""

    last: int
    observable: int

    @property
    def has_rates(self) -> bool:
        """Whether there is a month end that can be compared with the one before."""
        return self.last > self.observable


def month_code(month_no: int) -> str:
    """Give a month as a period's code.

    Examples
    --------
    >>> month_code(2010 * 12 + 10)
    '2010-11'
    """
    return f"{month_no // 12:04}-{month_no % 12 + 1:02}"


def choose_kind(moves: pd.DataFrame) -> str:
    """Say which stages a unit has: contracts where it has any, else orders.

    Parameters
    ----------
    moves : `lifecycle_moves`: `kind`, `stage`
    """
    is_bound = (moves["kind"] == "contracts") & (moves["stage"] != "prospect")
    return "contracts" if is_bound.any() else "orders"


def select_kind(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Give the rows of one kind of a lifecycle mart, without the column that says so."""
    return table[table["kind"] == kind].drop(columns="kind").reset_index(drop=True)


def find_months(moves: pd.DataFrame) -> Months | None:
    """Find the month ends of a table of moves; None of a unit without customers or whole month.

    Parameters
    ----------
    moves : `lifecycle_moves` of one kind: `month_no`, `last_month`, `observable_month`
    """
    if moves.empty:
        return None
    return Months(int(moves["last_month"].iloc[0]), int(moves["observable_month"].iloc[0]))


def count_stages(moves: pd.DataFrame, *, kind: str) -> pd.DataFrame:
    """Count the customers of every stage at every month end.

    Parameters
    ----------
    moves : `lifecycle_moves` of one kind: `month_no`, `stage_before`, `stage`, `n_customers`

    Returns
    -------
    one row per month end (its index `month_no`, rising), one column per stage of the kind, 0
        where nobody is in it
    """
    counted = moves.pivot_table(
        index="month_no", columns="stage", values="n_customers", aggfunc="sum", fill_value=0
    )
    return counted.reindex(columns=list(STAGES[kind]), fill_value=0).astype("int64")


def tabulate_stages(counts: pd.DataFrame) -> pd.DataFrame:
    """Give the stages at the last month end beside the one before and the year before.

    Parameters
    ----------
    counts : as `count_stages` gives them, at least one row

    Returns
    -------
    one row per stage that anybody was in at one of them (its index), and `total`
        `n_customers`, `share`, `n_before`, `n_last_year` (`Int64`, empty where the data do not
        reach back)
    """
    last = counts.index[-1]
    columns = {"n_customers": last, "n_before": last - 1, "n_last_year": last - 12}
    table = pd.DataFrame(
        {
            name: counts.loc[month] if month in counts.index else pd.Series(pd.NA, counts.columns)
            for name, month in columns.items()
        }
    ).astype("Int64")
    table = table[table.fillna(0).sum(axis=1) > 0]
    table.loc["total"] = table.sum(skipna=False)
    shares = table["n_customers"].astype(float)
    return table.assign(share=shares / max(shares["total"], 1.0))


def list_sizes(counts: pd.DataFrame, *, months: Months, n_months: int = N_MONTHS) -> pd.DataFrame:
    """Give the sizes as a figure draws them: `period`, `stage`, `n_customers`, `share`.

    Months in which nobody can be seen to have churned are left out, and stages that nobody was
    in; months come in order, stages in theirs.
    """
    shown = counts[counts.index >= months.observable].tail(n_months)
    stages = [stage for stage in shown.columns if shown[stage].any()]
    rows = [
        {"period": month_code(int(month)), "stage": stage, "n_customers": int(n),
         "share": int(n) / max(sum(row), 1)}
        for month, row in zip(shown.index, shown[stages].to_numpy().tolist(), strict=True)
        for stage, n in zip(stages, row, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["period", "stage", "n_customers", "share"])


def check_moves(moves: pd.DataFrame, *, risk_after_days: int, churn_after_days: int) -> None:
    """Check that stocks and flows agree and that nobody moved as nobody can.

    Parameters
    ----------
    moves : `lifecycle_moves` of one kind

    Raises
    ------
    DataError
        Customers of a stage at one month end are not those who moved from it to the next, or a
        move is there that the definitions exclude.
    """
    into = moves.groupby(["month_no", "stage"])["n_customers"].sum()
    known = moves[moves["stage_before"].notna() & (moves["month_no"] > moves["month_no"].min())]
    out = known.groupby(["month_no", "stage_before"])["n_customers"].sum()
    before = into[into.index.get_level_values(0) < moves["month_no"].max()]
    shifted = pd.Series(
        out.to_numpy(), [(month - 1, stage) for month, stage in out.index], dtype="int64"
    )
    n_off = int((before.sort_index() != shifted.reindex(before.index, fill_value=0)).sum())
    seen = set(zip(known["stage_before"], known["stage"], strict=True))
    # Nobody is new twice, and who has bought is no prospect again.
    wrong = {move for move in seen if move[1] in ("new", "prospect") and move[0] != "prospect"}
    # Under 31 days a month is long enough to order and to go quiet again.
    if risk_after_days > 31:
        wrong |= seen & {("churned", "at_risk")}
    if churn_after_days > 31:
        wrong |= seen & {("prospect", "churned")}
    if n_off or wrong:
        raise DataError(
            f"lifecycle: {n_off} stocks differ from their flows, {len(wrong)} kinds of moves "
            "cannot be. Rebuild the marts."
        )
