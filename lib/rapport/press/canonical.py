"""The executed notebook with everything accidental removed.

Two executions of one chapter differ in times, paths, random cell ids, warnings and addresses of
objects, and in nothing that a reader wants. What is left here is equal byte for byte wherever the
chapter ran, so a digest of it says whether a chapter's content moved. Only named fields are
dropped: a real difference stays visible.

Notebooks are plain dictionaries here (a `NotebookNode` is one), which spares planning the import
of nbformat.
"""

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

Notebook = dict[str, Any]

KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
MIME = "application/vnd.rapport.v1+json"
"""The form of an output in which a chapter hands on a piece of its report."""
INJECTED = "injected-parameters"
ERROR_MARKER = "papermill-error-cell-tag"
# Each begins with what it cannot do without and looks back afterwards, which is ten times as fast.
ADDRESS = re.compile(r"0x(?<=\b0x)[0-9a-fA-F]{6,}")
# Two components at least: "and/or", "n/a" and </text> are none. What follows a colon or a slash
# is part of an address such as http://www.w3.org/2000/svg.
ABSOLUTE_PATHS = (
    re.compile(r"/(?<![\w/.:<)\]}-]/)[\w.+-]+/[\w.+-]+"),
    re.compile(r":\\(?<=\b[A-Za-z]:\\)\w"),
    re.compile(r"file:///(?<=\bfile:///)\w"),
)


def canonicalise(notebook: Notebook) -> Notebook:
    """Give the notebook without anything that differs between two equal executions.

    Cell ids count positions, execution counts are consecutive, adjoining streams are one,
    standard error is gone, `text/plain` is gone where a richer form exists, and of all metadata
    only tags and the language stay. The argument is left as it is.
    """
    kept = [cell for cell in notebook["cells"] if ERROR_MARKER not in tags_of(cell)]
    counts = iter(range(1, len(kept) + 1))
    return {
        "cells": [_plain_cell(cell, at, counts) for at, cell in enumerate(kept, start=1)],
        "metadata": {"kernelspec": KERNELSPEC, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def canonical_bytes(notebook: Notebook) -> bytes:
    """Spell a canonical notebook: sorted keys, one blank of indent, UTF-8, a newline at the end."""
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    return (text + "\n").encode()


def weave(executed: Notebook, source: Notebook) -> Notebook:
    """Give the canonical notebook that executing `source` would give, from outputs already there.

    Prose and comments are no part of an execution key, so a chapter whose prose was edited is not
    executed again: its outputs are joined with the new text.

    Parameters
    ----------
    executed : canonical, with the same code cells in the same order
    source : the chapter as it now stands
    """
    injected = [cell for cell in executed["cells"] if INJECTED in tags_of(cell)]
    done = iter([cell for cell in executed["cells"] if is_code(cell) and cell not in injected])
    cells: list[Notebook] = []
    for cell in source["cells"]:
        cells.append({**cell, **_results(next(done))} if is_code(cell) else cell)
        if "parameters" in tags_of(cell):
            cells += injected
    before = [] if any("parameters" in tags_of(cell) for cell in source["cells"]) else injected
    return canonicalise({"cells": [*before, *cells]})


def find_accidents(notebook: Notebook) -> list[str]:
    """Name every cell whose outputs would differ elsewhere, or say what a reader should not see.

    Parameters
    ----------
    notebook : as executed, before `canonicalise`

    Returns
    -------
    a sentence a finding: standard error, an address of an object, an absolute path. Cells are
    counted from 1 as the analyst sees them. What was found is not repeated, it could name a person.
    """
    found = []
    added = {ERROR_MARKER, INJECTED}
    executed = [cell for cell in notebook["cells"] if added.isdisjoint(tags_of(cell))]
    canonical = canonicalise({"cells": executed})["cells"]
    for at, (raw, plain) in enumerate(zip(executed, canonical, strict=True), start=1):
        if any(is_stderr(output) for output in raw.get("outputs", [])):
            found.append(f"cell {at} writes to standard error")
        shown = "\n".join(_texts([_shown(output) for output in plain.get("outputs", [])]))
        if ADDRESS.search(shown):
            found.append(f"cell {at} shows the address of an object")
        if any(path.search(shown) for path in ABSOLUTE_PATHS):
            found.append(f"cell {at} shows an absolute path")
    return found


def is_code(cell: Notebook) -> bool:
    """Say whether a cell holds code."""
    return bool(cell["cell_type"] == "code")


def is_stderr(output: Notebook) -> bool:
    """Say whether an output is a piece of standard error."""
    return output["output_type"] == "stream" and output.get("name") == "stderr"


def tags_of(cell: Notebook) -> list[str]:
    """Give the tags of a cell."""
    return list(cell.get("metadata", {}).get("tags", []))


def join_text(text: str | list[str]) -> str:
    """Give one string: on disk, notebooks hold text as a list of lines."""
    return text if isinstance(text, str) else "".join(text)


def _plain_cell(cell: Notebook, at: int, counts: Iterator[int]) -> Notebook:
    tags = tags_of(cell)
    plain: Notebook = {
        "cell_type": cell["cell_type"],
        "id": f"cell-{at}",
        "metadata": {"tags": tags} if tags else {},
        "source": _lines(_plain_source(cell, tags)),
    }
    if not is_code(cell):
        return plain
    # A cell that never ran, after a failure, has no count and gets none.
    ran = cell.get("execution_count") is not None or bool(cell.get("outputs"))
    plain["execution_count"] = next(counts) if ran else None
    plain["outputs"] = _plain_outputs(cell.get("outputs", []), plain["execution_count"])
    return plain


def _plain_source(cell: Notebook, tags: list[str]) -> str:
    source = join_text(cell["source"])
    if INJECTED not in tags:
        return source
    # Papermill lays this cell out with Black where Black happens to be installed.
    values = [ast.unparse(statement) for statement in ast.parse(source).body]
    return "\n".join(["# Parameters", *values])


def _plain_outputs(outputs: list[Notebook], count: int | None) -> list[Notebook]:
    plain: list[Notebook] = []
    for output in outputs:
        if is_stderr(output):
            continue
        if output["output_type"] == "stream":
            text = join_text(output["text"])
            if plain and plain[-1]["output_type"] == "stream":
                text = join_text(plain.pop()["text"]) + text
            plain.append({"name": "stdout", "output_type": "stream", "text": _lines(text)})
        else:
            plain.append(_plain_output(output, count))
    return plain


def _plain_output(output: Notebook, count: int | None) -> Notebook:
    kind = output["output_type"]
    if kind == "error":
        # A traceback holds paths of this machine; the run log keeps it whole.
        return {"ename": output["ename"], "evalue": output["evalue"], "output_type": kind,
                "traceback": []}  # fmt: skip
    rich = {mime: _form(mime, content) for mime, content in output["data"].items()}
    if len(rich) > 1:
        rich.pop("text/plain", None)
    plain: Notebook = {"data": rich, "metadata": {}, "output_type": kind}
    return plain | ({"execution_count": count} if kind == "execute_result" else {})


def _form(mime: str, content: Any) -> Any:
    is_text = isinstance(content, str) or (isinstance(content, list) and not mime.endswith("json"))
    if not is_text:
        return content
    # Images in base64 are one line; text and SVG read better, and differ better, line by line.
    is_lines = mime.startswith("text/") or mime == "image/svg+xml"
    return _lines(join_text(content)) if is_lines else join_text(content)


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _results(cell: Notebook) -> Notebook:
    return {"execution_count": cell["execution_count"], "outputs": cell["outputs"]}


def _shown(output: Notebook) -> Any:
    return output.get("data") or output.get("text") or output.get("evalue")


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for mime, part in content.items():
            # An image in base64 may hold any letters, and nobody reads it.
            if mime not in ("image/png", "image/jpeg"):
                yield from _texts(part)
    elif isinstance(content, list):
        for part in content:
            yield from _texts(part)
