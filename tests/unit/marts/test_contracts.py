"""Contracts: subscription_months and subscription_durations."""

import datetime as dt


def contract(number, started_on, ended_on=None, end_reason=None, plan="basic"):
    return {
        "customer_id": f"c{number}", "plan": plan,
        "started_on": dt.date.fromisoformat(started_on),
        "ended_on": ended_on and dt.date.fromisoformat(ended_on), "end_reason": end_reason,
    }  # fmt: skip


CONTRACTS = [
    contract(1, "2010-10-31"),
    contract(2, "2010-10-31", "2010-11-01", "price"),
    contract(3, "2010-10-31", "2010-11-30", "payment"),
    contract(4, "2010-10-31", "2010-12-01", "price"),
    contract(5, "2010-01-15", "2010-10-31", "price"),
    contract(6, "2010-11-01", "2010-11-20", "price"),
]


def test_ends_are_counted_among_contracts_that_ran_when_the_window_began(build):
    months = build("subscription_months", subscriptions=CONTRACTS).set_index("window")

    november = months.loc["current", ["n_at_start", "n_ended", "n_involuntary"]]
    assert november.tolist() == [4, 2, 1]


def test_durations_are_whole_calendar_months_known_by_the_windows_end(build):
    durations = build("subscription_durations", subscriptions=CONTRACTS)

    assert durations.to_numpy().tolist() == [
        ["basic", 0, True, False, 1],
        ["basic", 1, False, False, 2],
        ["basic", 1, True, False, 1],
        ["basic", 1, True, True, 1],
        ["basic", 9, True, False, 1],
    ]


def test_plans_are_kept_apart(build):
    contracts = [contract(1, "2010-01-01", plan="a"), contract(2, "2010-01-01", plan="b")]

    durations = build("subscription_durations", subscriptions=contracts)

    assert durations[["plan", "n"]].to_numpy().tolist() == [["a", 1], ["b", 1]]
