"""The lifecycle chapter's lists in sentences, and its months and stages as words."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rapport.present.sentences import Listing, Sentence
from rapport.present.values import Value, label_value, period_value

Values = Mapping[str, Value]
# Who goes quiet, who is lost, and who comes back are said in this order, where they are known.
ITEMS = (
    "move_loyal_at_risk", "move_growing_loyal", "move_at_risk_churned", "move_churned_any",
    "move_trial_any", "move_active_silent", "move_silent_ended", "move_active_ended",
)  # fmt: skip

# A unit lives by orders or by contracts: it has values of one kind alone.
RETAINED = (
    "retention_1", "retention_3", "retention_6",
    "contract_retention_1", "contract_retention_2", "contract_retention_4",
)  # fmt: skip


def name_words(months: Mapping[str, str], quiet: str) -> dict[str, Value]:
    """Give months by their codes, and the stage in which customers go quiet, as words."""
    named = {name: period_value(code, name=name) for name, code in months.items()}
    return {**named, "quiet": label_value("stage", quiet)}


def list_moves(values: Values) -> Listing:
    """Give the moves that are known as a list in a sentence."""
    items = [Sentence("lifecycle.move", {"share": values[name]}, case=name)
             for name in ITEMS if name in values]  # fmt: skip
    return Listing(tuple(items), joint="word.clause_joint")


def list_retention(values: Values) -> Listing:
    """Give the months since the first order whose retention is known as a list in a sentence.

    Of contracts they are quarters since the start.
    """
    months = [name for name in RETAINED if name in values]
    items = [Sentence("lifecycle.retained", {"share": values[name]}, case=name) for name in months]
    return Listing(tuple(items))


def list_seasonal(tests: pd.DataFrame) -> Listing:
    """Give the stages whose moves change with the season as a list in a sentence."""
    stages = tests.loc[tests["is_seasonal"].astype(bool), "stage"]
    return Listing(tuple(
        Sentence("lifecycle.stage_name", {"stage": label_value("stage", stage)}) for stage in stages
    ))  # fmt: skip
