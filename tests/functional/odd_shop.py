"""A shop whose surveys, comments, campaigns and baskets are all as they should not be."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from functional.command import rapport
from functional.shop import make_project

N, LARGE = 400, 5_000
CHAPTERS = ("01_", "07_", "08_", "09_")
LAST = date(2026, 6, 30)
RUSSIAN = "Очень медленная доставка, больше ничего заказывать не буду"
SCRIPT = "<script>alert('won')</script><b>Late</b> delivery, ring 07700 900123 or 13800138000"
LONG = "The delivery was very late and I am not happy. "
PARAMS = """\
title: {en: Odd shop, zh: 怪店}
currency: GBP
sources:
  lines: {path: lines.csv, format: csv}
  people: {path: people.csv, format: csv}
  surveys: {path: surveys.csv, format: csv}
  campaigns: {path: campaigns.csv, format: csv}
  contacts: {path: contacts.csv, format: csv}
tables:
  order_lines:
    from: lines
    columns: {order_id: order, customer_id: customer, product_id: product, quantity: n,
              amount: amount}
    time: {column: day}
  orders: {from_lines: true}
  products: {from_lines: true, columns: {name: product}}
  customers: {from: people, source: crm, columns: {customer_id: number, email: mail}}
  surveys:
    from: surveys
    columns:
      {survey_id: id, customer_id: customer, answered_at: day, nps: nps, csat: csat, ces: ces,
       s_delivery: delivery, s_price: price, s_staff: staff, text: said}
  campaigns:
    from: campaigns
    columns: {campaign_id: id, name: name, started_at: starts, ended_at: ends, design: design,
              planned_share: plan}
  campaign_contacts:
    from: contacts
    columns: {campaign_id: campaign, customer_id: customer, variant: arm, assigned_at: assigned,
              sent_at: sent}
identity: {keys: [email]}
privacy: {consent_default: {profiling: given, analysis: given}}
quarantine: {share: 0.9}
topics:
  delivery: {name: {en: Delivery, zh: 配送}, patterns: {en: deliver, zh: 送货}}
chapters: {}
"""


def make_odd(folder: Path) -> Path:
    """Make a project with the unit `odd`: nothing of it is run yet."""
    project = make_project(folder, chapters=CHAPTERS)
    raw = project / "data" / "raw"
    raw.mkdir(parents=True)
    text = PARAMS.replace("chapters: {}\n", "quotes: true\n")
    (project / "params" / "odd.yml").write_text(text, encoding="utf-8", newline="\n")
    _write(raw / "people.csv", "number mail", [(f"k{n}", mail_of(n)) for n in range(N)])
    _write(raw / "lines.csv", "order customer product n amount day", [*list_lines()])
    _write(raw / "surveys.csv", "id customer day nps csat ces delivery price staff said",
           [*list_answers()])  # fmt: skip
    arms = "control=0.5;mail=0.5"
    named = [("kept", 1), ("late", 5), ("young", 27), ("both", 10)]
    _write(raw / "campaigns.csv", "id name starts ends design plan",
           [(name, f"Campaign {name}", f"2026-06-{day:02}", f"2026-06-{min(day + 7, 30):02}",
             "experiment", arms) for name, day in named])  # fmt: skip
    _write(raw / "contacts.csv", "campaign customer arm assigned sent", [*list_contacts()])
    assert rapport(project, "keys", "pseudonym", "pseudonym.key").code == 0
    return project


def mail_of(n: int) -> str:
    """Give the address of a record: of the first 60, two and two belong to one person."""
    return f"p{n // 2 * 2 if n < 60 else n}@example.com"


def list_lines() -> Iterable[Sequence[object]]:
    """Give two goods an order, three orders a customer, and one order of 5,000 goods."""
    draw = random.Random(3)
    for n in range(3 * N):
        day = LAST - timedelta(days=n % 300)
        for product in sorted({draw.randrange(20), draw.randrange(20)}):
            yield f"o{n}", f"k{n % N}", f"p{product}", 1, "8.00", day
    for product in range(LARGE):
        yield "large", "k1", f"w{product}", 1, "1.00", LAST


def list_answers() -> Iterable[Sequence[object]]:
    """Give answers of 1 to 11, of halves, without any attribute, and comments of every kind."""
    said = {1: RUSSIAN, 2: SCRIPT, 3: LONG * 2_200}
    for n in range(N):
        text = said.get(n % 8, "Delivery was slow and nobody helped") if n % 2 or n % 8 == 2 else ""
        text = LONG if n % 8 == 3 and n > 3 else text
        yield (f"s{n}", f"k{n}", LAST - timedelta(days=n % 90), 1 + n % 11, 1 + n % 5,
               2.5 if n % 5 == 0 else 1 + n % 7, "", "", "", text)  # fmt: skip


def list_contacts() -> Iterable[Sequence[object]]:
    """Give four experiments: control written to, assigned late, window open, in both variants."""
    for n in range(60, N):
        arm = "mail" if n % 2 else "control"
        yield "kept", f"k{n}", arm, "2026-06-02", "2026-06-02" if n % 4 else ""
        yield "late", f"k{n}", arm, "2026-06-20", "2026-06-20" if n % 2 else ""
        yield "young", f"k{n}", arm, "2026-06-28", "2026-06-28" if n % 2 else ""
    for n in range(N):
        arm = "mail" if n % 2 else "control"
        yield "both", f"k{n}", arm, "2026-06-10", "2026-06-10" if n % 2 else ""


def _write(path: Path, head: str, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head.split(), *rows])
