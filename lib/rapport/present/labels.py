"""Labels: words of the report that stand by themselves, in each language.

They lie in `assets/locale/labels.yml`; an id is `<group>.<name>`, for example `segment.new`.
"""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache

from rapport.assets.files import asset_path
from rapport.errors import ChapterError
from rapport.present.locale import Entries, read_locale
from rapport.present.own_words import show_own
from rapport.present.translated import Translated

__all__ = ["LANGUAGES", "Language", "all_labels", "has_label", "label", "name_of", "read_locale"]

Language = str
"""en or zh."""
LANGUAGES: tuple[Language, ...] = ("en", "zh")


@cache
def all_labels() -> Mapping[str, Mapping[str, str]]:
    """Give every label: id -> language -> word."""
    return Entries(asset_path("locale", "labels.yml"))


def has_label(identity: str) -> bool:
    """Say whether a label exists."""
    return identity in all_labels()


def label(identity: str, language: Language) -> str:
    """Give a label's word in a language.

    Raises
    ------
    ChapterError
        No such label; the message names the nearest.

    Examples
    --------
    >>> label("segment.high_value", "en")
    'High value'
    """
    try:
        return all_labels()[identity][language]
    except KeyError:
        near = get_close_matches(identity, list(all_labels()), n=1)
        hint = f" The nearest is {near[0]!r}." if near else ""
        msg = f"labels.yml: there is no {language} word for {identity!r}.{hint} Add it."
        raise ChapterError(msg) from None


def name_of(group: str, name: object, language: Language) -> str:
    """Give the word of a category, or the category itself where `group` is "text".

    A name that is somebody's own is cut where it is too long for a name; with the group "words",
    which is of sentences and lists, it is not.

    A name such as `tenure_days + gross` stands for measures that are looked at together.
    """
    if group == "words":
        return show_own(str(name), longest=len(str(name)))
    if group == "text":
        return show_own(name.words(language) if isinstance(name, Translated) else str(name))
    if group in {"term", "level"}:
        parts = [_name_term(group, part, language) for part in str(name).split(" + ")]
        return label("word.list_joint", language).join(parts)
    if group in {"rule", "column", "end_reason"} and not has_label(
        f"{group}.{str(name).split(' + ')[0]}"
    ):
        # Named in the unit's file; without a word of ours it is read as written there.
        words = str(name).replace("_", " ")
        is_attribute = group == "column" and words.startswith("a ")
        return show_own(words[2:].capitalize() if is_attribute else words)
    parts = [label(f"{group}.{part}", language) for part in str(name).split(" + ")]
    return label("word.list_joint", language).join(parts)


_TERM = re.compile(r"(?P<column>[a-z][a-z0-9_]*)(?P<sign>\*2|[=≠>≤])?(?P<rest>.*)", re.DOTALL)
# Where the words of a column's values stand; the values of others are the unit's own.
_LEVELS = {
    "gender": "gender", "age_band": "age", "country": "place", "region": "place",
    "segment": "segment", "acquisition_channel": "channel", "is_business": "answer",
}  # fmt: skip


def _name_term(group: str, term: str, language: Language) -> str:
    """Name a column and what is said of it: `plan=One year`, `price*2`, `tenure_months>5≤17`."""
    found = _TERM.fullmatch(term)
    if found is None:
        return show_own(term)
    column, sign, rest = found["column"], found["sign"], found["rest"]
    level = _name_level(column, rest, language)
    if group == "level":
        return level
    name = _name_column(column, language)
    if sign in ("=", "≠"):
        joint = {"en": ": ", "zh": "："}[language]
        unlike = "" if sign == "=" else label("word.unlike", language)
        if unlike and language == "zh" and level[:1].isascii():
            unlike += " "
        return f"{name}{joint}{unlike}{level}"
    if sign == "*2":
        return f"{name} ×2"
    bounds = rest.replace("≤", ", ≤ ")
    return name if sign is None else f"{name} {sign} {bounds}"


def _name_column(column: str, language: Language) -> str:
    for known in (f"measure_name.{column}", f"column.{column}"):
        if has_label(known):
            return label(known, language)
    return column.removeprefix("a_").replace("_", " ").capitalize()


def _name_level(column: str, level: str, language: Language) -> str:
    for known in (f"{_LEVELS.get(column)}.{level}", f"word.{level}"):
        is_rest = level in {"other", "unknown"}
        if (is_rest or not known.startswith("word.")) and has_label(known):
            return label(known, language)
    return show_own(level)
