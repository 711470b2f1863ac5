"""Why contracts ended, as far as it was written down: shares of reasons, chosen or not."""

from __future__ import annotations

import pandas as pd

from rapport.analysis.contract_study import INVOLUNTARY
from rapport.analysis.intervals import wilson
from rapport.analysis.measured import Measured, share
from rapport.analysis.spell_study import Spells

UNKNOWN, OTHER = "_unknown", "_other"
COLUMNS = ("reason", "kind", "n", "share", "low", "high")


def study_reasons(spells: Spells, *, min_count: int = 10, confidence: float = 0.95) -> pd.DataFrame:
    """Count the reasons of the contracts that have ended.

    Parameters
    ----------
    spells : contracts with `is_ended`, `end_reason`; customers have no reasons
    min_count : reasons of fewer contracts are one row, `_other`

    Returns
    -------
    one row per reason, most frequent first, `_other` and `_unknown` last: `reason`, `kind`
        (chosen or not_chosen), `n`, `share` of all ends with `low` and `high`; no rows where no
        reason is known, or where fewer than `min_count` ended
    """
    if spells.kind != "contracts":
        return pd.DataFrame(columns=list(COLUMNS))
    ended = spells.rows[spells.rows["is_ended"].astype(bool)]
    known = ended["end_reason"].notna() & (ended["end_reason"] != "")
    if len(ended) < min_count or not known.any():
        return pd.DataFrame(columns=list(COLUMNS))
    words = ended["end_reason"].where(known, UNKNOWN).astype(str)
    sizes = words.value_counts()
    rare = sizes.index[(sizes < min_count) & (sizes.index != UNKNOWN)]
    # A reason that nobody chose stays apart from those that customers gave.
    merged = words.where(~words.isin(rare) | words.isin(INVOLUNTARY), OTHER)
    merged = merged.where(~(words.isin(rare) & words.isin(INVOLUNTARY)), INVOLUNTARY[0])
    rows = [
        {
            "reason": str(reason), "kind": "not_chosen" if reason in INVOLUNTARY else "chosen",
            "n": int(n), "share": n / len(ended),
            **dict(zip(("low", "high"), wilson(int(n), len(ended), confidence=confidence).ends,
                       strict=True)),
            "last": {OTHER: 1, UNKNOWN: 2}.get(str(reason), 0),
        }
        for reason, n in merged.value_counts().items()
    ]  # fmt: skip
    ranked = pd.DataFrame(rows).sort_values(
        ["last", "n", "reason"], ascending=[True, False, True], kind="stable"
    )
    return ranked[list(COLUMNS)].reset_index(drop=True)


def list_cases(reasons: pd.DataFrame, spells: Spells) -> list[tuple[str, str]]:
    """Say whether reasons are known, with the role of the sentence; nothing of customers."""
    if spells.kind != "contracts":
        return []
    return [("none", "gap")] if reasons.empty else [("known", "paragraph")]


def measure_reasons(reasons: pd.DataFrame, *, confidence: float = 0.95) -> list[Measured]:
    """Name the numbers of the reasons: ends, the most frequent reason, ends not chosen."""
    if reasons.empty:
        return []
    n = int(reasons["n"].sum())
    first = reasons.iloc[0]
    not_chosen = int(reasons.loc[reasons["kind"] == "not_chosen", "n"].sum())
    ends = (float(first["low"]), float(first["high"]))
    return [
        Measured("reasons.n", n, "count", "contracts"),
        Measured("reasons.first", str(first["reason"]), "label", "end_reason"),
        Measured("reasons.first.share", float(first["share"]), "ratio", "share", n, ends),
        share(
            "reasons.not_chosen", not_chosen, n,
            interval=wilson(not_chosen, n, confidence=confidence).ends,
        ),
    ]  # fmt: skip
