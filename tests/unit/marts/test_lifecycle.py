"""Stages at month ends: as drawn, as by the definition, whatever the threads and the order."""

import datetime as dt
import random
from decimal import Decimal

import pandas as pd
import pytest
from pyarrow import parquet

from rapport import tables
from rapport.marts.build import build_mart
from rapport.marts.catalog import MARTS
from rapport.schema import SCHEMAS
from rapport.tables.engine import select
from unit.marts.conftest import SETTINGS, write_canonical

RUNS = "lifecycle_runs"
NAMES = (
    RUNS, "lifecycle_moves", "lifecycle_patterns", "lifecycle_dwell", "lifecycle_now",
    "lifecycle_gaps", "lifecycle_cohorts",
)  # fmt: skip
LATER = dt.timedelta(days=1461)


def month_no(day):
    return day.year * 12 + day.month - 1


def code(number):
    return f"{number // 12:04}-{number % 12 + 1:02}"


def make(
    tmp_path, rows, *, marts=(RUNS,), period="2010-11", data=("2009-01-01", "2010-12-09"),
    **settings,
):  # fmt: skip
    """Make lifecycle marts of canonical rows, given by the names of their tables."""
    tmp_path.mkdir(parents=True, exist_ok=True)
    ends = [dt.date.fromisoformat(day) for day in data]
    rows = {"orders": [], "customers": [], **rows}
    rows["snapshot"] = [dict(zip(("data_from", "data_until"), ends, strict=True))]
    rows["snapshot"][0] |= {"n_customers": 0, "n_orders": 0}
    paths = {name: write_canonical(name, held, tmp_path) for name, held in rows.items()}
    made = {}
    for mart in ("settings", "periods", "charged_orders", "order_spells", *marts):
        values = SETTINGS | settings | {"period": period}
        paths[mart] = build_mart(
            mart, paths, settings=values, into=tmp_path, shelf=tmp_path.parent
        ).path
        made[mart] = tables.read_table(paths[mart])
    return made, paths


def orders_of(bought, **more):
    """Draw orders: a dict of customer to days, one order a day."""
    drawn = []
    for customer, days in bought.items():
        for day in days:
            drawn.append({
                "order_id": f"o{len(drawn)}", "order_key": len(drawn), "customer_id": customer,
                "ordered_on": dt.date.fromisoformat(str(day)), "ordered_at": pd.Timestamp(str(day)),
                "kind": "sale", "amount": Decimal(10), **more,
            })  # fmt: skip
    return drawn


def customers_of(names, **created):
    return [
        {"customer_id": name, "order_key": place, "created_on": created.get(name)}
        for place, name in enumerate(names)
    ]


def read_runs(made, kind="orders"):
    """Give the runs of a kind as text: customer's place, stage, from month, until month."""
    runs = made["lifecycle_runs"].query("kind == @kind")
    return [
        (int(run.order_key), run.stage, code(int(run.from_month)),
         None if pd.isna(run.until_month) else code(int(run.until_month)))
        for run in runs.itertuples()
    ]  # fmt: skip


def test_a_customer_who_never_comes_back_is_new_then_growing_then_at_risk_then_churned(tmp_path):
    rows = {"orders": orders_of({"a": ["2010-01-15"]}), "customers": customers_of("a")}

    made, _ = make(tmp_path, rows)

    assert read_runs(made) == [
        (0, "new", "2010-01", "2010-02"),
        (0, "growing", "2010-02", "2010-03"),
        (0, "at_risk", "2010-03", "2010-07"),
        (0, "churned", "2010-07", None),
    ]


def test_the_limits_are_reached_on_the_day_itself(tmp_path):
    # 1 June is 60 days before 31 July; 2 June is 59. 2 June is 120 days before 30 September.
    bought = {"a": ["2010-06-01"], "b": ["2010-06-02"]}
    rows = {"orders": orders_of(bought), "customers": customers_of("ab")}

    made, _ = make(tmp_path, rows, risk_after_days=60, churn_after_days=120)

    first = {place: month for place, stage, month, _ in read_runs(made) if stage == "at_risk"}
    lost = {place: month for place, stage, month, _ in read_runs(made) if stage == "churned"}
    assert first == {0: "2010-07", 1: "2010-08"}
    assert lost == {0: "2010-09", 1: "2010-09"}


def test_loyal_ends_between_orders_when_an_order_day_leaves_the_window(tmp_path):
    # Four order days up to 5 April 2010; the first of them leaves 365 days on 10 April.
    days = ["2009-04-10", "2009-12-01", "2010-02-10", "2010-04-05"]
    rows = {"orders": orders_of({"a": days}), "customers": customers_of("a")}

    made, _ = make(tmp_path, rows, risk_after_days=365, churn_after_days=700)

    stages = [(stage, month) for _, stage, month, _ in read_runs(made)]
    assert stages == [("new", "2009-04"), ("growing", "2009-05")]
    made, _ = make(tmp_path / "b", {**rows, "orders": orders_of({"a": [*days[:3], "2010-03-31"]})},
                   risk_after_days=365, churn_after_days=700)  # fmt: skip
    stages = [(stage, month) for _, stage, month, _ in read_runs(made)]
    assert stages[2:] == [("loyal", "2010-03"), ("growing", "2010-04")]


def test_returns_cancelled_orders_and_guests_are_no_activity(tmp_path):
    orders = orders_of({"a": ["2010-10-01"]}, kind="return")
    orders += orders_of({"a": ["2010-10-02"]}, status="cancelled")
    orders += orders_of({None: ["2010-10-03"]})
    orders = [order | {"order_id": f"o{n}", "order_key": n} for n, order in enumerate(orders)]

    made, _ = make(tmp_path, {"orders": orders, "customers": customers_of("a")}, marts=NAMES)

    assert made["lifecycle_runs"].empty
    assert made["lifecycle_gaps"].empty
    assert made["lifecycle_cohorts"].empty


def test_a_month_that_is_not_over_has_no_stage(tmp_path):
    rows = {"orders": orders_of({"a": ["2010-12-01"]}), "customers": customers_of("a")}

    made, _ = make(tmp_path, rows, marts=(RUNS, "lifecycle_cohorts"), period="2010-12")

    assert made["lifecycle_runs"].empty
    assert made["lifecycle_cohorts"]["months_since"].tolist() == [0]


def test_who_registered_and_bought_nothing_is_a_prospect_until_the_first_order(tmp_path):
    rows = {
        "orders": orders_of({"a": ["2010-09-01"]}),
        "customers": customers_of("abc", a=dt.date(2010, 7, 20), b=dt.date(2008, 5, 1)),
    }

    made, _ = make(tmp_path, rows)

    assert read_runs(made)[:2] == [
        (0, "prospect", "2010-07", "2010-09"),
        (0, "new", "2010-09", "2010-10"),
    ]
    # Before the data begin nobody's orders are known; c never said when.
    assert read_runs(made)[-1] == (1, "prospect", "2009-01", None)


def test_an_erased_customer_is_in_no_stage(tmp_path):
    gone = [{**customers_of("a")[0], "erased_at": pd.Timestamp("2010-11-01")}]

    made, _ = make(tmp_path, {"orders": orders_of({"a": ["2010-10-01"]}), "customers": gone})

    assert made["lifecycle_runs"].empty


def draw_shop(seed, n=60, first="2009-01-05"):
    rng = random.Random(seed)
    start = dt.date.fromisoformat(first)
    bought = {
        f"c{n}": sorted({start + dt.timedelta(days=rng.randrange(700)) for _ in range(count)})
        for n, count in enumerate(rng.choice([1, 1, 2, 5, 9, 20]) for _ in range(n))
    }
    created = {
        name: days[0] - dt.timedelta(days=rng.randrange(90))
        for name, days in bought.items() if rng.random() < 0.4
    }  # fmt: skip
    return {"orders": orders_of(bought), "customers": customers_of(list(bought), **created)}


def stage_by_definition(days, created, end, settings):
    """Place one customer at one month end, as the definition reads; None is not there yet."""
    past = [day for day in days if day <= end]
    if not past:
        return "prospect" if created is not None and created <= end else None
    since = (end - past[-1]).days
    inside = [day for day in past if (end - day).days < settings["rfm_days"]]
    if since >= settings["churn_after_days"]:
        return "churned"
    if since >= settings["risk_after_days"]:
        return "at_risk"
    if (past[0].year, past[0].month) == (end.year, end.month):
        return "new"
    return "loyal" if len(inside) >= settings["loyal_orders"] else "growing"


@pytest.mark.parametrize(
    "settings",
    [{}, {"risk_after_days": 10, "churn_after_days": 30}, {"rfm_days": 90, "loyal_orders": 2},
     {"risk_after_days": 200}],
)  # fmt: skip
def test_every_customer_is_placed_at_every_month_end_as_the_definition_says(tmp_path, settings):
    rows = draw_shop(seed=1)
    made, _ = make(tmp_path, rows, **settings)
    values = SETTINGS | settings
    days = {}
    for order in rows["orders"]:
        days.setdefault(order["customer_id"], []).append(order["ordered_on"])

    runs = made["lifecycle_runs"].query("kind == 'orders'")
    for customer in rows["customers"]:
        mine = runs[runs["order_key"] == customer["order_key"]]
        for month in range(2009 * 12, 2010 * 12 + 11):
            end = dt.date((month + 1) // 12, (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)
            until = mine["until_month"].fillna(10**6)
            found = mine.loc[(mine["from_month"] <= month) & (until > month), "stage"].tolist()
            told = stage_by_definition(
                sorted(days[customer["customer_id"]]), customer["created_on"], end, values
            )
            assert found == ([] if told is None else [told])


def test_threads_and_the_order_of_rows_change_no_lifecycle_mart(tmp_path):
    _, paths = make(tmp_path, draw_shop(seed=2), marts=NAMES)

    for mart in (MARTS[name] for name in NAMES):
        given = {name: paths[name] for name in mart.reads}
        given |= {name: tables.arrow_schema(SCHEMAS[name]).empty_table() for name in mart.uses}
        shuffled = {
            name: shuffle(path) if name in {"orders", "customers", RUNS} else path
            for name, path in given.items()
        }
        one, two, eight = (select(mart.sql, given, threads=n) for n in (1, 2, 8))
        assert one.num_rows > 0
        assert one.equals(two)
        assert one.equals(eight)
        assert one.equals(select(mart.sql, shuffled, threads=2))


def shuffle(path):
    rows = parquet.read_table(path)
    return rows.take(random.Random(3).sample(range(rows.num_rows), rows.num_rows))


def test_four_years_later_everything_is_the_same(tmp_path):
    # Month ends move with the calendar: only after 1,461 days are all months as long as before.
    marts = NAMES[:4]
    rows = draw_shop(seed=4)
    later = {
        "orders": [o | {"ordered_on": o["ordered_on"] + LATER} for o in rows["orders"]],
        "customers": [
            c | {"created_on": c["created_on"] and c["created_on"] + LATER}
            for c in rows["customers"]
        ],
    }

    before, _ = make(tmp_path / "a", rows, marts=marts)
    after, _ = make(
        tmp_path / "b", later, marts=marts, period="2014-11", data=("2013-01-01", "2014-12-09")
    )

    for mart in marts:
        moved = after[mart].copy()
        for column in moved.columns[moved.columns.str.endswith(("_month", "month_no"))]:
            moved[column] -= 48
        pd.testing.assert_frame_equal(before[mart], moved)


def test_gaps_are_the_same_after_364_days(tmp_path):
    rows = draw_shop(seed=5)
    later = [o | {"ordered_on": o["ordered_on"] + dt.timedelta(days=364)} for o in rows["orders"]]

    gaps = ("lifecycle_gaps",)
    before, _ = make(tmp_path / "a", rows, marts=gaps, period="2010-W48")
    after, _ = make(
        tmp_path / "b", {**rows, "orders": later}, marts=gaps, period="2011-W48",
        data=("2009-12-31", "2011-12-08"),
    )  # fmt: skip

    pd.testing.assert_frame_equal(before["lifecycle_gaps"], after["lifecycle_gaps"])


def test_doubled_money_moves_no_customer_and_doubles_what_was_spent(tmp_path):
    rows = draw_shop(seed=6)
    richer = [order | {"amount": 2 * order["amount"]} for order in rows["orders"]]

    before, _ = make(tmp_path / "a", rows, marts=(RUNS, "lifecycle_now"))
    after, _ = make(tmp_path / "b", {**rows, "orders": richer}, marts=(RUNS, "lifecycle_now"))

    money = ["net_12m", "gross_12m"]
    once, twice = before["lifecycle_now"], after["lifecycle_now"]
    assert [2 * cell for cell in once["net_12m"]] == list(twice["net_12m"])
    pd.testing.assert_frame_equal(once.drop(columns=money), twice.drop(columns=money))


def test_stages_of_the_past_do_not_change_when_later_orders_are_known(tmp_path):
    rows = draw_shop(seed=7)
    until = dt.date(2010, 6, 30)
    known = [order for order in rows["orders"] if order["ordered_on"] <= until]
    names = {order["customer_id"] for order in known}
    there = [c for c in rows["customers"] if c["customer_id"] in names]

    then, _ = make(tmp_path / "a", {"orders": known, "customers": there}, period="2010-06")
    now, _ = make(tmp_path / "b", rows)

    month = month_no(until)
    at = {}
    for name, made in (("then", then), ("now", now)):
        runs = made["lifecycle_runs"].query("kind == 'orders'")
        held = (runs["from_month"] <= month) & (runs["until_month"].fillna(10**6) > month)
        kept = runs[held & (runs["stage"] != "prospect")]
        at[name] = dict(zip(kept["order_key"], kept["stage"], strict=True))
    assert at["then"] == at["now"]


def contract(customer, started, ended=None, price="9", plan="basic"):
    return {"customer_id": customer, "plan": plan, "price": Decimal(price),
            "started_on": dt.date.fromisoformat(started),
            "ended_on": ended and dt.date.fromisoformat(ended)}  # fmt: skip


def visit(customer, day, place, kind="visit"):
    on = dt.date.fromisoformat(day)
    return {"interaction_id": f"i{place}", "customer_id": customer, "channel": "app",
            "kind": kind, "occurred_at": pd.Timestamp(day), "occurred_on": on}  # fmt: skip


def test_a_contract_is_a_trial_then_active_then_ended(tmp_path):
    rows = {
        "customers": customers_of("ab", b=dt.date(2010, 1, 5)),
        "subscriptions": [
            contract("a", "2010-01-10", "2010-03-10", price="0"),
            contract("a", "2010-03-10", "2010-06-30"),
            contract("b", "2010-04-01"),
        ],
    }

    made, _ = make(tmp_path, rows)

    assert read_runs(made, "contracts") == [
        (0, "trial", "2010-01", "2010-03"),
        (0, "active", "2010-03", "2010-06"),
        (0, "ended", "2010-06", None),
        (1, "prospect", "2010-01", "2010-04"),
        (1, "active", "2010-04", None),
    ]


def test_a_contract_that_is_not_used_is_silent_and_a_ticket_is_no_use(tmp_path):
    rows = {
        "customers": customers_of("ab"),
        "subscriptions": [contract("a", "2009-06-01"), contract("b", "2010-08-20")],
        "interactions": [
            visit("a", "2010-05-10", 0), visit("a", "2010-07-30", 1),
            visit("a", "2010-09-29", 2, kind="ticket"), visit("b", "2010-10-18", 3),
        ],
    }  # fmt: skip

    made, _ = make(tmp_path, rows)

    assert read_runs(made, "contracts") == [
        # Use is known since 10 May 2010; until then all count as users.
        (0, "active", "2009-06", "2010-05"),
        (0, "silent", "2010-05", "2010-07"),
        (0, "active", "2010-07", "2010-08"),
        (0, "silent", "2010-08", None),
        (1, "active", "2010-08", "2010-09"),
        (1, "silent", "2010-09", "2010-10"),
        (1, "active", "2010-10", "2010-11"),
        (1, "silent", "2010-11", None),
    ]
    assert set(made["lifecycle_runs"]["observable_month"]) == {month_no(dt.date(2010, 5, 1))}
