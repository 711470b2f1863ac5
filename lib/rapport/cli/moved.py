"""What moved between two records as lines for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from rapport.press.proof.compare import Comparison, Move
from rapport.press.proof.value_moves import ValueMove

MOST = 20
"""Lines of one kind; what is beyond is counted, and all of it is in the JSON."""
PARTS = {
    "source": "Sources", "input": "Tables a rerun starts at", "parameter": "Parameters",
    "code": "Code", "lock": "Environment", "python": "Environment", "package": "Environment",
    "setting": "Settings", "machine": "Machine", "template": "Templates and fonts",
}  # fmt: skip
LONGEST = 60
DIGEST = 64


def tell_causes(comparison: Comparison) -> list[str]:
    """Give the lines of all that moved but values, under a heading a kind."""
    lines: list[str] = []
    for title in dict.fromkeys(PARTS.values()):
        moves = [c for c in comparison.causes if PARTS[c.part] == title]
        if moves:
            lines += [title, *_shorten([f"  {_tell(move)}" for move in moves])]
    return lines


def tell_methods(comparison: Comparison) -> list[str]:
    """Give the lines of chapters made otherwise, and of those that only have other data."""
    lines = []
    if comparison.methods:
        named = [f"  {name}: {', '.join(parts)}" for name, parts in comparison.methods.items()]
        lines += ["Chapters made by another method", *named]
    only = {n: t for n, t in comparison.data.items() if n not in comparison.methods}
    if only:
        lines += ["Chapters of the same method and other data"]
        lines += [f"  {name}: {', '.join(tables)}" for name, tables in only.items()]
    return lines


def tell_values(
    moves: Sequence[ValueMove], explain: Callable[[ValueMove], str], *, most: int = MOST
) -> list[str]:
    """Give the lines of values that moved: by how much, how much they may, and likely why."""
    lines = []
    for move in moves[:most]:
        lines.append(f"  {move.grade}  {move.id} ({move.kind})")
        lines.append(f"     {_sides(move)}")
        lines.append(f"     {_distance(move)}; likely: {explain(move)}")
    if len(moves) > most:
        lines.append(f"  and {len(moves) - most:,} more; --json lists all of them")
    return lines


def _sides(move: ValueMove) -> str:
    shown = [brief(_first(side)) for side in (move.shown_old, move.shown_new)]
    printed = f"  (printed {shown[0]} -> {shown[1]})" if shown[0] != shown[1] else ""
    return f"{brief(move.old)} -> {brief(move.new)}{printed}"


def _first(shown: Any) -> Any:
    return next((text for text in shown.values() if text is not None), None)


def _distance(move: ValueMove) -> str:
    if "new" in move.parts or "gone" in move.parts:
        return "recorded only once"
    if move.absolute is None:
        return f"moved: {', '.join(move.parts)}"
    limit = "exact" if move.limit is None else f"limit {move.limit:.3g}"
    return f"difference {move.absolute:.6g}, relative {move.relative or 0:.3g}, {limit}"


def _tell(move: Move) -> str:
    old, new = move.old, move.new
    if isinstance(old, dict) and isinstance(new, dict) and "rows" in old:
        if old["rows"] == new["rows"]:
            return f"{move.name}: {old['rows']:,} rows, other content"
        return f"{move.name}: {old['rows']:,} -> {new['rows']:,} rows"
    if old is None:
        return f"{move.name}: now there"
    if new is None:
        return f"{move.name}: no longer there"
    if move.part in ("source", "code", "template") and _is_digest(old):
        return f"{move.name}: other content"
    return f"{move.name}: {brief(old)} -> {brief(new)}"


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and len(value) == DIGEST


def brief(value: Any) -> str:
    """Spell a value in one short line that no terminal takes for a command.

    Examples
    --------
    >>> len(brief("a" + chr(27))), brief(None), brief("示例"), brief(0.5)
    (5, 'none', '示例', '0.5')
    """
    return "none" if value is None else _brief(value)


def _brief(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    plain = "".join(c if c.isprintable() or c == "\u00a0" else ascii(c)[1:-1] for c in text)
    if _is_digest(value):
        return plain[:12]
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}..."


def _shorten(lines: Iterable[str]) -> list[str]:
    listed = list(lines)
    more = [f"  and {len(listed) - MOST:,} more"] if len(listed) > MOST else []
    return [*listed[:MOST], *more]
