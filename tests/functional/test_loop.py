"""From a finding to a contact to its measured effect, by the commands that people use."""

import csv
import os
import random
from datetime import date, timedelta

import pytest

from functional.command import rapport
from functional.shop import make_project
from rapport.press.run.store import Store
from rapport.tables import read_rows

N, BASE, EFFECT, SENT = 1_500, 0.10, 0.15, date(2026, 6, 1)
IS_WHOLE = os.environ.get("RAPPORT_TEST_SHARE") == "1"
PARAMS = """\
title: {en: Shop, zh: 店}
currency: GBP
sources:
  till: {path: till.csv, format: csv}
  people: {path: people.csv, format: csv}
tables:
  orders: {from: till, columns: {order_id: a, customer_id: b, amount: c}, time: {column: d}}
  customers: {from: people, columns: {customer_id: number, email: mail}}
privacy: {consent_default: {marketing_email: given}}
contacts: {control: 0.3}
lists:
  all_known:
    name: {en: Everybody, zh: 全部客户}
    when: n_orders >= 1
    description: {en: All customers, zh: 全部客户}
    owner: {en: Care, zh: 客服}
    purpose: marketing_email
"""


def write_rows(path, rows, mode="w"):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open(mode, encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def buy_after(contacts):
    """Let a tenth buy in the week after, and more by the effect of those who were contacted."""
    draw, rows = random.Random(7), []
    for one in contacts:
        is_won = draw.random() < BASE + (EFFECT if one["variant"] == "contact" else 0)
        if is_won:
            day = SENT + timedelta(days=draw.randrange(1, 7))
            rows.append((f"n{len(rows)}", one["customer_id"], "30.00", day.isoformat()))
    return [*rows, ("end", f"k{N - 1}", "5.00", "2026-06-30")]


@pytest.mark.skipif(not IS_WHOLE, reason="two whole runs; tests/unit/cli holds its parts")
def test_a_list_with_control_that_was_sent_is_estimated_by_the_next_report(tmp_path):
    project = make_project(tmp_path / "project", chapters=("01_", "02_", "08_", "10_"))
    raw = project / "data" / "raw"
    days = [(date(2026, 1, 1) + timedelta(days=n % 140)).isoformat() for n in range(N)]
    orders = [(f"o{n}", f"k{n}", "20.00", day) for n, day in enumerate(days)]
    write_rows(raw / "till.csv", ["abcd", *orders, ("last", "k0", "5.00", "2026-05-31")])
    write_rows(raw / "people.csv", [("number", "mail"), *((f"k{n}", f"k{n}@example.com")
                                                          for n in range(N))])  # fmt: skip
    (project / "params" / "shop.yml").write_text(PARAMS, encoding="utf-8")
    assert rapport(project, "keys", "pseudonym", "pseudonym.key").code == 0
    assert rapport(project, "run", "shop", "--period", "2026-05", "--format", "html").code == 0

    words = ("export-list", "shop", "all_known", "--to", "out.csv", "--send-on", SENT.isoformat())
    told = rapport(project, *words, "--json").json
    with (raw / "exported/shop/contacts.csv").open(encoding="utf-8", newline="") as file:
        contacts = list(csv.DictReader(file))
    write_rows(raw / "till.csv", buy_after(contacts), mode="a")
    done = rapport(project, "run", "shop", "--period", "2026-06", "--format", "html")

    assert done.code == 0, done.said
    store = Store(project / "data" / "store")
    effects = store.object_path(store.read_current("shop", "2026-06")["campaign_effects"])
    (row,) = read_rows(effects)
    assert (row["n_customers"], row["n_customers_compared"]) == (told["contacted"], told["control"])
    assert row["outcome"] == "raised"
    assert 0 < row["low"] < EFFECT < row["high"]
