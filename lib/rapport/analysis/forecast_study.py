"""What the profile says of the months to come: season, forecast, and the numbers of both."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rapport.analysis.forecast import FEWEST, N_ORIGINS, Forecast, forecast_months
from rapport.analysis.measured import Measured
from rapport.analysis.trend_season import (
    Season,
    choose_season,
    measure_season,
    part_season,
)


def study_season(months: pd.DataFrame) -> Season | None:
    """Part the whole months into trend and season; None of fewer than 24.

    Parameters
    ----------
    months : as `trend.whole_months` gives them: `month_no`, `net` (Decimal)
    """
    return part_season(np.array([float(net) for net in months["net"]]))


def study_forecast(months: pd.DataFrame, *, confidence: float) -> Forecast:
    """Forecast the months after the last whole one, if the past says that it can be done."""
    last = int(months["month_no"].iloc[-1]) if len(months) else 0
    values: Sequence[float] = [float(net) for net in months["net"]]
    return forecast_months(values, last_month=last, confidence=confidence)


def list_ahead(found: Forecast) -> pd.DataFrame:
    """Give the months ahead with the codes of their periods."""
    codes = [f"{int(no) // 12:04}-{int(no) % 12 + 1:02}" for no in found.table["month_no"]]
    return found.table.assign(period=codes)


def measure_months(
    months: pd.DataFrame, season: Season | None, found: Forecast, *, currency: str
) -> list[Measured]:
    """Measure the season and the forecast of whole months."""
    last = int(months["month_no"].iloc[-1]) if len(months) else 0
    measured = measure_season(season, last_month=last, currency=currency)
    return [*measured, *measure_forecast(found, currency=currency)]


def list_season(season: Season | None) -> list[str]:
    """List the case of the sentence on the season: clear, weak, or none of too few years."""
    case = choose_season(season)
    return [] if case is None else [case]


def measure_forecast(found: Forecast, *, currency: str) -> list[Measured]:
    """Measure the forecast of the next month, how far off it was on the past, and its MASE.

    Returns
    -------
    months known, months needed, and where there is a forecast: the next month with its interval,
    the mean size of the errors on the past, and MASE
    """
    known = [
        Measured("forecast.months", found.n_months, "count", "months"),
        Measured("forecast.fewest", FEWEST["naive"] + N_ORIGINS, "count", "months"),
    ]
    if not found.is_printed:
        return known
    first = list_ahead(found).iloc[0]
    tried = found.errors[found.errors["method"] == found.outcome]
    return [
        *known,
        Measured("forecast.value", float(first["value"]), "iterative", currency,
                 interval=(float(first["low"]), float(first["high"]))),
        Measured("forecast.mae", float(tried["error"].abs().mean()), "iterative", currency),
        Measured("forecast.mase", found.mase[found.outcome], "iterative", "ratio"),
        Measured("forecast.period", str(first["period"]), "date", "period"),
    ]  # fmt: skip
