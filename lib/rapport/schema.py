"""The canonical tables: grain, key and columns. What `docs/methods.md` promises of them.

Amounts are DECIMAL(18,4), never rounded; time stamps are UTC without a zone, at microseconds;
beside each stands the date of the unit's own zone (`ordered_on` beside `ordered_at`), because no
query after ingestion may convert zones. Every table holds every column of its schema, empty where
a unit has none, so a query needs no knowledge of the unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Type = Literal[
    "text", "texts", "bool", "int16", "int32", "int64", "decimal", "quantity", "timestamp", "date"
]


@dataclass(frozen=True)
class Column:
    """One column of a canonical table.

    `low` and `high` bound whole numbers and amounts, `values` lists the words allowed, `local_of`
    names the time stamps (first filled one counts) whose date in the unit's zone it holds. A
    column that is `derived` is made by the ingestion and cannot be mapped.
    """

    name: str
    type: Type
    required: bool = False
    low: int | None = None
    high: int | None = None
    values: tuple[str, ...] = ()
    local_of: tuple[str, ...] = ()
    derived: bool = False


@dataclass(frozen=True)
class TableSchema:
    """A canonical table.

    `time` is the date column up to which `tables.read_table(until=)` reads; `prefix` is the kind
    of columns beyond the listed ones that a unit may add, by the beginning of their names.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    time: str | None = None
    prefix: Mapping[str, Column] | None = None

    def column(self, name: str) -> Column | None:
        """Give the column of that name, by its own name or by the prefix that it begins with."""
        listed = next((column for column in self.columns if column.name == name), None)
        open_ones = (self.prefix or {}).items()
        return listed or next((c for prefix, c in open_ones if name.startswith(prefix)), None)


CHANNELS = (
    "web", "app", "mini_program", "marketplace", "store", "phone", "social", "email", "sms",
    "other",
)  # fmt: skip
CONTACTS = (
    "visit", "page", "search", "cart", "checkout", "follow", "like", "comment", "call", "chat",
    "ticket", "store_visit", "sample",
)  # fmt: skip
PURPOSES = (
    "analysis", "marketing_email", "marketing_sms", "marketing_app", "phone", "profiling",
    "sharing",
)  # fmt: skip


def _text(name: str, *values: str, required: bool = False) -> Column:
    return Column(name, "text", required=required, values=values)


def _key(name: str) -> Column:
    return Column(name, "text", required=True)


def _at(name: str, *, required: bool = False) -> Column:
    return Column(name, "timestamp", required=required)


def _on(name: str, *stamps: str) -> Column:
    return Column(name, "date", local_of=stamps, derived=True)


def _money(name: str, *, required: bool = False, low: int | None = 0) -> Column:
    return Column(name, "decimal", required=required, low=low)


ORDER_KEY = Column("order_key", "int64", derived=True)
MONTH_NO = Column("month_no", "int32", derived=True)
KIND = _text("kind", "sale", "return")
STATUS = _text("status", "completed", "cancelled")
# A customer's birth year is read and only its band is kept (docs/methods.md, privacy).
BIRTH_YEAR = Column("birth_year", "int16", low=1900, high=2100)
# Columns of `customers` that name a person: a unit maps them to find one customer in several
# records, and they stay out of every table that a chapter reads. All are read as they stand.
IDENTIFIERS: Mapping[str, Column] = {
    column.name: column
    for column in (
        _text("name"), _text("given_name"), _text("family_name"), _text("birth_date"),
        _text("phone"), _text("email"), _text("address"), _text("postcode"),
        _text("national_id"), _text("loyalty_id"), _text("openid"), _text("unionid"),
        Column("phone_verified", "bool"), Column("email_verified", "bool"),
    )
}  # fmt: skip

_TABLES = (
    TableSchema(
        "customers", "one row per customer", ("customer_id",),
        (
            _key("customer_id"), ORDER_KEY, Column("first_seen_on", "date", derived=True),
            _at("created_at"), _on("created_on", "created_at"), _text("age_band"),
            _text("gender", "female", "male", "other", "unknown"), _text("income_band"),
            _text("occupation"), _text("education"), _text("country"), _text("region"),
            _text("city"), Column("is_business", "bool"), _text("loyalty_tier"),
            Column("loyalty_points", "int64", low=0), _text("acquisition_channel", *CHANNELS),
            Column("interests", "texts"), _at("erased_at"),
        ),
        time="first_seen_on",
    ),
    TableSchema(
        "orders", "one row per order or return document", ("order_id",),
        (
            _key("order_id"), _text("customer_id"), _at("ordered_at", required=True),
            _on("ordered_on", "ordered_at"), MONTH_NO, ORDER_KEY, KIND, STATUS,
            _money("amount", required=True, low=None), _money("discount"), _money("tax"),
            _money("shipping"), _text("channel", *CHANNELS), _text("store_id"),
            _text("original_order_id"),
        ),
        time="ordered_on",
    ),
    TableSchema(
        "order_lines", "one row per product in an order", ("order_id", "line"),
        (
            _key("order_id"), Column("line", "int32"), _text("customer_id"), _at("ordered_at"),
            _on("ordered_on", "ordered_at"), MONTH_NO, ORDER_KEY, KIND, STATUS,
            _key("product_id"), Column("quantity", "quantity", required=True),
            _money("amount", required=True, low=None), _money("discount"),
        ),
        time="ordered_on",
    ),
    TableSchema(
        "products", "one row per product", ("product_id",),
        (
            _key("product_id"), _text("name"), _text("category_1"), _text("category_2"),
            _text("category_3"), _text("brand"), _money("list_price"), _money("unit_cost"),
            Column("is_service", "bool"), Column("launched_on", "date"),
            Column("withdrawn_on", "date"),
        ),
    ),
    TableSchema(
        "subscriptions", "one row per contract", ("customer_id", "started_on"),
        (
            _key("customer_id"), _text("plan", required=True),
            Column("started_on", "date", required=True), Column("ended_on", "date"),
            Column("renewal_months", "int16", low=1), _money("price"), _text("end_reason"),
        ),
        time="started_on", prefix={"a_": Column("a_", "text")},
    ),
    TableSchema(
        "interactions", "one row per contact of a customer with us", ("interaction_id",),
        (
            _key("interaction_id"), _text("customer_id"), _at("occurred_at", required=True),
            _on("occurred_on", "occurred_at"), MONTH_NO,
            _text("channel", *CHANNELS, required=True), _text("kind", *CONTACTS, required=True),
            _text("page"), _text("product_id"), _text("session_id"),
            Column("duration_seconds", "int64", low=0), _text("text"), _text("language"),
            _text("ticket_status", "open", "closed"), _at("first_reply_at"), _at("closed_at"),
            _at("reopened_at"), _text("ticket_topic"),
        ),
        time="occurred_on",
    ),
    TableSchema(
        "surveys", "one row per invitation, or per answer where none is known", ("survey_id",),
        (
            _key("survey_id"), _text("customer_id"), _at("invited_at"),
            _on("invited_on", "invited_at", "answered_at"), _at("answered_at"),
            _on("answered_on", "answered_at"), _text("wave"), _text("touchpoint"),
            Column("nps", "int16", low=0, high=10), Column("csat", "int16", low=1, high=5),
            Column("ces", "int16", low=1, high=7), _text("text"),
            _text("language", "zh", "en", "other"), Column("delivered", "bool"),
        ),
        time="invited_on", prefix={"s_": Column("s_", "int16", low=1, high=5)},
    ),
    TableSchema(
        "campaigns", "one row per campaign", ("campaign_id",),
        (
            _key("campaign_id"), _text("name", required=True), _at("started_at", required=True),
            _on("started_on", "started_at"), _at("ended_at", required=True),
            _on("ended_on", "ended_at"), _text("channel", *CHANNELS), _text("goal"),
            _text("campaign_type"),
            _text("design", "experiment", "targeted", "broadcast", required=True),
            _text("planned_share"), _money("cost"), _text("offer"), Column("product_ids", "texts"),
        ),
        time="started_on",
    ),
    TableSchema(
        # A customer who is in two variants stands in both: the chapter says what that spoils.
        "campaign_contacts", "one row per customer and variant of a campaign",
        ("campaign_id", "customer_id", "variant"),
        (
            _key("campaign_id"), _key("customer_id"), _text("variant", required=True),
            _at("assigned_at"), _on("assigned_on", "assigned_at", "sent_at"), _at("sent_at"),
            _at("delivered_at"), _at("opened_at"), _at("clicked_at"), _at("unsubscribed_at"),
            _money("cost"), _at("redeemed_at"),
        ),
        time="assigned_on",
    ),
    TableSchema(
        "consents", "one row per change of a customer's consent to a purpose",
        ("customer_id", "purpose", "changed_at"),
        (
            _key("customer_id"), _text("purpose", *PURPOSES, required=True),
            _at("changed_at", required=True), _on("changed_on", "changed_at"),
            _text("state", "given", "withdrawn", required=True), _text("source"),
            _text("text_version"),
        ),
        time="changed_on",
    ),
    TableSchema(
        "identity_links", "one row per customer number that a source uses",
        ("source", "source_id"),
        (
            _key("source"), _key("source_id"), _key("customer_id"),
            _text("rule", required=True), Column("probability", "decimal", required=True),
        ),
    ),
    TableSchema(
        "snapshot", "one row: what the sources hold", (),
        (
            Column("data_from", "date"), Column("data_until", "date"),
            Column("n_customers", "int64", required=True),
            Column("n_orders", "int64", required=True),
        ),
    ),
    TableSchema(
        "late_orders", "one row per order that arrived when a later month had begun",
        ("order_id",), (_key("order_id"), Column("arrived_on", "date", required=True)),
    ),
    TableSchema(
        "quarantine", "one row per broken value of a row set aside, or per rule that set it aside",
        ("table", "source", "source_file", "source_row", "rule", "column"),
        (
            _key("table"), _key("source"), Column("source_file", "int32", required=True),
            Column("source_row", "int64", required=True), _key("rule"), _key("column"),
        ),
    ),
    TableSchema(
        "data_quality", "one row per step that rows of a table went through", ("table", "step"),
        (
            _key("table"), Column("step", "int32", required=True), _text("source"),
            _key("rule"), _key("action"), Column("n_rows", "int64", required=True),
            _money("money", low=None), Column("rows_before", "int64"),
            Column("rows_after", "int64"), _money("money_before", low=None),
            _money("money_after", low=None),
        ),
    ),
)  # fmt: skip

SCHEMAS: Mapping[str, TableSchema] = {table.name: table for table in _TABLES}
