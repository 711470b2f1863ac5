"""Parameters that a unit leaves to its data: settled before anything of a period is planned.

`churn_after_days: auto` becomes the number of days that the time to the next order speaks for, as
known at the period's last day. Every mart, chapter and record then sees a number, as if it stood in
the unit's file.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from rapport.cli.work import Unit
from rapport.errors import ParameterError
from rapport.marts.catalog import MARTS
from rapport.marts.periods import Period

AUTO = "auto"
CUSTOMERS = (
    "select customer_id, min(order_key) as order_key from orders "
    "where customer_id is not null group by customer_id order by customer_id"
)
WHY = {"short": "nobody was watched for a year", "nobody": "nobody came back within a year"}


def settle_days(unit: Unit, period: Period, orders: Path | None) -> Unit:
    """Give the unit with the days to churn as a number, where its file leaves them to the data.

    Parameters
    ----------
    period : whose last day is the last that is looked at
    orders : the canonical table, None of a unit that delivers none

    Raises
    ------
    ParameterError
        The data do not tell: nobody was watched for a year by then, or nobody came back.
    """
    if unit.params.churn_after_days != AUTO:
        return unit
    as_of = unit.as_of(period)
    days = None if orders is None or as_of is None else _find_days(orders, as_of)
    if not isinstance(days, int):
        why = WHY.get(days or "short", WHY["short"])
        raise ParameterError(
            f"unit {unit.name}, period {period.code}: churn_after_days is auto, and {why}. "
            "Write a number of days into its file."
        )
    return replace(unit, params=unit.params.model_copy(update={"churn_after_days": days}))


def _find_days(orders: Path, as_of: object) -> int | str | None:
    # A unit that names its days is spared the import of pandas.
    from rapport.analysis.reorder_time import fit_return_time  # noqa: PLC0415

    # Hardly a unit asks for it: a run in which nothing changed must not load the engine.
    from rapport.tables.engine import select  # noqa: PLC0415

    day = pa.table({"window": ["current"], "ends_on": pa.array([as_of], pa.date32())})
    # Whose order it is matters, and no more of a customer.
    made = select(CUSTOMERS, {"orders": orders})
    given: dict[str, Path | pa.Table] = {"orders": orders, "periods": day, "customers": made}
    for name in ("charged_orders", "order_spells", "lifecycle_gaps"):
        sql = MARTS[name].sql
        assert sql is not None
        given[name] = made = select(sql, given)
    found = fit_return_time(made.to_pandas())
    return found.days or found.reason
