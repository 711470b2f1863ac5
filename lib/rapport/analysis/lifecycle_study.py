"""The lifecycle chapter's questions put to its methods: stages, moves, cohorts, quiet customers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from rapport.analysis.lifecycle import (
    LOST,
    QUIET,
    STAGES,
    Months,
    choose_kind,
    count_stages,
    find_months,
    list_sizes,
    month_code,
    select_kind,
    tabulate_stages,
)
from rapport.analysis.measured import Measured
from rapport.analysis.transitions import (
    ANY,
    Forecast,
    compare_months,
    forecast_stages,
    pool_moves,
)

# The moves that sentences speak of, where they are known.
TOLD = {
    "orders": (
        ("loyal", "at_risk"),
        ("churned", ANY),
        ("growing", "loyal"),
        ("at_risk", "churned"),
    ),
    "contracts": (("active", "silent"), ("silent", "ended"), ("active", "ended"), ("trial", ANY)),
}
HEADLINE = {"orders": TOLD["orders"][:2], "contracts": (("active", "ended"),)}


@dataclass(frozen=True)
class Stages:
    """The stages of a unit: their kind, month ends, moves, counts by month and table of now.

    `months` is None, and the tables are empty, where there is no customer or no whole month.
    """

    kind: str
    months: Months | None
    moves: pd.DataFrame
    counts: pd.DataFrame
    table: pd.DataFrame

    @property
    def n(self) -> int:
        """Customers at the last month end."""
        return int(self.table["n_customers"].iloc[-1]) if len(self.table) else 0

    @property
    def is_watched(self) -> bool:
        """Whether any rate can be given."""
        return self.months is not None and self.months.has_rates


@dataclass(frozen=True)
class MoveSettings:
    """What the moves are counted with: window (month ends), customers, confidence, family, seed."""

    window_months: int = 12
    min_n: int = 30
    confidence: float = 0.95
    fdr: float = 0.05
    seed: int = 0


@dataclass(frozen=True)
class Moves:
    """Moves of enough customers, the test of their steadiness, and the stages a month on."""

    pooled: pd.DataFrame
    tests: pd.DataFrame
    forecast: Forecast | None


def study_stages(moves: pd.DataFrame, *, is_snapshot: bool = False) -> Stages:
    """Choose the kind of stages that a unit has and count them.

    Parameters
    ----------
    moves : `lifecycle_moves`
    is_snapshot : ends are known to have happened, not when: there are no month ends
    """
    kind = choose_kind(moves)
    mine = select_kind(moves, kind)
    months = None if is_snapshot else find_months(mine)
    if months is None or months.last not in set(mine["month_no"]):
        return Stages(kind, None, mine[:0], count_stages(mine[:0], kind=kind), pd.DataFrame())
    counts = count_stages(mine, kind=kind)
    return Stages(kind, months, mine, counts, tabulate_stages(counts))


def study_moves(stages: Stages, patterns: pd.DataFrame, settings: MoveSettings) -> Moves:
    """Pool the moves of a window, test whether they are steady, and count a month ahead.

    Parameters
    ----------
    patterns : `lifecycle_patterns`
    """
    mine = select_kind(patterns, stages.kind)
    confidence = settings.confidence
    if stages.months is None or not stages.months.has_rates:
        tests = compare_months(stages.moves, first=0, fdr=settings.fdr)
        return Moves(pool_moves(mine[:0], kind=stages.kind), tests[:0], None)
    pooled = pool_moves(mine, kind=stages.kind, confidence=confidence, seed=settings.seed)
    first = max(stages.months.last - settings.window_months, stages.months.observable)
    forecast = forecast_stages(
        stages.moves, kind=stages.kind, months=stages.months, min_n=settings.min_n,
        confidence=confidence,
    )  # fmt: skip
    return Moves(
        pooled[pooled["n_customers"] >= settings.min_n].reset_index(drop=True),
        _in_order(compare_months(stages.moves, first=first, fdr=settings.fdr), stages.kind),
        forecast,
    )


def _in_order(tests: pd.DataFrame, kind: str) -> pd.DataFrame:
    places = {stage: place for place, stage in enumerate(STAGES[kind])}
    return tests.sort_values(
        "stage", key=lambda stages: stages.map(places), kind="stable", ignore_index=True
    )


def name_months(stages: Stages, *, window_months: int) -> dict[str, str]:
    """Name the months that sentences speak of, by their codes.

    `month` (of the stages), `observable` (the first in which customers can be seen to have left),
    `first` (of the window of moves); without month ends there are none.
    """
    if stages.months is None:
        return {}
    last, observable = stages.months.last, stages.months.observable
    named = {
        "month": last,
        "observable": observable,
        "first": max(last - window_months, observable),
    }
    return {name: month_code(month) for name, month in named.items()}


def choose_case(
    stages: Stages, known: Collection[str], *, min_n: int = 30, is_snapshot: bool = False
) -> str:
    """Choose the wording that the data allow.

    Parameters
    ----------
    known : slots of the values that were recorded of moves

    Returns
    -------
    orders or contracts (with the rates of the headline), sizes (stages without rates),
    few (customers), snapshot (it is not known when contracts ended), or none (nobody, or no
    whole month)
    """
    if is_snapshot:
        return "snapshot"
    if stages.months is None:
        return "none"
    if stages.n < min_n:
        return "few"
    slots = [f"move_{stage}_{after}" for stage, after in HEADLINE[stages.kind]]
    return stages.kind if set(slots) <= set(known) else "sizes"


def measure_stages(stages: Stages) -> list[Measured]:
    """Name how many customers there are, and how many are quiet and lost, now and before.

    Values: `n`; `stage.<stage>.n` and `.share`; `stage.<stage>.before` (a month), `.year`. Of the
    other stages there are none: a small one could be worked out from them.
    """
    if stages.table.empty:
        return []
    found = [Measured("n", stages.n, "count", "customers")]
    rows = stages.table.to_dict("index")
    for stage in (QUIET[stages.kind], LOST[stages.kind]):
        if stage not in rows:
            continue
        row, name = rows[stage], f"stage.{stage}"
        found.append(Measured(f"{name}.n", int(row["n_customers"]), "count", "customers"))
        found.append(Measured(f"{name}.share", float(row["share"]), "ratio", "share", stages.n))
        for column, when in (("n_before", "before"), ("n_last_year", "year")):
            if not pd.isna(row[column]):
                found.append(Measured(f"{name}.{when}", int(row[column]), "count", "customers"))
    return found


def list_comparisons(stages: Stages, *, min_n: int = 30) -> list[str]:
    """Name what the quiet and lost stages can be compared with; nothing of few.

    Returns
    -------
    the kind with year, month or alone, or none where one of the two stages is empty
    """
    if stages.months is None or stages.n < min_n:
        return []
    if not {QUIET[stages.kind], LOST[stages.kind]}.issubset(stages.table.index):
        return ["none"]
    if stages.months.last - 12 >= stages.months.observable:
        return [f"{stages.kind}_year"]
    is_there = stages.months.last - 1 >= stages.months.observable
    return [f"{stages.kind}_{'month' if is_there else 'alone'}"]


def name_data(case: str, stages: Stages) -> str:
    """Name what the note on the data says: the kind of stages, or why there are none."""
    return stages.kind if case in ("sizes", "few") else case


def draw_sizes(stages: Stages) -> pd.DataFrame:
    """Give the sizes of stages as a figure draws them; empty without a month end."""
    if stages.months is None:
        return pd.DataFrame(columns=["period", "stage", "n_customers", "share"])
    return list_sizes(stages.counts, months=stages.months)


def measure_moves(pooled: pd.DataFrame, *, kind: str, min_count: int) -> list[Measured]:
    """Name the shares of moves that sentences speak of, where enough customers made them."""
    rows = {(row["stage"], row["stage_after"]): row for row in pooled.to_dict("records")}
    found = []
    for stage, after in TOLD[kind]:
        row = rows.get((stage, after))
        if row is None or 0 < row["n_moved"] < min_count:
            continue
        ends = (float(row["low"]), float(row["high"]))
        share, n = float(row["share"]), int(row["n"])
        found.append(Measured(f"move.{stage}.{after}", share, "ratio", "share", n, ends))
    return found


def list_moves(stages: Stages, moves: Moves, rates: Collection[Measured]) -> list[str]:
    """Name the wording of the moves: some, none, or few (of enough customers, all of few moves)."""
    if stages.months is None:
        return []
    return ["some" if rates else "none" if moves.pooled.empty else "few"]


def measure_steadiness(tests: pd.DataFrame) -> list[Measured]:
    """Name the adjusted p-value of each stage's test, where there is one."""
    tested = tests[tests["p_value"].notna()]
    return [
        Measured(f"season.{stage}", float(p), "estimator", "p", int(n))
        for stage, p, n in zip(tested["stage"], tested["p_adjusted"], tested["n"], strict=True)
    ]


def list_steadiness(moves: Moves) -> list[str]:
    """Say whether rates change from month to month: seasonal, steady or untested."""
    if moves.pooled.empty:
        return []
    tested = moves.tests[moves.tests["p_value"].notna()]
    if tested.empty:
        return ["untested"]
    return ["seasonal" if tested["is_seasonal"].any() else "steady"]


def add_up(pooled: pd.DataFrame) -> bool:
    """Say whether the moves out of every stage, and those who stayed, make the whole."""
    parts = pooled[pooled["stage_after"] != ANY].groupby("stage")
    return bool((parts["n_moves"].sum() == parts["n"].first()).all())
