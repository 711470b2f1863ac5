"""One delivery of one unit: readers first, then what maintainers have to hear of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rapport.deliver.attempts import PAUSES
from rapport.deliver.ledger import Ledger, open_ledger
from rapport.deliver.notices import News, list_news
from rapport.deliver.ready import find_period, open_report
from rapport.deliver.send import (
    Outcomes,
    Post,
    open_post,
    send_notices,
    send_report,
)
from rapport.errors import DeliveryError, ParameterError, RapportError, TamperedError
from rapport.params.delivery import Delivery
from rapport.press.proof import log
from rapport.press.proof.trust import Trust

READERS, MAINTAINERS = "readers", "maintainers"


@dataclass(frozen=True)
class Job:
    """What is to be delivered."""

    root: Path
    unit: str
    language: str
    """The unit's, for whoever names none."""
    delivery: Delivery
    trust: Trust | None
    """Whose signature a report needs; None: it needs none."""
    period: str | None = None
    roles: Sequence[str] = (READERS, MAINTAINERS)
    again: bool = False
    pauses: Sequence[float] = PAUSES

    @property
    def reports(self) -> Path:
        """The folder of all reports."""
        return self.root / "reports"


@dataclass
class Result:
    """How a delivery ended."""

    period: str = ""
    run: str = ""
    done: dict[str, Outcomes] = field(default_factory=dict)
    """By role."""
    held: RapportError | None = None
    """Why the report may not be delivered; maintainers hear of it."""

    @property
    def exit_code(self) -> int:
        """Of the command."""
        if self.held is not None:
            return self.held.exit_code
        is_well = all(outcomes.is_well for outcomes in self.done.values())
        return 0 if is_well else DeliveryError.exit_code


def deliver_unit(job: Job, environ: Mapping[str, str]) -> Result:
    """Deliver a unit's report and tell its maintainers; nobody gets the same twice.

    Raises
    ------
    ParameterError
        A report was asked for that is not there, or the environment lacks a server or secret.
    DeliveryError
        Another process delivers the same unit.
    """
    if job.period is not None:
        find_period(job.reports, job.unit, job.period)
    people = [getattr(job.delivery, role) for role in job.roles]
    post = open_post(job.delivery, environ, people, pauses=job.pauses)
    result = Result()
    with open_ledger(job.root, job.unit) as ledger:
        _serve_readers(job, post, ledger, result)
        if MAINTAINERS in job.roles:
            told = send_notices(
                job.unit, _list_news(job, result), post, ledger, default=job.language
            )
            _keep(job, MAINTAINERS, told, result)
    return result


def _serve_readers(job: Job, post: Post, ledger: Ledger, result: Result) -> None:
    try:
        result.period = find_period(job.reports, job.unit, job.period)
        ready = open_report(job.reports, job.unit, result.period, job.trust)
    except (DeliveryError, ParameterError, TamperedError) as error:
        result.held = error
        return
    result.run = ready.run
    if READERS in job.roles:
        sent = send_report(ready, post, ledger, default=job.language, again=job.again)
        _keep(job, READERS, sent, result)


def _list_news(job: Job, result: Result) -> list[News]:
    return list_news(
        job.reports,
        job.unit,
        delivered=(result.period, result.run),
        counts=result.done.get(READERS, Outcomes()).counts,
        held=str(result.held or ""),
        day=log.now()[:10],
    )


def _keep(job: Job, role: str, outcomes: Outcomes, result: Result) -> None:
    """Keep in the log how many of a role were reached: counts, nobody's address."""
    result.done[role] = outcomes
    counts = {name: n for name, n in sorted(outcomes.counts.items()) if n and name != "before"}
    if outcomes.is_news:
        entry = {"event": "delivered", "unit": job.unit, "period": result.period or None}
        log.append(job.reports / "log.jsonl", {**entry, "role": role, **counts})
