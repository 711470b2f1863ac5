"""Scores from wave to wave, and whether the last one differs from the one before.

A wave is what the unit calls one; where its waves are the periods of the report, or it names none,
periods are the waves. Waves of few answers keep their place and are compared with nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from rapport.analysis.nps import Difference, compare_scores
from rapport.analysis.satisfaction import count_classes, score_row

HISTORY = "history-"
LATEST = 13
COLUMNS = (
    "wave", "n_nps", "n_detractors", "n_passives", "n_promoters", "nps", "low", "high",
    "n_delivered", "n_answered", "response", "is_enough",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Trend:
    """Waves in order of time, and the change of the last against the one before.

    `table`: `COLUMNS`; scores are empty without answers. `by`: period or wave. `change`: None
    where either has fewer than `min_n` answers. `case`: up, down, unclear, alone (nothing to
    compare with), none (no wave has answers).
    """

    table: pd.DataFrame
    by: str
    change: Difference | None
    case: str


def follow_waves(
    windows: pd.DataFrame, waves: pd.DataFrame, *, min_n: int, confidence: float = 0.95
) -> Trend:
    """Put waves in order and compare the last with the one before.

    Parameters
    ----------
    windows : the mart `survey_windows`
    waves : the mart `survey_waves`
    min_n : answers below which a wave is compared with nothing

    Examples
    --------
    >>> counts = {"n_nps": [40, 40], "n_detractors": [4, 20], "n_promoters": [30, 5]}
    >>> waves = pd.DataFrame({"wave": ["spring", "autumn"], "n_delivered": 80, "n_answered": 40,
    ...                       **counts})
    >>> trend = follow_waves(pd.DataFrame({"window": [], "period": []}), waves, min_n=30)
    >>> trend.by, trend.case, round(trend.change.value, 1)
    ('wave', 'down', -102.5)
    """
    history = windows[windows["window"].astype(str).str.startswith(HISTORY)]
    if _are_periods(waves, windows):
        # A window before the data begin has no answer that was left out: it has none to have.
        rows = history[history["is_comparable"].astype(bool)].rename(columns={"period": "wave"})
        by = "period"
    else:
        rows, by = waves.tail(LATEST), "wave"
    table = _score(rows.reset_index(drop=True), min_n, confidence)
    if by == "period":
        table = table.iloc[int((table["n_nps"] > 0).to_numpy().argmax()) :].reset_index(drop=True)
    if not len(table) or not int(table["n_nps"].sum()):
        return Trend(table.iloc[:0], by, None, "none")
    change = _compare(windows, table, by=by, min_n=min_n, confidence=confidence)
    return Trend(table, by, change, name_change(change))


def name_change(change: Difference | None) -> str:
    """Name what may be said of a change: up, down, unclear, or alone without one."""
    if change is None:
        return "alone"
    if change.low <= 0 <= change.high:
        return "unclear"
    return "up" if change.value > 0 else "down"


def _are_periods(waves: pd.DataFrame, windows: pd.DataFrame) -> bool:
    known = set(windows["period"].dropna().astype(str))
    # Waves of long ago have no window; a unit's newest ones tell how it names them.
    newest = [str(wave) for wave in waves["wave"].tail(3)]
    return all(wave in known for wave in newest)


def _score(rows: pd.DataFrame, min_n: int, confidence: float) -> pd.DataFrame:
    found = []
    for row in _list_rows(rows):
        nps = score_row({**_NOTHING, **row}, confidence=confidence).nps
        counts = count_classes(row)
        delivered, answered = int(row["n_delivered"]), int(row["n_answered"])
        found.append({
            "wave": str(row["wave"]), "n_nps": int(row["n_nps"]), "n_detractors": counts[0],
            "n_passives": counts[1], "n_promoters": counts[2],
            "nps": None if nps is None else nps.value, "low": None if nps is None else nps.low,
            "high": None if nps is None else nps.high,
            "n_delivered": delivered, "n_answered": answered,
            "response": answered / delivered if delivered else None,
            "is_enough": int(row["n_nps"]) >= min_n,
        })  # fmt: skip
    table = pd.DataFrame(found, columns=list(COLUMNS))
    return table.astype(dict.fromkeys(("nps", "low", "high", "response"), float))


_NOTHING = {"n_csat": 0, "n_content": 0, "csat_sum": 0, "n_ces": 0, "n_easy": 0}


def _list_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): cell for name, cell in row.items()} for row in table.to_dict("records")]


def _compare(
    windows: pd.DataFrame, table: pd.DataFrame, *, by: str, min_n: int, confidence: float
) -> Difference | None:
    if by == "wave":
        pair = _list_rows(table.tail(2))
    else:
        # Of an incomplete period as many days of the one before.
        chosen = windows[windows["window"].isin(["previous", "current"])]
        seen = chosen[chosen["is_comparable"].astype(bool)].set_index("window")
        pair = _list_rows(seen.reindex(["previous", "current"]).dropna(subset="n_nps"))
    if len(pair) < 2 or min(int(row["n_nps"]) for row in pair) < min_n:
        return None
    then, now = (count_classes(row) for row in pair)
    return compare_scores(now, then, confidence=confidence)
