"""The key of a task: the digest of everything that its execution depends on, and of nothing else.

Normalised code cells, typed parameters, content of the tables read, modules imported, words and
fonts, lock, Python, and the settings that the press enforces. Never in it: prose, paths, ambient
settings, threads of the engine, number of workers, warm or cold. A report's key holds prose and
what was executed instead. The reason why a task runs is the part of its key that moved.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from rapport.press.run.kernels.settings import Conditions
from rapport.press.run.tasks import ChapterTask, ReportTask, TableTask

KEY_SCHEMA = 1
NEVER_RUN = "never run"
NEVER_PRINTED = "never printed"
LOST = "its result is no longer in the store"

Parts = dict[str, Any]


def chapter_parts(
    task: ChapterTask,
    *,
    cells: tuple[str, ...],
    modules: Mapping[str, str],
    tables: Mapping[str, str],
    conditions: Conditions,
) -> Parts:
    """Gather what the execution of a chapter depends on.

    Parameters
    ----------
    cells : normalised code cells
    modules : file of the package: digest
    tables : table: digest of its content
    """
    return {
        "schema": KEY_SCHEMA,
        "scope": {"unit": task.unit, "period": task.period, "chapter": task.chapter},
        "code": list(_digest_cells(cells)),
        "parameters": dict(task.parameters),
        "context": _keyed_context(task),
        "tables": dict(tables),
        "modules": modules,
        "conditions": _spell(conditions),
    }


# A chapter is many tasks: units times periods.
@lru_cache(maxsize=64)
def _digest_cells(cells: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(hashlib.sha256(cell.encode()).hexdigest() for cell in cells)


def table_parts(
    task: TableTask,
    *,
    modules: Mapping[str, str],
    tables: Mapping[str, str],
    conditions: Conditions,
) -> Parts:
    """Gather what making one table depends on; the unit and period only by what they hold."""
    return {
        "schema": KEY_SCHEMA,
        "scope": {"table": task.name, "function": task.function},
        "parameters": dict(task.arguments),
        "tables": dict(tables),
        "modules": modules,
        "conditions": _spell(conditions),
    }


def report_parts(
    task: ReportTask,
    *,
    done: Mapping[str, Mapping[str, Any]],
    modules: Mapping[str, str],
    conditions: Conditions,
) -> Parts:
    """Gather what a printed report depends on.

    Parameters
    ----------
    done : id of a task that it prints: digests of what that gave, as it was executed, and of a
        chapter those of its `prose` and of its code as it stands (`text`)
    modules : file of the package: digest
    """
    return {
        "schema": KEY_SCHEMA,
        "scope": {"report": task.function, "unit": task.unit, "period": task.period},
        "arguments": dict(task.arguments),
        "results": {name: dict(given) for name, given in done.items()},
        "modules": modules,
        "conditions": _spell(conditions),
    }


Spelled = dict[int, tuple[Any, str]]
"""Parts of keys that were written out, by their identity: `modules` is the same one in many."""


def execution_key(parts: Mapping[str, Any], spelled: Spelled | None = None) -> str:
    """Give the digest of the parts, types told apart: 1, 1.0, "1" and true are four values.

    Parameters
    ----------
    spelled : one plan's, to which the text of its modules is added; no key depends on it

    Raises
    ------
    ValueError, TypeError
        A parameter is no JSON value, or not a finite number.
    """
    if "modules" not in parts:
        return hashlib.sha256(_write(parts).encode()).hexdigest()
    seen: Spelled = {} if spelled is None else spelled
    modules = parts["modules"]
    if id(modules) not in seen:
        seen[id(modules)] = (modules, f'"modules":{_write(modules)}')
    before = {name: part for name, part in parts.items() if name < "modules"}
    behind = {name: part for name, part in parts.items() if name > "modules"}
    told = (_write(before)[1:-1], seen[id(modules)][1], _write(behind)[1:-1])
    return hashlib.sha256(f"{{{','.join(filter(None, told))}}}".encode()).hexdigest()


def _write(part: Any) -> str:
    return json.dumps(
        part, allow_nan=False, ensure_ascii=False, separators=(",", ":"), sort_keys=True
    )


def explain(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> str:
    """Say which part of a key moved, the first three of them.

    Examples
    --------
    >>> explain({"parameters": {"days": 90}}, {"parameters": {"days": 60}})
    'parameter days 90 -> 60'
    >>> explain(None, {})
    'never run'
    """
    if old is None:
        return NEVER_PRINTED if "report" in new.get("scope", {}) else NEVER_RUN
    moved = list(dict.fromkeys(_moves(old, new)))
    if not moved:
        is_report = "report" in new.get("scope", {})
        return "its files are not as they were" if is_report else LOST
    shown = "; ".join(moved[:3])
    return shown if len(moved) <= 3 else f"{shown}; and {len(moved) - 3} more"


def _spell(conditions: Conditions) -> Parts:
    # `asdict` copies every part deeply, which took a third of planning a task.
    return {
        "lock": conditions.lock,
        "python": conditions.python,
        "enforced": dict(conditions.enforced),
    }


def _keyed_context(task: ChapterTask) -> Parts:
    context = dict(task.context)
    if "sources" in context:
        # Where a source lies moves no number.
        context["sources"] = {
            name: {part: value for part, value in source.items() if part != "paths"}
            for name, source in context["sources"].items()
        }
    if task.unit_fields is not None and "unit_parameters" in context:
        values = context["unit_parameters"]
        context["unit_parameters"] = {
            name: values[name] for name in sorted(set(task.unit_fields)) if name in values
        }
    return context


def _moves(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    if old.get("schema") != new.get("schema"):
        yield "the press counts other things now"
    if old.get("code") != new.get("code"):
        yield _code_move(old.get("code", []), new.get("code", []))
    for name, was, now in _changes(old, new, "parameters"):
        yield f"parameter {name} {_brief(was)} -> {_brief(now)}"
    for name, _, _ in _changes(old, new, "arguments"):
        yield f"{name.replace('_', ' ')} changed"
    for name, was, now in _changes(old, new, "results"):
        yield from _result_moves(name.rpartition("/")[2], was or {}, now or {})
    yield from _context_moves(old.get("context", {}), new.get("context", {}))
    for name, was, now in _changes(old, new, "tables"):
        yield f"{name}: {_table_move(was, now)}"
    for name, _, _ in _changes(old, new, "modules"):
        yield f"`{name}` changed"
    yield from _condition_moves(old.get("conditions", {}), new.get("conditions", {}))


def _code_move(old: list[str], new: list[str]) -> str:
    if len(old) != len(new):
        return f"code cells {len(old)} -> {len(new)}"
    moved = [str(at) for at, pair in enumerate(zip(old, new, strict=True), 1) if len(set(pair)) > 1]
    return f"code cell {', '.join(moved)} changed"


def _result_moves(name: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    if was.get("prose") != now.get("prose"):
        yield f"prose of {name} changed"
    moved = {part for part in was.keys() | now.keys() if was.get(part) != now.get(part)}
    if moved - {"prose", "text"}:
        yield f"{name}: content changed"
    elif "text" in moved:
        yield f"comments of {name} changed"


def _context_moves(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name, _, _ in _changes(old, new, "sources"):
        yield f"source {name}: content changed"
    for name, was, now in _changes(old, new, "unit_parameters"):
        yield f"parameter {name} {_brief(was)} -> {_brief(now)}"
    plain = [{k: v for k, v in side.items() if not isinstance(v, dict)} for side in (old, new)]
    for name, was, now in _changes({"plain": plain[0]}, {"plain": plain[1]}, "plain"):
        yield f"{name} {_brief(was)} -> {_brief(now)}"


def _condition_moves(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    if old.get("lock") != new.get("lock"):
        yield "requirements.lock changed"
    if old.get("python") != new.get("python"):
        yield f"Python {old.get('python')} -> {new.get('python')}"
    for name, was, now in _changes(old, new, "enforced"):
        yield f"setting {name} {_brief(was)} -> {_brief(now)}"


def _changes(
    old: Mapping[str, Any], new: Mapping[str, Any], part: str
) -> Iterator[tuple[str, Any, Any]]:
    was, now = old.get(part) or {}, new.get(part) or {}
    for name in sorted(set(was) | set(now)):
        # 1 and True are equal in Python and two values in a key.
        if json.dumps(was.get(name), sort_keys=True) != json.dumps(now.get(name), sort_keys=True):
            yield name, was.get(name), now.get(name)


def _table_move(was: str | None, now: str | None) -> str:
    if was is None:
        return "now read"
    return "no longer read" if now is None else "content changed"


def _brief(value: Any) -> str:
    text = "none" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else "(long value)"
