"""`rapport deliver`: a unit's report to its readers, and what failed to its maintainers."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from pathlib import Path

from rapport.deliver.digest import list_lines
from rapport.deliver.ready import find_period, open_report
from rapport.deliver.unit import MAINTAINERS, READERS, Job, Result, deliver_unit
from rapport.params import find_root, load_unit
from rapport.params.delivery import load_delivery
from rapport.press.proof.seal.files import read_trust


def deliver(arguments: argparse.Namespace) -> int:
    """Deliver one unit; give the exit code of the worst that happened."""
    root = find_root(Path.cwd())
    unit = load_unit(root, arguments.unit)
    delivery = load_delivery(root, unit.name)
    job = Job(
        root=root,
        unit=unit.name,
        language=unit.language,
        delivery=delivery,
        trust=None if delivery.trust is None else read_trust(root / "params" / delivery.trust),
        period=arguments.period,
        roles=(READERS, MAINTAINERS) if arguments.to is None else (arguments.to,),
        again=arguments.again,
    )
    if arguments.dry_run:
        return _tell_plan(job, as_json=arguments.json)
    result = deliver_unit(job, os.environ)
    _tell(job.unit, result, as_json=arguments.json)
    return result.exit_code


def _tell_plan(job: Job, *, as_json: bool) -> int:
    """Say what would be sent, without a word of it leaving this machine."""
    period = find_period(job.reports, job.unit, job.period)
    ready = open_report(job.reports, job.unit, period, job.trust)
    counts = Counter(
        f"{'mail' if each.mail else each.webhook}, "
        f"{ready.language(each.language, job.language)}, {each.send}"
        for each in job.delivery.readers
    )
    if as_json:
        plan = {"unit": job.unit, "period": period, "run": ready.run, "readers": dict(counts),
                "maintainers": len(job.delivery.maintainers)}  # fmt: skip
        sys.stdout.write(json.dumps(plan, ensure_ascii=False) + "\n")
        return 0
    for way, n in sorted(counts.items()):
        sys.stdout.write(f"would send to {n} by {way}\n")
    language = ready.language(None, job.language)
    sys.stdout.write("\n".join(["", *list_lines(ready.pages[language], language), ""]))
    return 0


def _tell(unit: str, result: Result, *, as_json: bool) -> None:
    if as_json:
        told = {
            role: {"counts": dict(outcomes.counts), "reasons": dict(outcomes.reasons)}
            for role, outcomes in result.done.items()
        }
        held = {"held": str(result.held)} if result.held else {}
        plain = {"unit": unit, "period": result.period, "exit_code": result.exit_code}
        answer = {**plain, **told, **held}
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        return
    for role, outcomes in result.done.items():
        counts = outcomes.counts
        parts = [f"{counts['sent']} sent", f"{counts['before']} told before"]
        parts += [f"{counts[name]} {name}" for name in ("failed", "unknown") if counts[name]]
        sys.stdout.write(f"{unit} {result.period}: {role}: {', '.join(parts)}\n".replace("  ", " "))
        for reason, n in sorted(outcomes.reasons.items()):
            sys.stderr.write(f"{unit}: {role}: {n}: {reason}\n")
    if result.held is not None:
        sys.stderr.write(f"{result.held}\n")
