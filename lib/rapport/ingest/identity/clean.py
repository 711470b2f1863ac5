"""SQL that brings what people write of themselves to one form, or to nothing where it is none.

A phone number that cannot be one, a mail address without a domain, the 31st of February: all are
read as missing, so that they link nobody.
"""

from __future__ import annotations

from rapport.tables.engine import quote

# Latin as Chinese input methods write it, U+FF01 to U+FF5E, and the wide blank.
WIDE = "".join(chr(code) for code in range(0xFF01, 0xFF5F)) + "\u3000"
NARROW = "".join(chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)) + " "
HAN = r"\p{Han}"
TITLES = r"^(mr|mrs|ms|miss|dr|prof|herr|frau)\.?\s+|(先生|女士|小姐|太太|老师)$"
DIGITS = (8, 15)  # of an international number, ITU-T E.164
LONGEST = 200  # characters of a field that are looked at: a cell of a megabyte names nobody
DATES = ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日")


def narrow(text: str) -> str:
    """Give SQL for a text in half width and lower case, without blanks around it."""
    half = f"translate(substr({text}, 1, {LONGEST}), {quote(WIDE)}, {quote(NARROW)})"
    return f"nullif(trim(lower(nfc_normalize({half}))), '')"


def phone(text: str, *, calling_code: str, trunk_prefix: str) -> str:
    """Give SQL for a phone number in E.164: `+8613912345678`.

    A number without a calling code gets the one given, after its trunk prefix is taken away.
    """
    # What follows a mark of an extension is not dialled by everybody; (0) after a calling code is
    # dialled only without the code.
    dialled = f"regexp_replace({narrow(text)}, '^tel:|(ext|转|x|#).*$', '', 'g')"
    bare = rf"regexp_replace({dialled}, '^((\+|00)[^(]*)\(0\)', '\1')"
    plain = rf"regexp_replace({bare}, '[\s().\-/]', '', 'g')"
    own, code = len(trunk_prefix) + 1, quote("+" + calling_code)
    whole = (
        "[CASE WHEN starts_with(p, '+') THEN p "
        "WHEN starts_with(p, '00') THEN '+' || substr(p, 3) "
        f"WHEN starts_with(p, {quote(calling_code)}) AND length(p) >= {len(calling_code) + 10} "
        "THEN '+' || p "
        f"WHEN {own} > 1 AND starts_with(p, {quote(trunk_prefix)}) "
        f"THEN {code} || substr(p, {own}) "
        f"ELSE {code} || p END for p in [{plain}]][1]"
    )
    low, high = DIGITS
    # Nobody's number is one digit seven times, or counts up.
    real = (
        f"regexp_full_match(n, '\\+[1-9][0-9]{{{low - 1},{high - 1}}}') AND NOT "
        "regexp_matches(n, '(0{7}|1{7}|2{7}|3{7}|4{7}|5{7}|6{7}|7{7}|8{7}|9{7}|1234567)')"
    )
    return f"[CASE WHEN {real} THEN n END for n in [{whole}]][1]"


def email(text: str) -> str:
    """Give SQL for a mail address in lower case."""
    found = f"regexp_replace(regexp_replace({narrow(text)}, '^mailto:', ''), '\\s', '', 'g')"
    whole = r"'[^@,;<>]+@[^@,;<>]+\.[^@.,;<>]{2,}'"
    return f"CASE WHEN regexp_full_match({found}, {whole}) THEN {found} END"


def number(text: str) -> str:
    """Give SQL for a card or identity number: letters and digits alone."""
    return f"nullif(regexp_replace({narrow(text)}, '[^\\p{{L}}\\p{{N}}]', '', 'g'), '')"


def words(text: str) -> str:
    """Give SQL for a name or an address: letters, digits and single blanks, no accents."""
    plain = f"regexp_replace({narrow(text)}, {quote(TITLES)}, '')"
    latin = f"trim(regexp_replace(strip_accents({plain}), '[^\\p{{L}}\\p{{N}}]+', ' ', 'g'))"
    # In Chinese a blank or a dot inside a name says nothing.
    solid = f"CASE WHEN regexp_matches(w, {quote(HAN)}) THEN replace(w, ' ', '') ELSE w END"
    return f"[nullif({solid}, '') for w in [{latin}]][1]"


def birth_date(text: str) -> str:
    """Give SQL for a date of birth as written in digits, year first."""
    found = f"substr({narrow(text)}, 1, 11)"
    forms = ", ".join(quote(form) for form in DATES)
    first = f"regexp_replace({found}, '[t ].*$', '')"
    day = f"CAST(try_strptime({first}, [{forms}]) AS DATE)"
    return f"CASE WHEN year({day}) BETWEEN 1900 AND 2100 THEN {day} END"
