"""How often accounts use the service, less in the weeks before they leave of their own wish."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rapport.ingest.sample.days import draw_minutes
from rapport.ingest.sample.draws import (
    GRID,
    Key,
    draw_below,
    draw_chance,
    draw_from,
    tabulate_gamma,
)

DAYS_BETWEEN = 11
FADES_DAYS = 45
FADES_PPM = 700_000


def draw_usage(key: Key, contracts: pd.DataFrame, *, first_day: int, last_day: int) -> pd.DataFrame:
    """Draw the sessions of each contract between two days.

    Parameters
    ----------
    contracts : one row per contract: `account`, `started`, `ended`, `reason`

    Returns
    -------
    one row per session, by time: `customer`, `session`, `day`, `minute`, `channel`, `step`,
    `seconds`.
    """
    starts = np.maximum(contracts["started"].to_numpy(), first_day)
    ended = contracts["ended"].to_numpy()
    stops = np.where(ended >= 0, ended, last_day)  # both days included
    length = np.maximum(stops - starts + 1, 0)
    eager = draw_from(key.of("eager"), tabulate_gamma(2.0), len(contracts))
    counts = length * eager // (2 * GRID * DAYS_BETWEEN)
    which = np.repeat(np.arange(len(contracts)), counts)
    n = len(which)
    days = starts[which] + draw_below(key.of("day"), np.maximum(length[which], 1), n)
    fades = (contracts["reason"].to_numpy()[which] == 0) & (days > stops[which] - FADES_DAYS)
    kept = ~(fades & draw_chance(key.of("fades"), FADES_PPM, n))
    sessions = pd.DataFrame(
        {
            "customer": contracts["account"].to_numpy()[which],
            "day": days,
            "minute": draw_minutes(key.of("time"), n),
            "channel": draw_below(key.of("channel"), 2, n),
            "step": 0,
            "seconds": draw_from(key.of("seconds"), tabulate_gamma(1.5), n) * 400 // GRID + 20,
        }
    )[kept]
    sessions = sessions.sort_values(["day", "minute", "customer"], kind="stable", ignore_index=True)
    numbered: pd.DataFrame = sessions.assign(session=np.arange(len(sessions)))
    return numbered
