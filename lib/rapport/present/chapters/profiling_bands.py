"""The bands of spend of the profile."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pandas as pd

from rapport.present.figures.dots import segment_bars
from rapport.present.figures.spec import FigureSpec
from rapport.present.labels import LANGUAGES
from rapport.present.sentences import BREAK, Listing, Sentence
from rapport.present.tables import Column, TableSpec, by_language
from rapport.present.translated import Translated
from rapport.present.values import Value, parameter_value

HEAD = "profiling.head"


def _band(low: Decimal | None, high: Decimal | None, currency: str) -> Sentence:
    ends = {"low": low, "high": high}
    slots = {
        name: Value(f"profiling.bands.{name}", edge, "money", currency)
        for name, edge in ends.items()
        if edge is not None
    }
    case = "under" if low is None else "from" if high is None else "between"
    return Sentence("profiling.band", slots, case=case)


def band_words(table: pd.DataFrame, *, currency: str) -> dict[str, Listing]:
    """Name the band with most customers, and the one that brings most; none without bands.

    Parameters
    ----------
    table : as `analysis.spend_bands.measure_bands` gives it: `low`, `high`, `customers`, `spend`
    """
    if table.empty:
        return {}
    found = {}
    for name, by in (("most", "customers"), ("richest", "spend")):
        band = table.iloc[int(table[by].astype(float).argmax())]
        found[f"bands_{name}"] = Listing((_band(band["low"], band["high"], currency),))
    return found


def band_figure(
    table: pd.DataFrame, values: Mapping[str, Value | Listing], *, currency: str
) -> FigureSpec | None:
    """Give each band's share of customers and of spend; None without bands."""
    if len(table) < 2 or table[["customers", "share_spend"]].isna().any(axis=None):
        return None
    ends = list(zip(table["low"], table["high"], strict=True))
    names = [
        Translated({lang: _band(*pair, currency).text(lang).replace(BREAK, "")
                    for lang in LANGUAGES})
        for pair in ends
    ]  # fmt: skip
    rows = table.assign(band=names).set_index("band").rename(columns={"customers": "n_customers"})
    spec = segment_bars(rows, id="profiling.band_shares", labels="text", is_ranked=False)
    case = "two" if "bands_richest_share" in values else "one"
    return spec.entitled(
        Sentence("profiling.band_shares_title", dict(values), case=case),
        subtitle=Sentence("profiling.band_shares_subtitle", dict(values)),
    )


def band_table(
    table: pd.DataFrame, values: Mapping[str, Value], *, currency: str, min_n: int
) -> TableSpec | None:
    """Give customers and spend by band; None without bands."""
    if table.empty:
        return None
    ends = list(zip(table["low"], table["high"], strict=True))
    words = {
        f"band_{lang}": [_band(*pair, currency).text(lang).replace(BREAK, "") for pair in ends]
        for lang in LANGUAGES
    }
    columns = (
        Column("band", f"{HEAD}.spend_band", "label", "text",
               words=by_language("band")),
        Column("customers", f"{HEAD}.customers", "count", "customers"),
        Column("share_customers", f"{HEAD}.share_customers", "ratio", "share"),
        Column("spend", f"{HEAD}.spend", "money", currency),
        Column("share_spend", f"{HEAD}.share_spend", "ratio", "share"),
        Column("per_customer", f"{HEAD}.per_customer", "money", currency),
    )  # fmt: skip
    slots = {**values, "min_n": parameter_value("min_n", min_n, "customers")}
    return TableSpec(
        id="profiling.bands",
        columns=columns,
        frame=table.assign(**words),
        title=Sentence("profiling.bands_title"),
        note=Sentence("profiling.bands_note", slots),
    )
