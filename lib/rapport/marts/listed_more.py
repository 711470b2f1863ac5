"""Marts of value, surveys, tickets, campaigns, comments and baskets, each after what it reads."""

from __future__ import annotations

from rapport.marts.mart import Mart

LISTED = (
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
        "subscription_pairs",
        ("subscriptions", "periods"),
        "one row per two kinds of contracts that one customer had",
    ),
    Mart(
        "subscription_holders",
        ("subscriptions", "periods"),
        "one row per window and number of contracts that a customer held and ended",
    ),
    Mart(
        "leaver_contacts",
        ("customers", "interactions", "periods", "subscriptions"),
        "one row per customer and kind of contact, of those who left and of those like them",
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
        "contact_groups",
        ("contact_outcomes", "campaign_funnels"),
        "one row per channel and stage at the contact, and customers who did the same",
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
