from datetime import date
from types import SimpleNamespace

import pandas as pd

from rapport.analysis.action_effects import link_effects


def decision(day, campaign):
    words = SimpleNamespace(en="Letter", zh="信")
    return SimpleNamespace(decision=words, decided=date(2026, 6, day), campaign=campaign)


def effects(outcome="raised", measure="conversion", estimate=0.02):
    return pd.DataFrame(
        {"campaign_id": ["k"], "campaign": ["Trial"], "variant": ["mail"],
         "design": ["experiment"], "outcome": [outcome], "measure": [measure],
         "estimate": [estimate], "low": [0.01], "high": [0.03], "n_customers": [500]}
    )  # fmt: skip


def link(decisions, found, *, as_of=date(2026, 6, 30)):
    return link_effects(decisions, found, as_of=as_of, currency="GBP")


def test_a_trial_of_a_decision_gives_its_effect():
    (row,) = link([decision(1, "k")], effects()).to_dict("records")

    assert (row["campaign"], row["n_customers"], row["unit"]) == ("Trial", 500, "pp")
    assert (row["estimate"], row["low"], row["high"]) == (0.02, 0.01, 0.03)
    assert row["verdict"] == "raised"


def test_what_the_design_forbids_has_no_number():
    (row,) = link([decision(1, "k")], effects(outcome="split")).to_dict("records")

    assert row["verdict"] == "withheld"
    assert row["estimate"] is None


def test_money_a_week_is_in_the_currency():
    (row,) = link([decision(1, "k")], effects("more", "spend_week")).to_dict("records")

    assert (row["unit"], row["verdict"]) == ("GBP", "more")


def test_a_campaign_that_no_report_measured_is_named_so():
    for found in (None, effects().iloc[:0]):
        (row,) = link([decision(1, "k")], found).to_dict("records")
        assert row["verdict"] == "unmeasured"


def test_decisions_without_a_campaign_or_of_later_days_are_not_listed():
    assert link([decision(1, None)], effects()).empty
    assert link([decision(20, "k")], effects(), as_of=date(2026, 6, 10)).empty


def test_the_newest_decision_stands_first():
    rows = link([decision(1, "k"), decision(5, "k")], effects())

    assert rows["decided"].tolist() == [date(2026, 6, 5), date(2026, 6, 1)]
