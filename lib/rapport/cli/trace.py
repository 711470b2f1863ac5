"""`rapport trace`: from a number on a page to what it was made of."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rapport.assets.files import asset_path
from rapport.errors import ParameterError
from rapport.params import find_root
from rapport.press.proof.tracing.trace import Places, open_report, trace
from rapport.press.proof.tracing.values import find_values

AMBIGUOUS = 2
"""The exit code of a value that could be several: the call is to be made clearer."""


def run(arguments: argparse.Namespace) -> int:
    """Follow a value of a report, or list those that are meant."""
    root = _find_project()
    reports = root / "reports"
    opened = open_report(arguments.report, reports)
    found = find_values(opened.values, arguments.value)
    if len(found) > 1:
        sys.stdout.write(_spell_several(found, as_json=arguments.json))
        return AMBIGUOUS
    places = Places(asset_path().parent, reports, root / "docs" / "methods")
    told = trace(opened, found[0], places)
    text = (
        json.dumps(told, ensure_ascii=False, indent=1)
        if arguments.json
        else "\n".join(_spell(told, is_whole=opened.folder is not None))
    )
    sys.stdout.write(text + "\n")
    return 0


def _find_project() -> Path:
    # A report can be traced anywhere; a project adds notebooks, method pages and earlier reports.
    try:
        return find_root(Path.cwd())
    except ParameterError:
        return Path.cwd()


def _spell_several(found: list[Mapping[str, Any]], *, as_json: bool) -> str:
    if as_json:
        return json.dumps({"matches": found}, ensure_ascii=False, indent=1) + "\n"
    lines = [f"{value['id']}  {_shown(value)}" for value in found]
    return "\n".join([f"{len(found)} values show so; name one by its id:", *lines]) + "\n"


def _shown(value: Mapping[str, Any]) -> str:
    texts = [text for text in value["shown"].values() if text]
    return " / ".join(dict.fromkeys(texts)) or f"{value['value']} (not printed)"


def _spell(told: Mapping[str, Any], *, is_whole: bool) -> Iterator[str]:
    value = told["value"]
    yield f"{value['id']}  {_shown(value)}"
    yield f"  recorded   {_describe(value)}; run {told['run']} of {told['unit']} {told['period']}"
    for language, anchors in told["places"].items():
        where = ", ".join(_name_place(anchor) for anchor in anchors) or "in no text"
        yield f"  stands     {language}: {where}"
    for said in told["sentences"]:
        for language in ("en", "zh"):
            yield f"  {said['role']:<10} {said['id']}, {language}: {said[language]}"
    yield from _spell_origin(told, is_whole=is_whole)
    for name, digest in sorted(told["sources"].items()):
        yield f"  source     {name}  sha256 {digest[:16]}"
    before = told["previous"]
    yield "  previous   " + (
        f"{before['period']}: {_shown(before['value'])} (run {before['run']})"
        if before
        else "no earlier report of this length at hand"
    )


def _spell_origin(told: Mapping[str, Any], *, is_whole: bool) -> Iterator[str]:
    cell = told["notebook"]
    if cell is None:
        yield "  made in    " + (
            "its chapter's notebook is not in the run's folder"
            if is_whole
            else "not at hand: name the run's folder, or call this in its project"
        )
        return
    yield f"  made in    {cell['file']}, cell {cell['cell']}  sha256 {cell['sha256'][:16]}"
    for function in told["functions"]:
        same = "" if function["is_recorded"] else "  (installed here is ANOTHER version)"
        yield f"  made by    {function['name']}, {function['file']}:{function['line']}{same}"
        yield f"             {function['says']}"
    for page in told["methods"]:
        yield f"  method     docs/methods/{page['file']}: {page['title']}. {page['question']}"
    for table in told["tables"]:
        yield f"  table      {table['name']}  {table['rows']:,} rows  sha256 {table['sha256'][:16]}"
    for name, given in told["parameters"].items():
        yield f"  parameter  {name} = {given}"


def _describe(value: Mapping[str, Any]) -> str:
    parts = [f"{value['value']} ({value['kind']}, {value['unit']})"]
    if value["n"] is not None:
        parts.append(f"n {value['n']}")
    if value["interval"] is not None:
        parts.append("interval {} to {}".format(*value["interval"]))
    return ", ".join(parts)


def _name_place(anchor: str) -> str:
    """Name a place by its anchor.

    Examples
    --------
    >>> [_name_place(anchor) for anchor in ("page-one", "figure-6-1", "churn")]
    ['page one', 'figure 6.1', 'part churn']
    """
    kind, _, number = anchor.partition("-")
    if kind in ("figure", "table") and number[:1].isalnum():
        return f"{kind} {number.replace('-', '.').upper() if number[0].isdigit() else number}"
    return "page one" if anchor == "page-one" else f"part {anchor}"
