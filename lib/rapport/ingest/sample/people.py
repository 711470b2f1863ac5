"""People who do not exist: names by chance, numbers and addresses that reach nobody.

Mail addresses end in names that are reserved for documentation (RFC 2606). British numbers are
Ofcom's for drama, German ones those that the Bundesnetzagentur keeps free for film. China keeps
none: `169` is given to no network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rapport.ingest.sample.draws import Ints, Key, draw_below, draw_weighted
from rapport.ingest.sample.files import take

MAILS = ("example.com", "example.net", "example.org")


def draw_names(key: Key, words: Mapping[str, Any], n: int, *, form: str) -> list[str]:
    """Draw names; `form` says how given and family name stand together."""
    given = take(words["given"], draw_below(key.of("given"), len(words["given"]), n))
    family = take(words["family"], draw_below(key.of("family"), len(words["family"]), n))
    return [form.format(given=g, family=f) for g, f in zip(given, family, strict=True)]


def draw_places(key: Key, words: Mapping[str, Any], n: int) -> list[tuple[str, ...]]:
    """Draw places by their weights; a place is the words before its weight."""
    chosen = draw_weighted(key, [place[-1] for place in words["places"]], n)
    return [tuple(words["places"][position][:-1]) for position in chosen.tolist()]


def draw_birth_years(key: Key, is_young: Sequence[bool]) -> list[str]:
    """Draw years of birth, 1991 to 2006 for the young, 1948 to 1990 for the others."""
    n = len(is_young)
    young, old = draw_below(key.of("young"), 16, n), draw_below(key.of("old"), 43, n)
    both = zip(is_young, young.tolist(), old.tolist(), strict=True)
    return [str(1991 + y if is_young else 1948 + o) for is_young, y, o in both]


def spell_mails(numbers: Ints) -> list[str]:
    """Write one mail address per customer number."""
    return [f"c{number}@{MAILS[number % len(MAILS)]}" for number in numbers.tolist()]


def spell_british(numbers: Ints) -> list[str]:
    """Write numbers that nobody has, in the spellings people use."""
    forms = ("07700 900{:03d}", "+44 7700 900{:03d}", "020 7946 0{:03d}", "(01632) 960{:03d}")
    return [forms[number % 4].format(number // 4 % 1000) for number in numbers.tolist()]


def spell_german(numbers: Ints) -> list[str]:
    """Write numbers that nobody has, in the spellings people use."""
    forms = ("030 23125 {:03d}", "+49 30 23125{:03d}", "040 66969 {:03d}", "(089) 99998-{:03d}")
    return [forms[number % 4].format(number // 4 % 1000) for number in numbers.tolist()]


def spell_chinese(numbers: Ints, spellings: Ints | None = None) -> list[str]:
    """Write mobile numbers that nobody has, in the spellings people use.

    `spellings` picks one for each; without it a number is always spelled in the same way.
    """
    texts = []
    picks = (numbers if spellings is None else spellings).tolist()
    for number, pick in zip(numbers.tolist(), picks, strict=True):
        head, tail = f"{number // 10_000 % 10_000:04d}", f"{number % 10_000:04d}"
        forms = (
            f"169{head}{tail}",
            f"+86 169 {head} {tail}",
            f"0086-169{head}{tail}",
            f"169-{head}-{tail}",
            # Full-width digits: typed with a Chinese input method.
            "".join(chr(ord(digit) + 0xFEE0) for digit in f"169{head}{tail}"),
        )
        texts.append(forms[pick % len(forms)])
    return texts
