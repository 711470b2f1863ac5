"""How an identifier and a text are spelled so that one is found in the other.

Both are *squashed*: compatibility forms, case, accents, blanks and punctuation do not count, and
digits of any script are digits. What cannot be told from ordinary words and numbers is not looked
for; the rules stand here and in docs/methods.md:

* a name needs two words and five letters, or two Chinese characters; a single given name is a word
* an address needs two words and eight letters, or six characters if some are Chinese
* a phone number needs nine digits; so does any number without a letter
* a number with letters needs six characters; numbers of five to eight digits are only looked for
  where they are the label of a row, or are written in digits that no report prints
* a date of birth is looked for as a whole date
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

PREFIX = 12
"""Longer spellings are looked for by so many characters first."""
TAIL = 9
"""A phone number is looked for by so many last digits first: its beginning is written variously."""
SHORTEST = 5
WORDS, NUMBER, SHORT, DATE = "w:", "n:", "s:", "d:"
HAN = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
HAS_HAN = re.compile(f"[{HAN}]")
TOKEN = re.compile(rf"[{HAN}]|[^\W_{HAN}]+")
_YEAR_FIRST = re.compile(r"(?<!\d)((?:18|19|20)\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})[-/. ](\d{1,2})[-/. ]((?:18|19|20)\d\d)(?!\d)")
_COMPACT = re.compile(r"(?<!\d)((?:18|19|20)\d\d)(\d\d)(\d\d)(?!\d)")
_IN_WORDS = re.compile(
    r"(?<!\d)(\d{1,2}) (jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* ((?:18|19|20)\d\d)"
)
_MONTHS = {
    name: at
    for at, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}


def fold(text: str) -> str:
    """Give a text without what writing adds: forms, case, accents, invisible characters.

    Examples
    --------
    >>> fold("Ｊosé　１３８\u200b１２３")
    'jose 138123'
    """
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(_fold_character(c) for c in plain)


@cache
def _fold_character(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Mn", "Cf"):
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return " " if category == "Zs" else character


def list_words(folded: str) -> list[str]:
    """Give the words of a folded text: runs of letters and digits, Chinese characters alone."""
    return TOKEN.findall(folded)


def squash(text: str) -> str:
    """Give letters and digits alone.

    Examples
    --------
    >>> squash("Anna@Example.org"), squash("张 伟")
    ('annaexampleorg', '张伟')
    """
    return "".join(list_words(fold(text)))


def digits_of(text: str) -> str:
    """Give the digits of a text."""
    return re.sub(r"\D", "", fold(text))


def make_keys(kind: str, value: str) -> list[str]:
    """Give the spellings by which an identifier is looked for; none if it cannot be told apart.

    Parameters
    ----------
    kind : name, phone, email, address, birth_date, or anything else for numbers and marks
    value : as its source holds it

    Examples
    --------
    >>> make_keys("name", "Anna Smith"), make_keys("name", "Rose")
    (['w:annasmith', 'w:smithanna'], [])
    >>> make_keys("phone", "+44 7700 900123"), make_keys("customer_number", "10005")
    (['n:700900123'], ['s:10005'])
    """
    words = list_words(fold(value))
    if kind == "birth_date":
        return [f"{DATE}{day}" for day in list_dates(fold(value))]
    if kind == "phone":
        digits = digits_of(value)
        return [NUMBER + digits[-TAIL:]] if len(digits) >= TAIL else []
    if kind in ("name", "address"):
        return _keys_of_words(kind, words)
    if kind == "postcode":
        return []
    return _keys_of_mark("".join(words))


def _keys_of_words(kind: str, words: list[str]) -> list[str]:
    spelled = "".join(words)
    if HAS_HAN.search(spelled):
        return [word_key(spelled)] if len(spelled) >= (2 if kind == "name" else 6) else []
    letters = sum(character.isalpha() for character in spelled)
    if len(words) < 2 or letters < (5 if kind == "name" else 8):
        return []
    turned = "".join([words[-1], *words[:-1]])
    return list(dict.fromkeys([word_key(spelled)] + ([word_key(turned)] if kind == "name" else [])))


def _keys_of_mark(spelled: str) -> list[str]:
    if spelled.isdigit():
        if len(spelled) >= TAIL:
            return [NUMBER + spelled[-TAIL:]]
        return [SHORT + spelled] if len(spelled) >= SHORTEST else []
    has_digit = any(character.isdigit() for character in spelled)
    return [word_key(spelled)] if len(spelled) >= (6 if has_digit else 10) else []


def word_key(spelled: str) -> str:
    """Give the key of a squashed spelling: of a long one, of its beginning."""
    return WORDS + spelled[:PREFIX]


def list_dates(folded: str) -> Iterator[str]:
    """Give every date of a folded text as eight digits, the order of day and month both ways.

    Examples
    --------
    >>> list(list_dates("born 12 march 1985, 1985年3月12日"))
    ['19850312', '19850312']
    """
    for year, month, day in (m.groups() for m in _YEAR_FIRST.finditer(folded)):
        yield _spell_day(year, month, day)
    for year, month, day in (m.groups() for m in _COMPACT.finditer(folded)):
        yield _spell_day(year, month, day)
    for one, other, year in (m.groups() for m in _DAY_FIRST.finditer(folded)):
        yield from {_spell_day(year, one, other), _spell_day(year, other, one)}
    for day, name, year in (m.groups() for m in _IN_WORDS.finditer(folded)):
        yield _spell_day(year, _MONTHS[name], day)


def _spell_day(year: str, month: str | int, day: str) -> str:
    return f"{year}{int(month):02}{int(day):02}"
