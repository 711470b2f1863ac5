"""A rate by period: one line with its band, the values beside it."""

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from rapport.present.axes import Axes
from rapport.present.canvas import ABOVE, BELOW, LEADING, POINTS, Canvas, Look, rule_y
from rapport.present.dates import show_period
from rapport.present.figures.marks import listed, rows_of, share_value
from rapport.present.figures.spec import FigureSpec
from rapport.present.formats import show_axis
from rapport.present.sentences import Sentence
from rapport.present.theme import ACCENT, PAPER
from rapport.present.values import Value, period_value


def rate_by_month(rates: pd.DataFrame, *, id: str, what: Sentence | None = None) -> FigureSpec:  # noqa: A002
    """Give the figure of a rate by period, in time order.

    Parameters
    ----------
    rates : one row per period, oldest first, also those without a rate (they leave a gap)
        `period` (code, 2010-11), `rate`, `low`, `high` (0 to 1, empty where there is none),
        `n_at_start` (denominator); `is_whole` if some periods are not (drawn dashed)
    what : the subtitle: what is measured; the default says share, n and interval only
    """
    drawn = rates[["period", "rate", "low", "high", "n_at_start"]].reset_index(drop=True)
    drawn["is_whole"] = rates["is_whole"].to_numpy(bool) if "is_whole" in rates else True
    known = drawn[drawn["rate"].notna()]
    ns = known["n_at_start"].astype(int)
    slots = {
        "from": period_value(drawn["period"].iloc[0], name=f"{id}.first"),
        "to": period_value(drawn["period"].iloc[-1], name=f"{id}.last"),
        "least": Value(f"{id}.n.least", int(ns.min()) if len(ns) else None, "count", "customers"),
        "most": Value(f"{id}.n.most", int(ns.max()) if len(ns) else None, "count", "customers"),
    }
    items = listed(
        (period_value(row.period, name=f"{id}.{row.period}"), _value(row, id))
        for row in rows_of(known)
    )
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"period": "date", "rate": "ratio", "low": "ratio", "high": "ratio",
               "n_at_start": "count", "is_whole": "label"},
        plot=partial(_plot, identity=id),
        heights={"wide": 45, "narrow": 45},
        title=Sentence("figures.rate_by_month.title"),
        subtitle=what or Sentence("figures.rate_by_month.subtitle", slots),
        alt=Sentence("figures.rate_by_month.alt", {**slots, "rates": items}),
    )  # fmt: skip


def _value(row: object, identity: str) -> Value:
    return share_value(f"{identity}.{row.period}", row, "rate")  # type: ignore[attr-defined]


def _plot(canvas: Canvas, rates: pd.DataFrame, *, identity: str) -> None:
    axes = canvas.axes(left=10, right=6, top=5, bottom=foot_of(rates))
    places = np.arange(len(rates))
    # Half a name and half a year must stand beside the axis's own zero.
    room = canvas.width - 16
    inset = max(0.35, 5.5 * (len(rates) - 0.3) / (room - 5.5))
    axes.set_xlim(-inset, len(rates) - 0.65)
    _rules(canvas, axes, rates)
    low, rate, high = (rates[name].astype(float).to_numpy() for name in ("low", "rate", "high"))
    axes.fill_between(places, low, high, color=ACCENT, alpha=0.17, linewidth=0)
    whole = rates["is_whole"].to_numpy(bool)
    line = axes.line(places, np.where(whole, rate, np.nan), color=ACCENT, linewidth=1.8)
    canvas.highlight(line)
    for place in np.flatnonzero(~whole[1:]) + 1:
        dashed = axes.line(
            places[place - 1 : place + 1], rate[place - 1 : place + 1], color=ACCENT,
            linewidth=1.8, linestyle=(0, (3, 2)),
        )  # fmt: skip
        canvas.highlight(dashed)
    known = np.flatnonzero(~np.isnan(rate))
    # Between two gaps there is nothing to draw a line to.
    alone = [place for place in known if not {place - 1, place + 1} & set(known)]
    axes.dots(alone, rate[alone], color=ACCENT, markersize=3.5, markeredgewidth=0)
    if len(known):
        last = known[-1]
        face = ACCENT if whole[last] else PAPER
        axes.dots(last, rate[last], color=ACCENT, markerfacecolor=face, markersize=4.5)
    name_periods(canvas, axes, list(rates["period"]))
    _name_rates(canvas, axes, rates, identity)


def _rules(canvas: Canvas, axes: Axes, rates: pd.DataFrame) -> None:
    highest = float(np.nanmax([0.0, *rates["high"].astype(float), *rates["rate"].astype(float)]))
    locator = MaxNLocator(nbins=3, steps=[1, 2, 2.5, 5, 10], min_n_ticks=2)
    ticks = [float(f"{tick:.6g}") for tick in locator.tick_values(0, highest or 0.01) if tick >= 0]
    axes.set_ylim(0, ticks[-1])
    rule_y(axes, ticks, show_axis(ticks, "share", canvas.language))


def foot_of(rates: pd.DataFrame) -> float:
    """Give the room under an axis of periods: two lines where they are of several years."""
    return 9.8 if len(set(rates["period"].str[:4])) > 1 else 7.0


def name_periods(canvas: Canvas, axes: Axes, periods: list[str]) -> None:
    """Name as many periods as there is room for, the last always; years where they change."""
    names = [show_period(period, canvas.language, style="axis") for period in periods]
    room = axes.width / POINTS / max(len(names), 1)
    step = max(1, int(np.ceil((canvas.widest(names) + 2) / room)))
    shown = list(range(len(names) - 1, -1, -step))[::-1]
    years = [period[:4] for period in periods]
    texts, before = [], None
    for place in shown:
        year = years[place] if len(set(years)) > 1 and years[place] != before else ""
        texts.append(f"{names[place]}\n{year}" if year else names[place])
        before = years[place]
    axes.set_xticks(shown, texts, leading=LEADING)


def _name_rates(canvas: Canvas, axes: Axes, rates: pd.DataFrame, identity: str) -> None:
    values = rates["rate"].astype(float)
    known = list(values.dropna().index)
    if not known:
        return
    last, top, bottom = known[-1], values.idxmax(), values.idxmin()
    scale = axes.height / (axes.ylim[1] - axes.ylim[0])
    few = len(known) <= (8 if canvas.is_wide else 6)
    for row in rows_of(rates.assign(place=range(len(rates)))):
        place = row.place
        if place not in known or not (few or place in (known[0], top, bottom, last)):
            continue
        above = row.high if pd.notna(row.high) else row.rate
        below = row.low if pd.notna(row.low) else row.rate
        is_last = place == last
        look = Look(
            colour=ACCENT if is_last else Look.colour,
            weight="bold" if is_last or place == top else "normal",
            rank=3.0 if is_last else 2.0 if place == top else 1.0 if place == bottom else 0.0,
        )
        part = (_value(row, identity), "plain" if is_last else "unmarked")
        # Above the band, the lowest under it; where that is taken, the other way.
        under = (0.0, BELOW[1] - (float(above) - float(below)) * scale, "center", "top")
        places = (under, ABOVE) if place == bottom and not is_last else (ABOVE, under)
        canvas.label(axes, (place, float(above)), [part], places=places, look=look)
