"""`sample-saas`: a German software service with monthly and annual contracts.

Its billing writes German CSV: semicolons, decimal commas, days as 30.06.2026. The story of its
last month, June 2026: payments fail seven times as often as usual, so contracts end that nobody
wanted to end, while more accounts start than in any month before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from rapport.ingest.sample import sheets
from rapport.ingest.sample.campaigns import draw_contacts
from rapport.ingest.sample.contracts import bill_contracts, draw_accounts, run_contracts
from rapport.ingest.sample.days import Calendar, day, lay_calendar, spell_dates, spell_times
from rapport.ingest.sample.draws import Ints, Key, draw_below, draw_chance, draw_weighted
from rapport.ingest.sample.files import (
    Sheet,
    keep_where,
    read_words,
    spell_flags,
    spell_ids,
    spell_money,
    take,
)
from rapport.ingest.sample.people import draw_names, draw_places, spell_german, spell_mails
from rapport.ingest.sample.saas_plan import CAMPAIGNS, PLAN
from rapport.ingest.sample.surveys import draw_surveys
from rapport.ingest.sample.usage import draw_usage
from rapport.ingest.sample.visits import draw_tickets

NUMBER = "A-{:05d}"
INVOICE = "RE-{:06d}"
REASONS = ("price", "features", "competitor", "closed business")
ADD_ON, ONBOARDING = "ADD-REPORTS", "SVC-ONBOARD"
ADD_ON_CENTS, ONBOARDING_CENTS = 9_000, 15_000
PRICE_RISE = ("2026-01-01", 108)  # new contracts from then on, percent


@dataclass(frozen=True)
class Service:
    """What happened: accounts, contracts, invoices (with credit notes) and contacts."""

    calendar: Calendar
    accounts: pd.DataFrame
    contracts: pd.DataFrame
    invoices: pd.DataFrame
    contacts: pd.DataFrame


def make_saas(key: Key, *, n_customers: int) -> tuple[list[Sheet], dict[str, Any]]:
    """Make the sheets of the unit and the truth about them."""
    words = read_words("saas")
    service = _simulate(key, n_customers)
    made = [
        _accounts(key.of("people"), service, words),
        _plans(),
        _contracts(key.of("reasons"), service),
        *_billing(service),
        *_contacts(key.of("contacts"), service, words),
    ]
    return made, asdict(PLAN) | {"campaigns": [asdict(plan) for plan in CAMPAIGNS]}


def _simulate(key: Key, n: int) -> Service:
    calendar = lay_calendar(
        day(PLAN.first),
        day(PLAN.last),
        months=PLAN.months,
        weekdays=PLAN.weekdays,
        last_month=PLAN.last_month,
    )
    accounts = draw_accounts(key.of("accounts"), PLAN, calendar, n)
    accounts = accounts.assign(
        created_day=accounts["started"],
        mails=draw_chance(key.of("mails"), 700_000, n),
        is_prospect=False,
    )
    contracts = run_contracts(key.of("contracts"), PLAN, accounts, calendar.last)
    contacts, won = draw_contacts(key.of("campaigns"), CAMPAIGNS, accounts, last_day=calendar.last)
    invoices = bill_contracts(key.of("bills"), contracts, accounts)
    won = won.drop(columns="is_first").rename(columns={"customer": "account"})
    invoices = _number(key.of("invoices"), invoices, won, accounts, calendar.last)
    return Service(calendar, accounts, contracts, invoices, contacts)


def _number(
    key: Key, bills: pd.DataFrame, won: pd.DataFrame, accounts: pd.DataFrame, last: int
) -> pd.DataFrame:
    """Price invoices, add add-ons and credit notes, and number all by time."""
    fee = _fees(accounts, bills["account"].to_numpy()) * _charged(bills["cycle"].to_numpy())
    is_first = (
        ~bills["account"].duplicated() & accounts["is_onboarded"].to_numpy()[bills["account"]]
    )
    bills = bills.assign(kind="plan", fee=fee, extra=np.where(is_first, ONBOARDING_CENTS, 0))
    add_ons = won.assign(minute=11 * 60, cycle=0, kind="add-on", fee=ADD_ON_CENTS, extra=0)
    sold = pd.concat([bills, add_ons]).sort_values(["day", "minute", "account"], kind="stable")
    sold = sold.assign(sold=np.arange(len(sold))).reset_index(drop=True)
    day_back = sold["day"] + 3 + draw_below(key.of("delay"), 18, len(sold))
    chosen = draw_chance(key.of("credit"), 16_000, len(sold)) & (day_back <= last)
    back = sold[chosen].assign(
        day=day_back[chosen], kind="credit", fee=-sold["fee"], extra=-sold["extra"]
    )
    invoices = pd.concat([sold.assign(original=-1), back.assign(original=back["sold"])])
    invoices = invoices.sort_values(["day", "minute", "account"], kind="stable", ignore_index=True)
    place = invoices[invoices["original"] < 0].reset_index().set_index("sold")["index"]
    original = place.reindex(invoices["original"]).fillna(-1).to_numpy().astype(np.int64)
    return invoices.assign(original=original, number=np.arange(1, len(invoices) + 1))


def _fees(accounts: pd.DataFrame, who: Ints) -> Ints:
    """Price a month of each account's contract in cents."""
    tier, seats = accounts["tier"].to_numpy()[who], accounts["seats"].to_numpy()[who]
    since, percent = PRICE_RISE
    late = accounts["started"].to_numpy()[who] >= day(since)
    fees: Ints = np.array(PLAN.prices)[tier] * seats * np.where(late, percent, 100) // 100
    return fees


def _charged(cycle: Ints) -> Ints:
    return np.where(cycle == 12, 10, 1)  # a year costs ten months


def _accounts(key: Key, service: Service, words: Mapping[str, Any]) -> Sheet:
    accounts = service.accounts
    n = len(accounts)
    numbers = np.arange(n)
    places = draw_places(key.of("place"), words, n)
    return Sheet(
        "accounts.csv",
        {
            "account": spell_ids(NUMBER, numbers),
            "company": draw_names(key, words, n, form="{given} {family}"),
            "email": spell_mails(numbers),
            "phone": spell_german(numbers),
            "country": [country for country, _, _ in places],
            "region": [region for _, region, _ in places],
            "city": [city for _, _, city in places],
            "created": spell_times(accounts["started"].to_numpy(), np.full(n, 7 * 60)),
            "came by": take(("web", "email", "social"), draw_weighted(key.of("by"), (6, 3, 2), n)),
        },
    )


def _plans() -> Sheet:
    rows = [
        (f"{tier.upper()}-{cycle}", f"{tier}, per seat and {word}", "Plan", price * factor, "no")
        for tier, price in zip(PLAN.tiers, PLAN.prices, strict=True)
        for cycle, word, factor in (("M", "month", 1), ("Y", "year", 10))
    ]
    rows.append((ADD_ON, "Report pack", "Add-on", ADD_ON_CENTS, "no"))
    rows.append((ONBOARDING, "Onboarding day", "Service", ONBOARDING_CENTS, "yes"))
    codes, names, groups, prices, services = zip(*rows, strict=True)
    return Sheet.of(
        "plans.csv",
        "code|name|group|list price|service",
        [list(codes), list(names), list(groups), spell_money(prices), list(services)],
    )


def _contracts(key: Key, service: Service) -> Sheet:
    contracts = service.contracts
    who = contracts["account"].to_numpy()
    accounts = service.accounts.loc[who]
    n = len(contracts)
    annual = accounts["is_annual"].to_numpy()
    wish = take(REASONS, draw_weighted(key, (35, 27, 24, 14), n))
    reason = contracts["reason"].to_numpy()
    fee = _fees(service.accounts, who) * _charged(np.where(annual, 12, 1))
    columns = [
        spell_ids(NUMBER, who),
        take(PLAN.tiers, accounts["tier"].to_numpy()),
        spell_dates(contracts["started"].to_numpy()),
        keep_where(reason >= 0, spell_dates(contracts["ended"].to_numpy())),
        ["payment" if why == 1 else text for why, text in zip(reason, wish, strict=True)],
        spell_flags(annual, "12", "1"),
        spell_money(fee),
        sheets.spell_text(accounts["seats"]),
        spell_flags(accounts["is_onboarded"].to_numpy(), "yes", "no"),
        spell_flags(accounts["is_integrated"].to_numpy(), "yes", "no"),
        spell_flags(accounts["is_small"].to_numpy(), "under 10", "10 or more"),
    ]
    columns[4] = keep_where(reason >= 0, columns[4])
    headers = (
        "account|plan|start|end|end reason|renewal months|price|seats|onboarded|integrated|staff"
    )
    return Sheet.of("subscriptions.csv", headers, columns)


def _billing(service: Service) -> list[Sheet]:
    invoices, accounts = service.invoices, service.accounts
    amount = (invoices["fee"] + invoices["extra"]).to_numpy()
    number = spell_ids(INVOICE, invoices["number"].to_numpy())
    heads = {
        "Rechnung": number,
        "Datum": _spell_german(invoices),
        "Konto": spell_ids(NUMBER, invoices["account"].to_numpy()),
        "Art": spell_flags((invoices["kind"] == "credit").to_numpy(), "Gutschrift", "Rechnung"),
        "Netto": _commas(amount),
        "USt": _commas(np.sign(amount) * ((np.abs(amount) * 19 + 50) // 100)),
        "Bezug": keep_where(
            (invoices["original"] >= 0).to_numpy(),
            take(number, invoices["original"].clip(lower=0).to_numpy()),
        ),
    }
    return [
        Sheet("invoices.csv", heads, delimiter=";"),
        Sheet("invoice_items.csv", _items(invoices, accounts, number), delimiter=";"),
    ]


def _items(
    invoices: pd.DataFrame, accounts: pd.DataFrame, number: list[str]
) -> dict[str, list[str]]:
    """List the lines of invoices: the plan or add-on, then the onboarding day if there is one."""
    every, extra = np.arange(len(invoices)), np.flatnonzero(invoices["extra"])
    who, cycle = invoices["account"].to_numpy(), invoices["cycle"].to_numpy()
    tiers = zip(take(PLAN.tiers, accounts["tier"].to_numpy()[who]), cycle.tolist(), strict=True)
    codes = [f"{tier.upper()}-{'Y' if c == 12 else 'M'}" if c else ADD_ON for tier, c in tiers]
    seats = np.where(cycle > 0, accounts["seats"].to_numpy()[who], 1)
    sign = np.sign(invoices["fee"].to_numpy())
    lines = {
        "Rechnung": number + take(number, extra),
        "Position": ["1"] * len(every) + ["2"] * len(extra),
        "Artikel": codes + [ONBOARDING] * len(extra),
        "Menge": sheets.spell_text(np.concatenate([seats * sign, sign[extra]])),
        "Netto": _commas(np.concatenate([invoices["fee"], invoices["extra"].to_numpy()[extra]])),
    }
    order = np.argsort(np.concatenate([every, extra]), kind="stable")
    return {name: take(column, order) for name, column in lines.items()}


def _spell_german(invoices: pd.DataFrame) -> list[str]:
    iso = spell_times(invoices["day"].to_numpy(), invoices["minute"].to_numpy())
    return [f"{text[8:10]}.{text[5:7]}.{text[:4]} {text[11:]}" for text in iso]


def _commas(cents: Ints) -> list[str]:
    return [text.replace(".", ",") for text in spell_money(cents)]


def _contacts(key: Key, service: Service, words: Mapping[str, Any]) -> list[Sheet]:
    """Write what accounts did besides paying: use, tickets, answers, campaigns, consents."""
    last, late = service.calendar.last, day(PLAN.last[:8] + "01")
    bills = service.invoices[service.invoices["kind"] == "plan"]
    bills = bills.rename(columns={"account": "customer"})
    usage = draw_usage(
        key.of("usage"), service.contracts, first_day=day("2025-06-01"), last_day=last
    )
    tickets = draw_tickets(key.of("tickets"), bills, ppm=70_000, last_day=last, late_from=late)
    recent = bills[bills["day"] >= day("2025-04-01")]
    surveys = draw_surveys(
        key.of("surveys"), recent, invited_ppm=300_000, last_day=last, slump_from=last + 1
    )
    return [
        Sheet.of("usage.csv", "event|account|session|at|via|step|seconds",
                 sheets.list_visits(usage, NUMBER, channels=("web", "app"), words=("visit",))),
        Sheet.of("tickets.csv", "ticket|account|opened|topic|first reply|closed|state|reopened",
                 sheets.list_tickets(tickets, NUMBER, ("access", "import", "howto", "invoice"))),
        Sheet.of("surveys.csv", "survey|account|invited|answered|wave|nps|satisfaction|features|"
                 "reliability|support|price|design|manual|comment|language",
                 sheets.list_surveys(key.of("answers"), surveys, words, NUMBER)),
        sheets.label_comments(key.of("answers"), surveys, words),
        Sheet.of("campaigns.csv", "id|name|channel|goal|design|start|end|cost|planned",
                 sheets.list_campaigns(CAMPAIGNS)),
        Sheet.of("contacts.csv", "campaign|account|group|assigned|sent|delivered|opened|clicked|"
                 "unsubscribed|cost",
                 sheets.list_contacts(service.contacts, CAMPAIGNS, NUMBER)),
        Sheet.of("consents.csv", "account|purpose|changed|state|source",
                 sheets.list_consents(key.of("consents"), service.accounts, NUMBER, last_day=last)),
    ]  # fmt: skip
