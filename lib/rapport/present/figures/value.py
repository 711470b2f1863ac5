"""Who holds the value that is expected: each group's share of customers and of value."""

from dataclasses import replace
from functools import partial

import pandas as pd

from rapport.present.canvas import Canvas
from rapport.present.figures.dumbbells import ROW, draw_pairs
from rapport.present.figures.marks import category, listed, rows_of
from rapport.present.figures.spec import FigureSpec, rows_high
from rapport.present.labels import label
from rapport.present.sentences import Sentence
from rapport.present.values import Value


def value_shares(
    groups: pd.DataFrame,
    *,
    id: str,  # noqa: A002
    labels: str,
    named: str | None = None,
) -> FigureSpec:
    """Give the dot plot of each group's share of customers and of expected value.

    Parameters
    ----------
    groups : one row per group: the column `labels`, `n_customers`, `share_customers`,
        `share_clv` (0 to 1)
    named : group of `labels.yml` that names the groups, where it is another than `labels`
    """
    group = named or labels
    drawn = groups[[labels, "n_customers", "share_customers", "share_clv"]].rename(
        columns={labels: "group"}
    )
    drawn = drawn.astype({"share_customers": float, "share_clv": float})
    drawn = drawn.sort_values("share_clv", ascending=False, kind="stable").reset_index(drop=True)
    n = Value(f"{id}.n", int(drawn["n_customers"].sum()), "count", "customers")
    items = listed((category(group, row.group), _share(id, row, "share_clv")) for row in
                   rows_of(drawn))  # fmt: skip
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"group": "label", "n_customers": "count", "share_customers": "ratio",
               "share_clv": "iterative"},
        plot=partial(_plot, identity=id, labels=group),
        heights=rows_high(len(drawn), usual=ROW, beside=13),
        title=Sentence("figures.value_shares.title"),
        subtitle=Sentence("figures.value_shares.subtitle", {"n": n}),
        alt=Sentence("figures.value_shares.alt", {"n": n, "groups": items}),
    )  # fmt: skip


def band_shares(bands: pd.DataFrame, *, id: str) -> FigureSpec:  # noqa: A002
    """Give the dot plot of what share of customers brings what share of value, best ones first.

    Parameters
    ----------
    bands : one row per band, each within the next, all customers last
        `band`, `n_customers`, `share` (of value, 0 to 1)
    """
    n_all = int(bands["n_customers"].iloc[-1])
    inner = bands.iloc[:-1].rename(columns={"share": "share_clv"})
    shares = inner["n_customers"].astype(float) / n_all
    spec = value_shares(inner.assign(share_customers=shares), id=id, labels="band",
                        named="value_band")  # fmt: skip
    n = {"n": Value(f"{id}.n", n_all, "count", "customers")}
    return replace(
        spec,
        subtitle=Sentence("figures.band_shares.subtitle", n),
        alt=Sentence("figures.band_shares.alt", {**spec.alt.slots, **n}),
    )


def _share(identity: str, row: object, column: str) -> Value:
    name = f"{identity}.{row.group}.{column}"  # type: ignore[attr-defined]
    return Value(name, float(getattr(row, column)), "iterative", "share")


def _plot(canvas: Canvas, groups: pd.DataFrame, *, identity: str, labels: str) -> None:
    rows = rows_of(groups)
    pairs = [
        (_share(identity, row, "share_customers"), _share(identity, row, "share_clv"))
        for row in rows
    ]
    words = (label("figure.customers", canvas.language), label("figure.value", canvas.language))
    names = [canvas.show(category(labels, row.group)) for row in rows]
    draw_pairs(canvas, names, pairs, words)
