"""The last word of a customer counts, else what the unit takes for it."""

import pandas as pd
import pytest

from rapport.analysis.consent import keep_consenting, list_refused

ROWS = pd.DataFrame({"customer_id": ["ann", "bob", None, "eve", "bob"], "n": [1, 2, 3, 4, 5]})


def said(*rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "purpose", "changed_at", "state"])
    return frame.assign(changed_at=pd.to_datetime(frame["changed_at"]))


def keep(consents, default="given"):
    return keep_consenting(ROWS, consents, purpose="profiling", default={"profiling": default})


def test_the_last_word_counts_in_whatever_order_the_rows_lie():
    consents = said(
        ("bob", "profiling", "2026-03-01", "withdrawn"),
        ("eve", "profiling", "2026-02-01", "given"),
        ("bob", "profiling", "2026-01-01", "given"),
        ("eve", "profiling", "2026-01-15", "withdrawn"),
    )

    assert keep(consents).rows["n"].tolist() == [1, 3, 4]
    assert keep(consents.iloc[::-1]).rows["n"].tolist() == [1, 3, 4]


def test_who_said_nothing_is_taken_as_the_unit_says():
    consents = said(("eve", "profiling", "2026-02-01", "given"))

    assert keep(consents, default="withdrawn").rows["n"].tolist() == [3, 4]
    assert keep(None, default="given").rows["n"].tolist() == [1, 2, 3, 4, 5]
    assert keep(None, default="withdrawn").rows["n"].tolist() == [3]


def test_a_word_about_another_purpose_says_nothing_of_this_one():
    assert keep(said(("bob", "sharing", "2026-02-01", "withdrawn"))).n_kept == 3


def test_of_two_words_at_one_moment_the_withdrawal_counts():
    moment = "2026-02-01 10:00"
    consents = said(
        ("bob", "profiling", moment, "withdrawn"), ("bob", "profiling", moment, "given")
    )

    assert keep(consents).rows["n"].tolist() == [1, 3, 4]


def test_who_is_left_out_is_counted_in_customers():
    found = keep(said(("bob", "profiling", "2026-02-01", "withdrawn")), default="given")

    assert (found.n_asked, found.n_kept) == (3, 2)
    assert list_refused(found) == [1]
    assert list_refused(keep(None)) == []


def test_an_unknown_purpose_is_an_error():
    with pytest.raises(KeyError):
        keep_consenting(ROWS, None, purpose="gossip", default={})
