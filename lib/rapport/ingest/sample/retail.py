"""`sample-retail`: a British homeware shop on the web, on a marketplace and in its stores.

The story of its last month, June 2026: a midsummer offer brings first orders and more customers
who buy, so sales rise on May and on last year; deliveries get late, and NPS falls with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from rapport.ingest.sample import sheets
from rapport.ingest.sample.baskets import list_products
from rapport.ingest.sample.days import day, spell_dates, spell_times
from rapport.ingest.sample.documents import Documents, number_documents
from rapport.ingest.sample.draws import Key, draw_below, draw_weighted
from rapport.ingest.sample.files import (
    Sheet,
    read_words,
    spell_ids,
    spell_money,
    take,
)
from rapport.ingest.sample.people import (
    draw_birth_years,
    draw_names,
    draw_places,
    spell_british,
    spell_mails,
)
from rapport.ingest.sample.retail_plan import PLAN
from rapport.ingest.sample.shop import Shop, simulate_shop
from rapport.ingest.sample.surveys import draw_surveys
from rapport.ingest.sample.visits import STEPS, TICKET_TOPICS, draw_tickets, draw_visits

NUMBER = "1{:04d}"
CARD = "LC1{:04d}"
WEB, STORE, MARKETPLACE = 0, 1, 2
SERIES = (WEB, WEB, STORE, MARKETPLACE)  # of web, app, store, marketplace
STORES = ("LDN1", "LDN2", "MAN1", "BRS1", "LDS1", "GLA1")
N_TRAINING = 14
SURVEY = (
    "Survey|Customer No|Invited|Answered|Wave|Recommend 0-10|Satisfied 1-5|"
    "Delivery|Quality|Service|Price|Website|Packaging|Comment|Language"
)


def make_retail(key: Key, *, n_customers: int) -> tuple[list[Sheet], dict[str, Any]]:
    """Make the sheets of the unit and the truth about them."""
    words = read_words("retail")
    products = list_products(words, prefix="HG")
    shop = simulate_shop(key, PLAN, n_customers=n_customers, products=products)
    documents = number_documents(shop, series=SERIES, tax_percent=20, shipping=(395, 5_000, 2))
    made = [
        _customers(key.of("people"), shop, words),
        Sheet.of("products.csv", "SKU|Product|Range|List price|Unit cost",
                 sheets.list_catalogue(products)),
        *_web(documents.of_series(WEB), products),
        *_store(key.of("store"), documents.of_series(STORE), products),
        _marketplace(documents.of_series(MARKETPLACE), products),
        *_contacts(key.of("contacts"), shop, words),
    ]  # fmt: skip
    return made, asdict(PLAN)


def _customers(key: Key, shop: Shop, words: Mapping[str, Any]) -> Sheet:
    customers = shop.customers
    n = len(customers)
    numbers = np.arange(n)
    tiers, points = sheets.list_tiers(shop.orders, n, ("Standard", "Silver", "Gold"))
    genders = ("female", "male", "other", "unknown")
    return Sheet(
        "crm_customers.csv",
        {
            "Customer No": spell_ids(NUMBER, numbers),
            "Name": draw_names(key, words, n, form="{given} {family}"),
            "E-mail": spell_mails(numbers),
            "Phone": spell_british(numbers),
            "Born": draw_birth_years(key.of("born"), customers["is_young"].tolist()),
            "Gender": take(genders, draw_weighted(key.of("gender"), (52, 39, 2, 7), n)),
            "Town": [town for (town,) in draw_places(key.of("place"), words, n)],
            "Registered": spell_times(customers["created_day"].to_numpy(), np.full(n, 7 * 60)),
            "First channel": take(PLAN.channels, customers["home"].to_numpy()),
            "Card level": tiers,
            "Points": sheets.spell_text(points),
        },
    )


def _web(documents: Documents, products: pd.DataFrame) -> list[Sheet]:
    heads, items = documents.heads, documents.items
    orders = {
        "Order No": spell_ids("W{:06d}", heads["number"].to_numpy()),
        "Placed": spell_times(heads["day"].to_numpy(), heads["minute"].to_numpy()),
        "Customer No": spell_ids(NUMBER, heads["customer"].to_numpy()),
        "Via": take(("Web", "App"), heads["channel"].to_numpy()),
        "Type": heads["kind"].tolist(),
        **_money(heads),
        "Shipping": spell_money(heads["shipping"]),
        "Returned order": spell_ids("W{:06d}", heads["original"].to_numpy()),
    }
    lines = {
        "Order No": spell_ids("W{:06d}", heads["number"].loc[items["head"]].to_numpy()),
        "Line": sheets.spell_text(items["line"]),
        "SKU": take(products["product_id"].tolist(), items["product"].to_numpy()),
        "Qty": sheets.spell_text(items["quantity"]),
        "Net": spell_money(items["amount"]),
        "Discount": spell_money(items["discount"]),
    }
    return [Sheet("web_orders.csv", orders), Sheet("web_lines.csv", lines)]


def _store(key: Key, documents: Documents, products: pd.DataFrame) -> list[Sheet]:
    """Write till receipts, and those that cashiers make in training (kind `training`)."""
    heads, items = _add_training(key, documents)
    training = heads["kind"] == "training"
    form = np.where(training, "T{:05d}", "R{:06d}")
    receipts = [text.format(n) for text, n in zip(form, heads["number"], strict=True)]
    day = spell_dates(heads["day"].to_numpy())
    clock = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in heads["minute"].tolist()]
    sold = [f"{d[8:]}/{d[5:7]}/{d[:4]} {c}" for d, c in zip(day, clock, strict=True)]
    names = {"sale": "SALE", "cancelled": "VOID", "return": "REFUND", "training": "TRAINING"}
    orders = {
        "receipt": receipts,
        "sold": sold,
        "store": take(STORES, draw_weighted(key.of("store"), (24, 18, 19, 14, 13, 12), len(heads))),
        "card": spell_ids(CARD, heads["customer"].to_numpy()),
        "type": [names[kind] for kind in heads["kind"]],
        **_money(heads),
        "refund of": spell_ids("R{:06d}", heads["original"].to_numpy()),
    }
    lines = {
        "receipt": take(receipts, heads.index.get_indexer(pd.Index(items["head"]))),
        "pos": sheets.spell_text(items["line"]),
        "item": take(products["product_id"].tolist(), items["product"].to_numpy()),
        "qty": sheets.spell_text(items["quantity"]),
        "net": spell_money(items["amount"]),
        "discount": spell_money(items["discount"]),
    }
    return [Sheet("pos_receipts.csv", orders), Sheet("pos_items.csv", lines)]


def _add_training(key: Key, documents: Documents) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Copy some receipts as training ones: no customer, numbers of their own."""
    heads, items = documents.heads, documents.items
    sales = heads[heads["kind"] == "sale"]
    copied = sales.iloc[np.sort(draw_below(key.of("training"), len(sales), N_TRAINING))]
    position = int(heads.index.max()) + 1 + np.arange(N_TRAINING)
    extra = copied.assign(kind="training", customer=-1, number=np.arange(1, N_TRAINING + 1))
    extra = extra.set_index(pd.Index(position))
    first = items[items["line"] == 1].set_index("head").loc[copied.index]
    extra["amount"] = first["amount"].to_numpy()
    extra["discount"] = first["discount"].to_numpy()
    extra["tax"] = extra["amount"] * 20 // 100
    first = first.assign(head=position)
    return pd.concat([heads, extra]), pd.concat([items, first], ignore_index=True)


def _marketplace(documents: Documents, products: pd.DataFrame) -> Sheet:
    heads, items = documents.heads, documents.items  # one line each
    form = "{}T{:02d}:{:02d}:00Z"
    return Sheet(
        "marketplace.csv",
        {
            "order-id": spell_ids("204-{:07d}", heads["number"].to_numpy()),
            "purchase-date": spell_times(
                heads["day"].to_numpy(), heads["minute"].to_numpy() - 60, form=form
            ),
            "linked-customer": spell_ids(NUMBER, heads["customer"].to_numpy()),
            "type": heads["kind"].tolist(),
            "sku": take(products["product_id"].tolist(), items["product"].to_numpy()),
            "quantity": sheets.spell_text(items["quantity"]),
            "item-net": spell_money(heads["amount"]),
            "promotion-discount": spell_money(heads["discount"]),
            "item-tax": spell_money(heads["tax"]),
            "refund-of": spell_ids("204-{:07d}", heads["original"].to_numpy()),
        },
    )


def _money(heads: pd.DataFrame) -> dict[str, list[str]]:
    return {
        "Net": spell_money(heads["amount"]),
        "Discount": spell_money(heads["discount"]),
        "VAT": spell_money(heads["tax"]),
    }


def _contacts(key: Key, shop: Shop, words: Mapping[str, Any]) -> list[Sheet]:
    """Write what customers did besides buying: visits, tickets, answers, campaigns, consents."""
    orders = shop.orders
    known = orders[(orders["customer"] >= 0) & ~orders["is_cancelled"]]
    last, late = shop.calendar.last, day(PLAN.last[:8] + "01")
    online = known[known["channel"] <= 1]
    visits = draw_visits(
        key.of("visits"), online, seen_ppm=600_000, first_day=day("2025-06-01"), last_day=last
    )
    tickets = draw_tickets(key.of("tickets"), known, ppm=60_000, last_day=last, late_from=late)
    recent = known[known["day"] >= day("2025-04-01")]
    surveys = draw_surveys(
        key.of("surveys"), recent, invited_ppm=380_000, last_day=last, slump_from=late
    )
    log = sheets.list_visits(visits, NUMBER, channels=("web", "app"), words=STEPS)
    return [
        Sheet.of("web_log.csv", "event|customer|session|at|via|step|seconds", log),
        Sheet.of("tickets.csv", "Ticket|Customer No|Opened|Topic|First reply|Closed|State|Reopened",
               sheets.list_tickets(tickets, NUMBER, TICKET_TOPICS)),
        Sheet.of("surveys.csv", SURVEY,
                 sheets.list_surveys(key.of("answers"), surveys, words, NUMBER)),
        sheets.label_comments(key.of("answers"), surveys, words),
        Sheet.of("campaigns.csv", "Id|Name|Channel|Goal|Design|Start|End|Cost|Planned",
               sheets.list_campaigns(PLAN.campaigns)),
        Sheet.of("contacts.csv", "Campaign|Customer No|Group|Assigned|Sent|Delivered|Opened|"
               "Clicked|Unsubscribed|Cost",
               sheets.list_contacts(shop.contacts, PLAN.campaigns, NUMBER)),
        Sheet.of("consents.csv", "Customer No|Purpose|Changed|State|Source",
               sheets.list_consents(key.of("consents"), shop.customers, NUMBER, last_day=last)),
    ]  # fmt: skip
