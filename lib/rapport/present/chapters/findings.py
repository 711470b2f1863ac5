"""Findings in words: in full with the money at stake on page two, in short on page one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from rapport.present.sentences import Listing, Sentence
from rapport.present.values import Value, label_value

Values = Mapping[str, Value]
PREFIX = "finding"


class Finding(Protocol):
    """A finding as `analysis.findings` gives it."""

    @property
    def name(self) -> str:
        """`<chapter>.<what>`, and a number where there are several."""

    @property
    def case(self) -> str | None:
        """The wording."""

    @property
    def stake(self) -> Any:
        """The money at stake; None where none can be named."""


def template_of(name: str) -> str:
    """Give the template of a finding by its name.

    Examples
    --------
    >>> template_of("campaigns.experiment.1")
    'findings.campaigns_experiment'
    """
    return f"findings.{'_'.join(name.split('.')[:2])}"


def slots_of(name: str, values: Values) -> dict[str, Value]:
    """Give the summary's values of a finding under the slots that its template asks for.

    Examples
    --------
    >>> rate = Value("summary.finding.churn.rate.rate", 0.1, "ratio", "share")
    >>> list(slots_of("churn.rate", {"finding_churn_rate_rate": rate}))[-1]
    'rate'
    """
    prefix = f"{PREFIX}_{name.replace('.', '_')}_"
    own = {slot.removeprefix(prefix): value for slot, value in values.items()
           if slot.startswith(prefix)}  # fmt: skip
    return {**values, **own}


def say_finding(name: str, case: str | None, values: Values, *, is_short: bool = False) -> Sentence:
    """Give a finding as a sentence: in full, or as page one says it."""
    template = template_of(name)
    return Sentence(f"{template}_short" if is_short else template, slots_of(name, values), case)


def list_item(finding: Finding, values: Values) -> dict[str, Value | Listing]:
    """Give what page two says of a finding: what it is about, its money at stake, and itself."""
    said = Listing((say_finding(finding.name, finding.case, values),))
    slots: dict[str, Value | Listing] = {
        "about": label_value(PREFIX, template_of(finding.name).partition(".")[2]), "said": said,
    }  # fmt: skip
    if finding.stake is not None:
        slots["stake"] = slots_of(finding.name, values)["stake"]
    return slots


def choose_case(finding: Finding) -> str:
    """Choose whether page two names money."""
    return "plain" if finding.stake is None else "money"
