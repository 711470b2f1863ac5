"""The copy of a report that Quarto gets: a notebook whose every cell has its output already.

The same tree always gives the same bytes: no metadata of an execution, fixed ids, and no
`text/html` output, which would make Quarto load scripts from elsewhere. All text is escaped sign
by sign, so that a customer's words are neither markup, a shortcode that reads files, nor code.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rapport.press.render.pdf import svg_to_paths
from rapport.press.render.tree import Block, Document, Figure, Run, Table
from rapport.press.render.walk import list_sections

Cell = dict[str, Any]
LANGUAGES = {"en": "en", "zh": "zh-Hans"}
FONTS = {"en": "Noto Sans", "zh": "Noto Sans SC"}
PAPERS = {"a4": "a4", "letter": "us-letter"}
_PLAIN = frozenset(" ,\u00a0")


def make_copy(document: Document) -> bytes:
    """Write the notebook of one language, for `quarto render --no-execute`."""
    cells = [_front_matter(document), *_first_pages(document)]
    for section in list_sections(document):
        number = f"{section['number']} " if section["number"] else ""
        cells.append(_prose(f"# {escape(number + section['topic'])}"))
        cells += [cell for block in section["blocks"] for cell in _make_cells(block)]
    notebook = {
        "cells": [{**cell, "id": f"cell-{place}"} for place, cell in enumerate(cells, 1)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def escape(text: str) -> str:
    """Spell a text so that Markdown shows it as it is, whatever it holds.

    Examples
    --------
    >>> escape("8.1%, *all*")
    '8&#46;1&#37;, &#42;all&#42;'
    """
    plain = "".join(" " if sign < " " else sign for sign in text.replace("\u200b", ""))
    return "".join(
        sign if sign.isalnum() or sign in _PLAIN or not sign.isascii() else f"&#{ord(sign)};"
        for sign in plain
    )


def _front_matter(document: Document) -> Cell:
    # JSON is YAML, and leaves nothing of a title to be read as YAML.
    told = {
        "title": escape(f"{document['unit']['title']} · {document['period']['label']}"),
        "subtitle": escape(f"{document['as_of_label']} · {document['record']['label']}"),
        "lang": LANGUAGES[document["language"]],
        "execute": {"enabled": False, "echo": False},
        "number-sections": False,
        "toc": True,
        "format": {
            "html": {"embed-resources": True},
            "typst": {
                "mainfont": FONTS[document["language"]],
                "papersize": PAPERS[document["brand"]["paper"]],
            },
        },
    }
    text = f"---\n{json.dumps(told, ensure_ascii=False)}\n---"
    return {"cell_type": "raw", "metadata": {}, "source": text}


def _first_pages(document: Document) -> Iterator[Cell]:
    front = document["front"]
    for band in document["bands"]:
        yield _prose(f"**{escape(band)}**")
    yield _prose(f"# {_join(front['headline'])}")
    yield from (_prose(_join(text)) for text in front["lead"])
    if front["mind"]:
        yield _prose(f"**{escape(front['mind']['title'])}** {_join(front['mind']['text'])}")
    cards = front["cards"]
    if cards:
        rows = [[c["name"], c["value"], _text(c["change"]), _text(c["small"])] for c in cards]
        yield _prose("\n".join(_pipe(["", "", "", ""], ["left", "right", "left", "left"], rows)))
    if front["figure"]:
        yield _figure(front["figure"])
    actions = front["actions"]
    if actions:
        rows = [[_text(row["action"]), *row["cells"]] for row in actions["rows"]]
        heads = list(actions["head"])
        table = _pipe(heads, ["left"] * len(heads), rows)
        yield _prose("\n".join([f"## {escape(actions['title'])}", "", *table]))


def _make_cells(block: Block) -> Iterator[Cell]:
    if block["type"] == "figure":
        yield _figure(block)
    elif block["type"] == "table":
        yield _table(block)
        if block["note"]:
            yield _prose(_join(block["note"]))
    elif block["type"] == "list":
        yield _prose("\n".join(f"- {_join(item)}" for item in block["items"]))
    elif block["type"] == "rows":
        pairs = (f"**{escape(name)}**: {_join(runs)}" for name, runs in block["rows"])
        yield _prose("\n".join(f"- {pair}" for pair in pairs))
    else:
        marks = {"headline": "## ", "heading": "#" * (block.get("level", 2) + 1) + " "}
        title = f"**{escape(block.get('title') or '')}** " if block.get("title") else ""
        yield _prose(marks.get(block["type"], "") + title + _join(block["text"]))


def _figure(figure: Figure) -> Cell:
    (picture,) = svg_to_paths([figure["wide"]])
    caption = " ".join(
        text for text in map(_text, (figure["title"], figure["subtitle"], figure["caption"] or []))
    )
    told = {"label": f"fig-{figure['anchor'].removeprefix('figure-')}", "fig-cap": escape(caption)}
    # Alternative text and an alignment on one figure come out in a random order, so only one.
    return _output(told | {"fig-alt": escape(figure["alt"])}, {"image/svg+xml": picture})


def _table(table: Table) -> Cell:
    told = {
        "label": f"tbl-{table['anchor'].removeprefix('table-')}",
        "tbl-cap": escape(" ".join(map(_text, (table["title"], table["subtitle"] or [])))),
    }
    columns = table["columns"]
    heads, aligned = [c["head"] for c in columns], [c["align"] for c in columns]
    lines = _pipe(heads, aligned, [row["cells"] for row in table["rows"]])
    return _output(told, {"text/markdown": "\n".join(lines) + "\n"})


def _pipe(heads: Sequence[str], aligned: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    rules = ("---:" if align == "right" else ":---" for align in aligned)
    lines = [[escape(head) for head in heads], list(rules)]
    lines += [[escape(cell) for cell in row] for row in rows]
    return ["| " + " | ".join(cells) + " |" for cells in lines]


def _output(told: Mapping[str, str], data: Mapping[str, str]) -> Cell:
    options = [f"#| {name}: {json.dumps(text, ensure_ascii=False)}" for name, text in told.items()]
    output = {"output_type": "display_data", "metadata": {}, "data": dict(data)}
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "source": "\n".join([*options, "#| echo: false"]),
        "outputs": [output],
    }


def _prose(text: str) -> Cell:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def _join(runs: Iterable[Run]) -> str:
    # Strong runs touch their neighbours, so weight is told by a span and not by stars.
    return "".join(
        f"[{escape(run['text'])}]{{.strong}}" if run["strong"] else escape(run["text"])
        for run in runs
    )


def _text(runs: Iterable[Run]) -> str:
    return "".join(run["text"] for run in runs)
