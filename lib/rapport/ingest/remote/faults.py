"""What a person can do about a database that fails, told without a word of the server's.

A server's own message may quote the statement, a row or, if the server is hostile, the password
that it was sent. So its code chooses among sentences, and its words go nowhere.
"""

from __future__ import annotations

from rapport.errors import DataError

ADVICE = {
    "account": (
        "does not let the account in",
        "Mend the user's name or the password in the environment",
    ),
    "database": ("has no such database", "Mend the address in the environment"),
    "table": ("has no such table", "Mend `table` or `query`, or let the account read it"),
    "column": ("has no such column", "Mend the `query`"),
    "words": ("does not understand the SELECT", "Mend the `query`"),
    "rights": ("does not let the account read that", "Let the account read the table"),
    "write": ("was asked to write, which is refused", "Write one plain SELECT"),
    "time": ("took longer than `seconds` allows", "Ask for less, or raise `seconds`"),
    "tls": (
        "does not offer TLS as `tls` declares it, or its certificate is not to be trusted",
        "Name its authority's certificate in the environment, or mend `tls`",
    ),
    "cut": ("went away before all was read", "Look at the server, then run again"),
    "silent": (
        "took the question and has not answered: `seconds` and a quarter of a minute are over",
        "Look at the server, then run again",
    ),
    "absent": ("cannot be reached", "Look at the address in the environment, and at the server"),
    "clear": (
        "asks for the password as plain text, which only `tls: verify` allows",
        "Mend `tls`, or let the server sign in by SCRAM",
    ),
    "memory": ("has no place or memory for the answer", "Ask for less, or look at the server"),
    "other": ("cannot answer", "Try the SELECT with the database's own client"),
}
# First the whole SQLSTATE, then its class.
STATES = {
    "28": "account", "3D": "database", "42P01": "table", "3F": "table", "42S02": "table",
    "42703": "column", "42S22": "column", "42501": "rights", "25006": "write", "57014": "time",
    "42": "words", "08": "cut", "57": "cut", "53": "memory", "54": "memory",
}  # fmt: skip
NUMBERS = {
    1044: "rights", 1045: "account", 1698: "account", 1049: "database", 1146: "table",
    1054: "column", 1064: "words", 1142: "rights", 1143: "rights", 1792: "write", 3024: "time",
    1969: "time", 1317: "time", 1205: "time", 2003: "absent", 2005: "absent", 2002: "absent",
    2006: "cut", 2013: "cut", 2014: "cut", 1053: "cut", 1158: "cut", 1159: "cut", 1160: "cut",
    1161: "cut", 1927: "cut", 2026: "tls", 1251: "clear", 2059: "clear",
}  # fmt: skip


def by_state(state: str | None) -> str:
    """Give what an SQLSTATE means, `cut` without one: then no answer came."""
    if not state:
        return "cut"
    return STATES.get(state, STATES.get(state[:2], "other"))


def fault_of(where: str, what: str, code: object = "") -> DataError:
    """Make the error that a person reads.

    Examples
    --------
    >>> print(fault_of("source till: database erp", "cut"))
    source till: database erp went away before all was read. Look at the server, then run again.
    """
    found, advice = ADVICE[what]
    told = f" (code {code})" if code and what == "other" else ""
    return DataError(f"{where} {found}{told}. {advice}.")
