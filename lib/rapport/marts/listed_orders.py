"""Marts of orders, lives, visits and contracts, each after what it reads."""

from __future__ import annotations

from rapport.marts.mart import Mart

LISTED = (
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
        "segment_months",
        ("charged_orders", "customers", "snapshot", "periods", "settings"),
        "one row per month end and segment by the cut points of one day",
        uses=("consents",),
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
        "rate_groups",
        ("charged_orders", "customers", "periods", "settings"),
        "one row per window (current, previous), key figure, and what is known of its customers",
        uses=("surveys",),
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
        "lifecycle_restated",
        ("late_orders", "orders", "customers", "snapshot", "periods", "settings"),
        "one row per month end, stage known then and stage known now, where late orders moved it",
    ),
    Mart(
        "action_lists",
        ("charged_orders", "customers", "periods", "settings"),
        "one row per list and customer on it",
        uses=("subscriptions",),
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
        "interest_shares",
        ("order_lines", "products", "customers", "periods", "settings"),
        "one row per customer with enough order lines: what was bought of eight categories",
    ),
    Mart(
        "declared_interests",
        ("customers",),
        "one row per customer who named interests: which of the twelve that most named",
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
)
