from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from rapport.ingest.sample.campaigns import CampaignPlan, draw_contacts
from rapport.ingest.sample.days import day
from rapport.ingest.sample.draws import Key

TRIAL = CampaignPlan(
    campaign_id="T", name="Trial", design="experiment", channel="email", goal="sell",
    starts_on="2026-04-13", ends_on="2026-04-30", cost_per_contact=4, fixed_cost=100,
    control_percent=30, lift_ppm=100_000, opened_ppm=400_000, clicked_ppm=200_000,
)  # fmt: skip
LETTER = CampaignPlan(
    campaign_id="L", name="Letter", design="broadcast", channel="email", goal="sell",
    starts_on="2026-05-01", ends_on="2026-05-02", cost_per_contact=4, fixed_cost=100,
    control_percent=0, lift_ppm=0, opened_ppm=400_000, clicked_ppm=200_000,
)  # fmt: skip
LAST = day("2026-06-30")


@pytest.fixture(scope="module")
def customers():
    n = 20_000
    return pd.DataFrame(
        {
            "created_day": np.where(np.arange(n) % 10 == 0, LAST, day("2025-01-01")),
            "mails": np.arange(n) % 4 != 0,
            "is_prospect": np.arange(n) % 7 == 0,
        }
    )


@pytest.fixture(scope="module")
def drawn(customers):
    return draw_contacts(Key((2,)), (TRIAL, LETTER), customers, last_day=LAST)


def test_the_control_group_is_exactly_the_planned_share(drawn):
    contacts, _ = drawn
    trial = contacts[contacts["campaign"] == 0]

    assert trial["is_control"].sum() == -(-len(trial) * 30 // 100) or (
        trial["is_control"].sum() == len(trial) * 30 // 100
    )
    assert not contacts[contacts["campaign"] == 1]["is_control"].any()


def test_only_those_are_written_to_who_agreed_and_were_known(drawn, customers):
    contacts, _ = drawn
    who = customers.loc[contacts["customer"]]

    assert who["mails"].all()
    assert (who["created_day"].to_numpy() < contacts["day"].to_numpy()).all()


def test_orders_are_won_from_the_treated_alone_within_seven_days(drawn):
    contacts, won = drawn
    trial = contacts[contacts["campaign"] == 0]
    treated = trial[~trial["is_control"]]

    assert set(won["customer"]) <= set(treated["customer"])
    assert abs(len(won) / len(treated) - 0.1) < 0.01
    assert won["day"].between(day("2026-04-14"), day("2026-04-20")).all()


def test_nobody_opens_what_was_not_delivered_or_clicks_unopened(drawn):
    contacts, _ = drawn

    assert not (contacts["is_control"] & contacts["is_delivered"]).any()
    assert not (contacts["is_opened"] & ~contacts["is_delivered"]).any()
    assert not (contacts["is_clicked"] & ~contacts["is_opened"]).any()


def test_a_broken_split_holds_out_another_share_than_the_planned_one(customers):
    broken = replace(TRIAL, assigned_control_percent=20)

    contacts, _ = draw_contacts(Key((2,)), (broken,), customers, last_day=LAST)

    assert abs(contacts["is_control"].mean() - 0.2) < 0.001


def test_a_targeted_campaign_goes_to_those_who_bought_much_long_before(customers):
    targeted = replace(LETTER, design="targeted", bought_before=2)
    early, late = day("2025-12-01"), day("2026-04-01")
    bought = pd.DataFrame(
        {"customer": [1, 1, 2, 3, 3, 7, 7], "day": [early, early, early, late, late, early, early]}
    )

    contacts, won = draw_contacts(Key((2,)), (targeted,), customers, last_day=LAST, bought=bought)

    assert contacts["customer"].tolist() == [1]  # 7 never ordered by the customers' own list
    assert not contacts["is_control"].any()
    assert won.empty


def test_a_campaign_added_at_the_end_moves_nothing_of_those_before(customers, drawn):
    more = (TRIAL, LETTER, replace(LETTER, campaign_id="M"))

    contacts, won = draw_contacts(Key((2,)), more, customers, last_day=LAST)

    pd.testing.assert_frame_equal(contacts[contacts["campaign"] < 2], drawn[0])
    pd.testing.assert_frame_equal(won, drawn[1])
