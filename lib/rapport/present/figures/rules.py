"""The heat map of categories bought together: how often, against what sizes of baskets explain."""

from functools import partial

import pandas as pd

from rapport.present.canvas import LEADING, Canvas
from rapport.present.figures.affinity import MOST_CATEGORIES, name_columns
from rapport.present.figures.marks import category, listed, rows_of
from rapport.present.figures.spec import FigureSpec
from rapport.present.sentences import Sentence
from rapport.present.theme import INK, PAPER, RULE, diverging
from rapport.present.values import Value

ROW = 7.5
Cells = dict[frozenset[str], float | None]


def category_grid(pairs: pd.DataFrame, *, id: str) -> FigureSpec:  # noqa: A002
    """Give the heat map of pairs of categories, each pair once.

    Parameters
    ----------
    pairs : one row per pair: `category_a`, `category_b`, `n_ab` (baskets that hold both), `index`
        (100 is what sizes of baskets explain; None is not told)
    """
    drawn = pairs[["category_a", "category_b", "n_ab", "index"]]
    names = _rank_names(drawn)
    kept = names[:MOST_CATEGORIES]
    both = drawn["category_a"].isin(kept) & drawn["category_b"].isin(kept)
    drawn, n_names = drawn[both].reset_index(drop=True), len(kept)
    known = drawn[drawn["index"].notna()].sort_values("index", ascending=False, kind="stable")
    items = listed(
        (category("text", f"{row.category_a}, {row.category_b}"), _value(id, row.index_value))
        for row in rows_of(known.head(3).rename(columns={"index": "index_value"}))
    )
    height = ROW * (n_names - 1) + 15
    n = Value(f"{id}.n", n_names, "count", "groups")
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"category_a": "label", "category_b": "label", "n_ab": "count", "index": "ratio"},
        plot=partial(_plot, identity=id),
        heights={"wide": height, "narrow": height},
        title=Sentence("recommendation.grid_title"),
        subtitle=Sentence("recommendation.grid_subtitle"),
        alt=Sentence("recommendation.grid_alt", {"n": n, "pairs": items}),
        n_left=len(names) - n_names,
    )


def _rank_names(pairs: pd.DataFrame) -> list[str]:
    """Give the categories, those of most baskets first."""
    ends = (pairs[[end, "n_ab"]].set_axis(["name", "n"], axis=1)
            for end in ("category_a", "category_b"))  # fmt: skip
    sums = pd.concat(ends).astype({"n": float}).groupby("name")["n"].sum().sort_index()
    return [str(name) for name in sums.sort_values(ascending=False, kind="stable").index]


def _value(identity: str, index: float | None) -> Value:
    return Value(f"{identity}.index", index, "ratio", "index")


def _plot(canvas: Canvas, pairs: pd.DataFrame, *, identity: str) -> None:
    cells: Cells = {
        frozenset((row["category_a"], row["category_b"])):
            None if pd.isna(row["index"]) else float(row["index"])
        for row in pairs.to_dict("records")
    }  # fmt: skip
    names = sorted({*pairs["category_a"], *pairs["category_b"]})
    # A pair stands once: the first category has no row, the last no column.
    down, across = names[1:], names[:-1]
    shown = canvas.wrapped([canvas.show(category("text", name)) for name in down], beside=15)
    left = canvas.widest(shown) + 3
    axes = canvas.axes(left=left, right=0.5, top=14, bottom=1)
    axes.set_xlim(-0.5, len(across) - 0.5)
    axes.set_ylim(len(down) - 0.5, -0.5)
    for y, row in enumerate(down):
        for x, column in enumerate(across[: y + 1]):
            index = cells.get(frozenset((row, column)))
            colour = PAPER if index is None else diverging()(0.5 + _tint(index))
            axes.rect((x - 0.48, y - 0.46), 0.96, 0.92, facecolor=colour, edgecolor=RULE,
                      linewidth=0.5)  # fmt: skip
            axes.text(x, y, canvas.show(_value(identity, index)), ha="center", color=INK)
    axes.set_yticks(range(len(down)), shown, color=INK, leading=LEADING)
    name_columns(canvas, across, left)


def _tint(index: float) -> float:
    # Light enough for ink upon it: at most two fifths of the way to the end of the map.
    return max(-0.2, min(0.2, (index - 100) / 250))
