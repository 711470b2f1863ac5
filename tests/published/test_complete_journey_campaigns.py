"""The Complete Journey's campaigns of 2017: who redeemed, and what contacted households spent.

The sample of 75,000 lines that 84.51 published (CC0). Figures computed from the files with pandas,
before there was any mart: contacts that redeemed by type of campaign, with intervals by household;
net spend per household and week in windows of each campaign's own length, contacted households
against the others of 2,377 with a purchase, for the 15 campaigns of at least 50 contacted ones that
end in 2017 and have two windows before them.
"""

from pathlib import Path

import pytest

from published.reference_data import assert_as_printed, find
from rapport import tables
from rapport.analysis.campaign_changes import study_targeted
from rapport.analysis.campaign_effects import CampaignRules
from rapport.analysis.campaign_tables import tabulate_kinds
from rapport.ingest import find_sources, ingest
from rapport.marts.build import build_mart
from rapport.params import find_root, load_unit

ROOT = find_root(Path(__file__))
KEY = b"a key for tests, of 32 bytes....."
MARTS = ("settings", "periods", "contact_outcomes", "campaign_funnels", "campaign_changes",
         "contact_kinds")  # fmt: skip
RULES = CampaignRules()


@pytest.fixture(scope="module")
def marts(tmp_path_factory):
    find("completejourney/campaigns.parquet")
    into = tmp_path_factory.mktemp("campaigns")
    unit = load_unit(ROOT, "completejourney")
    delivery = ingest(unit, find_sources(unit, ROOT), key=KEY)
    names = ("campaigns", "campaign_contacts", "orders", "customers", "snapshot")
    paths = {
        name: tables.write_table(delivery.tables[name], into / f"{name}.parquet").path
        for name in names
    }
    settings = {**unit.chapter_values(), "period": "2017-12"}
    for name in MARTS:
        paths[name] = build_mart(name, paths, settings=settings, into=into).path
    return {name: tables.read_table(paths[name]) for name in MARTS}


@pytest.fixture(scope="module")
def compared(marts):
    return study_targeted(
        marts["campaign_funnels"], marts["campaign_changes"], RULES, is_drawn=True
    )


@pytest.mark.parametrize(
    ("campaign_type", "redeemed", "contacts", "printed"),
    [
        ("Type A", 604, 3647, (".1656", ".149", ".183")),
        ("Type B", 154, 2368, (".0650", None, None)),
        ("Type C", 34, 574, (".0592", None, None)),
    ],
)
def test_contacts_that_redeemed(marts, campaign_type, redeemed, contacts, printed):
    kinds = tabulate_kinds(marts["contact_kinds"], RULES).set_index("campaign_type")
    row = kinds.loc[campaign_type]

    assert (round(row["share"] * row["n"]), row["n"]) == (redeemed, contacts)
    for name, figure in zip(("share", "low", "high"), printed, strict=True):
        if figure is not None:
            # A thousand draws move the last digit of an end.
            assert row[name] == pytest.approx(
                float(figure), abs=0.0005 if name == "share" else 0.0015
            )


def test_what_contacted_households_spent_more_before_the_campaign(compared):
    _, pooled = compared

    assert pooled.n_campaigns == 15
    assert_as_printed(pooled.naive_before, "2.21")


def test_difference_in_differences_and_its_placebo(compared):
    _, pooled = compared

    assert_as_printed(pooled.estimate.value, "-.10")
    assert_as_printed(pooled.error, ".05")
    assert_as_printed(pooled.placebo.value, "-.06")


def test_no_campaign_is_claimed_to_have_added_anything(compared):
    found, pooled = compared

    assert pooled.outcome == "unclear"
    assert {one.outcome for one in found} == {"unclear", "running", "too_few", "no_before"}


def test_no_offer_was_redeemed_before_its_contact(marts):
    funnels = marts["campaign_funnels"]

    assert int(funnels["n_targeted"].sum()) == 6589
    assert not funnels[["n_broken", "n_late", "n_twice", "n_control"]].to_numpy().any()
