"""`sample-mall`, 示例商城: a Chinese mall with a mini-program, a site, stores and a platform.

Every file is GB18030 with Chinese headers, each with dates in its own spelling. The story of
its last month, June 2026: the 618 festival brings twice the usual first orders; the text
message of June works, the one of May did not. Who came by the platform or by a discount leaves
sooner; the young only seem to, because many of them came by the platform.
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
    Columns,
    Sheet,
    read_words,
    spell_ids,
    spell_money,
    take,
)
from rapport.ingest.sample.mall_plan import PLAN
from rapport.ingest.sample.people import (
    draw_birth_years,
    draw_names,
    draw_places,
    spell_chinese,
    spell_mails,
)
from rapport.ingest.sample.shop import Shop, simulate_shop
from rapport.ingest.sample.surveys import draw_surveys
from rapport.ingest.sample.visits import draw_tickets, draw_visits

NUMBER = "M26{:05d}"
ONLINE, STORE, PLATFORM = 0, 1, 2
SERIES = (ONLINE, ONLINE, STORE, PLATFORM)  # of mini-program, site, store, platform
CHANNELS = ("小程序", "官网", "门店", "电商平台")
STORES = ("上海旗舰店", "杭州店", "深圳店", "成都店")
KINDS = {"sale": "销售", "cancelled": "已取消", "return": "退货"}
STEPS = ("浏览", "搜索", "加购", "结算")
TOPICS = ("物流", "退换货", "商品", "发票")
N_TWICE = 9  # rows that the platform exports twice


def make_mall(key: Key, *, n_customers: int) -> tuple[list[Sheet], dict[str, Any]]:
    """Make the sheets of the unit and the truth about them."""
    words = read_words("mall")
    products = list_products(words, prefix="SP")
    shop = simulate_shop(key, PLAN, n_customers=n_customers, products=products)
    # Free delivery from 99 yuan; stores (channel 2) deliver nothing.
    documents = number_documents(shop, series=SERIES, tax_percent=13, shipping=(800, 9_900, 2))
    made = [
        _members(key.of("people"), shop, words),
        _sheet("products.csv", "商品编码|商品名称|类目|标价|成本", sheets.list_catalogue(products)),
        *_online(documents.of_series(ONLINE), products),
        *_store(key.of("store"), documents.of_series(STORE), products),
        _platform(key.of("platform"), documents.of_series(PLATFORM), products),
        *_contacts(key.of("contacts"), shop, words),
    ]
    return made, asdict(PLAN)


def _sheet(name: str, headers: str, columns: Columns) -> Sheet:
    return Sheet.of(name, headers, columns, encoding="gb18030")


def _members(key: Key, shop: Shop, words: Mapping[str, Any]) -> Sheet:
    customers = shop.customers
    n = len(customers)
    numbers = np.arange(n)
    tiers, points = sheets.list_tiers(shop.orders, n, ("普通", "银卡", "金卡"))
    places = draw_places(key.of("place"), words, n)
    created = spell_dates(customers["created_day"].to_numpy(), separator="/", padded=False)
    return _sheet(
        "members.csv",
        "会员号|姓名|性别|手机|邮箱|出生年份|省份|城市|注册日期|注册渠道|会员等级|积分",
        [
            spell_ids(NUMBER, numbers),
            draw_names(key, words, n, form="{family}{given}"),
            take(("女", "男", "未知"), draw_weighted(key.of("gender"), (55, 38, 7), n)),
            spell_chinese(numbers * 7_919 + 1_350_207),
            spell_mails(numbers),
            draw_birth_years(key.of("born"), customers["is_young"].tolist()),
            [province for province, _ in places],
            [city for _, city in places],
            created,
            take(CHANNELS, customers["home"].to_numpy()),
            tiers,
            sheets.spell_text(points),
        ],
    )


def _online(documents: Documents, products: pd.DataFrame) -> list[Sheet]:
    heads = documents.heads
    days = spell_dates(heads["day"].to_numpy(), separator="/", padded=False)
    clocks = zip(days, heads["minute"].tolist(), strict=True)
    form = "XS{:07d}"
    orders = [
        spell_ids(form, heads["number"].to_numpy()),
        [f"{date} {minute // 60}:{minute % 60:02d}" for date, minute in clocks],
        spell_ids(NUMBER, heads["customer"].to_numpy()),
        take(CHANNELS, heads["channel"].to_numpy()),
        [KINDS[kind] for kind in heads["kind"]],
        *_money(heads),
        spell_money(heads["shipping"]),
        spell_ids(form, heads["original"].to_numpy()),
    ]
    return [
        _sheet(
            "online_orders.csv",
            "订单号|下单时间|会员号|渠道|类型|不含税金额|优惠金额|税额|运费|原订单号",
            orders,
        ),
        _lines("online_items.csv", "订单号", form, documents, products),
    ]


def _store(key: Key, documents: Documents, products: pd.DataFrame) -> list[Sheet]:
    heads = documents.heads
    form = "MD{:06d}"
    receipts = [
        spell_ids(form, heads["number"].to_numpy()),
        spell_times(
            heads["day"].to_numpy(), heads["minute"].to_numpy(), form="{} {:02d}:{:02d}:00"
        ),
        take(STORES, draw_weighted(key.of("store"), (36, 26, 22, 16), len(heads))),
        spell_ids(NUMBER, heads["customer"].to_numpy()),
        [KINDS[kind] for kind in heads["kind"]],
        *_money(heads),
        spell_ids(form, heads["original"].to_numpy()),
    ]
    return [
        _sheet(
            "store_receipts.csv",
            "小票号|销售时间|门店|会员卡|类型|不含税金额|优惠金额|税额|原小票号",
            receipts,
        ),
        _lines("store_items.csv", "小票号", form, documents, products),
    ]


def _lines(
    name: str, header: str, form: str, documents: Documents, products: pd.DataFrame
) -> Sheet:
    heads, items = documents.heads, documents.items
    return _sheet(
        name,
        f"{header}|行号|商品编码|数量|金额|优惠",
        [
            spell_ids(form, heads["number"].loc[items["head"]].to_numpy()),
            sheets.spell_text(items["line"]),
            take(products["product_id"].tolist(), items["product"].to_numpy()),
            sheets.spell_text(items["quantity"]),
            spell_money(items["amount"]),
            spell_money(items["discount"]),
        ],
    )


def _platform(key: Key, documents: Documents, products: pd.DataFrame) -> Sheet:
    """Write the platform's export: one line an order, some rows twice, as exports overlap."""
    heads, items = documents.heads, documents.items
    twice = draw_below(key.of("twice"), len(heads), N_TWICE)
    rows = np.sort(np.concatenate([np.arange(len(heads)), twice]))
    form = "PT{:08d}"
    columns = [
        spell_ids(form, heads["number"].to_numpy()),
        spell_times(heads["day"].to_numpy(), heads["minute"].to_numpy()),
        spell_ids(NUMBER, heads["customer"].to_numpy()),
        [KINDS[kind] for kind in heads["kind"]],
        take(products["product_id"].tolist(), items["product"].to_numpy()),
        sheets.spell_text(items["quantity"]),
        *_money(heads),
        spell_ids(form, heads["original"].to_numpy()),
    ]
    return _sheet(
        "platform_orders.csv",
        "平台订单号|付款时间|会员号|类型|商品编码|数量|不含税金额|优惠金额|税额|原订单号",
        [take(column, rows) for column in columns],
    )


def _money(heads: pd.DataFrame) -> Columns:
    return [spell_money(heads[name]) for name in ("amount", "discount", "tax")]


def _contacts(key: Key, shop: Shop, words: Mapping[str, Any]) -> list[Sheet]:
    """Write what customers did besides buying: visits, tickets, answers, campaigns, consents."""
    orders = shop.orders
    known = orders[(orders["customer"] >= 0) & ~orders["is_cancelled"]]
    last, late = shop.calendar.last, day(PLAN.last[:8] + "01")
    visits = draw_visits(
        key.of("visits"), known[known["channel"] <= 1], seen_ppm=600_000,
        first_day=day("2025-06-01"), last_day=last,
    )  # fmt: skip
    tickets = draw_tickets(key.of("tickets"), known, ppm=55_000, last_day=last, late_from=late)
    surveys = draw_surveys(
        key.of("surveys"), known[known["day"] >= day("2025-04-01")], invited_ppm=420_000,
        last_day=last, slump_from=last + 1,
    )  # fmt: skip
    return [
        _sheet("visits.csv", "事件号|会员号|会话号|时间|渠道|行为|停留秒数",
               sheets.list_visits(visits, NUMBER, channels=CHANNELS, words=STEPS)),
        _sheet("tickets.csv", "工单号|会员号|创建时间|类别|首次响应|关闭时间|状态|重新打开时间",
               sheets.list_tickets(tickets, NUMBER, TOPICS)),
        _sheet("surveys.csv", "问卷号|会员号|邀请时间|回答时间|批次|推荐意愿|满意度|"
               "物流|质量|服务|价格|页面|包装|评价|语言",
               sheets.list_surveys(key.of("answers"), surveys, words, NUMBER)),
        sheets.label_comments(key.of("answers"), surveys, words),
        _sheet("campaigns.csv", "活动编号|活动名称|渠道|目标|设计|开始时间|结束时间|费用|计划比例",
               sheets.list_campaigns(PLAN.campaigns)),
        _sheet("contacts.csv", "活动编号|会员号|分组|分配时间|发送时间|送达时间|打开时间|"
               "点击时间|退订时间|成本",
               sheets.list_contacts(shop.contacts, PLAN.campaigns, NUMBER)),
        _sheet("consents.csv", "会员号|用途|变更时间|状态|来源",
               sheets.list_consents(key.of("consents"), shop.customers, NUMBER, last_day=last)),
    ]  # fmt: skip
