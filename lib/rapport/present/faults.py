"""What is wrong with the words of the locale files: found at commit time, not by a reader.

Chinese text has full-width punctuation, both languages fill the same slots, and no number is
typed into a template by hand.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rapport.assets.files import asset_path
from rapport.present.labels import LANGUAGES, read_locale
from rapport.present.numbers import NBSP
from rapport.present.sentences import TOKEN, literals_of, slots_of
from rapport.present.styles import Style

_HAN = r"[\u3400-\u9fff]"
_ASCII_BESIDE_HAN = re.compile(rf"{_HAN}[,;:()?!]|[,;:()?!]{_HAN}")
_DIGIT = re.compile(r"\d")
_IMPLIED = {"环比": "previous", "同比": "last_year"}
"""Chinese words that name a period of comparison, so that its slot need not stand there."""


def punctuation_faults(identity: str, text: str) -> list[str]:
    """Find ASCII punctuation beside a Han character.

    Examples
    --------
    >>> punctuation_faults("a.b", "流失,下降")
    ["a.b: ASCII punctuation in '失,'"]
    """
    filled = TOKEN.sub("0", text)
    return [
        f"{identity}: ASCII punctuation in {match[0]!r}"
        for match in _ASCII_BESIDE_HAN.finditer(filled)
    ]


def template_faults(identity: str, forms: Mapping[str, Any]) -> list[str]:
    """Find everything wrong with a template: languages, slots, styles, digits, punctuation."""
    faults: list[str] = []
    for case, texts in _cases(forms):
        name = f"{identity}[{case}]" if case else identity
        missing = [language for language in LANGUAGES if language not in texts]
        if missing:
            faults.append(f"{name}: no words in {', '.join(missing)}")
            continue
        missing_in_chinese = slots_of(texts["en"]) - slots_of(texts["zh"])
        if slots_of(texts["zh"]) - slots_of(texts["en"]) or (
            missing_in_chinese - _implied(texts["zh"])
        ):
            faults.append(f"{name}: the languages fill different slots")
        if "|" in texts["en"]:
            faults.append(f"{name}: a permitted break in English")
        for language in LANGUAGES:
            faults += _text_faults(f"{name}.{language}", texts[language])
    return faults


def _implied(chinese: str) -> set[str]:
    return {slot for word, slot in _IMPLIED.items() if word in chinese}


def _cases(forms: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    if "cases" in forms:
        yield from forms["cases"].items()
    else:
        yield "", forms


def _text_faults(name: str, text: str) -> list[str]:
    faults = punctuation_faults(name, text)
    words = "".join(literals_of(text))
    for allowed in read_locale(asset_path("locale", "digits.yml")):
        words = words.replace(allowed, "")
    if _DIGIT.search(words):
        faults.append(f"{name}: a number typed by hand in {words!r}")
    if text.count("**") % 2:
        faults.append(f"{name}: bold is opened and not closed")
    if re.search(r"[{}]", re.sub(TOKEN, "", text)):
        faults.append(f"{name}: a slot that cannot be read")
    if "!" in text or "！" in text or NBSP in text:
        faults.append(f"{name}: an exclamation mark, or a no-break space not written as ~")
    for match in TOKEN.finditer(text):
        faults += _style_faults(name, match["style"])
    return faults


def _style_faults(name: str, style: str | None) -> list[str]:
    try:
        Style.parse(style or "plain")
    except ValueError as error:
        return [f"{name}: {error}"]
    return []
