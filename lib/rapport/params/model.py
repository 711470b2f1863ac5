"""The typed model of a unit: what may stand in `params/`, with range and default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from rapport.params.actions import (
    Bounds,
    Decision,
    Figure,
    Targets,
    trust_bounds,
    trust_decisions,
)
from rapport.params.calendar import Calendar, trust_calendar
from rapport.params.databases import Databases, Storage
from rapport.params.identity import Identity
from rapport.params.lists import ContactRules, Lists, trust_lists
from rapport.params.names import Attitudes, Measures
from rapport.params.privacy import Privacy, trust_privacy
from rapport.params.sources import Source, name_selects
from rapport.params.strict import Strict
from rapport.params.tables import Canonical, Expect, Quarantine, Rates, TableMapping
from rapport.params.tags import Tags, trust_tags
from rapport.params.topics import Topics, trust_topics

Language = Literal["en", "zh"]
Share = Annotated[float, Field(ge=0, le=1)]


class Text(Strict):
    """A name in both languages."""

    en: str = Field(min_length=1, max_length=80)
    zh: str = Field(min_length=1, max_length=40)


class ChapterParams(Strict):
    """The business values that a chapter may take; `params/_defaults.yml` holds them all."""

    period_grain: Literal["week", "month", "quarter", "year"] = "month"
    spend: Literal["net", "gross"] = "net"
    confidence: Annotated[float, Field(ge=0.8, le=0.99)] = 0.95
    min_count: Annotated[int, Field(ge=5, le=50)] = 10
    min_n: Annotated[int, Field(ge=20, le=200)] = 30
    fdr: Annotated[float, Field(ge=0.01, le=0.2)] = 0.05
    min_change: Share = 0.02
    seed: Annotated[int, Field(ge=0)] = 0
    rfm_days: Annotated[int, Field(ge=90, le=1095)] = 365
    new_days: Annotated[int, Field(ge=1, le=365)] = 30
    k: Annotated[int, Field(ge=0, le=8)] = 0
    k_min: Annotated[int, Field(ge=2, le=8)] = 3
    cluster_measures: Measures = ""
    # Columns of marks that are attitudes of customers, not marks for the service.
    attitudes: Attitudes = ""
    # auto: what the time to the next order speaks for (docs/methods/reorder-time.md).
    churn_after_days: Annotated[int, Field(ge=30, le=730)] | Literal["auto"] = 180
    risk_after_days: Annotated[int, Field(ge=7, le=365)] = 60
    loyal_orders: Annotated[int, Field(ge=2, le=50)] = 4
    silent_days: Annotated[int, Field(ge=1, le=365)] = 14
    activation_days: Annotated[int, Field(ge=1, le=365)] = 90
    window_months: Annotated[int, Field(ge=3, le=24)] = 12
    horizon_days: Annotated[int, Field(ge=7, le=365)] = 90
    # Both 0 is "not given": what a contact saves and costs is never guessed.
    save_rate: Share = 0.0
    contact_cost: Annotated[float, Field(ge=0)] = 0.0
    margin: Annotated[float, Field(ge=0, le=1)] = 0.0
    discount: Annotated[float, Field(ge=0, le=0.3)] = 0.10
    horizon_months: Annotated[int, Field(ge=3, le=36)] = 12
    holdout_share: Annotated[float, Field(ge=0.3, le=0.8)] = 0.5
    window_days: Annotated[int, Field(ge=1, le=60)] = 7
    compare_days: Annotated[int, Field(ge=1, le=60)] = 7
    # Comments of so many days up to the last; their second half is compared with the first.
    feedback_days: Annotated[int, Field(ge=60, le=730)] = 365
    quotes: bool = False
    basket_level: Literal["auto", "product", "category_3", "category_2", "category_1"] = "auto"
    basket_cap: Annotated[int, Field(ge=10, le=500)] = 100
    basket_days: Annotated[int, Field(ge=30, le=1095)] = 365
    min_pairs: Annotated[int, Field(ge=5, le=100)] = 10
    min_lift: Annotated[float, Field(ge=1, le=5)] = 1.2
    offer_again: bool = False
    # Of these, what a customer has is not offered again, whatever `offer_again` says.
    durables: Annotated[str, Field(pattern=r"^([^,]+(,[^,]+)*)?$", max_length=400)] = ""
    funnel_days: Annotated[int, Field(ge=1, le=90)] = 30
    funnel_steps: Annotated[str, Field(pattern=r"^[^,]+(,[^,]+){1,7}$", max_length=400)] = (
        "visit, cart, checkout, order"
    )


class Limits(Strict):
    """What one chapter may take before it is stopped; no number depends on it."""

    chapter_seconds: Annotated[int, Field(ge=1, le=604_800)] = 3600
    cell_seconds: Annotated[int, Field(ge=1, le=604_800)] = 3600
    memory_mb: Annotated[int, Field(ge=256, le=16_777_216)] = 8192


class UnitParams(ChapterParams):
    """One business unit: who it is, what it sells in, where its data lie, and its values."""

    name: str
    title: Text
    language: Language = "en"
    languages: tuple[Language, ...] = ("en", "zh")
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    timezone: str = "UTC"
    sample: bool = False
    baskets_only: bool = False
    # Of contracts it is known that they ended, not when (docs/methods.md, "Periods").
    snapshot: bool = False
    # Rows of orders are a draw of all: what is bought again or together cannot be told from them.
    lines_are_a_sample: bool = False
    # What the price of a contract is paid for: from one renewal to the next, or each month.
    price_per: Literal["renewal", "month"] = "renewal"
    # Feasts that move from month to month (docs/methods.md, "Spring Festival").
    festivals: Literal["none", "cn"] = "none"
    # People who live in a region or country, by its code: customers by place are held against them.
    population: Mapping[str, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    # Fiscal years, weeks and public holidays.
    calendar: Calendar = Calendar.model_construct()
    approval: Literal["none", "required"] = "none"
    # What `rapport archive` keeps: rows of customers under pseudonyms, or counts of them alone.
    archive: Literal["inputs", "aggregates"] = "inputs"
    # Where marts are made; no number depends on it (docs/engines.md).
    engine: Literal["duckdb", "postgresql", "spark"] = "duckdb"
    databases: Databases = Field(default_factory=dict)
    storage: Storage = Storage.model_construct()
    sources: Mapping[str, Source] = Field(min_length=1)
    tables: Mapping[Canonical, tuple[TableMapping, ...]] = Field(min_length=1)
    service_products: tuple[str, ...] = ()
    # Built without validation, which would make the validators in every process.
    expect: Expect = Expect.model_construct()
    quarantine: Quarantine | None = None
    rates: Rates | None = None
    limits: Limits = Limits.model_construct()
    privacy: Privacy = Privacy.model_construct()
    identity: Identity = Identity.model_construct()
    # Key figure -> what it shall reach, in the unit of the figure (shares 0 to 1).
    targets: Targets = Field(default_factory=dict)
    # Key figure -> limits that raise an alert.
    alerts: Mapping[Figure, Bounds] = Field(default_factory=dict)
    # Tag -> who carries it.
    tags: Tags = Field(default_factory=dict)
    # Topic of comments -> how it is told in each language.
    topics: Topics = Field(default_factory=dict)
    # List of customers to contact -> who is on it, for which purpose.
    lists: Lists = Field(default_factory=dict)
    contacts: ContactRules = ContactRules.model_construct()
    # From `<unit>.actions.yml`.
    actions: tuple[Decision, ...] = Field(default=(), max_length=50)

    _selects_are_sources = model_validator(mode="before")(name_selects)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"no time zone of the tz database is called {zone}") from error
        return zone

    @field_validator("tables", mode="before")
    @classmethod
    def _one_mapping_is_a_list_of_one(cls, tables: Any) -> Any:
        if not isinstance(tables, Mapping):
            return tables
        return {key: [one] if isinstance(one, Mapping) else one for key, one in tables.items()}

    @model_validator(mode="after")
    def _databases_are_declared(self) -> UnitParams:
        named = {source.database for source in self.sources.values() if source.database}
        if absent := sorted(named - set(self.databases)):
            raise ValueError(f"`databases` declares no {', '.join(absent)}, which sources name")
        return self

    def chapter_values(self) -> dict[str, Any]:
        """Give the values that a chapter's `parameters` cell may take, by name."""
        return self.model_dump(mode="json", include=set(ChapterParams.model_fields))

    def mart_values(self) -> dict[str, Any]:
        """Give the values that marts are made by: the chapters', and what silence on profiling is.

        `profiling`: given or withdrawn, for customers who said nothing.
        """
        return {**self.chapter_values(), "profiling": self.privacy.consent_default["profiling"]}


def trust_unit(values: Mapping[str, Any]) -> UnitParams:
    """Take over values that were validated before, all but where the data lie and how they map.

    A chapter's process gets them from the press, which has validated them; building the
    validators again took longer than opening the chapter. What is left out is not there: a
    chapter other than ingestion has no use for it.
    """
    apart = {"sources", "tables", "expect", "quarantine", "rates", "limits", "title"}
    apart |= {"databases", "storage", "privacy", "identity", "actions", "alerts", "tags", "topics"}
    apart |= {"lists", "contacts", "calendar"}
    kept = set(UnitParams.model_fields) - apart
    plain = {name: value for name, value in values.items() if name in kept}
    title, privacy = Text.model_construct(**values["title"]), trust_privacy(values.get("privacy"))
    decided, limits = trust_decisions(values.get("actions")), trust_bounds(values.get("alerts"))
    return UnitParams.model_construct(
        **plain,
        # Their names alone: which a unit delivers says what its report lacks.
        tables=dict.fromkeys(values.get("tables", {}), ()),
        title=title,
        privacy=privacy,
        actions=decided,
        alerts=limits,
        tags=trust_tags(values.get("tags")),
        topics=trust_topics(values.get("topics")),
        lists=trust_lists(values.get("lists")),
        calendar=trust_calendar(values.get("calendar")),
        contacts=ContactRules.model_construct(**values.get("contacts", {})),
    )
