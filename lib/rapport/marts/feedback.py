r"""Texts of customers made fit to be read by a method: one form, masked, with language and topics.

Whole columns pass through the engine behind Arrow's functions (RE2), which searches in time linear
in a text whatever the pattern: neither a hostile comment nor a clumsy topic can hold a run up.
What could name somebody (telephones, addresses of e-mail and web, numbers of orders and cards)
is replaced by `[…]` before anything else looks at a text.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from rapport.errors import ParameterError
from rapport.tables import read_whole
from rapport.tables.arrow import constant

FEEDBACK = pa.schema(
    [
        ("feedback_id", pa.string()), ("source", pa.string()), ("customer_id", pa.string()),
        ("said_on", pa.date32()), ("language", pa.string()), ("said", pa.string()),
        ("score", pa.int64()), ("topics", pa.string()), ("is_cut", pa.bool_()),
    ]
)  # fmt: skip
LONGEST = 2_000
"""Characters of a text that are kept: a longer one says what it means before."""
_READ = 10 * LONGEST  # what may be left of it once marks and blanks are gone
MASK = "[…]"
JOINT = ","
# Characters that are seen by nobody and turn others around, or stand for none.
_UNSEEN = r"[\p{Cf}\p{Co}\p{Cs}\x{FE00}-\x{FE0F}]"
_GAPS = r"[\p{Cc}\s\p{Z}]+"
# Tags and signs spelled by name, as web forms hand them on: none of it is a word of a customer.
_MARKUP = r"</?[A-Za-z][^<>]{0,200}>|&(?:nbsp|amp|lt|gt|quot|apos|#[0-9]{1,6});"
_DIGIT = r"\p{Nd}"
MASKED = (
    r"(?i)(?:https?://|www\.)[^\s]+",
    r"[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+",
    # Seven digits and more with what stands between those of telephones; dates go with them.
    rf"(?i)[+(]?{_DIGIT}(?:[ ()./-]{{0,2}}{_DIGIT}){{6,}}x?",
    # The same spelled in Chinese digits, which no price is.
    r"[零〇一二三四五六七八九幺]{7,}",
    # Order, invoice and card numbers: letters before three digits, or five digits.
    rf"(?i)\b[a-z]{{1,5}}[#-]?{_DIGIT}{{3,}}[\p{{L}}\p{{N}}-]*",
    rf"{_DIGIT}{{5,}}[\p{{L}}]?",
)
_HAN = r"\p{Han}"
_LATIN_WORD = r"\p{Latin}+"
_STRANGE = r"[^\P{L}\p{Han}\p{Latin}]"  # letters of any other script
# What few English sentences go without; a longer text with none of them is of another language.
_ENGLISH = (
    r"(?i)\b(?:a|an|the|and|or|but|not|no|nobody|nothing|never|is|it|its|was|are|be|been|i|my|me|"
    r"we|our|us|you|your|they|them|their|this|that|there|to|of|in|on|for|from|with|at|by|as|than|"
    r"if|so|very|too|all|have|has|had|will|would|could|can|do|did|does|what|when|after|before|"
    r"good|great|bad|thank|thanks)\b"
)
_SHORT = 6  # Latin words up to which none of these need be among them
# A short text with one of these, or with letters that English lacks, is of another language.
_THIRD = (
    r"(?i)\b(?:das|der|ist|nicht|und|sehr|ich|wir|ein|eine|gut|les|est|pas|je|une|tres|bien|el|los|"
    r"muy|que|pero|il|che|molto|non|het|een|niet|zeer|och|inte|bardzo|nie)\b|[^\P{Latin}a-zA-Z]"
)


def make_feedback(said: Path, topics: Mapping[str, Mapping[str, str]]) -> pa.Table:
    """Make the table of texts that methods read.

    Parameters
    ----------
    said : `feedback_said`: one row per text, raw
    topics : topic -> language (en, zh) -> regular expression

    Returns
    -------
    one row per text, in the order given
        `feedback_id`, `source`, `customer_id`, `said_on`, `language` (zh, en, other), `said`
        (NFKC, masked, at most 2,000 characters), `score` (1, 0, -1 or empty), `topics` (names,
        parted by commas, in the order of their names; empty of none), `is_cut`

    Raises
    ------
    ParameterError
        A topic's pattern is none that the engine can search.
    """
    raw = read_whole(said)
    texts = clean_texts(raw["said"])
    language = find_language(texts, raw["declared"])
    columns = {
        "feedback_id": pc.binary_join_element_wise(raw["source"], raw["said_id"], constant(":")),
        "source": raw["source"], "customer_id": raw["customer_id"], "said_on": raw["said_on"],
        "language": language, "said": texts,
        "score": raw["score"],
        "topics": find_topics(texts, language, topics),
        "is_cut": pc.greater(pc.utf8_length(raw["said"]), constant(LONGEST)),
    }  # fmt: skip
    made = pa.table([columns[name] for name in FEEDBACK.names], names=FEEDBACK.names)
    return made.cast(FEEDBACK)


def clean_texts(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Give texts in one form, without what nobody sees, marks of a page, and what names somebody.

    Examples
    --------
    >>> rows = pa.chunked_array([["Ｃａｌｌ  0138\u200b 0138000", "订单 W100012 还没到"]])
    >>> clean_texts(rows).to_pylist()
    ['Call […]', '订单 […] 还没到']
    """
    # Cut first: what follows is linear in a text, but a book in a comment helps nobody.
    whole = pc.utf8_normalize(pc.utf8_slice_codeunits(texts, 0, _READ), "NFKC")
    seen = pc.replace_substring_regex(whole, _UNSEEN, "")
    plain = pc.replace_substring_regex(seen, _MARKUP, " ")
    masked = pc.utf8_trim_whitespace(pc.replace_substring_regex(plain, _GAPS, " "))
    for pattern in MASKED:
        masked = pc.replace_substring_regex(masked, pattern, MASK)
    return pc.utf8_slice_codeunits(masked, 0, LONGEST)


def find_language(texts: pa.ChunkedArray, declared: pa.ChunkedArray) -> pa.ChunkedArray:
    """Say which texts are Chinese (zh), which English (en), and which neither (other).

    Chinese has at least as many Han characters as Latin words and no letter of another script
    (kana are Japanese). What is declared counts only where it names a third language.

    Examples
    --------
    >>> said = pa.chunked_array([["质量很好 good", "Too slow.", "とても良い", "Das war nicht gut"]])
    >>> find_language(said, pa.chunked_array([[None, "en", None, None]])).to_pylist()
    ['zh', 'en', 'other', 'other']
    """
    none, zh, en, other = constant(0), constant("zh"), constant("en"), constant("other")
    n_han = pc.count_substring_regex(texts, _HAN)
    n_words = pc.count_substring_regex(texts, _LATIN_WORD)
    n_strange = pc.count_substring_regex(texts, _STRANGE)
    is_known = pc.match_substring_regex(declared, r"(?i)^(?:zh|en)(?:[-_].*)?$")
    is_third = pc.fill_null(pc.invert(is_known), fill_value=pc.equal(constant(0), constant(1)))
    is_zh = pc.and_(pc.greater(n_han, none), pc.greater_equal(n_han, n_words))
    is_zh = pc.and_(is_zh, pc.equal(n_strange, none))
    is_third_word = pc.match_substring_regex(texts, _THIRD)
    is_short = pc.and_(pc.less_equal(n_words, constant(_SHORT)), pc.invert(is_third_word))
    is_english = pc.or_(is_short, pc.match_substring_regex(texts, _ENGLISH))
    is_en = pc.and_(pc.greater(n_words, pc.add(n_han, n_strange)), is_english)
    found = pc.if_else(is_zh, zh, pc.if_else(is_en, en, other))
    return pc.if_else(is_third, other, found)


def find_topics(
    texts: pa.ChunkedArray, language: pa.ChunkedArray, topics: Mapping[str, Mapping[str, str]]
) -> pa.ChunkedArray:
    """Name the topics whose pattern for a text's language occurs in it, case set aside.

    Raises
    ------
    ParameterError
        A pattern cannot be searched; all such are named at once.
    """
    named: list[pa.ChunkedArray] = []
    no = pc.equal(constant(0), constant(1))
    faults = []
    for topic in sorted(topics):
        is_found = no
        for tongue, pattern in sorted(topics[topic].items()):
            try:
                hits = pc.match_substring_regex(texts, pattern, ignore_case=True)
            except pa.ArrowInvalid:
                faults.append(f"topics.{topic}.{tongue}: is no pattern that can be searched.")
                continue
            is_found = pc.or_(is_found, pc.and_(hits, pc.equal(language, constant(tongue))))
        named.append(pc.if_else(pc.fill_null(is_found, no), constant(topic + JOINT), constant("")))
    if faults:
        raise ParameterError("\n".join(faults))
    if not named:
        return pa.chunked_array([pa.nulls(len(texts), pa.string())])
    # Each with its comma: told to skip nulls, the join drops rows that have nothing else.
    joined = pc.utf8_rtrim(pc.binary_join_element_wise(*named, constant("")), JOINT)
    return pc.if_else(pc.equal(joined, constant("")), constant(None), joined)
