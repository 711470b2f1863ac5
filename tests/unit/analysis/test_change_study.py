"""Who bought, and what each did: the parts of a change are those of the figure that is printed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pandas as pd
import pytest

from rapport.analysis.change_study import (
    agrees,
    choose_part,
    list_parts,
    measure_part,
    name_groups,
    study_changes,
)
from rapport.analysis.key_figures import Comparison, KeyFigure
from rapport.analysis.measured import Measured

PERIODS = pd.DataFrame(
    {
        "window": ["current", "previous"],
        "starts_on": [date(2026, 6, 1), date(2026, 5, 1)],
        "is_comparable": [True, True],
    }
)


def make_flows(**bought):
    """Give customers of windows: now_store=(40, 2, 10) is 40 in stores with 2 orders at 10 each."""
    rows, people = [], {}
    for name, (n, orders, each) in bought.items():
        when, channel = name.split("_")
        window = "current" if when == "now" else "previous"
        for k in range(n):
            who = f"{channel}{k}"
            rows.append((window, who, orders, Decimal(orders * each)))
            people[who] = (who, date(2024 + k % 2, 3, 1), channel)
    flows = pd.DataFrame(rows, columns=["window", "customer_id", "n_orders", "net"])
    names = ["customer_id", "first_ordered_on", "main_channel"]
    return flows, pd.DataFrame(people.values(), columns=names).assign(segment=None)


def make_figures(flows, *, case="up"):
    """Give the two means as page one has them."""
    sums = flows.groupby("window").agg(n=("customer_id", "count"), o=("n_orders", "sum"))
    net = flows.groupby("window")["net"].sum()
    means = {
        "frequency": {w: sums["o"][w] / sums["n"][w] for w in sums.index},
        "aov": {w: float(net[w]) / sums["o"][w] for w in sums.index},
    }
    return [
        KeyFigure(
            name,
            Measured(name, of["current"], "ratio", "GBP"),
            {"previous": Comparison(
                Measured(name, of["previous"], "ratio", "GBP"), SimpleNamespace(case=case)
            )},
            (),
        )
        for name, of in means.items()
    ]  # fmt: skip


SHIFT = {"then_store": (60, 1, 10), "then_web": (40, 2, 10), "now_store": (20, 1, 10),
         "now_web": (80, 2, 10)}  # fmt: skip


def study(min_count=10, **bought):
    flows, customers = make_flows(**bought)
    figures = make_figures(flows)
    return figures, study_changes(figures, flows, PERIODS, customers, min_count=min_count)


def test_a_shift_between_channels_is_all_mix():
    figures, parts = study(**SHIFT)

    (part,) = [p for p in parts if (p.figure, p.grouping) == ("frequency", "main_channel")]
    assert part.split.change == Decimal("0.4")
    assert part.split.mix == Decimal("0.4")
    assert part.split.rate == 0
    assert agrees(parts, figures)


def test_customers_who_order_more_in_every_channel_are_no_mix():
    more = {"then_store": (50, 1, 10), "then_web": (50, 2, 10), "now_store": (50, 2, 10),
            "now_web": (50, 3, 10)}  # fmt: skip
    _, parts = study(**more)

    (part,) = [p for p in parts if (p.figure, p.grouping) == ("frequency", "main_channel")]
    assert (part.split.mix, part.split.rate) == (0, 1)


def test_the_average_order_is_weighed_by_orders():
    figures, parts = study(**{**SHIFT, "now_web": (80, 2, 15)})

    (part,) = [p for p in parts if (p.figure, p.grouping) == ("aov", "main_channel")]
    assert float(part.split.now) == pytest.approx((200 + 2400) / (20 + 160), abs=1e-8)
    assert agrees(parts, figures)


def test_what_is_split_must_be_what_is_printed():
    figures, parts = study(**SHIFT)
    other = [
        KeyFigure(f.name, Measured(f.name, 9.0, "ratio", "GBP"), f.against, ()) for f in figures
    ]

    assert not agrees(parts, other)


def test_a_grouping_of_one_group_splits_nothing():
    _, parts = study(**SHIFT)

    # Nobody is new, and the unit has no segments.
    assert {part.grouping for part in parts} == {"main_channel", "cohort"}


def test_groups_of_few_customers_are_put_together():
    few = {**SHIFT, "then_app": (4, 1, 10), "now_app": (4, 3, 10)}
    _, parts = study(**few)

    (part,) = [p for p in parts if (p.figure, p.grouping) == ("aov", "main_channel")]
    assert "app" not in part.split.groups.index


def test_without_an_earlier_period_or_a_customer_there_is_no_split():
    flows, customers = make_flows(**SHIFT)
    figures = make_figures(flows)
    alone = PERIODS.assign(is_comparable=[True, False])

    assert study_changes(figures, flows, alone, customers) == []
    assert study_changes(figures, None, PERIODS, customers) == []
    assert study_changes(figures, flows, PERIODS, name_groups(None, None, None)) == []
    assert study_changes([], flows, PERIODS, customers) == []


def test_shuffled_rows_change_nothing():
    flows, customers = make_flows(**SHIFT)
    figures = make_figures(flows)
    mixed = flows.sample(frac=1, random_state=3).reset_index(drop=True)

    ours, theirs = (
        list_parts(study_changes(figures, each, PERIODS, customers)) for each in (flows, mixed)
    )

    pd.testing.assert_frame_equal(ours, theirs)


def test_spoken_of_is_a_clear_change_and_its_largest_mix():
    flows, customers = make_flows(**SHIFT)
    clear, unclear = make_figures(flows), make_figures(flows, case="unclear")
    parts = study_changes(clear, flows, PERIODS, customers)

    spoken = choose_part(parts, clear)

    assert spoken is not None
    assert (spoken.figure, spoken.grouping) == ("frequency", "main_channel")
    assert choose_part(parts, unclear) is None
    named = {one.name: one.value for one in measure_part(spoken)}
    assert named["changed.mix"] + named["changed.rate"] == named["changed.change"]
    assert measure_part(None) == []


def test_segments_lead_no_sentence():
    flows, customers = make_flows(**SHIFT)
    figures = make_figures(flows)
    same = customers.assign(segment=customers["main_channel"], main_channel="web")

    parts = study_changes(figures, flows, PERIODS, same)
    spoken = choose_part(parts, figures)

    assert "segment" in {part.grouping for part in parts}
    assert spoken is None or spoken.grouping != "segment"


def test_every_customer_is_named_once_whatever_tables_there_are():
    customers = pd.DataFrame(
        {"customer_id": ["a", "b"], "first_ordered_on": [date(2024, 1, 1)] * 2}
    )
    habits = pd.DataFrame({"customer_id": ["b"], "main_channel": ["web"]})

    named = name_groups(customers, habits, None)

    assert named["customer_id"].tolist() == ["a", "b"]
    assert named["main_channel"].tolist()[1] == "web"
    assert named["segment"].isna().all()
