"""Dot plots, sorted: two shares of each segment, sizes then and now, profiles of clusters."""

from functools import partial

import pandas as pd

from rapport.present.canvas import Canvas, name_rows, rule_x
from rapport.present.figures.dumbbells import draw_pairs
from rapport.present.figures.marks import category, listed, rows_of
from rapport.present.figures.spec import FigureSpec, first_rows, rows_high
from rapport.present.labels import label
from rapport.present.sentences import Sentence
from rapport.present.theme import CATEGORIES, CONTEXT, GREY
from rapport.present.values import Value, period_value

ROW = 7.0
"""Millimetres a row."""
KEY_ROW = 5.0
MOST_CLUSTERS = 8
LINES = ("-", (0, (4, 2)), (0, (1, 1.5)), "-.", (0, (6, 1, 1, 1)), "-")
"""Line styles, so that groups are told apart in grey print."""


def segment_bars(
    segments: pd.DataFrame,
    *,
    id: str,  # noqa: A002
    labels: str = "segment",
    is_ranked: bool = True,
) -> FigureSpec:
    """Give the dot plot of each segment's share of customers and share of spend.

    Parameters
    ----------
    segments : as `analysis.segments.segment_table` gives it: one row per segment (its index)
        `n_customers`, `share_customers`, `share_spend` (0 to 1)
    labels : group of `labels.yml` that names the segments, or "text"
    is_ranked : sorted here by spend, or drawn in the order given
    """
    drawn = segments[["n_customers", "share_customers", "share_spend"]].rename_axis("segment")
    drawn = drawn.reset_index()
    if is_ranked:
        drawn = drawn.sort_values("share_spend", ascending=False, kind="stable")
    drawn = drawn.astype({"share_customers": float, "share_spend": float})
    n = Value(f"{id}.n", int(drawn["n_customers"].sum()), "count", "customers")
    drawn, n_left = first_rows(drawn)
    items = listed(
        ((category(labels, row.segment), _share(id, row, "share_spend")) for row in rows_of(drawn)),
    )
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"segment": "label", "n_customers": "count", "share_customers": "ratio",
               "share_spend": "ratio"},
        plot=partial(_plot_segments, identity=id, labels=labels),
        heights=rows_high(len(drawn), usual=ROW, beside=13),
        title=Sentence("figures.segment_bars.title"),
        subtitle=Sentence("figures.segment_bars.subtitle", {"n": n}),
        alt=Sentence("figures.segment_bars.alt", {"n": n, "segments": items}),
        n_left=n_left,
    )  # fmt: skip


def _share(identity: str, row: object, column: str) -> Value:
    name = f"{identity}.{row.segment}.{column}"  # type: ignore[attr-defined]
    number = getattr(row, column)
    return Value(name, None if pd.isna(number) else float(number), "ratio", "share")


def _plot_segments(canvas: Canvas, segments: pd.DataFrame, *, identity: str, labels: str) -> None:
    names = [category(labels, name) for name in segments["segment"]]
    pairs = [
        (_share(identity, row, "share_customers"), _share(identity, row, "share_spend"))
        for row in rows_of(segments)
    ]
    words = (label("figure.customers", canvas.language), label("figure.spend", canvas.language))
    draw_pairs(canvas, [canvas.show(name) for name in names], pairs, words)


def sizes_over_time(
    sizes: pd.DataFrame,
    *,
    id: str,  # noqa: A002
    earlier: str,
    later: str,
    labels: str = "segment",
) -> FigureSpec:
    """Give the dot plot of segment sizes at two dates, scored with the same cut points.

    Parameters
    ----------
    sizes : one row per segment (its index)
        `share_earlier`, `share_later` (of customers, 0 to 1), `n_earlier`, `n_later`
    earlier, later : period codes that name the two dates
    labels : group of `labels.yml` that names the segments, or "text"
    """
    columns = ["share_earlier", "share_later", "n_earlier", "n_later"]
    drawn = sizes[columns].rename_axis("segment").reset_index()
    drawn = drawn.astype({"share_earlier": float, "share_later": float})
    drawn = drawn.sort_values("share_later", ascending=False, kind="stable")
    slots = {
        "earlier": period_value(earlier, name=f"{id}.earlier"),
        "later": period_value(later, name=f"{id}.later"),
        "n_earlier": Value(f"{id}.n_earlier", int(drawn["n_earlier"].sum()), "count", "customers"),
        "n_later": Value(f"{id}.n_later", int(drawn["n_later"].sum()), "count", "customers"),
    }
    drawn, n_left = first_rows(drawn)
    items = listed(
        (category(labels, row.segment), _share(id, row, "share_later")) for row in rows_of(drawn)
    )
    kinds = dict.fromkeys(("share_earlier", "share_later"), "ratio")
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"segment": "label", **kinds, "n_earlier": "count", "n_later": "count"},
        plot=partial(_plot_sizes, identity=id, labels=labels, periods=(earlier, later)),
        heights=rows_high(len(drawn), usual=ROW, beside=13),
        title=Sentence("figures.sizes_over_time.title"),
        subtitle=Sentence("figures.sizes_over_time.subtitle", slots),
        alt=Sentence("figures.sizes_over_time.alt", {**slots, "segments": items}),
        n_left=n_left,
    )


def _plot_sizes(
    canvas: Canvas, sizes: pd.DataFrame, *, identity: str, labels: str, periods: tuple[str, str]
) -> None:
    names = [canvas.show(category(labels, name)) for name in sizes["segment"]]
    pairs = [
        (_share(identity, row, "share_earlier"), _share(identity, row, "share_later"))
        for row in rows_of(sizes)
    ]
    words = (canvas.show(period_value(periods[0])), canvas.show(period_value(periods[1])))
    draw_pairs(canvas, names, pairs, words)


def cluster_profile(profile: pd.DataFrame, *, id: str, labels: str = "cluster") -> FigureSpec:  # noqa: A002
    """Give the profile of clusters: where each one's median stands among all customers.

    Parameters
    ----------
    profile : one row per cluster and measure
        `cluster`, `measure` (a name of `measure_name.*`), `percentile` (0 to 100, of the
        cluster's median among all customers), `n` (customers of the cluster)
    labels : group of `labels.yml` that names the clusters, or "text"
    """
    names = list(dict.fromkeys(profile["cluster"]))
    drawn = profile[["cluster", "measure", "percentile", "n"]]
    drawn = drawn[drawn["cluster"].isin(names[:MOST_CLUSTERS])].reset_index(drop=True)
    sizes = drawn.drop_duplicates("cluster")
    items = listed(
        (
            category(labels, row.cluster),
            Value(f"{id}.{row.cluster}.n", int(row.n), "count", "customers"),
        )
        for row in rows_of(sizes)
    )
    n = Value(f"{id}.drawn", int(sizes["n"].sum()), "count", "customers")
    n_rows = drawn["measure"].nunique()
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"cluster": "label", "measure": "label", "percentile": "ratio", "n": "count"},
        plot=partial(_plot_profile, labels=labels),
        heights=rows_high(n_rows, usual=9, beside=8 + KEY_ROW * len(sizes)),
        title=Sentence("figures.cluster_profile.title"),
        subtitle=Sentence("figures.cluster_profile.subtitle", {"n": n}),
        alt=Sentence("figures.cluster_profile.alt", {"n": n, "clusters": items}),
        n_left=max(0, len(names) - MOST_CLUSTERS),
    )


def _plot_profile(canvas: Canvas, profile: pd.DataFrame, *, labels: str) -> None:
    measures = list(dict.fromkeys(profile["measure"]))
    clusters: list[object] = list(dict.fromkeys(profile["cluster"]))
    shown = [label(f"measure_name.{measure}", canvas.language) for measure in measures]
    names = canvas.wrapped(shown, beside=8 + KEY_ROW * len(clusters))
    left = canvas.widest(names) + 3
    axes = canvas.axes(left=left, right=5, top=KEY_ROW * len(clusters), bottom=7)
    for number, cluster in enumerate(clusters):
        # More than six groups are not told apart by colour: the rest is grey.
        colour = CATEGORIES[number] if number < len(CATEGORIES) else CONTEXT
        rows = profile[profile["cluster"] == cluster].set_index("measure").reindex(measures)
        places, shares = range(len(measures)), rows["percentile"].astype(float)
        style = LINES[number % len(LINES)]
        axes.line(shares, places, color=colour, linewidth=1.0, linestyle=style)
        axes.dots(shares, places, color=colour, markersize=6, markeredgewidth=0)
        size = Value("cluster.n", int(rows["n"].iloc[0]), "count", "customers")
        y = canvas.height - 2.2 - KEY_ROW * number
        _key(canvas, (left, y), (canvas.show(category(labels, cluster)), colour), size)
    ticks = [0, 25, 50, 75, 100]
    axes.set_xlim(-3, 103)
    rule_x(axes, ticks, [str(tick) for tick in ticks])
    name_rows(axes, names)


def _key(canvas: Canvas, at: tuple[float, float], name: tuple[str, str], size: Value) -> None:
    """Name a group in its colour, and how many customers it has."""
    (x, y), (text, colour) = at, name
    room = 0.6 * (canvas.width - x)
    text = canvas.cut(f"{label('figure.dot', canvas.language)} {text}", room, weight="bold")
    canvas.write(x, y, text, color=colour, weight="bold")
    beside = x + canvas.width_of(text, weight="bold") + 2
    canvas.write(beside, y, canvas.show((size, "unit")), color=GREY)
