"""Before contracts ended: contacts of those who left against those of contracts like theirs.

Each contract that its customer ended in the last year is held against up to four others of the same
plan that had run for as long and ran on: their contacts are counted before the same day, so that
nobody had longer, or another season, to ask. Association: whoever means to leave may ask how.
Contracts are matched in the mart `leaver_contacts`; here customers are drawn, and not contracts,
for a customer may stand beside several who left and leave later.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from rapport.analysis.families import adjust_p_values
from rapport.analysis.leaver_tickets import LeaverRules
from rapport.analysis.measured import Measured
from rapport.analysis.resampling import Floats, difference_of_ratios, interval_of

EVERYBODY, ALONE, TICKETS, OTHERS = "_all", "_alone", "_ticket", "_contact"
PARTS = 12  # a leaver is as many parts, as are the stayers beside it together
WINDOWS = (30, 60, 90)
MAIN = 60  # of which sentences and topics speak
COLUMNS = ("topic", "days", "left", "stayed", "difference", "low", "high", "is_found")
SLOTS = {TICKETS: "tickets", OTHERS: "contacts"}


@dataclass(frozen=True, eq=False)
class LeaverContacts:
    """Contacts a customer before contracts ended, and of contracts like them before the same day.

    `rows` : one row per kind of contact and length of time: `COLUMNS`, means a contract; none where
    nothing may be said. `n_left`: contracts that ended and have others beside them, `n_stayed`:
    customers beside them, `n_alone`: contracts that ended and have nobody beside them. `reason` is
    None, few or few_contacts.
    """

    rows: pd.DataFrame
    n_left: int
    n_stayed: int
    n_alone: int
    reason: str | None


def study_contacts(
    counts: pd.DataFrame | None, rules: LeaverRules, *, is_snapshot: bool, seed: int = 0
) -> list[LeaverContacts]:
    """Compare where days of ends are known and contacts are kept; else nothing."""
    if counts is None or is_snapshot:
        return []
    return [compare_contacts(counts, rules, seed=seed)]


def compare_contacts(counts: pd.DataFrame, rules: LeaverRules, *, seed: int = 0) -> LeaverContacts:
    """Compare the mean number of contacts in the 30, 60 and 90 days before the contract ended.

    Parameters
    ----------
    counts : the mart `leaver_contacts`: `customer_key`, `topic`, `left_parts`, `stayed_parts`,
        `left_30` to `stayed_90`, all of them in twelfths
    rules : `min_n` contracts that ended and as many customers beside them, or nothing is compared;
        a kind of contact is shown if `min_count` customers of either side had one

    Returns
    -------
    means with the interval of their difference, customers drawn; a difference is found where its
    test, of the linearised standard error, survives the family of all rows

    References
    ----------
    Rosenbaum, P. R. (2010), Design of Observational Studies, 8. Springer (several controls each).
    Cameron, A. C., Gelbach, J. B. & Miller, D. L. (2008), Rev. Econ. Stat. 90, 414-427 (drawing
    whole clusters).
    """
    base = counts[counts["topic"] == EVERYBODY].set_index("customer_key").sort_index()
    n_left = int(base["left_parts"].sum()) // PARTS
    n_stayed = int((base["stayed_parts"] > 0).sum())
    n_alone = int(counts.loc[counts["topic"] == ALONE, "left_parts"].sum()) // PARTS
    none = pd.DataFrame(columns=list(COLUMNS))
    if min(n_left, n_stayed) < rules.min_n:
        return LeaverContacts(none, n_left, n_stayed, n_alone, "few")
    asked = counts[~counts["topic"].isin([EVERYBODY, ALONE])]
    rows = [
        {"topic": topic, "days": days, **_compare(base, asked, (topic, days), rules, seed)}
        for topic, days in _choose(asked, rules.min_count)
    ]
    if not rows:
        return LeaverContacts(none, n_left, n_stayed, n_alone, "few_contacts")
    table = pd.DataFrame(rows)
    is_found = adjust_p_values(table["p_value"]) <= rules.fdr
    shown = table.assign(is_found=is_found)[list(COLUMNS)]
    return LeaverContacts(shown, n_left, n_stayed, n_alone, None)


def _choose(asked: pd.DataFrame, min_count: int) -> list[tuple[str, int]]:
    """Name the rows that enough customers stand behind; no topic follows from the others."""
    told = {
        days: asked.assign(left=asked[f"left_{days}"] > 0, stayed=asked[f"stayed_{days}"] > 0)
        .groupby("topic")[["left", "stayed"]].sum().min(axis=1).sort_index()
        for days in WINDOWS
    }  # fmt: skip
    rows = [
        (name, days) for name in (TICKETS, OTHERS) for days in WINDOWS
        if told[days].get(name, 0) >= min_count
    ]  # fmt: skip
    if (TICKETS, MAIN) not in rows:
        return rows
    topics = told[MAIN].drop([TICKETS, OTHERS], errors="ignore")
    ranked = topics.sort_values(ascending=False, kind="stable")
    kept, hidden = ranked[ranked >= min_count], ranked[(ranked > 0) & (ranked < min_count)]
    if len(hidden) and int(hidden.sum()) < min_count:
        kept = kept.iloc[:-1]
    return [*rows, *((str(name), MAIN) for name in kept.index)]


def _compare(
    base: pd.DataFrame, asked: pd.DataFrame, of: tuple[str, int], rules: LeaverRules, seed: int
) -> dict[str, float]:
    topic, days = of
    own = asked[asked["topic"] == topic].set_index("customer_key").reindex(base.index)
    columns = (own[f"left_{days}"], base["left_parts"], own[f"stayed_{days}"], base["stayed_parts"])
    rows: Floats = np.column_stack([column.fillna(0).to_numpy(float) for column in columns])
    estimator = difference_of_ratios(rows)
    ends = interval_of(estimator, confidence=rules.confidence, seed=seed)
    assert ends is not None
    left, stayed = (rows[:, at].sum() / rows[:, at + 1].sum() for at in (0, 2))
    error = float(np.sqrt(np.var(estimator.influence(), ddof=1) / estimator.n))
    p_value = float(2 * stats.norm.sf(abs(left - stayed) / error)) if error else 1.0
    return {"left": float(left), "stayed": float(stayed), "difference": float(left - stayed),
            "low": ends.low, "high": ends.high, "p_value": p_value}  # fmt: skip


def list_said(found: LeaverContacts) -> list[tuple[str, str]]:
    """Name what is said of tickets and of other contacts: more, less or unclear; or why nothing is.

    Examples
    --------
    >>> list_said(LeaverContacts(pd.DataFrame(columns=list(COLUMNS)), 3, 9, 0, "few"))
    [('before', 'few')]
    """
    if found.reason is not None:
        return [("before", found.reason)]
    main = found.rows[found.rows["days"] == MAIN].set_index("topic")
    told = {str(topic): row for topic, row in main.iterrows()}
    said = [(word, _name(told[topic])) for topic, word in SLOTS.items() if topic in told]
    # A second sentence need not say again who is compared.
    names = [f"before_{word}" if not place else "before_beside" for place, (word, _) in
             enumerate(said)]  # fmt: skip
    return [(name, case) for name, (_, case) in zip(names, said, strict=True)]


def _name(row: pd.Series) -> str:
    if not row["is_found"] or row["low"] <= 0 <= row["high"]:
        return "unclear"
    return "more" if row["difference"] > 0 else "less"


def measure_contacts(found: LeaverContacts, *, min_count: int = 10) -> list[Measured]:
    """Name how many were compared, and tickets and other contacts of the sixty days before.

    Parameters
    ----------
    min_count : ends that have nobody beside them are counted if they are as many
    """
    if found.rows.empty:
        return []
    told = [
        Measured("before.left", found.n_left, "count", "contracts"),
        Measured("before.stayed", found.n_stayed, "count", "customers"),
    ]
    if found.n_alone >= min_count:
        told.append(Measured("before.alone", found.n_alone, "count", "contracts"))
    main = found.rows[found.rows["days"] == MAIN].set_index("topic")
    for topic, word in SLOTS.items():
        if topic not in main.index:
            continue
        row = main.loc[topic]
        ends = (float(row["low"]), float(row["high"]))
        told += [
            Measured(f"before.{word}.left", float(row["left"]), "ratio", "ratio", found.n_left),
            Measured(f"before.{word}.stayed", float(row["stayed"]), "ratio", "ratio",
                     found.n_stayed),
            Measured(f"before.{word}.difference", float(row["difference"]), "simulated", "ratio",
                     found.n_left + found.n_stayed, ends),
        ]  # fmt: skip
    return told
