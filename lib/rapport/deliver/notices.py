"""What maintainers hear: failures since the last time, what is late, and that all went well.

Silence is never success: whoever is named as maintainer hears of every delivery and of every
failure once, so hearing nothing after a period has ended means that nothing ran.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapport.deliver.digest import Letter, read_words
from rapport.deliver.ready import plain
from rapport.press.index.runs import read_unit
from rapport.press.index.state import find_late
from rapport.press.proof.log_chain import whole_lines

FAILURES = ("failed", "abandoned")
MOST = 20
"""So many failures a notice names; the rest are counted."""


@dataclass(frozen=True)
class News:
    """One thing that a maintainer hears once."""

    number: str
    """By which it is known again."""
    key: str
    """Of its words."""
    slots: Mapping[str, Any]
    is_well: bool = False

    def tell(self, language: str) -> str:
        """Tell it in a language."""
        words = read_words()
        slots = dict(self.slots)
        if "period" in slots and not slots["period"]:
            slots["period"] = words["notice_all"][language]
        return str(plain(words[self.key][language].format(**slots)))


def list_news(
    reports: Path, unit: str, *, delivered: tuple[str, str], counts: Counter[str], held: str,
    day: str,
) -> list[News]:  # fmt: skip
    """List what there is to tell of a delivery and of everything since the first one.

    Parameters
    ----------
    delivered : period, and number of the run; empty where there is no report
    counts : readers by how their delivery ended: sent, before, failed, unknown
    held : why the report was not delivered at all
    day : today, ISO
    """
    period, run = delivered
    found: list[News] = []
    if counts["sent"]:
        # With those who have had it since: readers who are added later are another thing to tell.
        number = f"sent:{run}:{counts['sent'] + counts['before']}"
        slots = {"period": period, "n": counts["sent"]}
        found.append(News(number, "notice_sent", slots, is_well=True))
    if held:
        found.append(News(f"held:{_digest(held)}", "notice_held", {"reason": held}))
    for state, key in (("failed", "notice_lost"), ("unknown", "notice_unknown")):
        if counts[state]:
            found.append(News(f"{state}:{run}:{counts[state]}", key, {"n": counts[state]}))
    folder = reports / unit
    due = find_late(read_unit(folder, ""), day) if folder.is_dir() else ""
    if due:
        found.append(News(f"late:{due}", "notice_late", {"period": due}))
    return [*found, *_list_failures(reports / "log.jsonl", unit)]


def _list_failures(journal: Path, unit: str) -> Iterator[News]:
    for line in whole_lines(journal.read_bytes()) if journal.is_file() else []:
        told = _read(line, unit)
        if told is not None:
            yield News(f"failure:{_digest(line)}", f"notice_{told['event']}", told)


def _read(line: bytes, unit: str) -> dict[str, Any] | None:
    try:
        told = json.loads(line)
        if told["event"] not in FAILURES or told["unit"] != unit:
            return None
        tasks = sorted((str(task), str(kind)) for task, kind in told.get("failed", {}).items())
        return {
            "event": told["event"],
            "day": str(told["at"])[:10],
            "period": str(told.get("period") or ""),
            "tasks": ", ".join(f"{task} ({kind})" for task, kind in tasks),
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return None  # that the chain is broken is told by whoever verifies the log


def write_notice(unit: str, news: Sequence[News], language: str) -> Letter:
    """Write to a maintainer what there is to tell, the newest failures last."""
    words = read_words()
    is_well = all(each.is_well for each in news)
    state = words["notice_well" if is_well else "notice_faults"][language]
    failures = [each for each in news if each.key.removeprefix("notice_") in FAILURES]
    hidden = len(failures) - MOST
    left_out = {each.number for each in failures[:hidden]} if hidden > 0 else set()
    lines = [each.tell(language) for each in news if each.number not in left_out]
    more = [words["notice_more"][language].format(n=hidden)] if hidden > 0 else []
    return Letter(
        subject=words["notice_subject"][language].format(unit=unit, state=state),
        lines=[*lines, *more],
    )


def _digest(content: str | bytes) -> str:
    raw = content.encode("utf-8") if isinstance(content, str) else content
    return hashlib.sha256(raw).hexdigest()[:24]
