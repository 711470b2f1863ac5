from datetime import date

import pandas as pd

from rapport.analysis.contact_choice import (
    choose_contacts,
    find_often,
    find_refused,
    is_held_out,
)

PEOPLE = pd.Series([f"c{n}" for n in range(4_000)])
DEFAULT = {"marketing_email": "withdrawn", "phone": "given"}


def choose(people=PEOPLE, *, campaign="a", control=0.1, **excluded):
    return choose_contacts(people, excluded=excluded, key=b"k", campaign=campaign, control=control)


def test_about_the_share_is_held_out_and_the_rest_contacted():
    made = choose()

    assert 340 < len(made.control) < 460  # 400 +- 3 standard deviations of 19
    assert set(made.control) | set(made.contacted) == set(PEOPLE)
    assert not set(made.control) & set(made.contacted)


def test_who_is_held_out_does_not_depend_on_the_list():
    made = choose()
    again = choose(PEOPLE.sample(frac=0.5, random_state=1))

    assert set(again.control) == set(made.control) & set(PEOPLE.sample(frac=0.5, random_state=1))


def test_another_campaign_or_key_holds_out_others():
    of_a = {name for name in PEOPLE if is_held_out(b"k", "a", name, 0.5)}
    of_b = {name for name in PEOPLE if is_held_out(b"k", "b", name, 0.5)}
    of_key = {name for name in PEOPLE if is_held_out(b"other", "a", name, 0.5)}

    for other in (of_b, of_key):
        assert 0.45 < len(of_a & other) / len(of_a) < 0.55


def test_a_larger_share_holds_out_the_same_and_more():
    assert set(choose(control=0.1).control) < set(choose(control=0.2).control)


def test_without_a_control_all_are_contacted_in_the_order_of_the_list():
    assert choose(control=0.0).contacted == tuple(PEOPLE)


def test_the_first_reason_counts_and_nobody_is_counted_twice():
    made = choose(
        erased={"c1"}, not_agreed={"c1", "c2"}, too_often={"c2", "c3"}, not_reached={"c3", "c4"}
    )

    assert made.left_out == {"erased": 1, "not_agreed": 1, "too_often": 1, "not_reached": 1}
    assert not {"c1", "c2", "c3", "c4"} & {*made.contacted, *made.control}


def test_an_empty_list_gives_nobody():
    made = choose(pd.Series([], dtype=object))

    assert (made.contacted, made.control) == ((), ())


def test_the_last_word_on_a_purpose_counts_and_silence_is_the_default():
    said = pd.DataFrame(
        {
            "customer_id": ["c1", "c1", "c2", "c2"],
            "purpose": ["marketing_email"] * 3 + ["phone"],
            "changed_at": pd.to_datetime(["2026-01-01", "2026-02-01", "2026-01-01", "2026-01-02"]),
            "state": ["given", "withdrawn", "given", "withdrawn"],
        }
    )
    listed = pd.Series(["c1", "c2", "c3"])

    by_mail = find_refused(listed, said, purpose="marketing_email", default=DEFAULT)
    by_phone = find_refused(listed, said, purpose="phone", default=DEFAULT)
    assert (by_mail, by_phone) == ({"c1", "c3"}, {"c2"})


def test_contacts_of_the_last_days_are_counted_over_all_campaigns():
    contacts = pd.DataFrame(
        {
            "customer_id": ["c1", "c1", "c2", "c2", "c3"],
            "sent_on": pd.to_datetime(
                ["2026-06-02", "2026-06-20", "2026-06-01", "2026-06-30", "2026-07-05"]
            ),
        }
    )

    # 30 days up to 1 July begin on 2 June; what is planned for later counts as well.
    assert find_often(contacts, day=date(2026, 7, 1), most=2, days=30) == {"c1"}
    assert find_often(contacts, day=date(2026, 7, 1), most=1, days=30) == {"c1", "c2", "c3"}
