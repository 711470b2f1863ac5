"""Contacts: interaction_measures."""

import datetime as dt


def contact(number, day, customer=None):
    occurred_on = dt.date.fromisoformat(day)
    return {
        "interaction_id": f"i{number}", "customer_id": customer, "channel": "web", "kind": "page",
        "occurred_at": dt.datetime.combine(occurred_on, dt.time(12)), "occurred_on": occurred_on,
    }  # fmt: skip


CONTACTS = [
    contact(1, "2010-10-31", "a"),
    contact(2, "2010-11-01", "a"),
    contact(3, "2010-11-01", "a"),
    contact(4, "2010-11-30", "b"),
    contact(5, "2010-11-30"),
    contact(6, "2010-12-01", "c"),
]


def test_contacts_are_counted_in_the_window_and_customers_once(build):
    measures = build("interaction_measures", interactions=CONTACTS).set_index("window")

    columns = ["n_contacts", "n_known_contacts", "n_visitors"]
    assert measures.loc["current", columns].tolist() == [4, 3, 2]
    assert measures.loc["previous", columns].tolist() == [1, 1, 1]


def test_a_window_without_a_contact_has_a_row_of_zeros(build):
    measures = build("interaction_measures", interactions=[]).set_index("window")

    assert measures["n_contacts"].eq(0).all()
    assert "current" in measures.index
