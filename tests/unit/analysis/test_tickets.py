import pandas as pd
import pytest

from rapport.analysis.satisfaction_views import (
    list_replies,
    list_volumes,
    measure_tickets,
    name_tickets,
    study_tickets,
    take_topics,
)
from rapport.analysis.tickets import (
    compare_replies,
    count_reopened,
    count_volume,
    measure_reopened,
    tabulate_topics,
    time_tickets,
)

START = pd.Timestamp("2026-06-01 08:00")


def tickets_of(hours, *, seen=100.0, topic="return", customers=None):
    """One ticket per number of hours; None is still open."""
    n = len(hours)
    ends = [pd.NaT if h is None else START + pd.Timedelta(hours=h) for h in hours]
    return pd.DataFrame({
        "interaction_id": [f"t{i:03}" for i in range(n)],
        "customer_id": customers or [f"c{i}" for i in range(n)], "occurred_at": START,
        "occurred_on": START.normalize(), "ticket_topic": topic,
        "first_reply_at": pd.to_datetime(pd.Series(ends)),
        "closed_at": pd.to_datetime(pd.Series(ends)),
        "seen_until": START + pd.Timedelta(hours=seen),
    })  # fmt: skip


def test_the_median_is_the_first_time_at_which_half_are_answered():
    wait = time_tickets(tickets_of([1, 2, 3, 4]), until="first_reply_at")

    assert (wait.median, wait.n, wait.n_waiting) == (2.0, 4, 0)


def test_open_tickets_make_the_wait_longer_than_the_closed_ones_alone():
    closed, some_open = tickets_of([1, 2, 3, 4]), tickets_of([1, 2, 3, 4, None, None], seen=10)

    assert time_tickets(some_open, until="closed_at").median == 3.0
    assert time_tickets(closed, until="closed_at").median == 2.0


def test_a_queue_of_which_half_is_open_has_no_median_and_no_infinity():
    wait = time_tickets(tickets_of([1, None, None, None], seen=10), until="closed_at")

    assert (wait.median, wait.high, wait.n_waiting) == (None, None, 3)
    assert time_tickets(tickets_of([None]), until="closed_at").median is None
    assert time_tickets(tickets_of([]), until="closed_at").n == 0


def test_the_interval_is_that_of_the_curve_on_the_scale_of_its_logarithm():
    # The ends of lifelines' curve are down to a half from the 5th and the 15th hour on.
    wait = time_tickets(tickets_of(list(range(1, 21))), until="closed_at")

    assert wait.median == 10.0
    assert (wait.low, wait.high) == (5.0, 15.0)


def test_a_ticket_replied_to_before_it_was_opened_counts_as_at_once():
    assert time_tickets(tickets_of([-2, -1]), until="closed_at").median == 0.0


def test_the_volume_has_the_exact_interval():
    volume = count_volume(20, 800)

    assert volume.rate == 25
    assert (round(volume.low, 2), round(volume.high, 2)) == (15.27, 38.61)
    assert count_volume(3, 0) is None


def test_topics_are_counted_and_timed_the_most_frequent_first():
    rows = pd.concat([tickets_of([1, 2, 3], topic="return"), tickets_of([5], topic=None)])

    table = tabulate_topics(rows)

    assert table["topic"].tolist() == ["return", "unknown"]
    assert table["share"].tolist() == [0.75, 0.25]
    assert table["reply_hours"].tolist() == [2.0, 5.0]


def answers_of(n, csat, days=3):
    return pd.DataFrame({
        "customer_id": [f"c{i}" for i in range(n)], "csat": csat,
        "answered_at": START + pd.Timedelta(days=days),
    }).astype({"customer_id": object})  # fmt: skip


def test_quick_replies_are_held_against_slow_ones():
    tickets = tickets_of([1.0] * 40 + [9.0] * 40)

    found = compare_replies(tickets, answers_of(80, [5] * 40 + [2] * 40), min_n=30)

    assert (found.hours, found.quick, found.slow) == (1.0, 1.0, 0.0)
    assert found.low > 0.8


@pytest.mark.parametrize("days", [-1, 70])
def test_an_answer_before_the_reply_or_long_after_it_is_not_about_it(days):
    tickets = tickets_of([1.0] * 40 + [9.0] * 40)

    assert compare_replies(tickets, answers_of(80, [5] * 80, days=days), min_n=30) is None


def test_replies_all_as_quick_are_not_parted():
    assert compare_replies(tickets_of([1.0] * 80), answers_of(80, [5] * 80), min_n=30) is None


def windows_of(now, before, customers=1000):
    return pd.DataFrame({
        "window": ["current", "previous"], "n_tickets": [now, before], "n_customers": customers,
        "is_comparable": [True, before is not None],
    }).fillna({"n_tickets": 0})  # fmt: skip


@pytest.mark.parametrize(
    ("now", "before", "case"),
    [(90, 30, "up"), (30, 90, "down"), (31, 30, "unclear"), (30, None, "alone"), (0, 30, "alone")],
)
def test_a_change_of_volume_is_one_only_beyond_chance(now, before, case):
    found = study_tickets(
        tickets_of([1.0] * 40), windows_of(now, before), answers_of(0, []), min_n=30
    )

    assert list_volumes(found, min_n=30) == [case]


def test_few_tickets_or_none_say_nothing():
    few = study_tickets(tickets_of([1.0] * 5), windows_of(5, 3), answers_of(0, []), min_n=30)
    none = study_tickets(None, None, answers_of(0, []), min_n=30)

    assert [name_tickets(found, min_n=30) for found in (few, none)] == ["few", "none"]
    for found in (few, none):
        assert measure_tickets(found, min_n=30) == []
        assert list_volumes(found, min_n=30) == list_replies(found) == []
        assert take_topics(found, min_n=30, min_count=10) is None


def test_tickets_that_nobody_answers_are_called_waiting():
    found = study_tickets(tickets_of([None] * 40), windows_of(40, 30), answers_of(0, []), min_n=30)

    assert name_tickets(found, min_n=30) == "waiting"


def test_a_topic_of_few_customers_is_hidden():
    rows = pd.concat(
        [tickets_of([1.0] * 40), tickets_of([1.0] * 40, topic="vip", customers=["x"] * 40)]
    )
    found = study_tickets(rows, windows_of(80, 30), answers_of(0, []), min_n=30)

    assert take_topics(found, min_n=30, min_count=10)["topic"].tolist() == ["return"]


def reopened(again, *, closed=None, customers=None, **rules):
    tickets = tickets_of([5] * len(again), customers=customers)
    days = pd.to_datetime(pd.Series([START if is_again else pd.NaT for is_again in again]))
    tickets = tickets.assign(reopened_at=days)
    if closed is not None:
        tickets.loc[[not is_closed for is_closed in closed], "closed_at"] = pd.NaT
    return count_reopened(tickets, **{"min_n": 30, "min_count": 10, "confidence": 0.95} | rules)


def test_the_share_opened_again_is_of_tickets_closed_at_least_once():
    # Ten never closed, ten opened again and still open: these had been closed.
    (found,) = reopened([True] * 10 + [False] * 40, closed=[False] * 20 + [True] * 30)

    assert (found.value, found.n_closed) == (0.25, 40)
    names = [one.name for one in measure_reopened(found)]
    assert names == ["reopened.of", "reopened.share"]


def test_many_tickets_of_one_customer_are_no_evidence_of_their_own():
    again = ([True] + [False] * 3) * 30
    (alone,) = reopened(again)
    # Each of thirty opens all of his four again, or none: as many tickets, a quarter of them.
    together = [place % 16 < 4 for place in range(len(again))]
    (grouped,) = reopened(together, customers=[f"c{place // 4}" for place in range(len(again))],
                          min_count=5)  # fmt: skip

    assert grouped.value == pytest.approx(16 * 2 / 120, abs=0.05)
    assert grouped.high - grouped.low > 1.5 * (alone.high - alone.low)


@pytest.mark.parametrize(
    "again", [[False] * 40, [True] * 9 + [False] * 40, [True] * 12 + [False] * 10]
)
def test_nothing_is_said_of_few_or_where_no_source_tells(again):
    assert reopened(again) == []
    assert count_reopened(None, min_n=30, min_count=10, confidence=0.95) == []
