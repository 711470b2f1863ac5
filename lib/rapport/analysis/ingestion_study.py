"""The ingestion chapter's questions: what arrived, what left and why, and whose sales are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from rapport.analysis.measured import Measured, Number

LEAVES = ("merged", "excluded", "quarantined")
KNOWN_ENOUGH = 0.95
# Columns that ingestion makes itself say nothing of what was delivered.
MADE = ("order_key", "month_no", "ordered_on", "created_on", "first_seen_on", "line", "status")
# Those that most chapters read, and no more than a phone's width of columns.
SHOWN_TABLES = ("customers", "orders", "order_lines", "subscriptions")
FACT_TABLES = ("order_lines", "orders", "subscriptions", "interactions")


def measure_delivery(
    quality: pd.DataFrame, facts: Mapping[str, Any], span: tuple[date | None, date | None], *,
    currency: str,
) -> list[Measured]:  # fmt: skip
    """Name rows read, kept and left of every table, and what is known of customers and money.

    Parameters
    ----------
    quality : one row per table and step: `table`, `rule`, `action`, `n_rows`, `money`
    facts : single figures: `customers`, `customers_buying`, `orders`, `net`, `net_identified` ...
    span : first and last day on which something happened
    """
    found = [
        Measured("data.from", span[0], "date", "date"),
        Measured("data.until", span[1], "date", "date"),
    ]
    tables = sorted(set(quality["table"]))
    for table in tables:
        rows = quality[quality["table"] == table]
        for name, actions in (("read", ("read",)), ("kept", ("kept",)), ("rejected", LEAVES)):
            n = int(rows.loc[rows["action"].isin(actions), "n_rows"].sum())
            found.append(Measured(f"rows_{name}.{table}", n, "count", "rows"))
    read, kept = (
        int(quality.loc[quality["action"] == a, "n_rows"].sum()) for a in ("read", "kept")
    )
    found += [
        Measured("rows.read", read, "count", "rows"),
        Measured("rows.kept", kept, "count", "rows"),
        Measured("rows.left", read - kept, "count", "rows"),
        *_share("kept.share", kept, read),
        *_rules(quality),
        *_duplicates(quality, currency),
        *_facts(facts, currency),
    ]
    return found


def _share(name: str, part: Any, whole: Any) -> list[Measured]:
    if not whole:
        return []
    return [Measured(name, float(Decimal(part) / Decimal(whole)), "ratio", "share")]


def _rules(quality: pd.DataFrame) -> list[Measured]:
    """Name the rows that each rule touched: `rule.<table>.<rule>`."""
    # One rule may keep rows of one source and drop those of another: counted together.
    touched = list_rules(quality)
    counts = touched["n_rows"].groupby("rule." + touched["table"] + "." + touched["rule"]).sum()
    return [Measured(str(name), int(n_rows), "count", "rows") for name, n_rows in counts.items()]


def _duplicates(quality: pd.DataFrame, currency: str) -> list[Measured]:
    rows = quality[quality["rule"] == "exact_duplicates"]
    money = sum((Decimal(amount) for amount in rows["money"] if amount is not None), Decimal(0))
    return [
        Measured("duplicates.exact", int(rows["n_rows"].sum()), "count", "rows"),
        Measured("duplicates.money", money, "money", currency),
    ]


def _facts(facts: Mapping[str, Any], currency: str) -> list[Measured]:
    counts: Sequence[tuple[str, str, str]] = (
        ("customers", "customers", "customers"), ("buyers", "customers_buying", "customers"),
        ("orders", "orders", "orders"), ("orders.identified", "orders_identified", "orders"),
        ("sales.identified", "sales_identified", "orders"),
        ("sale_lines.identified", "sale_lines_identified", "rows"),
    )  # fmt: skip
    found = [
        Measured(name, _count(facts[key]), "count", unit, _whole(name, facts))
        for name, key, unit in counts
        if key in facts
    ]
    found += [
        Measured(name, facts[key], "money", currency)
        for name, key in (
            ("net", "net"),
            ("net.identified", "net_identified"),
            ("gross", "gross"),
            ("gross.identified", "gross_identified"),
        )
    ]
    if facts["net"] > 0:
        found += _share("identified.share", facts["net_identified"], facts["net"])
        found += _share("unidentified.share", facts["net"] - facts["net_identified"], facts["net"])
    return found


def _whole(name: str, facts: Mapping[str, Any]) -> int | None:
    """Give of how many customers a count is a part, so that neither tells who is missing."""
    return int(facts["customers"]) if name == "buyers" and "customers" in facts else None


def _count(value: Any) -> Number:
    return int(value)


def choose_case(values: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    """Choose the headline: empty, unknown (sales without a customer), known, or undated money."""
    if not any(name in values for name in ("kept_share",)):
        return "empty"
    if facts["net"] <= 0:
        return "no_sales"
    known = float(facts["net_identified"] / facts["net"])
    return "known" if known >= KNOWN_ENOUGH else "unknown"


def choose_arrival(case: str, facts: Mapping[str, Any], span: tuple[Any, Any]) -> str:
    """Choose the sentence on what arrived: empty, undated, unsold (no order) or filled.

    Parameters
    ----------
    case : the headline's case
    facts : `orders`
    span : first and last day of the data, None in an undated unit
    """
    if case == "empty":
        return "empty"
    if span[1] is None:
        return "undated"
    return "filled" if facts["orders"] else "unsold"


def list_flow(flows: pd.DataFrame) -> pd.DataFrame:
    """Give the bars of the widest table: `step`, `n_rows`, from read to kept, sources together."""
    tables = [name for name in FACT_TABLES if name in set(flows["table"])]
    if not tables:
        return pd.DataFrame({"step": [], "n_rows": []})
    rows = flows[flows["table"] == tables[0]]
    sums = rows.groupby("rule", sort=False)["n_rows"].sum()
    left = [(rule, int(n)) for rule, n in sums.items() if rule not in ("read", "kept") and n]
    steps = [("read", int(sums["read"])), *left, ("kept", int(sums["kept"]))]
    flow = pd.DataFrame(steps, columns=["step", "n_rows"])
    flow.attrs["table"] = tables[0]
    return flow


def measure_flow(flow: pd.DataFrame) -> list[Measured]:
    """Name the first and the last bar of the flow."""
    if flow.empty:
        return []
    return [
        Measured("flow.read", int(flow["n_rows"].iloc[0]), "count", "rows"),
        Measured("flow.kept", int(flow["n_rows"].iloc[-1]), "count", "rows"),
        Measured("flow.table", name_flow(flow), "label", "table"),
    ]


def name_flow(flow: pd.DataFrame) -> str:
    """Give the table whose rows the flow counts."""
    return str(flow.attrs["table"])


def list_rules(quality: pd.DataFrame) -> pd.DataFrame:
    """Give the rules that touched rows: `table`, `rule`, `action`, `n_rows`, `money`.

    Rules of several sources are added up; those that touched none are left out.
    """
    touched = quality[~quality["action"].isin(["read", "kept"]) & (quality["n_rows"] > 0)]
    rows = []
    for key, part in touched.groupby(["table", "rule", "action"], sort=True):
        amounts = [Decimal(amount) for amount in part["money"] if amount is not None]
        money = sum(amounts, Decimal(0)) if amounts else None
        rows.append((*key, int(part["n_rows"].sum()), money))
    return pd.DataFrame(rows, columns=["table", "rule", "action", "n_rows", "money"])


def list_coverage(coverage: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Give the days of the sources that orders come from: `source`, `on`, `n_rows`.

    The three largest sources are shown; days before the last two years are left out.
    """
    feeds = sources[sources["tables"].str.contains("orders|order_lines|subscriptions")]
    known = set(coverage["source"])
    largest = feeds[feeds["source"].isin(known)].sort_values(
        ["n_rows", "source"], ascending=[False, True], kind="stable"
    )
    kept = coverage[coverage["source"].isin(list(largest["source"].head(3)))]
    shown = kept.rename(columns={"day": "on"})[["source", "on", "n_rows"]]
    if len(shown):
        years = pd.to_datetime(shown["on"]).dt.year
        shown = shown[years > years.max() - 2]
    return shown.reset_index(drop=True)


def measure_days(sources: pd.DataFrame) -> list[Measured]:
    """Name the days with rows and the days expected of the largest dated source of orders."""
    dated = sources[sources["tables"].str.contains("order") & (sources["n_days_expected"] > 0)]
    if dated.empty:
        return []
    ordered = dated.sort_values(["n_rows", "source"], ascending=[False, True], kind="stable")
    row = ordered.iloc[0]
    return [
        Measured("days.seen", int(row["n_days"]), "count", "days"),
        Measured("days.expected", int(row["n_days_expected"]), "count", "days"),
    ]


def list_completeness(completeness: pd.DataFrame) -> pd.DataFrame:
    """Give how much of each delivered column is filled: `table`, `column`, `share`, `n_rows`.

    Of the tables in `SHOWN_TABLES`. Columns that no source delivers have no share;
    `count_missing` counts them.
    """
    rows = completeness[
        (completeness["n_filled"] > 0)
        & (completeness["n_rows"] > 0)
        & ~completeness["column"].isin(MADE)
        & completeness["table"].isin(SHOWN_TABLES)
    ]
    share = rows["n_filled"] / rows["n_rows"]
    return rows.assign(share=share)[["table", "column", "share", "n_rows"]].reset_index(drop=True)


def count_missing(completeness: pd.DataFrame) -> int:
    """Count the columns that reports could use and that no source of the unit delivers."""
    own = ["identity_links", "snapshot", "data_quality", "quarantine"]
    rows = completeness[~completeness["table"].isin(own)]
    return int(((rows["n_filled"] == 0) & ~rows["column"].isin(MADE)).sum())
