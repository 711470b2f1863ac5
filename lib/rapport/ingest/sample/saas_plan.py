"""What is planted in `sample-saas`."""

from rapport.ingest.sample.campaigns import CampaignPlan
from rapport.ingest.sample.contracts import ContractPlan

PLAN = ContractPlan(
    first="2023-07-01",
    last="2026-06-30",
    months=(112, 104, 108, 98, 95, 92, 80, 78, 112, 114, 110, 97),
    weekdays=(125, 125, 120, 115, 105, 60, 50),
    last_month=150,
    opening=22,
    annual_ppm=320_000,
    onboarded_ppm=580_000,
    integrated_ppm=550_000,
    small_ppm=(300_000, 520_000, 740_000),
    hazard_ppm=13_000,
    no_onboarding_percent=220,
    no_integration_percent=180,
    renewal_factor=7,
    failed_ppm=3_000,
    failed_last_ppm=36_000,
    returns_ppm=90_000,
    tiers=("Basic", "Team", "Business"),
    tier_weights=(52, 34, 14),
    prices=(1_400, 2_400, 3_900),
)
CAMPAIGNS = (
    CampaignPlan(
        campaign_id="K-2026-02",
        name="Release letter",
        design="broadcast",
        channel="email",
        goal="inform",
        starts_on="2026-02-10",
        ends_on="2026-02-17",
        cost_per_contact=1,
        fixed_cost=20_000,
        control_percent=0,
        lift_ppm=0,
        opened_ppm=520_000,
        clicked_ppm=240_000,
    ),
    CampaignPlan(
        campaign_id="K-2026-05",
        name="Add-on trial",
        design="experiment",
        channel="email",
        goal="sell",
        starts_on="2026-05-05",
        ends_on="2026-05-29",
        cost_per_contact=1,
        fixed_cost=30_000,
        control_percent=50,
        lift_ppm=60_000,
        opened_ppm=560_000,
        clicked_ppm=260_000,
    ),
)
