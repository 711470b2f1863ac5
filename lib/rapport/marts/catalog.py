"""The marts: what each reads, and of what it has one row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType


@dataclass(frozen=True)
class Mart:
    """A table that is made from canonical tables: its name, what it reads, its grain.

    `uses` are canonical tables that it reads where a unit has them; else they are empty to it.
    """

    name: str
    reads: tuple[str, ...]
    grain: str
    uses: tuple[str, ...] = ()

    @property
    def sql(self) -> str | None:
        """The SELECT that makes the mart; None for the two that are made without SQL."""
        path = resources.files("rapport.marts") / f"{self.name}.sql"
        return path.read_text(encoding="utf-8") if path.is_file() else None


_ALL = (
    Mart("settings", (), "one row: the chapter parameters of the unit"),
    Mart("periods", ("snapshot",), "one row per window of days that the report looks at"),
    Mart(
        "charged_orders",
        ("orders",),
        "one row per order or return of a known customer, by number, that was not cancelled",
        uses=("customers",),
    ),
    Mart(
        "order_spells",
        ("charged_orders",),
        "one row per order day, next order day of its customer, and rank of the order day",
    ),
    Mart("period_measures", ("orders", "order_spells", "periods"), "one row per window"),
    Mart(
        "customer_measures",
        ("charged_orders", "customers", "periods", "settings"),
        "one row per window and customer with a charged order or return by its last day",
    ),
    Mart(
        "customer_habits",
        ("orders", "charged_orders", "customers", "periods"),
        "one row per window (current, previous) and customer with a charged order or return",
        uses=("order_lines", "products", "interactions", "surveys"),
    ),
    Mart(
        "tags_held",
        ("customer_measures", "customer_habits"),
        "one row per window (current, previous), customer and tag that holds",
    ),
    Mart(
        "customer_periods",
        ("charged_orders", "customers", "periods"),
        "one row per window and customer who bought or returned in it",
    ),
    Mart(
        "reorder_gaps",
        ("order_spells", "snapshot", "periods", "settings"),
        "one row per rank of an order, days watched, and whether the next one came",
    ),
    Mart(
        "next_orders",
        ("charged_orders", "customers", "periods", "settings"),
        "one row per customer active two horizons ago, followed to the next order",
    ),
    Mart(
        "churn_months",
        ("charged_orders", "order_spells", "snapshot", "periods", "settings"),
        "one row per window of a period",
    ),
    Mart(
        "repurchase",
        ("order_spells", "snapshot", "periods"),
        "one row per window of a period",
    ),
    Mart(
        "lifecycle_runs",
        ("charged_orders", "customers", "snapshot", "periods", "settings"),
        "one row per customer and run of month ends in one stage, by orders and by contracts",
        uses=("subscriptions", "interactions"),
    ),
    Mart(
        "lifecycle_moves",
        ("lifecycle_runs",),
        "one row per month end, stage at the one before and stage",
    ),
    Mart(
        "lifecycle_patterns",
        ("lifecycle_runs", "settings"),
        "one row per stage, stage after, month ends in the one and moves to the other",
    ),
    Mart(
        "lifecycle_dwell",
        ("lifecycle_runs",),
        "one row per stage, month ends spent in it, and whether the customer was seen to leave",
    ),
    Mart(
        "lifecycle_now",
        ("lifecycle_runs", "customers", "charged_orders", "periods"),
        "one row per customer: the stage at the last month end",
    ),
    Mart(
        "lifecycle_gaps",
        ("order_spells", "periods"),
        "one row per number of days to a customer's next order day, and whether it came",
    ),
    Mart(
        "lifecycle_cohorts",
        ("charged_orders", "customers", "snapshot", "periods", "settings"),
        "one row per month of the first order and month since",
    ),
    Mart(
        "action_lists",
        ("charged_orders", "customers", "periods", "settings"),
        "one row per list and customer on it",
    ),
    Mart(
        "interaction_measures",
        ("interactions", "periods"),
        "one row per window of a period",
    ),
    Mart(
        "profile_months",
        ("orders", "order_spells", "periods"),
        "one row per calendar month in which something was bought or returned",
    ),
    Mart(
        "profile_groups",
        ("orders", "customers", "periods"),
        "one row per window, dimension (channel, region, country) and group",
    ),
    Mart(
        "profile_categories",
        ("order_lines", "products", "customers", "periods"),
        "one row per window and category of products",
    ),
    Mart(
        "profile_affinity",
        ("order_lines", "products", "customers", "periods", "settings"),
        "one row per attribute of customers, its value, and category",
    ),
    Mart(
        "profile_channels",
        ("orders", "customers", "periods", "settings"),
        "one row per main channel and number of channels",
    ),
    Mart(
        "profile_discounts",
        ("orders", "customers", "periods", "settings"),
        "one row per number of orders and of discounted ones",
    ),
    Mart("funnel_steps", (), "one row per step of the funnel"),
    Mart(
        "profile_funnel",
        ("interactions", "orders", "periods", "settings", "funnel_steps"),
        "one row per window and step of the funnel",
    ),
    Mart(
        "profile_sessions",
        ("interactions", "orders", "periods", "funnel_steps"),
        "one row per window, measure of visits, its value, and orders",
    ),
    Mart(
        "session_moves",
        ("interactions", "periods", "settings"),
        "one row per place of a visit (page or kind of contact) and the next one",
    ),
    Mart(
        "session_ends",
        ("interactions", "orders", "periods", "funnel_steps"),
        "one row per place, visits of a customer that held it, and those that ended there",
    ),
    Mart("subscription_months", ("subscriptions", "periods"), "one row per window of a period"),
    Mart(
        "subscription_durations",
        ("subscriptions", "periods"),
        "one row per plan, whole calendar months, and whether and how the contract ended",
    ),
    Mart(
        "customer_transactions",
        ("charged_orders", "customers", "snapshot", "periods", "settings"),
        "one row per customer who bought by the last day of the period",
    ),
    Mart(
        "holdout_days",
        ("charged_orders", "snapshot", "periods", "settings"),
        "one row per day after the cut on which somebody known by then bought",
    ),
    Mart(
        "line_margins",
        ("order_lines", "products", "periods", "settings"),
        "one row: sales of the window with a known cost, and that cost",
    ),
    Mart(
        "customer_contracts",
        ("subscriptions", "customers", "periods"),
        "one row per contract that began by the last day of the period",
    ),
    Mart(
        "survey_windows",
        ("surveys", "periods"),
        "one row per window of a period",
    ),
    Mart(
        "survey_waves",
        ("surveys", "periods"),
        "one row per wave begun by the last day of the period",
    ),
    Mart(
        "survey_latest",
        ("surveys", "customers", "periods"),
        "one row per customer who answered in the last 365 days: the last answer",
    ),
    Mart(
        "survey_invited",
        ("surveys", "customers", "periods"),
        "one row per customer whom an invitation of the last 365 days reached",
    ),
    Mart(
        "survey_scales",
        ("surveys", "periods"),
        "one row: answers on each scale",
    ),
    Mart(
        "survey_reach",
        ("surveys", "orders", "customers", "periods"),
        "one row per number of order days in the last 365 days",
    ),
    Mart(
        "answer_orders",
        ("surveys", "orders", "customers", "snapshot", "periods"),
        "one row per customer with an answer watched ninety days on both sides",
    ),
    Mart(
        "ticket_times",
        ("interactions", "periods"),
        "one row per ticket opened in the last 365 days",
    ),
    Mart(
        "ticket_windows",
        ("interactions", "orders", "periods"),
        "one row per window of a period",
    ),
    Mart(
        "leaver_tickets",
        ("charged_orders", "customers", "interactions", "periods", "settings"),
        "one row per topic of tickets, and whether the customer left since",
    ),
    Mart(
        "contact_outcomes",
        (
            "campaigns",
            "campaign_contacts",
            "orders",
            "customers",
            "snapshot",
            "periods",
            "settings",
        ),
        "one row per customer of a campaign that had begun",
    ),
    Mart(
        "campaign_funnels",
        ("contact_outcomes", "campaigns", "periods"),
        "one row per campaign that had begun",
    ),
    Mart(
        "campaign_arms",
        ("contact_outcomes",),
        "one row per campaign with a control group, variant, and stage at assignment",
    ),
    Mart(
        "campaign_spends",
        ("contact_outcomes",),
        "one row per campaign with a control group, variant, and net spend in the window",
    ),
    Mart(
        "campaign_waits",
        ("contact_outcomes", "orders", "customers", "periods"),
        "one row per campaign with a control group, variant, days watched, and whether it came",
    ),
    Mart(
        "campaign_changes",
        ("contact_outcomes", "campaigns", "orders", "customers", "snapshot", "periods", "settings"),
        "one row per campaign, contacted or not, and known before its earliest window or not",
    ),
    Mart(
        "contact_pressure",
        ("contact_outcomes",),
        "one row per number of contacts in 30 days, and customers who did the same",
    ),
    Mart(
        "contact_kinds",
        ("contact_outcomes", "campaigns"),
        "one row per type of campaign, and customers who did the same",
    ),
    Mart(
        "contact_features",
        ("contact_outcomes", "orders", "customers", "snapshot", "periods", "settings"),
        "one row per window (train, test, score) and customer of a campaign",
    ),
    Mart(
        "touch_paths",
        ("orders", "interactions", "campaigns", "campaign_contacts", "periods"),
        "one row per channel and number of touches of a path to an order",
    ),
    Mart(
        "feedback_said",
        ("surveys", "periods"),
        "one row per text that a customer wrote in the last two years, as it came",
        uses=("interactions",),
    ),
    Mart(
        "feedback_texts",
        ("feedback_said",),
        "one row per text: masked, with its language, own score and topics",
    ),
    Mart(
        "basket_levels",
        ("order_lines", "periods", "settings"),
        "one row per level of goods (product, categories) that the lines carry",
        uses=("products",),
    ),
    Mart(
        "basket_items",
        ("order_lines", "customers", "periods", "settings", "basket_levels"),
        "one row per basket and item in it; a basket over the cap is one row without an item",
        uses=("products",),
    ),
    Mart("basket_totals", ("basket_items",), "one row: baskets and their sizes"),
    Mart(
        "pair_items",
        ("basket_items", "basket_levels", "periods"),
        "one row per item",
        uses=("products",),
    ),
    Mart(
        "pair_counts",
        ("basket_items", "settings"),
        "one row per pair of items that enough baskets hold",
    ),
    Mart(
        "pair_customers",
        ("basket_items", "pair_counts", "pair_items", "basket_totals"),
        "one row per pair bought together more often than by chance",
    ),
    Mart("pair_categories", ("basket_items", "pair_items"), "one row per pair of categories"),
    Mart("basket_histories", ("basket_items",), "one row per customer and item"),
)
MARTS: Mapping[str, Mart] = MappingProxyType({mart.name: mart for mart in _ALL})


def list_buildable(canonical: Collection[str]) -> list[str]:
    """Name the marts that can be made from these canonical tables, each after what it reads.

    Examples
    --------
    >>> list_buildable(["snapshot", "subscriptions"])
    ['settings', 'periods', 'subscription_months', 'subscription_durations']
    """
    there = set(canonical)
    names = []
    for mart in _ALL:
        if there.issuperset(mart.reads):
            there.add(mart.name)
            names.append(mart.name)
    return names
