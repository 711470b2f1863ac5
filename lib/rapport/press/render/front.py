"""Page one: what the summary says first, taken out of what it says after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rapport.errors import ChapterError
from rapport.press.render.blocks import SILENT, make_actions, make_cards, make_figure, read_runs
from rapport.press.render.frame import Frame
from rapport.press.render.notebook import Bundle, Part
from rapport.press.render.tree import Front, Run

_ROLES = ("headline", "lead", "mind")
_TYPES = ("key_figures", "actions", "figure")


@dataclass(frozen=True)
class PageOne:
    """The bundles of page one by their place on it."""

    places: Mapping[str, Sequence[Bundle]] = field(default_factory=dict)

    def first(self, place: str) -> Bundle | None:
        """Give the bundle of a place that holds one."""
        return next(iter(self.places.get(place, ())), None)


def take_page_one(parts: Sequence[Part]) -> tuple[PageOne, list[Part]]:
    """Part the summary's outputs: those of page one, and sections with the others.

    Page one takes the headline, the leads, "mind the data", key figures, actions and the
    first figure. A section that has given all of its outputs goes with its question.
    """
    places: dict[str, list[Bundle]] = {}
    rest: list[Part] = []
    for part in parts:
        kept = []
        for item in part.items:
            place = _find_place(item, places) if isinstance(item, Bundle) else None
            if place and isinstance(item, Bundle):
                places.setdefault(place, []).append(item)
            else:
                kept.append(item)
        has_given = len(kept) < len(part.items)
        speaks = any(isinstance(item, Bundle) and _is_seen(item) for item in kept)
        rest.append(Part(part.kind, () if has_given and not speaks else tuple(kept)))
    return PageOne(places), rest


def _find_place(bundle: Bundle, places: Mapping[str, Sequence[Bundle]]) -> str | None:
    kind = bundle.content["type"]
    place = str(bundle.content["role"] if kind == "sentence" else kind)
    if place not in _ROLES + _TYPES:
        return None
    if place in places and place == "figure":
        return None
    if place in places and place != "lead":
        raise ChapterError(
            f"summary, cell {bundle.cell}: a second {place.replace('_', ' ')} for page one. "
            "Keep one."
        )
    return place


def _is_seen(bundle: Bundle) -> bool:
    return bundle.content["type"] not in SILENT


def make_front(page: PageOne, frame: Frame, language: str) -> Front:
    """Make page one; without a summary it names unit and period and leads to the chapters."""
    mind, cards = page.first("mind"), page.first("key_figures")
    figure, actions = page.first("figure"), page.first("actions")
    title = frame.words["actions"][language]
    return {
        "headline": _headline(page, frame, language),
        "lead": [read_runs(each.content["text"], language) for each in page.places.get("lead", ())],
        "mind": {
            "title": frame.words["mind"][language],
            "text": read_runs(mind.content["text"], language),
        }
        if mind
        else None,
        "cards": make_cards(cards.content, language) if cards else [],
        "figure": make_figure(figure.content, language) if figure else None,
        "actions": make_actions(actions.content, language, title) if actions else None,
        "note": frame.note.get(language),
    }


def _headline(page: PageOne, frame: Frame, language: str) -> list[Run]:
    said = page.first("headline")
    if said:
        return read_runs(said.content["text"], language)
    text = f"{frame.titles[language]} · {frame.period_labels[language]}"
    return [{"text": text, "source": {"kind": "label", "id": "report"}, "strong": False}]
