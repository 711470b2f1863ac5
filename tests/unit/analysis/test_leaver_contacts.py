"""Contacts before contracts ended: planted truth, customers as clusters, small counts."""

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.leaver_contacts import (
    compare_contacts,
    list_said,
    measure_contacts,
    study_contacts,
)
from rapport.analysis.leaver_tickets import LeaverRules
from rapport.present.chapters.churn_drivers import before_table
from rapport.present.sentences import Sentence
from rapport.present.values import Value, date_value, parameter_value

RULES = LeaverRules()
DAYS = (30, 60, 90)
LEVEL = parameter_value("confidence", 0.95, "share")


def drawn(seed=0, n=200, left=2.0, stayed=1.0, again=0, topic="_ticket"):
    """Draw leavers and one stayer each; `again`: stayers stand beside so many more leavers."""
    random = np.random.default_rng(seed)
    mine, theirs = random.poisson(left, n), random.poisson(stayed, n // (1 + again))
    rows = []
    for key in range(n):
        rows.append([key, "_all", 12, 0, 0, 0])
        rows.append([key, topic, 0, 0, 12 * mine[key], 0])
    for key, k in enumerate(theirs):
        rows.append([n + key, "_all", 0, 12 * (1 + again), 0, 0])
        rows.append([n + key, topic, 0, 0, 0, 12 * (1 + again) * k])
    table = pd.DataFrame(rows, columns=["customer_key", "topic", "left_parts", "stayed_parts",
                                        "left", "stayed"])  # fmt: skip
    named = {f"{side}_{days}": table[side] for side in ("left", "stayed") for days in DAYS}
    table = table.assign(**named).drop(columns=["left", "stayed"])
    return table[(table["topic"] == "_all") | (table[[*named]].sum(axis=1) > 0)]


def test_means_are_a_contract_and_the_planted_difference_lies_in_its_interval():
    row = compare_contacts(drawn(), RULES).rows.iloc[1]

    assert (row["topic"], row["days"], row["is_found"]) == ("_ticket", 60, True)
    assert row["left"] == pytest.approx(2, abs=0.3)
    assert row["low"] < 1 < row["high"]


def test_who_stands_beside_several_counts_as_one_customer():
    # As many stayers, but half as many customers among them: less is known of them.
    one, two = (compare_contacts(drawn(again=k, n=400), RULES).rows.iloc[1] for k in (0, 3))

    assert two["high"] - two["low"] > 1.2 * (one["high"] - one["low"])


@pytest.mark.parametrize(
    ("left", "stayed", "case"), [(2.0, 1.0, "more"), (1.0, 2.0, "less"), (1.0, 1.0, "unclear")]
)
def test_what_is_said_follows_the_difference(left, stayed, case):
    found = compare_contacts(drawn(1, left=left, stayed=stayed), RULES)

    assert list_said(found) == [("before_tickets", case)]


def test_tickets_come_first_and_other_contacts_beside_them():
    both = pd.concat([drawn(), drawn(topic="_contact")[lambda rows: rows["topic"] != "_all"]])

    assert [name for name, _ in list_said(compare_contacts(both, RULES))] == [
        "before_tickets", "before_beside",
    ]  # fmt: skip
    assert list_said(compare_contacts(drawn(topic="_contact"), RULES))[0][0] == "before_contacts"


def test_topics_of_few_customers_are_left_out():
    rare = drawn()
    rare = rare[(rare["topic"] == "_ticket") & (rare["customer_key"] % 40 == 0)]
    often = drawn()[lambda rows: rows["topic"] == "_ticket"].assign(topic="invoice")

    found = compare_contacts(pd.concat([drawn(), often, rare.assign(topic="access")]), RULES)

    assert found.rows["topic"].tolist() == ["_ticket"] * 3
    # Five had asked about access; told in full, invoices would give them away.
    few = rare.assign(topic="access")
    other = often.assign(topic="import")
    shown = compare_contacts(pd.concat([drawn(), often, other, few]), RULES).rows["topic"]
    assert set(shown) == {"_ticket", "import"} or set(shown) == {"_ticket", "invoice"}


def test_few_contracts_or_contacts_are_not_compared():
    few = compare_contacts(drawn(n=29), RULES)
    silent = compare_contacts(drawn(left=0.01, stayed=0.01), RULES)

    assert list_said(few) == [("before", "few")]
    assert list_said(silent) == [("before", "few_contacts")]
    assert measure_contacts(few) == measure_contacts(silent) == []
    assert before_table(few.rows, {}) is None


def test_nothing_is_asked_where_days_of_ends_are_not_known():
    assert study_contacts(drawn(), RULES, is_snapshot=True) == []
    assert study_contacts(None, RULES, is_snapshot=False) == []
    assert len(study_contacts(drawn(n=20), RULES, is_snapshot=False)) == 1


@pytest.mark.parametrize(("n_alone", "case"), [(0, "all"), (9, "all"), (10, "some")])
def test_ends_without_a_stayer_are_counted_if_they_are_enough(n_alone, case):
    alone = drawn(n=n_alone)[lambda rows: rows["topic"] == "_all"].assign(
        topic="_alone", customer_key=lambda rows: rows["customer_key"] + 1000
    )
    parts = [drawn(), alone[alone["left_parts"] > 0]] if n_alone else [drawn()]
    found = compare_contacts(pd.concat(parts), RULES)
    values = {m.slot: Value(f"churn.{m.name}", m.value, m.kind, m.unit) for m in
              measure_contacts(found)}  # fmt: skip

    assert found.n_alone == n_alone
    assert before_table(found.rows, values | {"confidence": LEVEL}).note.case == case


def test_rows_in_another_order_give_the_same_table():
    one, two = (compare_contacts(rows, RULES).rows for rows in (drawn(), drawn().iloc[::-1]))

    pd.testing.assert_frame_equal(one, two)


def test_sentences_and_table_hold_the_numbers_in_both_languages():
    both = pd.concat([drawn(), drawn(topic="_contact")[lambda rows: rows["topic"] != "_all"]])
    found = compare_contacts(both, RULES)
    values = {
        m.slot: Value(f"churn.{m.name}", m.value, m.kind, m.unit, n=m.n, interval=m.interval)
        for m in measure_contacts(found)
    } | {"as_of": date_value("as_of", pd.Timestamp("2026-06-30").date())}  # fmt: skip

    said = [
        Sentence(f"churn.{name}", values, case=case).text(language)
        for name, case in list_said(found) for language in ("en", "zh")
    ]  # fmt: skip

    assert "associated with" in said[0]
    assert "相关" in said[1]
    assert all("None" not in text and "nan" not in text for text in said)
