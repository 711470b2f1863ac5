"""What maintainers hear: failures since the last time, what is late, and that all went well.

Silence is never success: whoever is named as maintainer hears of every delivery and of every
failure once, so hearing nothing after a period has ended means that nothing ran.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from rapport.deliver.digest import Letter, read_words
from rapport.deliver.ready import plain
from rapport.press.index.periods import newest_whole, order_key
from rapport.press.index.runs import MANIFEST
from rapport.press.proof.log_chain import whole_lines

FAILURES = ("failed", "abandoned")
MOST = 20
"""So many failures a notice names; the rest are counted."""


@dataclass(frozen=True)
class News:
    """What there is to tell of one unit."""

    unit: str
    period: str
    outcomes: Counter[str] = field(default_factory=Counter)
    """Readers by how their delivery ended now: sent, failed, unknown."""
    held: str = ""
    """Why the report was not delivered at all."""
    late: str = ""
    """Code of the newest whole period, if it has no report."""
    failures: Sequence[Mapping[str, Any]] = ()
    """Failed and abandoned runs that this maintainer has not heard of."""

    @property
    def is_well(self) -> bool:
        """Whether nothing is to be looked after."""
        lost = self.outcomes["failed"] + self.outcomes["unknown"]
        return not (self.failures or self.held or self.late or lost)

    @property
    def is_worth_telling(self) -> bool:
        """Whether anything happened or is wrong."""
        return not self.is_well or self.outcomes["sent"] > 0

    def number(self) -> str:
        """Give by what the same news are known again."""
        said = [self.unit, self.period, sorted(self.outcomes.items()), self.held, self.late,
                [dict(each) for each in self.failures]]  # fmt: skip
        return f"notice:{hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()}"


def read_failures(reports: Path, unit: str, *, after: int) -> tuple[int, list[dict[str, Any]]]:
    """Read a unit's failed and abandoned runs from the log.

    Parameters
    ----------
    after : lines of the log that were told before

    Returns
    -------
    the number of lines that the log has, and the failures of those after
    """
    path = reports / "log.jsonl"
    lines = whole_lines(path.read_bytes()) if path.is_file() else []
    fresh = lines[after:] if after <= len(lines) else lines  # the log is another one
    return len(lines), [told for line in fresh if (told := _read(line, unit)) is not None]


def _read(line: bytes, unit: str) -> dict[str, Any] | None:
    try:
        told = json.loads(line)
        if told["event"] not in FAILURES or told["unit"] != unit:
            return None
        tasks = sorted((str(task), str(kind)) for task, kind in told.get("failed", {}).items())
        period = str(told.get("period") or "")
        return {"event": told["event"], "day": str(told["at"])[:10], "period": period,
                "tasks": tasks}  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError):
        return None  # that the chain is broken is told by whoever verifies the log


def find_due(reports: Path, unit: str, day: str) -> str:
    """Name the newest whole period before a day if the unit has no report of it or a later one."""
    periods = [path.name for path in (reports / unit).glob("*") if (path / MANIFEST).is_file()]
    if not periods:
        return ""
    newest = max(periods, key=order_key)
    due = newest_whole(newest, date.fromisoformat(day))
    return due if due is not None and order_key(due) > order_key(newest) else ""


def write_notice(news: News, language: str) -> Letter:
    """Write to a maintainer what there is to tell."""
    words = read_words()
    state = words["notice_well" if news.is_well else "notice_faults"][language]
    lines = list(_list_lines(news, language))
    return Letter(
        subject=words["notice_subject"][language].format(unit=news.unit, state=state),
        lines=[plain(line) for line in lines],
    )


def _list_lines(news: News, language: str) -> Iterable[str]:
    words = {key: told[language] for key, told in read_words().items()}
    if news.outcomes["sent"]:
        yield words["notice_sent"].format(period=news.period, n=news.outcomes["sent"])
    if news.held:
        yield words["notice_held"].format(reason=news.held)
    if news.outcomes["failed"]:
        yield words["notice_lost"].format(n=news.outcomes["failed"])
    if news.outcomes["unknown"]:
        yield words["notice_unknown"].format(n=news.outcomes["unknown"])
    if news.late:
        yield words["notice_late"].format(period=news.late)
    hidden = len(news.failures) - MOST
    if hidden > 0:
        yield words["notice_more"].format(n=hidden)
    for failure in news.failures[-MOST:]:
        tasks = ", ".join(f"{task} ({kind})" for task, kind in failure["tasks"])
        yield words[f"notice_{failure['event']}"].format(
            day=failure["day"], period=failure["period"] or words["notice_all"], tasks=tasks
        )
