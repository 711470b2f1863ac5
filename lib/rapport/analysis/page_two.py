"""What page two tells, and what other chapters give to the summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from rapport.analysis.key_figures import KeyFigure
from rapport.analysis.measured import Measured
from rapport.analysis.rfm import SEGMENTS
from rapport.errors import DataError

YEAR = 12  # months
LARGE_ERROR = 0.10  # of a total, from which it is never told without its error
STAGES = (
    "prospect", "new", "growing", "loyal", "at_risk", "churned",
    "trial", "active", "silent", "ended",
)  # fmt: skip
"""Stages of buyers, then of holders of contracts."""
UNTOLD = {"seed"}
"""Parameters that a reader has no use for."""


def take_value(totals: pd.DataFrame | None) -> Measured | None:
    """Take the expected value of the next twelve months from what the chapter on value published.

    Parameters
    ----------
    totals : `measure` (`clv`, `horizon`), `value`, `low`, `high`, `n`, `unit`, `kind`

    Returns
    -------
    None without a value in money, or where it looks ahead other than twelve months
    """
    if totals is None:
        return None
    rows = totals.set_index("measure")
    if "clv" not in rows.index or "horizon" not in rows.index:
        return None
    row: Any = rows.loc["clv"]
    if float(rows["value"]["horizon"]) != YEAR:
        return None
    ends = None if pd.isna(row["low"]) else (float(row["low"]), float(row["high"]))
    n = None if pd.isna(row["n"]) else int(row["n"])
    return Measured("value", float(row["value"]), str(row["kind"]), str(row["unit"]), n, ends)


def measure_test(totals: pd.DataFrame | None) -> list[Measured]:
    """Name how far the expected value was off when it was tested, if by more than a tenth.

    Parameters
    ----------
    totals : as in `take_value`; `holdout.money.error` is predicted against what came, relative
    """
    rows = None if totals is None else totals[totals["measure"] == "holdout.money.error"]
    if rows is None or rows.empty or abs(rows["value"].iloc[0]) <= LARGE_ERROR:
        return []
    return [Measured("value.test", float(rows["value"].iloc[0]), "iterative", "change")]


def count_stages(
    segments: pd.DataFrame | None, stages: pd.DataFrame | None
) -> tuple[pd.DataFrame | None, list[str]]:
    """Count the customers of each segment by their stage of life.

    Parameters
    ----------
    segments : one row per customer: `customer_id`, `segment`; None without segments
    stages : one row per customer: `customer_id`, `stage` (one of `STAGES`); None without a
        lifecycle

    Returns
    -------
    one row per segment that has customers: `segment`, `n_customers_<stage>`, `n_customers`
        (their sum); and the stages that somebody is in. None and no stage without either table

    Examples
    --------
    >>> of = pd.DataFrame({"customer_id": ["a", "b"], "segment": ["new", "new"]})
    >>> by = pd.DataFrame({"customer_id": ["a", "b", "c"], "stage": ["loyal", "new", "churned"]})
    >>> count_stages(of, by)[0].to_dict("records")
    [{'segment': 'new', 'n_customers_new': 1, 'n_customers_loyal': 1, 'n_customers': 2}]
    """
    if segments is None or stages is None or not {"segment"} <= set(segments):
        return None, []
    both = segments[["customer_id", "segment"]].merge(
        stages[["customer_id", "stage"]], on="customer_id", validate="one_to_one"
    )
    if both.empty:
        return None, []
    counts = pd.crosstab(both["segment"], both["stage"])
    rows = [name for name in SEGMENTS if name in counts.index]
    kept = [name for name in STAGES if name in counts.columns]
    table = counts.loc[rows, kept].astype("int64")
    total = table.sum(axis=1)
    named = table.rename(columns={stage: f"n_customers_{stage}" for stage in kept})
    flat = named.assign(n_customers=total).rename_axis(columns=None).reset_index()
    return flat, kept


def list_differing(settings: pd.DataFrame, defaults: Mapping[str, Any]) -> pd.DataFrame:
    """List the parameters of a run that differ from the default.

    Parameters
    ----------
    settings : one row, a column per parameter
    defaults : name -> default

    Returns
    -------
    one row per parameter that differs, by name: `parameter`, `here`, `default`, as text

    Examples
    --------
    >>> settings = pd.DataFrame([{"rfm_days": 180, "min_n": 30}])
    >>> list_differing(settings, {"rfm_days": 365, "min_n": 30})
      parameter here default
    0  rfm_days  180     365
    """
    (row,) = settings.to_dict("records")
    rows = [
        (name, _text(row[name]), _text(default))
        for name, default in sorted(defaults.items())
        if name in row and name not in UNTOLD and row[name] != default
    ]
    return pd.DataFrame(rows, columns=["parameter", "here", "default"])


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def check_agreement(figures: Sequence[KeyFigure], elsewhere: Mapping[str, float | None]) -> None:
    """Check that a key figure is the number of its chapter.

    Parameters
    ----------
    figures : the key figures
    elsewhere : by name of a figure, the number in the table that its chapter published; None
        where it published none

    Raises
    ------
    DataError
        Two chapters would print two numbers for one thing.
    """
    for figure in figures:
        other = elsewhere.get(figure.name)
        if other is None:
            continue
        now = float(str(figure.now.value))
        if abs(now - other) > 1e-9 * max(1.0, abs(other)):
            raise DataError(
                f"key figures: {figure.name} is {now:.10g} here and {other:.10g} in its chapter. "
                "Measure it once."
            )


def take_current(table: pd.DataFrame | None, column: str) -> float | None:
    """Give the number of the window `current` in a table of windows; None where it has none."""
    if table is None or column not in table:
        return None
    rows = table.loc[table["window"] == "current", column].dropna()
    return None if rows.empty else float(rows.iloc[0])


def count_plans(
    raised: pd.DataFrame, alerts: pd.DataFrame, targets: pd.DataFrame
) -> list[Measured]:
    """Name how many figures were held against limits and left them, and how many met targets."""
    return [
        Measured("checked", int(alerts["figure"].nunique()), "count", "count"),
        Measured("alerts", int(raised["figure"].nunique()), "count", "count"),
        Measured("targets", len(targets), "count", "count"),
        Measured("targets.met", int((targets["verdict"] == "met").sum()), "count", "count"),
    ]
