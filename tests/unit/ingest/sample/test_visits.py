"""Service tickets of the sample units: answered, opened again, closed."""

import numpy as np
import pandas as pd
import pytest

from rapport.ingest.sample.draws import Key
from rapport.ingest.sample.visits import AGAIN_PPM, draw_tickets


@pytest.fixture(scope="module")
def tickets():
    n = 20_000
    orders = pd.DataFrame({"customer": np.arange(n), "day": 100 + np.arange(n) % 90})
    return draw_tickets(Key((1,)), orders, ppm=500_000, last_day=200, late_from=400)


def test_tickets_are_opened_again_at_the_planted_share(tickets):
    share = (tickets["again"] >= 0).mean()

    assert abs(share - AGAIN_PPM / 1e6) < 3 * (0.14 * 0.86 / len(tickets)) ** 0.5


def test_a_ticket_is_opened_again_after_its_reply_and_before_it_is_closed_for_good(tickets):
    again = tickets[(tickets["again"] >= 0) & (tickets["close"] >= 0)]

    assert len(again) > 500
    assert (again["reply"] < again["again"]).all()
    assert (again["again"] < again["close"]).all()


def test_nothing_of_a_ticket_happens_after_the_last_day():
    orders = pd.DataFrame({"customer": np.arange(500), "day": np.full(500, 199)})

    late = draw_tickets(Key((1,)), orders, ppm=1_000_000, last_day=200, late_from=400)

    ends = (201 * 1440 - late["day"] * 1440 - late["minute"]).to_numpy()
    for name in ("reply", "again", "close"):
        assert (late[name].to_numpy() < ends).all()
    assert (late["close"] == -1).any()
