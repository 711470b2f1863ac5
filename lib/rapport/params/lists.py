"""Lists of customers to be contacted, as a unit's file declares them, and how often that may be.

A list is a condition on what the chapters published of each customer. Its columns are known here,
so a word that no chapter writes is a fault of the file before anything is read.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator

from rapport.params.strict import Strict
from rapport.params.tags import TagText, TagTitle

# More lists than these nobody works off.
MOST_LISTS = 20
ListName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
ContactPurpose = Literal["marketing_email", "marketing_sms", "marketing_app", "phone"]
Money = Literal["spend", "clv", "expected_loss"]

_MEASURES = """
    first_ordered_on last_ordered_on tenure_days days_since_last_order n_orders n_order_days
    n_returns gross returns total_spend rfm_days_since rfm_order_days rfm_orders rfm_gross
    rfm_returns rfm_net rfm_first_on n_order_days_90 gross_90 country region acquisition_channel
    loyalty_tier age_band gender median_gap_days main_channel n_channels n_discounted_orders
    top_category n_categories n_visits_30d n_tickets_90d last_nps mean_order share_discounted
"""
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "customer_measures": tuple(_MEASURES.split()),
    "segments": ("segment", "cluster", "r_score", "f_score", "m_score"),
    "lifecycle_stages": ("stage",),
    "customer_value": ("clv", "p_alive", "expected_orders"),
    "churn_scores": ("risk", "band", "expected_loss"),
    "satisfaction": ("nps", "csat"),
    "recommendations": ("n_recommended",),
}
"""Which columns a condition may name, by the table that a chapter publishes them in."""

_WORDS = frozenset(
    ["and", "or", "not", "in", "is", "null", "between", "like", "ilike", "escape", "case", "when",
     "then", "else", "end", "true", "false", "cast", "as", "date", "interval"]
)  # fmt: skip
_TEXT = re.compile(r"'(?:[^']|'')*'|\"([^\"]+)\"")
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?!\w|\s*\()")


class TargetList(Strict):
    """One list: the customers who meet `when`, to be contacted for one purpose.

    `when` is one SQL expression over what the chapters publish of customers (docs/methods/
    target-lists.md); `owner` is the department that answers for it. `purpose` is what a customer
    must have agreed to when the list is exported. `money` orders the list and says what is at
    stake. `control` goes over the unit's own share.
    """

    when: str = Field(min_length=1, max_length=1_000)
    name: TagTitle
    description: TagText
    owner: TagTitle
    purpose: ContactPurpose
    money: Money = "spend"
    control: Annotated[float | None, Field(ge=0, le=0.5)] = None

    @field_validator("when")
    @classmethod
    def _names_what_is_published(cls, when: str) -> str:
        known = {name for names in COLUMNS.values() for name in names}
        for name in name_columns(when):
            if name not in known:
                near = difflib.get_close_matches(name, sorted(known), n=1)
                hint = f"Did you mean {near[0]}?" if near else "See docs/methods/target-lists.md."
                raise ValueError(f"no chapter publishes {name[:40]} of a customer. {hint}")
        return when


class ContactRules(Strict):
    """How often a customer may be contacted, and how many are held out of a list.

    At most `most` contacts a customer in `days` days, over all campaigns; `control` is the share
    that is drawn to be left alone, so that the next report can tell what the contact did.
    """

    most: Annotated[int, Field(ge=1, le=100)] = 3
    days: Annotated[int, Field(ge=1, le=365)] = 30
    control: Annotated[float, Field(ge=0, le=0.5)] = 0.1


Lists = Annotated[Mapping[ListName, TargetList], Field(max_length=MOST_LISTS)]


def name_columns(when: str) -> list[str]:
    """Name the columns that a condition reads, as far as its words tell.

    Examples
    --------
    >>> name_columns("stage = 'at_risk' AND coalesce(clv, 0) >= 100")
    ['stage', 'clv']
    """
    quoted = [match.group(1) for match in _TEXT.finditer(when) if match.group(1)]
    bare = [match.group() for match in _NAME.finditer(_TEXT.sub(" ", when))]
    names = [name.lower() for name in [*bare, *quoted]]
    return [name for name in dict.fromkeys(names) if name not in _WORDS]


def find_needs(when: str) -> dict[str, str]:
    """Give the table of each column that a condition reads, as far as its words tell.

    Examples
    --------
    >>> find_needs("risk >= 0.6 and n_orders > 1")
    {'risk': 'churn_scores', 'n_orders': 'customer_measures'}
    """
    homes = {column: table for table, columns in COLUMNS.items() for column in columns}
    return {name: homes[name] for name in name_columns(when) if name in homes}


EXPORTED = {"campaigns": "campaigns.csv", "campaign_contacts": "contacts.csv"}
_FIELDS = {
    "campaigns": (
        "campaign_id", "name", "channel", "goal", "campaign_type", "design", "started_at",
        "ended_at", "planned_share",
    ),
    "campaign_contacts": ("campaign_id", "customer_id", "variant", "assigned_at", "sent_at"),
}  # fmt: skip


def is_exported(source: str) -> bool:
    """Say whether a source is what exports wrote: planned days of it are no days of the data."""
    return source in {f"exported_{table}" for table in EXPORTED}


def exported_columns(table: str) -> tuple[str, ...]:
    """Name the columns of a file that exports of lists write, as its table has them."""
    return _FIELDS[table]


def exported_path(root: Path, unit: str, table: str, *, is_sample: bool) -> Path:
    """Give the file in which exports of lists tell the next ingestion what they did."""
    return root / "data" / ("sample" if is_sample else "raw") / _relative(unit, table)


def add_exported(root: Path, values: dict[str, Any]) -> dict[str, Any]:
    """Declare the files that exports of lists wrote, where there are any, as sources of the unit.

    Parameters
    ----------
    values : of the unit's file, before they are validated: `name`, `sample`, `sources`, `tables`
    """
    sources, tables = values.get("sources"), values.get("tables")
    if not isinstance(sources, Mapping) or not isinstance(tables, Mapping):
        return values
    sources, tables = dict(sources), dict(tables)
    for table in EXPORTED:
        unit, is_sample = values["name"], values.get("sample") is True
        if exported_path(root, unit, table, is_sample=is_sample).is_file():
            source = f"exported_{table}"
            sources[source] = {"path": _relative(unit, table), "format": "csv"}
            mapping = {"from": source, "columns": {name: name for name in _FIELDS[table]}}
            tables[table] = [*_listed(tables.get(table)), mapping]
    return {**values, "sources": sources, "tables": tables}


def _relative(unit: str, table: str) -> str:
    return f"exported/{unit}/{EXPORTED[table]}"


def _listed(tables: Any) -> Iterator[Any]:
    yield from () if tables is None else [tables] if isinstance(tables, Mapping) else tables


def trust_lists(values: Mapping[str, Mapping[str, Any]] | None) -> dict[str, TargetList]:
    """Take over lists that were validated before."""
    return {name: _trust(one) for name, one in (values or {}).items()}


def _trust(one: Mapping[str, Any]) -> TargetList:
    words = {name: TagTitle.model_construct(**one[name]) for name in ("name", "owner")}
    told = TagText.model_construct(**one["description"])
    return TargetList.model_construct(**{**one, **words, "description": told})
