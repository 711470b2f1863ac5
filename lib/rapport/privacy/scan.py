"""Which identifiers could stand in a text: candidates to look up, and hits to confirm.

Nothing is looked for one by one: a report of some ten thousand words has some hundred thousand
beginnings, and a table of millions of identifiers is asked once which of them it knows. Most
beginnings are none of any identifier, which their first characters already tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain
from typing import NamedTuple

from rapport.privacy.wording import (
    DATE,
    HAS_HAN,
    NUMBER,
    PREFIX,
    SHORT,
    SHORTEST,
    TAIL,
    TOKEN,
    WORDS,
    digits_of,
    fold,
    list_dates,
    list_words,
)

Group = Sequence[str]
"""Pieces of text that stand together without a gap: the spans of one sentence or label."""
LONGEST = 200
PHONE_DIGITS = 15
COUNTRY_DIGITS = 4
SHORT_HAN = 5
KEPT = 3
HEAD = 5
CUT = len(WORDS) + HEAD
"""So many characters of a key, its kind with them, tell whether it is worth looking up."""
_GROUPS = re.compile(r"\d+")
# As many digits as a phone number has at least, with gaps or without.
_STRETCH = re.compile(rf"\d(?:[\s\-./()+]{{0,3}}\d){{{TAIL - 1}}}")
_FOREIGN_DIGIT = re.compile(r"[^\D0-9]")
_GAP = re.compile(r"[\s\-./()+]{1,3}")
_PSEUDONYM = re.compile(r"(?<![0-9a-z])c[0-9a-f]{32}(?![0-9a-z])")


class Hit(NamedTuple):
    """Where something stands that could be an identifier, and how it goes on there."""

    place: str
    text: str
    is_apart: bool = False
    """Its parts stand in several texts, as in cells of a table."""


class _Word(NamedTuple):
    text: str
    group: int
    piece: int
    gap: str
    """What stands between it and the word before, or the edge of its piece."""


@dataclass
class Candidates:
    """Everything in some texts that could be one of some identifiers."""

    heads: frozenset[str]
    """The first `CUT` characters of the keys of all identifiers."""
    found: dict[str, list[Hit]] = field(default_factory=dict)
    """By key, the first few places of each."""
    pseudonyms: list[str] = field(default_factory=list)
    """Places at which a pseudonym stands."""
    _seen: set[int] = field(default_factory=set)
    _tokens: dict[str, list[str]] = field(default_factory=dict)
    """The words of a piece: a label stands in both shapes of a figure and in its table."""

    def __post_init__(self) -> None:
        self._kinds = frozenset(head[: len(WORDS)] for head in self.heads)
        self._words: dict[int, set[str]] = {}
        for head in self.heads:
            if head.startswith(WORDS):
                self._words.setdefault(len(head) - len(WORDS), set()).add(head[len(WORDS) :])

    def add(self, place: str, groups: Sequence[Group]) -> None:
        """Take in the texts of one place, in the order in which they are read."""
        label = hash(tuple(tuple(group) for group in groups))
        if label in self._seen:
            return
        self._seen.add(label)
        joined = ["".join(group) for group in groups]
        if any(_PSEUDONYM.search(text) for text in joined):
            self.pseudonyms.append(place)
        if self.heads:
            numbers = ((key, text, False) for key, text in _list_numbers(joined, self._kinds))
            for key, text, is_apart in chain(self._list_spellings(groups), numbers):
                self._note(key, Hit(place, text, is_apart))

    def add_labels(self, place: str, labels: Iterable[str]) -> None:
        """Take in the labels of rows, of which each is a text of its own."""
        for label in labels:
            self.add(place, [[label]])
            spelled = label.strip().casefold()
            if SHORTEST <= len(spelled) < TAIL:
                self._note(SHORT + spelled, Hit(place, spelled))

    def _list_spellings(self, groups: Sequence[Group]) -> Iterator[tuple[str, str, bool]]:
        # Of ten thousand words a few begin as an identifier does, and only those are looked at.
        pieces = [piece for parts in groups for piece in parts]
        found = [token for piece in pieces for token in self._cut(piece)]
        text, starts = "".join(found), list(accumulate(map(len, found), initial=0))[:-1]
        begins = {
            at
            for length, known in self._words.items()
            for at, start in enumerate(starts)
            if text[start : start + length] in known
        }
        if begins:
            yield from _list_spellings(groups, self.heads, sorted(begins))

    def _cut(self, piece: str) -> list[str]:
        if piece not in self._tokens:
            self._tokens[piece] = TOKEN.findall(fold(piece))
        return self._tokens[piece]

    def _note(self, key: str, hit: Hit) -> None:
        if key[:CUT] not in self.heads:
            return
        hits = self.found.setdefault(key, [])
        if len(hits) < KEPT:
            hits.append(hit)


def _list_spellings(
    groups: Sequence[Group], heads: frozenset[str], begins: Iterable[int]
) -> Iterator[tuple[str, str, bool]]:
    """Give what begins at words: spellings up to the length of a key, and a longer beginning.

    With each, whether it goes from one group to another before the key is whole.

    A spelling may cross from one piece to the next. Two or three Chinese characters are a name
    too easily by chance: nothing may stand between them, and they cross from piece to piece only
    if they are the whole of their pieces.
    """
    pieces = ((group, piece) for group, parts in enumerate(groups) for piece in parts)
    words = [word for at, (group, piece) in enumerate(pieces)
             for word in _cut(fold(piece), group, at)]  # fmt: skip
    text = "".join(word.text for word in words)
    starts, edges = _measure(words)
    for at in begins:
        start = starts[at]
        is_head = WORDS + text[start : start + HEAD] in heads
        for stop in range(at + 1, len(starts) + 1):
            end = starts[stop] if stop < len(starts) else len(text)
            is_apart = words[at].group != words[stop - 1].group
            if end - start >= HEAD and not is_head:
                break
            if end - start > PREFIX:
                yield (
                    WORDS + text[start : start + PREFIX],
                    text[start : start + LONGEST],
                    is_apart,
                )
                break
            spelled = text[start:end]
            is_known = end - start >= HEAD or WORDS + spelled in heads
            if is_known and end - start >= 2 and _is_whole(spelled, at, stop, edges, words):
                yield WORDS + spelled, spelled, is_apart


def _cut(folded: str, group: int, piece: int) -> Iterator[_Word]:
    end = 0
    for match in TOKEN.finditer(folded):
        yield _Word(match.group(), group, piece, folded[end : match.start()])
        end = match.end()


def _measure(words: Sequence[_Word]) -> tuple[list[int], list[bool]]:
    """Give where each word starts, and whether it is the first of its piece."""
    starts, edges, length, before = [], [], 0, -1
    for word in words:
        starts.append(length)
        edges.append(word.piece != before)
        length, before = length + len(word.text), word.piece
    return starts, edges


def _is_whole(
    spelled: str, at: int, stop: int, edges: Sequence[bool], words: Sequence[_Word]
) -> bool:
    if len(spelled) >= SHORT_HAN or not HAS_HAN.search(spelled):
        return True
    if any(word.gap.strip() for word in words[at + 1 : stop]):
        return False
    if words[at].piece == words[stop - 1].piece:
        return True
    return edges[at] and (stop == len(words) or edges[stop])


def _list_numbers(texts: Iterable[str], kinds: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Give the dates and numbers of texts, of the kinds that there are identifiers of."""
    for text in texts:
        if not _GROUPS.search(text):
            continue
        folded = fold(text)
        if DATE in kinds:
            yield from ((DATE + day, day) for day in list_dates(folded))
        if NUMBER in kinds and _STRETCH.search(folded):
            yield from ((NUMBER + run[-TAIL:], run) for run in _list_runs(folded))
        if SHORT in kinds and _FOREIGN_DIGIT.search(text):
            shorts = (run.group() for run in _GROUPS.finditer(folded))
            yield from ((SHORT + one, one) for one in shorts if SHORTEST <= len(one) < TAIL)


def _list_runs(folded: str) -> Iterator[str]:
    """Give the digits of every number that a phone number could be, blanks and hyphens apart."""
    found = list(_GROUPS.finditer(folded))
    for at, first in enumerate(found):
        digits, end = first.group(), first.end()
        if len(digits) >= TAIL:
            yield digits
        for following in found[at + 1 :]:
            if len(digits) > PHONE_DIGITS or not _GAP.fullmatch(folded[end : following.start()]):
                break
            digits, end = digits + following.group(), following.end()
            if TAIL <= len(digits) <= PHONE_DIGITS + COUNTRY_DIGITS:
                yield digits


def is_confirmed(kind: str, value: str, key: str, hit: Hit) -> bool:
    """Say whether a hit is this identifier and not one that merely begins or ends as it does.

    Parameters
    ----------
    kind, value : of the identifier
    key : by which it was found
    hit : what stands in the text
    """
    if key.startswith(NUMBER):
        wanted, given = digits_of(value).lstrip("0"), hit.text.lstrip("0")
        if kind != "phone":
            return wanted == given
        is_international = fold(value).strip().startswith(("+", "00"))
        shorter = len(wanted) - len(given)
        if is_international and 0 <= shorter < COUNTRY_DIGITS and wanted.endswith(given):
            return True
        return given.endswith(wanted) and len(given) - len(wanted) <= COUNTRY_DIGITS
    if hit.is_apart and kind not in ("name", "address"):
        # "n/a" beside columns of 0, 0, 1, 0, 0 spells a number that nobody wrote.
        return False
    if key.startswith(WORDS) and len(key) == len(WORDS) + PREFIX:
        spelled = list_words(fold(value))
        turned = [spelled[-1], *spelled[:-1]]
        return hit.text.startswith(("".join(spelled), "".join(turned)))
    return True
