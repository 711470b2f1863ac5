"""Sentences: templates with slots, filled with values and nothing else.

A template lies in `assets/locale/sentences.<chapter>.yml` under its full id:

    churn.month_rate:
      en: "Monthly churn was **{rate:interval}**."
      zh: "月流失率为 **{rate:interval}**。"
    churn.change:
      cases:
        up: {en: "...", zh: "..."}
        unclear: {en: "...", zh: "..."}

`{slot}` or `{slot:style}` (styles: `formats`); `**bold**`; `~` a no-break space; in Chinese
`|` is a permitted break of a headline, and a blank between a number and a Han character
never breaks. Every run of text says where it comes from.
"""

import re
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypedDict

from rapport.assets.files import locale_paths
from rapport.errors import ChapterError
from rapport.present.formats import show
from rapport.present.labels import LANGUAGES, Language, label
from rapport.present.locale import Entries
from rapport.present.numbers import NBSP
from rapport.present.values import Value

BREAK = "\u200b"
TOKEN = re.compile(r"\{(?P<slot>\w+)(?::(?P<style>[a-z ]+))?\}|(?P<bold>\*\*)")
_HAN = re.compile(r"[\u3400-\u9fff]")


class Source(TypedDict):
    """Where a run's text comes from."""

    kind: str
    id: str


class Run(TypedDict):
    """A piece of text of one source and one weight."""

    text: str
    source: Source
    strong: bool


@dataclass(frozen=True)
class Sentence:
    """A template with its slots, not yet in any language."""

    id: str
    slots: Mapping[str, "Value | Listing"] = field(default_factory=dict)
    case: str | None = None

    def runs(self, language: Language) -> list[Run]:
        """Say it in a language."""
        return compose(self.id, language, self.slots, case=self.case)

    def text(self, language: Language) -> str:
        """Say it in a language, as plain text."""
        return text_of(self.runs(language))


@dataclass(frozen=True)
class Listing:
    """Several sentences in one slot, joined by the language's list comma (or `joint`)."""

    items: tuple[Sentence, ...]
    joint: str = "word.list_joint"


@cache
def all_templates() -> Mapping[str, Mapping[str, Any]]:
    """Give every template: id -> {en, zh} or {cases: {case: {en, zh}}}."""
    return read_templates(locale_paths("sentences."))


def read_templates(paths: Iterable[Path]) -> Mapping[str, Mapping[str, Any]]:
    """Give the templates of files named `sentences.<chapter>.yml`, each read when asked for.

    Raises
    ------
    ChapterError
        An id stands in the file of another chapter, or twice in its own.
    """
    files = []
    for path in paths:
        chapter, entries = path.name.split(".")[1], Entries(path)
        for identity in entries:
            if not identity.startswith(f"{chapter}."):
                msg = f"{path.name}: {identity!r} must begin with {chapter!r}."
                raise ChapterError(msg)
        files.append(entries)
    return ChainMap(*files)  # type: ignore[arg-type]


def find_template(identity: str, language: Language, case: str | None) -> str:
    """Give the text of a template in the locale files.

    Raises
    ------
    ChapterError
        No such template, case or language.
    """
    return choose(all_templates().get(identity), identity, language, case)


def choose(forms: Any, identity: str, language: Language, case: str | None) -> str:
    """Choose a template's text by case and language from its entry in a locale file."""
    if forms is None:
        msg = f"sentences: there is no template {identity!r}. Add it to its locale file."
        raise ChapterError(msg)
    if "cases" in forms:
        forms = forms["cases"].get(case)
    elif case is not None:
        forms = None
    if forms is None or language not in forms:
        msg = f"sentences: {identity!r} has no case {case!r} in {language}. Add it."
        raise ChapterError(msg)
    return str(forms[language])


def compose(
    template_id: str,
    language: Language,
    slots: Mapping[str, Value | Listing],
    *,
    case: str | None = None,
) -> list[Run]:
    """Fill a template: one run per piece of text, each with its source.

    Raises
    ------
    TypeError
        A slot holds anything but a value.
    ChapterError
        The template is missing, or its slots are not those given.
    """
    for name, value in slots.items():
        if not isinstance(value, Value | Listing):
            msg = f"{template_id}: slot {name!r} holds {type(value).__name__}, not a value"
            raise TypeError(msg)
    return fill(find_template(template_id, language, case), language, slots, name=template_id)


def fill(
    template: str, language: Language, slots: Mapping[str, Value | Listing], *, name: str
) -> list[Run]:
    r"""Fill the text of a template; `name` is what its own words cite as their source.

    Examples
    --------
    >>> runs = fill("in~all **{n}**", "en", {"n": Value("a.n", 5, "count", "days")}, name="a.b")
    >>> [run["strong"] for run in runs], text_of(runs)
    ([False, True], 'in\xa0all 5')
    """
    missing = slots_of(template) - set(slots)
    if missing:
        msg = f"sentences: {name} needs {sorted(missing)}. Give them as values."
        raise ChapterError(msg)
    runs = list(_fill(name, template, language, slots))
    return _join(_keep_together(runs, language))


def text_of(runs: list[Run]) -> str:
    """Give the text of runs, as a reader hears it (no permitted breaks)."""
    return "".join(run["text"] for run in runs).replace(BREAK, "")


def slots_of(template: str) -> set[str]:
    """Give the names of a template's slots."""
    return {match["slot"] for match in TOKEN.finditer(template) if match["slot"]}


def literals_of(template: str) -> list[str]:
    """Give the words of a template between its slots."""
    return [piece for piece in re.split(r"\{[^}]*\}|\*\*", template) if piece]


def _fill(
    template_id: str, template: str, language: Language, slots: Mapping[str, Value | Listing]
) -> Iterator[Run]:
    is_strong = False
    position = 0
    for match in TOKEN.finditer(template):
        yield _literal(template[position : match.start()], template_id, is_strong=is_strong)
        position = match.end()
        if match["bold"]:
            is_strong = not is_strong
            continue
        filler = slots[match["slot"]]
        if isinstance(filler, Listing):
            yield from _list(filler, template_id, language, is_strong=is_strong)
        else:
            yield _shown(filler, language, match["style"] or "plain", is_strong=is_strong)
    yield _literal(template[position:], template_id, is_strong=is_strong)


def _literal(text: str, template_id: str, *, is_strong: bool) -> Run:
    text = text.replace("~", NBSP).replace("|", BREAK)
    return Run(text=text, source=Source(kind="template", id=template_id), strong=is_strong)


def _shown(value: Value, language: Language, style: str, *, is_strong: bool) -> Run:
    text = show(value, language, style=style)
    return Run(text=text, source=Source(kind=value.source_kind, id=value.id), strong=is_strong)


def _list(
    listing: Listing, template_id: str, language: Language, *, is_strong: bool
) -> Iterator[Run]:
    for number, item in enumerate(listing.items):
        if number:
            yield _literal(label(listing.joint, language), template_id, is_strong=is_strong)
        for run in item.runs(language):
            yield Run(text=run["text"], source=run["source"], strong=run["strong"] or is_strong)


def _keep_together(runs: list[Run], language: Language) -> list[Run]:
    """Make the blank between a Chinese sentence's number and its measure word unbreakable."""
    if language != "zh":
        return runs
    # Bold marks leave empty runs; the number stands in the run before them.
    kept = [run for run in runs if run["text"]]
    for place in range(1, len(kept)):
        before, after = kept[place - 1], kept[place]
        is_measure = after["text"][:1] == " " and _HAN.match(after["text"][1:2])
        last = before["text"][-1:]
        if is_measure and (last.isdigit() or last in "万亿"):
            # 12.35 万位: after 万 the measure word follows at once.
            joint = "" if last in "万亿" else NBSP
            kept[place] = Run(
                text=joint + after["text"][1:], source=after["source"], strong=after["strong"]
            )
        elif after["text"][:1] == " " and _is_wide(last) and _is_wide(after["text"][1:2]):
            kept[place] = Run(
                text=after["text"][1:], source=after["source"], strong=after["strong"]
            )
        elif _is_torn(last, after["text"][:1]):
            kept[place] = Run(
                text=f" {after['text']}", source=after["source"], strong=after["strong"]
            )
    return kept


def _is_torn(last: str, first: str) -> bool:
    """Say whether a Latin name meets a Chinese word without a blank between."""
    is_latin = [mark.isascii() and (mark.isalpha() or mark in "()") for mark in (last, first)]
    is_han = [bool(_HAN.match(mark)) for mark in (last, first)]
    return (is_latin[0] and is_han[1]) or (is_han[0] and is_latin[1])


def _is_wide(mark: str) -> bool:
    """Say whether no blank stands beside a mark of its kind: a character or full-width bracket."""
    return "\u3000" <= mark <= "\u9fff" or "\uff00" <= mark <= "\uff5e"


def _join(runs: list[Run]) -> list[Run]:
    """Drop empty runs and join neighbours of one source and weight."""
    joined: list[Run] = []
    for run in runs:
        if not run["text"]:
            continue
        last = joined[-1] if joined else None
        if last and last["source"] == run["source"] and last["strong"] == run["strong"]:
            joined[-1] = Run(
                text=last["text"] + run["text"], source=last["source"], strong=last["strong"]
            )
        else:
            joined.append(run)
    return joined


def in_both(sentence: Sentence) -> dict[str, list[Run]]:
    """Say a sentence in every language."""
    return {language: sentence.runs(language) for language in LANGUAGES}
