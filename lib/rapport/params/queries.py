"""A SELECT that a database is asked: one statement that reads tables and calls plain functions.

It is the database that runs it, in a transaction that can write nothing and by an account that
should not be able to either; this is the guard before both. What two databases would read in two
ways is refused rather than understood: comments, backslashes, dollar quotes. A function is named
in a list, so that none that opens files, sleeps, calls other servers or ends connections runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

TOKEN = re.compile(
    r"""(?P<text>'(?:[^'\\]|'')*')|(?P<name>"(?:[^"\\]|"")+"|`[^`\\]+`)"""
    r"""|(?P<word>[^\W\d]\w*)|(?P<number>\d[\w.]*)|(?P<blank>\s+)|(?P<mark>.)""",
    re.DOTALL,
)
REFUSED = {";": "holds a semicolon", "\\": "holds a backslash", "$": "holds a dollar sign",
           "#": "holds a comment", "@": "holds an at sign", "'": "leaves a text open",
           '"': "leaves a name open", "`": "leaves a name open"}  # fmt: skip
COMMENT = re.compile(r"--|/\*")
# What a statement that begins with SELECT could still change or lock.
CHANGES = frozenset(
    ["delete", "dumpfile", "insert", "into", "lock", "merge", "outfile", "procedure", "update"]
)
_FUNCTIONS = """
    abs avg btrim bool_and bool_or ceil ceiling char_length character_length coalesce concat
    concat_ws count convert_tz date date_add date_format date_part date_sub date_trunc datediff day
    dense_rank extract first_value floor format_number greatest group_concat hour if ifnull
    initcap interval json_extract json_unquote json_value lag last_value lcase lead least left
    length lower lpad ltrim make_date make_timestamp max md5 min minute mod month ntile nullif
    position quarter rank regexp_replace regexp_substr replace reverse right round row_number rpad
    rtrim second sign split_part str_to_date string_agg substr substring substring_index sum
    timestampdiff to_char to_date to_number to_timestamp translate trim trunc ucase unix_timestamp
    from_unixtime upper week year
"""
FUNCTIONS = frozenset(_FUNCTIONS.split())
_BEFORE_A_BRACKET = """
    all and any as between binary by case cast char character dec decimal distinct else except
    exists filter float from group having in intersect is join lateral like like_regex limit
    materialized nchar not numeric offset on or order over partition select signed some then time
    timestamp union unsigned using values varchar varying when where with within
"""
BEFORE_A_BRACKET = frozenset(_BEFORE_A_BRACKET.split())
LOCKS = frozenset(["update", "share", "no", "key"])


def refuse_query(query: str) -> str:
    """Say why a SELECT is not asked of a database; empty where it is.

    Examples
    --------
    >>> refuse_query("SELECT id, price * quantity AS amount FROM lines WHERE price > 0")
    ''
    >>> refuse_query("SELECT pg_read_file('/etc/passwd')")
    'calls pg_read_file, which is no plain function'
    """
    marks = [(m.lastgroup or "", m.group()) for m in TOKEN.finditer(query)]
    if COMMENT.search("".join("x" if kind in {"text", "name"} else part for kind, part in marks)):
        return "holds a comment"
    tokens = [token for token in marks if token[0] != "blank"]
    if not tokens or tokens[0][1].lower() not in {"select", "with"}:
        return "does not begin with SELECT or WITH"
    return next(_reasons(tokens), "")


def _reasons(tokens: list[tuple[str, str]]) -> Iterator[str]:
    for (kind, text), (_, after) in zip(tokens, [*tokens[1:], ("", "")], strict=True):
        word = text.strip('"`').lower()
        if kind == "mark" and text in REFUSED:
            yield REFUSED[text]
        elif after == "(" and kind == "name" and word not in FUNCTIONS:
            yield "calls a function by a quoted name"
        elif after == "(" and kind == "word" and word not in FUNCTIONS | BEFORE_A_BRACKET:
            yield f"calls {word[:60]}, which is no plain function"
        elif kind == "word" and word in CHANGES:
            yield f"holds the word {word.upper()}; a column of that name stands in quotes"
        elif kind == "word" and word == "for" and after.lower() in LOCKS:
            yield "locks rows"
