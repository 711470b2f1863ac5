"""What a chapter says of itself as it opens: to the report, and to the kernel's own log."""

from __future__ import annotations

import logging
from typing import Any

from IPython.core.getipython import get_ipython
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from rapport.chapter.world import World, period_of_unit
from rapport.present.formats import show_date, show_period
from rapport.present.labels import LANGUAGES, label


def describe_opening(world: World) -> dict[str, Any]:
    """Say what the chapter is about: unit, period and as_of in both languages."""
    about: dict[str, Any] = {
        "chapter": world.chapter,
        "unit": world.unit.name,
        "title": {"en": world.unit.title.en, "zh": world.unit.title.zh},
        "language": world.unit.language,
        "currency": world.unit.currency,
        "sample": world.unit.sample,
        "topic": {lang: label(f"topic.{world.chapter}", lang) for lang in LANGUAGES},
        "period": world.period,
        "as_of": None,
        "is_whole": True,
        "period_label": None,
        "as_of_label": None,
    }
    if world.period is None or world.as_of is None:
        return about
    last_on = period_of_unit(world.unit, world.period).last_on
    return about | {
        "as_of": world.as_of.isoformat(),
        "is_whole": last_on is None or world.as_of >= last_on or world.unit.snapshot,
        "period_label": {lang: show_period(world.period, lang) for lang in LANGUAGES},
        "as_of_label": {lang: show_date(world.as_of, lang) for lang in LANGUAGES},
    }


def hold_threads(world: World) -> None:
    """Give linear algebra one thread for as long as the kernel of a draft lives.

    The press starts its kernels so, and a search for libraries would only cost time there. In a
    stock kernel two threads add in another order, and the last digit of an interval differed
    between a draft and the report.
    """
    if world.root is not None:
        threadpool_limits(limits=1)


def keep_log() -> None:
    """Send what the package logs to the kernel process's own log; no cell shows it."""
    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is not None:
        ours = logging.getLogger("rapport")
        ours.handlers, ours.propagate = list(kernel.log.handlers), False


def log_opening(world: World) -> None:
    """Write one line to the kernel process's log about a draft; no cell shows it.

    The line names every literal of the notebook that differs from the unit's file, because a
    draft overrides nothing.
    """
    shell = get_ipython()
    kernel = getattr(shell, "kernel", None)
    if world.root is None or shell is None or kernel is None:
        return
    resolved = world.unit.chapter_values()
    differing = [
        f"{name}={shell.user_ns[name]!r} (file: {value!r})"
        for name, value in resolved.items()
        if name in shell.user_ns and shell.user_ns[name] != value
    ]
    where = "draft of" if differing else "draft with the unit's own values of"
    kernel.log.warning(
        "%s %s, %s: %s",
        where,
        world.unit.name,
        world.chapter,
        "; ".join(differing) or "none differ",
    )
