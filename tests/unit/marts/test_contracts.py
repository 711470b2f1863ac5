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


def ran(name, started_on, ended_on=None, end_reason=None, plan="basic"):
    return contract(0, started_on, ended_on, end_reason, plan) | {"customer_id": name}


def test_contracts_of_one_customer_stand_in_pairs(build):
    contracts = [
        ran("x", "2010-01-10", "2010-03-10", "price"), ran("x", "2010-05-01", plan="plus"),
        ran("y", "2010-02-20", "2010-04-20", "payment"), ran("y", "2010-05-30", plan="plus"),
        ran("z", "2010-01-10"), ran("x", "2010-12-01"),
    ]  # fmt: skip
    pairs = build("subscription_pairs", subscriptions=contracts)

    # Of the sixth nothing is known in November.
    assert pairs.to_numpy().tolist() == [["basic", 2, True, "plus", 6, False, 2]]


def test_contracts_that_a_customer_holds_at_once_are_counted_together(build):
    contracts = [
        ran("x", "2010-01-10", "2010-11-10", "price"), ran("x", "2010-05-01"),
        ran("y", "2010-02-20", "2010-11-20", "payment"), ran("z", "2010-01-10"),
    ]  # fmt: skip
    holders = build("subscription_holders", subscriptions=contracts)

    now = holders[holders["window"] == "current"].drop(columns="window")
    assert now.to_numpy().tolist() == [[1, 0, 0, 1], [1, 1, 1, 1], [2, 1, 0, 1]]


def contact(number, customer, day, kind="ticket", topic="access"):
    return {
        "interaction_id": f"i{number}", "customer_id": customer, "kind": kind,
        "ticket_topic": topic if kind == "ticket" else None,
        "occurred_on": dt.date.fromisoformat(day), "occurred_at": dt.datetime.fromisoformat(day),
    }  # fmt: skip


KNOWN = """
    customer  day         kind  amount
    gone      2009-01-01  sale  1
    like      2009-01-01  sale  1
    near      2009-01-01  sale  1
    other     2009-01-01  sale  1
    young     2009-01-01  sale  1
    failed    2009-01-01  sale  1
    changed   2009-01-01  sale  1
    soon      2009-01-01  sale  1
    lone      2009-01-01  sale  1
"""
RAN = [
    ran("gone", "2010-01-10", "2010-10-10", "price"),
    ran("like", "2010-01-12"),
    ran("near", "2010-01-20", "2010-11-20", "payment"),
    ran("other", "2010-01-11", plan="plus"),
    ran("young", "2010-09-20"),
    ran("failed", "2010-01-10", "2010-10-10", "payment"),
    ran("changed", "2010-01-10", "2010-10-10", "price"),
    ran("changed", "2010-10-10", plan="pro"),
    ran("soon", "2010-01-13", "2010-10-30", "death"),
    ran("lone", "2010-01-10", "2010-10-11", "price", plan="rare"),
]


def test_who_left_stands_beside_contracts_of_its_plan_that_ran_as_long_and_ran_on(build):
    contacts = [
        contact(1, "like", "2010-01-31"), contact(2, "gone", "2010-10-09"),
        contact(3, "gone", "2010-09-10", kind="visit"), contact(4, "gone", "2010-10-10"),
        contact(5, "like", "2010-08-12"), contact(6, "near", "2010-07-12", kind="visit"),
        contact(7, "near", "2010-07-11"), contact(8, "other", "2010-10-01"),
        contact(9, "soon", "2010-10-01"), contact(10, None, "2010-10-01"),
    ]  # fmt: skip
    rows = build("leaver_contacts", KNOWN, subscriptions=RAN, interactions=contacts)

    # Of gone the last day counts no more; like and near are six of twelve parts each; soon ended
    # within the month, young had not run as long, other has another plan, nobody is like lone.
    columns = ["topic", "customer_key", "left_parts", "stayed_parts", "left_30", "left_60",
               "stayed_60", "stayed_90"]  # fmt: skip
    keys = {"gone": 0, "like": 1, "near": 2, "lone": 8}
    assert rows[columns].to_numpy().tolist() == [
        ["_all", keys["gone"], 12, 0, 0, 0, 0, 0],
        ["_all", keys["like"], 0, 6, 0, 0, 0, 0],
        ["_all", keys["near"], 0, 6, 0, 0, 0, 0],
        ["_alone", keys["lone"], 12, 0, 0, 0, 0, 0],
        ["_contact", keys["gone"], 0, 0, 12, 12, 0, 0],
        ["_contact", keys["near"], 0, 0, 0, 0, 0, 6],
        ["_ticket", keys["gone"], 0, 0, 12, 12, 0, 0],
        ["_ticket", keys["like"], 0, 0, 0, 0, 6, 6],
        ["access", keys["gone"], 0, 0, 12, 12, 0, 0],
        ["access", keys["like"], 0, 0, 0, 0, 6, 6],
    ]


def test_nobody_is_compared_before_contacts_were_kept(build):
    contacts = [contact(1, "like", "2010-08-01")]

    assert build("leaver_contacts", KNOWN, subscriptions=RAN, interactions=contacts).empty
