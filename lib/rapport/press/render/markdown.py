"""Prose of a chapter (CommonMark without HTML) as blocks of the document tree.

HTML is refused, not shown: JupyterLab would render it where the report would print its
source, and an analyst should not see two different chapters. So is all else that has no
block: nothing is dropped in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from rapport.errors import ChapterError
from rapport.press.render.tree import Block, Run, Runs, Source


@dataclass(frozen=True)
class _Style:
    strong: bool = False
    link: str = ""


@cache
def _parser() -> MarkdownIt:
    # HTML stays on in the parser so that it can be recognised, and is then refused.
    return MarkdownIt("commonmark")


def read_prose(text: str, *, source: Source) -> list[Block]:
    """Turn one cell of prose into headings, paragraphs and lists.

    Raises
    ------
    ChapterError
        The text holds HTML, a picture, a rule, a quotation or a list in a list.

    Examples
    --------
    >>> made = read_prose("## Who *leaves*?", source={"kind": "prose", "id": "churn.4"})
    >>> made[0]["level"], "".join(run["text"] for run in made[0]["text"])
    (2, 'Who leaves?')
    """
    tokens = _parser().parse(text)
    blocks: list[Block] = []
    for group in _split(tokens):
        first = group[0]
        if first.type == "heading_open":
            level = int(first.tag[1])
            blocks.append({"type": "heading", "level": level, "text": _inline(group[1], source)})
        elif first.type == "paragraph_open":
            blocks.append({"type": "paragraph", "text": _inline(group[1], source)})
        elif first.type in ("bullet_list_open", "ordered_list_open"):
            blocks.append({"type": "list", "items": list(_items(group, source))})
        elif first.type in ("fence", "code_block"):
            run: Run = {"text": first.content.rstrip(), "source": source, "strong": False}
            blocks.append({"type": "paragraph", "text": [{**run, "code": True}]})
        else:
            raise _refuse(first.type, source)
    return blocks


def _split(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    group: list[Token] = []
    depth = 0
    for token in tokens:
        group.append(token)
        depth += token.nesting
        if depth == 0:
            yield group
            group = []


def _items(group: Sequence[Token], source: Source) -> Iterator[Runs]:
    for item in _split(group[1:-1]):
        inner = list(_split(item[1:-1]))
        if [part[0].type for part in inner] != ["paragraph_open"]:
            raise _refuse("a list item that is more than one paragraph", source)
        yield _inline(inner[0][1], source)


def _inline(token: Token, source: Source) -> Runs:
    runs: Runs = []
    style = _Style()
    for child in token.children or ():
        if child.type == "link_close":
            runs += _address(style.link, runs, source)
        style = _restyle(child, style)
        text = _text_of(child, source)
        if text:
            runs.append(_make_run(text, child.type == "code_inline", style, source))
    return _join(runs)


def _restyle(child: Token, style: _Style) -> _Style:
    if child.type in ("strong_open", "strong_close"):
        return replace(style, strong=child.nesting == 1)
    if child.type in ("link_open", "link_close"):
        return replace(style, link=str(child.attrs.get("href", "")))
    return style


def _text_of(child: Token, source: Source) -> str:
    if child.type in ("text", "code_inline"):
        return child.content
    if child.type in ("softbreak", "hardbreak"):
        return " "
    # Emphasis by slant is dropped: Chinese has none, and one tree serves both languages.
    if child.type.endswith(("_open", "_close")):
        return ""
    raise _refuse(child.type, source)


def _make_run(text: str, is_code: bool, style: _Style, source: Source) -> Run:  # noqa: FBT001
    run: Run = {"text": text, "source": source, "strong": style.strong}
    if is_code:
        run["code"] = True
    if style.link.startswith("#"):
        run["link"] = style.link
    return run


def _address(link: str, runs: Runs, source: Source) -> Runs:
    # A report holds no address that leads out of it; on paper a link must be spelt out anyway.
    address = link.removeprefix("https://").removeprefix("http://").removeprefix("mailto:")
    if link.startswith("#") or any(address in run["text"] for run in runs):
        return []
    return [{"text": f" ({address})", "source": source, "strong": False}]


def _join(runs: Runs) -> Runs:
    joined: Runs = []
    for run in runs:
        if joined and {**joined[-1], "text": ""} == {**run, "text": ""}:
            joined[-1] = {**joined[-1], "text": joined[-1]["text"] + run["text"]}
        else:
            joined.append(run)
    return joined


def _refuse(what: str, source: Source) -> ChapterError:
    return ChapterError(
        f"{source['id']}: prose holds {what}, which a report cannot show. "
        "Use headings, paragraphs, simple lists, strong words and links."
    )
