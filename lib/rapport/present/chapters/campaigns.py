"""The campaigns chapter's tables and figures of what was sent and what it changed."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rapport.present.figures.campaigns import effect_forest, placebo_pairs
from rapport.present.figures.spec import FigureSpec
from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec, interval_head, withhold
from rapport.present.values import Value

Values = Mapping[str, Value]
MOST_ROWS = 15
"""Campaigns that one table or figure shows; newest first."""
MOST_STEPS = 8
"""Campaigns whose steps a page shows beside the text of the section."""
STEPS = ("reach", "opened", "clicked", "redeemed", "unsubscribed")


def of_one(values: Values, recorded: Mapping[str, Value], prefix: str) -> dict[str, Value]:
    """Give the values of one campaign by their plain names, beside those of the chapter.

    Examples
    --------
    >>> one = Value("campaigns.experiment.1.name", "Letter", "label", "text")
    >>> list(of_one({}, {"experiment_1_name": one}, "experiment_1"))
    ['name']
    """
    cut = len(prefix) + 1
    own = {name[cut:]: value for name, value in recorded.items() if name.startswith(f"{prefix}_")}
    return dict(values) | own


def _interval(key: str, values: Values, unit: str) -> Column:
    # The head carries the currency; in every cell its word would break Chinese lines in two.
    style = "limits bare"
    head = interval_head(float(str(values["confidence"].value)))
    return Column(f"{key}_interval", head, "estimator", unit, style=style,
                  limits=(f"{key}_low", f"{key}_high"))  # fmt: skip


def _with_intervals(rows: pd.DataFrame, *keys: str) -> pd.DataFrame:
    return rows.head(MOST_ROWS).assign(**{f"{key}_interval": rows[key] for key in keys})


def step_table(steps: pd.DataFrame, values: Values, *, currency: str) -> TableSpec | None:
    """Give the steps of every campaign; None without campaigns.

    Parameters
    ----------
    steps : as `campaign_tables.describe_campaigns` gives them; a step that no campaign tells of
        has no column
    """
    if steps.empty:
        return None
    shown = [step for step in STEPS if steps[step].notna().any()]
    columns = [
        Column("campaign", "campaigns.head.campaign", "label", "text"),
        Column("started_on", "campaigns.head.started", "date", "date"),
        Column("design", "campaigns.head.design", "label", "design"),
        Column("n_customers", "campaigns.head.targeted", "count", "customers"),
        *(Column(step, f"campaigns.head.{step}", "ratio", "share") for step in shown),
    ]
    if steps["bought"].notna().any():
        columns += [
            Column("bought", "campaigns.head.bought", "ratio", "share"),
            Column("aov", "campaigns.head.aov", "estimator", currency),
        ]
    return TableSpec(
        id="campaigns.steps",
        columns=tuple(columns),
        frame=steps.head(MOST_STEPS).reset_index(drop=True),
        title=Sentence("campaigns.steps_title", dict(values)),
        note=Sentence("campaigns.steps_note", dict(values)),
    )


def redemption_table(kinds: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give redemptions by type of campaign; None where there are none.

    Parameters
    ----------
    kinds : `campaign_type`, `n`, `n_customers`, `share`, `low`, `high`
    """
    if kinds.empty:
        return None
    columns = (
        Column("campaign_type", "campaigns.head.type", "label", "text"),
        Column("n", "campaigns.head.contacts", "count", "contacts"),
        Column("n_customers", "campaigns.head.customers", "count", "customers"),
        Column("share", "campaigns.head.redeemed", "ratio", "share"),
        Column("share_interval", interval_head(float(str(values["confidence"].value))), "ratio",
               "share", style="limits", limits=("low", "high")),
    )  # fmt: skip
    return TableSpec(
        id="campaigns.redemption",
        columns=columns,
        frame=kinds.assign(share_interval=kinds["share"]).reset_index(drop=True),
        title=Sentence("campaigns.redemption_title", dict(values)),
        note=Sentence("campaigns.redemption_note", dict(values)),
    )


def effect_figure(rows: pd.DataFrame, values: Values) -> FigureSpec | None:
    """Give the forest of experiments; None where no effect may be printed."""
    if rows.empty:
        return None
    spec = effect_forest(rows.head(MOST_ROWS), id="campaigns.effects")
    n_found = int(spec.data["is_found"].astype(bool).sum())
    counted = {
        "found": Value("campaigns.effects.found", n_found, "count", "count"),
        "all": Value("campaigns.effects.n", len(spec.data), "count", "count"),
    }
    return spec.entitled(
        Sentence("campaigns.effects_title_of", counted, case="some" if n_found else "none"),
        subtitle=Sentence("campaigns.effects_subtitle", {"confidence": values["confidence"]}),
    )


def experiment_table(rows: pd.DataFrame, values: Values, *, currency: str) -> TableSpec | None:
    """Give the experiments with shares and spend of both arms; None without any."""
    if rows.empty:
        return None
    columns = (
        Column("campaign", "campaigns.head.campaign", "label", "text"),
        Column("n_customers_treated", "campaigns.head.treated", "count", "customers"),
        Column("treated", "campaigns.head.bought", "ratio", "share"),
        Column("n_customers_control", "campaigns.head.control", "count", "customers"),
        Column("control", "campaigns.head.bought", "ratio", "share"),
        Column("spend", "campaigns.head.spend", "estimator", currency),
        _interval("spend", values, currency),
        Column("adjusted", "campaigns.head.adjusted", "estimator", currency),
        _interval("adjusted", values, currency),
        Column("detectable", "campaigns.head.detectable", "estimator", "pp"),
    )
    return TableSpec(
        id="campaigns.experiments",
        columns=columns,
        frame=_with_intervals(rows, "spend", "adjusted").reset_index(drop=True),
        title=Sentence("campaigns.experiments_title", dict(values)),
        note=Sentence("campaigns.experiments_note", dict(values)),
    )


def group_table(rows: pd.DataFrame, values: Values, *, place: int) -> TableSpec | None:
    """Give one experiment's effect by stage of the day of assignment; None under two stages."""
    if len(rows) < 2:
        return None
    columns = (
        Column("stage", "campaigns.head.stage", "label", "stage"),
        Column("n_treated", "campaigns.head.treated", "count", "customers"),
        Column("share_treated", "campaigns.head.bought", "ratio", "share"),
        Column("n_control", "campaigns.head.control", "count", "customers"),
        Column("share_control", "campaigns.head.bought", "ratio", "share"),
        Column("difference", "campaigns.head.difference", "estimator", "pp"),
        Column("difference_interval", interval_head(float(str(values["confidence"].value))),
               "estimator", "pp", style="limits", limits=("low", "high")),
    )  # fmt: skip
    return TableSpec(
        id=f"campaigns.groups_{place}",
        columns=columns,
        frame=rows.assign(difference_interval=rows["difference"]).reset_index(drop=True),
        title=Sentence("campaigns.groups_title", dict(values)),
    )


def placebo_figure(rows: pd.DataFrame, values: Values, *, currency: str) -> FigureSpec | None:
    """Give estimates beside their placebos; None without any."""
    told = rows[rows["outcome"] != "withheld"] if len(rows) else rows
    if told.empty:
        return None
    spec = placebo_pairs(told.head(MOST_ROWS), id="campaigns.placebos", currency=currency)
    return spec.entitled(
        Sentence("campaigns.placebo_title"),
        subtitle=Sentence("campaigns.placebo_subtitle", {"confidence": values["confidence"]}),
    )


def targeted_table(rows: pd.DataFrame, values: Values, *, currency: str) -> TableSpec | None:
    """Give campaigns without control: selection, estimate where it stands, and placebo."""
    if rows.empty:
        return None
    columns = (
        Column("campaign", "campaigns.head.campaign", "label", "text"),
        Column("n_customers", "campaigns.head.contacted", "count", "customers"),
        Column("n_customers_others", "campaigns.head.others", "count", "customers"),
        Column("naive_before", "campaigns.head.selection", "estimator", currency),
        Column("estimate", "campaigns.head.estimate", "estimator", currency),
        _interval("estimate", values, currency),
        Column("placebo", "campaigns.head.placebo", "estimator", currency),
        _interval("placebo", values, currency),
        Column("outcome", "campaigns.head.outcome", "label", "campaign_outcome"),
    )
    is_withheld = rows["outcome"] == "withheld"
    hidden = {name: rows[name].mask(is_withheld) for name in ("estimate_low", "estimate_high")}
    shown = withhold(rows.assign(**hidden), is_withheld, ["estimate"])
    return TableSpec(
        id="campaigns.targeted",
        columns=columns,
        frame=_with_intervals(shown, "estimate", "placebo").reset_index(drop=True),
        title=Sentence("campaigns.targeted_title", dict(values)),
        note=Sentence("campaigns.targeted_note", dict(values)),
    )


def broadcast_table(rows: pd.DataFrame, values: Values, *, currency: str) -> TableSpec | None:
    """Give campaigns sent to everybody, before and after; None without any."""
    if rows.empty:
        return None
    columns = [
        Column("campaign", "campaigns.head.campaign", "label", "text"),
        Column("n_customers", "campaigns.head.contacted", "count", "customers"),
        Column("before", "campaigns.head.before", "estimator", currency),
        Column("after", "campaigns.head.after", "estimator", currency),
        Column("change", "campaigns.head.change", "estimator", currency),
        _interval("change", values, currency),
    ]
    columns += [
        Column(name, f"campaigns.head.{name}", "estimator", currency)
        for name in ("others_change", "year_change")
        if rows[name].notna().any()
    ]
    return TableSpec(
        id="campaigns.broadcasts",
        columns=tuple(columns),
        frame=_with_intervals(rows, "change").reset_index(drop=True),
        title=Sentence("campaigns.broadcasts_title", dict(values)),
        note=Sentence("campaigns.broadcasts_note", dict(values)),
    )
