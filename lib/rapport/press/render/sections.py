"""What a reader sees of a notebook: blocks of its chapter, and of its method in the appendix.

The title cell and code never show. Prose of "Data" and all of "Method and sources" goes to
the appendix. A question's heading stays only until the chapter states a finding in that
section (a sentence of role heading or headline), which then stands in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rapport.errors import ChapterError
from rapport.press.render.blocks import join_lists, make_block
from rapport.press.render.notebook import Bundle, Part, Prose
from rapport.press.render.tree import Block, Runs

# What a chapter says of its data (rows, period) is a note for the appendix; gaps, figures
# and tables of that section are for every reader.
_NOTES = ("paragraph", "aside")


def make_chapter(name: str, parts: Sequence[Part], language: str) -> list[Block]:
    """Give a chapter's blocks, its headline first wherever the chapter came to it.

    Raises
    ------
    ChapterError
        The chapter has more than one headline, or an output that belongs on page one.
    """
    blocks = [block for part in parts for block in _part_blocks(name, part, language)]
    headlines = [block for block in blocks if block["type"] == "headline"]
    if len(headlines) > 1:
        raise ChapterError(f"{name}: {len(headlines)} headlines. Keep one.")
    return say_once(
        join_lists([*headlines, *(block for block in blocks if block not in headlines)])
    )


def make_outputs(name: str, outputs: Sequence[Mapping[str, Any]], language: str) -> list[Block]:
    """Give the blocks of outputs that no notebook made: they come after all chapters."""
    part = Part("question", tuple(Bundle(0, content) for content in outputs))
    return join_lists(_in_order(name, part, language))


def make_method(name: str, parts: Sequence[Part], language: str) -> list[Block]:
    """Give what the appendix says of a chapter: its data, definitions and method."""
    blocks: list[Block] = []
    for part in parts:
        outputs = _outputs(name, part, language)
        if part.kind == "data":
            blocks += _lift(_prose(part, language))
            blocks += [block for block in outputs if block["type"] in _NOTES]
        if part.kind == "method":
            blocks += _lift(_in_order(name, part, language))
    return say_once(join_lists(part_terms(blocks)))


def say_once(blocks: Iterable[Block]) -> list[Block]:
    """Leave out the note of a table that says what the one right above it says.

    Examples
    --------
    >>> tables = [{"type": "table", "note": note} for note in ("n", "n", "m")]
    >>> [block["note"] for block in say_once(tables)]
    ['n', None, 'm']
    """
    told: list[Block] = []
    last: Runs | None = None
    for block in blocks:
        if block["type"] != "table":
            last = None
            told.append(block)
            continue
        told.append({**block, "note": None} if last and block["note"] == last else block)
        last = block["note"]
    return told


def part_terms(blocks: Iterable[Block]) -> list[Block]:
    """Begin a paragraph with every term in bold that follows a sentence: they are looked up.

    Examples
    --------
    >>> runs = [("Churn", True), (": none. ", False), ("Risk", True), (": some.", False)]
    >>> text = [{"text": text, "source": {}, "strong": strong} for text, strong in runs]
    >>> [block["text"][0]["text"] for block in part_terms([{"type": "paragraph", "text": text}])]
    ['Churn', 'Risk']
    """
    parted: list[Block] = []
    for block in blocks:
        if block["type"] != "paragraph":
            parted.append(block)
            continue
        texts: list[Runs] = [[]]
        for run in block["text"]:
            before = "".join(each["text"] for each in texts[-1]).rstrip()
            if run["strong"] and before.endswith((".", "。")):
                texts[-1][-1] = {**texts[-1][-1], "text": texts[-1][-1]["text"].rstrip()}
                texts.append([])
            texts[-1].append(run)
        parted += [{"type": "paragraph", "text": text} for text in texts]
    return parted


def _part_blocks(name: str, part: Part, language: str) -> list[Block]:
    outputs = _outputs(name, part, language)
    if part.kind == "method":
        return []
    if part.kind == "title":
        return outputs
    if part.kind == "data":
        return [block for block in outputs if block["type"] not in _NOTES]
    findings: list[Block] = [block for block in outputs if block["type"] in ("heading", "headline")]
    blocks = _figure_first(_in_order(name, part, language))
    if all(block["type"] == "heading" for block in blocks):
        return findings  # a question that found no answer this time is not asked
    if not findings:
        return blocks
    first = [block for block in findings[:1] if block["type"] == "heading"]
    question = [block for block in _prose(part, language) if _is_heading(block, 2)]
    return [*first, *(block for block in blocks if not _is_among(block, [*first, *question]))]


def _in_order(name: str, part: Part, language: str) -> list[Block]:
    blocks: list[Block] = []
    for item in part.items:
        if isinstance(item, Prose):
            blocks += item.blocks[language]
        elif block := make_block(name, item, language):
            blocks.append(block)
    return blocks


def _figure_first(blocks: list[Block]) -> list[Block]:
    """Put the first figure of a question before the first table: it shows what the table holds."""
    kinds = [block["type"] for block in blocks]
    if "figure" not in kinds or "table" not in kinds[: kinds.index("figure")]:
        return blocks
    figure, table = kinds.index("figure"), kinds.index("table")
    others = [*blocks[table:figure], *blocks[figure + 1 :]]
    return [*blocks[:table], blocks[figure], *others]


def _outputs(name: str, part: Part, language: str) -> list[Block]:
    bundles = tuple(item for item in part.items if not isinstance(item, Prose))
    return _in_order(name, Part(part.kind, bundles), language)


def _prose(part: Part, language: str) -> list[Block]:
    cells = [item for item in part.items if isinstance(item, Prose)]
    return [block for cell in cells for block in cell.blocks[language]]


def _lift(blocks: Iterable[Block]) -> list[Block]:
    """Drop the section's own heading, which the name of the chapter replaces."""
    return [block for block in blocks if not _is_heading(block, 2)]


def _is_heading(block: Block, level: int) -> bool:
    return block["type"] == "heading" and block["level"] == level


def _is_among(block: Block, others: Iterable[Block]) -> bool:
    return any(block == other for other in others)
