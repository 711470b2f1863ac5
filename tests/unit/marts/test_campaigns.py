"""What campaigns did, customer by customer and added up: contact_outcomes and its like."""

import datetime as dt
import random
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rapport import tables
from rapport.marts.build import build_mart
from rapport.marts.catalog import MARTS
from rapport.schema import SCHEMAS
from rapport.tables.engine import select
from support import table
from unit.marts.conftest import SETTINGS, read_customers, read_orders, write_canonical

NAMES = ("contact_outcomes", "campaign_funnels", "campaign_arms", "campaign_spends",
         "campaign_waits", "campaign_changes", "contact_pressure", "contact_kinds",
         "contact_groups", "contact_features", "touch_paths")  # fmt: skip
ORDERS = """
    customer  day         kind    amount
    a         2010-06-01  sale    10
    a         2010-10-20  sale    20
    a         2010-11-03  sale    30
    a         2010-11-05  return  -5
    b         2010-10-30  sale    40
    c         2010-11-08  sale    50
    d         2010-11-01  sale    60
    d         2010-11-12  sale    70
    e         2010-09-01  sale    80
"""
CONTACTS = """
    campaign  customer  variant  assigned
    x         a         mail     2010-11-02
    x         b         control  2010-11-02
    x         c         mail     2010-11-02
    x         d         mail     2010-11-10
    y         a         mail     2010-11-20
    y         e         mail     2010-11-28
"""


def at(day):
    return pd.Timestamp(day)


def read_contacts(drawn, edit=None):
    rows = [
        {"campaign_id": row["campaign"], "customer_id": row["customer"], "variant": row["variant"],
         "assigned_at": at(row["assigned"]), "assigned_on": dt.date.fromisoformat(row["assigned"])}
        for row in table(drawn).astype(str).to_dict("records")
    ]  # fmt: skip
    for place, other in (edit or {}).items():
        rows[place] |= other
    return rows


def campaign(name, start, end, design="experiment"):
    return {
        "campaign_id": name, "name": f"Letter {name}", "design": design, "channel": "email",
        "started_at": at(start), "started_on": dt.date.fromisoformat(start),
        "ended_at": at(end), "ended_on": dt.date.fromisoformat(end),
    }  # fmt: skip


CAMPAIGNS = [campaign("x", "2010-11-01", "2010-11-15"), campaign("y", "2010-11-14", "2010-12-24"),
             campaign("z", "2010-11-20", "2010-11-21", "broadcast"),
             campaign("late", "2010-12-05", "2010-12-08")]  # fmt: skip


def make(into, *, orders=ORDERS, contacts=CONTACTS, edit=None, names=NAMES, **others):
    drawn = read_orders(orders)
    snapshot = {"data_from": dt.date(2009, 1, 1), "data_until": dt.date(2010, 12, 9),
                "n_customers": 0, "n_orders": 0}  # fmt: skip
    rows = {"orders": drawn, "customers": read_customers(drawn), "snapshot": [snapshot],
            "campaigns": CAMPAIGNS, "campaign_contacts": read_contacts(contacts, edit),
            "interactions": []} | others  # fmt: skip
    paths = {name: write_canonical(name, held, into) for name, held in rows.items()}
    settings = SETTINGS | {"period": "2010-11"}
    for name in ("settings", "periods", *(name for name in NAMES if name in names)):
        paths[name] = build_mart(name, paths, settings=settings, into=into, shelf=into.parent).path
    return paths


def read(into, name, **given):
    needed = tuple(dict.fromkeys(("contact_outcomes", name)))
    return tables.read_table(make(into, names=needed, **given)[name])


def outcomes(into, **given):
    rows = read(into, "contact_outcomes", **given)
    customers = {
        row["order_key"]: row["customer_id"] for row in read_customers(read_orders(ORDERS))
    }
    return rows.assign(customer=rows["customer_key"].map(customers)).set_index(
        ["campaign_id", "customer"]
    )


def test_a_contact_is_answered_by_orders_of_the_days_after_its_assignment(tmp_path):
    found = outcomes(tmp_path)

    # Bought on the third, a day after, and gave back on the fifth; the order of the ninth is 7 days
    # after the second.
    assert found.loc[("x", "a"), ["n_orders", "is_converted"]].tolist() == [1, 1]
    assert found.loc[("x", "a"), "net"] == Decimal("25")
    assert found.loc[("x", "c"), "is_converted"] == 1
    assert found.loc[("x", "b"), "is_converted"] == 0


@pytest.mark.parametrize(
    ("day", "n_orders"),
    [("2010-11-02", 0), ("2010-11-03", 1), ("2010-11-09", 1), ("2010-11-10", 0)],
)
def test_the_window_opens_the_day_after_the_assignment_and_closes_on_its_last_day(
    tmp_path, day, n_orders
):
    orders = f"""
        customer  day         kind  amount
        a         {day}  sale  10
    """
    contacts = """
        campaign  customer  variant  assigned
        x         a         mail     2010-11-02
    """
    row = read(tmp_path, "contact_outcomes", orders=orders, contacts=contacts).iloc[0]

    assert (row["n_orders"], row["net"]) == (n_orders, 10 * n_orders)


def test_spend_before_ends_with_the_day_before_the_assignment(tmp_path):
    found = outcomes(tmp_path)["net_before"]

    assert found["x", "a"] == Decimal("20")  # the order of June is older than ninety days
    assert found["x", "b"] == Decimal("40")


def test_the_stage_is_that_of_the_day_of_assignment(tmp_path):
    found = outcomes(tmp_path)["stage"]

    assert found["x", "a"] == "growing"
    assert found["x", "b"] == "new"
    assert found["x", "c"] == "prospect"
    assert found["y", "e"] == "at_risk"


def test_who_bought_while_the_campaign_ran_and_before_his_assignment_is_late(tmp_path):
    found = outcomes(tmp_path)["is_late"]

    assert found["x", "d"] == 1
    assert found.drop(("x", "d")).sum() == 0


def test_who_was_assigned_after_the_end_is_late(tmp_path):
    found = outcomes(tmp_path, edit={2: {"assigned_on": dt.date(2010, 11, 16)}})["is_late"]

    assert found["x", "c"] == 1


def test_a_window_that_as_of_cuts_is_open(tmp_path):
    found = outcomes(tmp_path)["is_open"]

    assert found["y", "e"] == 1  # assigned on the 28th, seven days are not over on the 30th
    assert found["y", "a"] == 0


def test_what_happens_after_as_of_has_not_happened(tmp_path):
    later = {4: {"sent_at": at("2010-11-20"), "opened_at": at("2010-12-01"),
                 "redeemed_at": at("2010-12-02")}}  # fmt: skip
    found = outcomes(tmp_path, edit=later)

    columns = ["is_sent", "is_opened", "is_redeemed"]
    assert found.loc[("y", "a"), columns].tolist() == [1, 0, 0]
    assert "late" not in found.index.get_level_values("campaign_id")


def test_a_control_that_was_contacted_is_counted(tmp_path):
    row = read(tmp_path, "campaign_funnels", edit={1: {"sent_at": at("2010-11-02")}}).iloc[0]

    assert row["n_control_contacted"] == 1
    assert row["n_sent"] == 0


def test_a_customer_in_two_variants_counts_once_and_in_no_arm(tmp_path):
    twice = CONTACTS + "\n    x         b         mail     2010-11-02"
    paths = make(tmp_path, contacts=twice)
    funnel, arms = (tables.read_table(paths[n]) for n in ("campaign_funnels", "campaign_arms"))

    assert funnel.iloc[0][["n_targeted", "n_control", "n_twice"]].tolist() == [3, 1, 1]
    assert arms.loc[arms["variant"] == "control", "n"].sum() == 0


def test_arms_leave_out_open_windows_and_the_late_and_count_them_as_assigned(tmp_path):
    arms = read(tmp_path, "campaign_arms").groupby("variant")[["n_assigned", "n", "n_converted"]]

    assert arms.sum().to_dict("index") == {
        "control": {"n_assigned": 1, "n": 1, "n_converted": 0},
        "mail": {"n_assigned": 3, "n": 2, "n_converted": 2},
    }


def test_squares_of_money_are_exact(tmp_path):
    arms = read(tmp_path, "campaign_arms").set_index(["variant", "stage"])

    assert arms.loc[("mail", "growing"), "net_squared"] == Decimal("625")
    assert arms.loc[("mail", "growing"), "net_by_before"] == Decimal("500")


def test_sums_spent_are_those_of_the_arms(tmp_path):
    # The window of e is still open.
    held = [campaign("x", "2010-11-01", "2010-12-15")]
    contacts = CONTACTS + "x         e         mail     2010-11-28\n"
    paths = make(tmp_path, contacts=contacts, campaigns=held)
    arms, spends = (tables.read_table(paths[n]) for n in ("campaign_arms", "campaign_spends"))

    summed = spends.assign(net=spends["net"] * spends["n"]).groupby("variant")[["n", "net"]].sum()
    of_arms = arms.groupby("variant")[["n", "net"]].sum()
    assert summed.to_dict() == of_arms[of_arms["n"] > 0].to_dict()


def test_the_first_order_after_the_assignment_counts_and_the_others_are_watched_to_the_end(
    tmp_path,
):
    waits = read(tmp_path, "campaign_waits")
    rows = waits.set_index("variant")[["duration", "is_event", "n"]]

    # a ordered the day after the second of November, c on the eighth; d bought while the campaign
    # ran and before it was assigned; b did not order by the thirtieth.
    assert rows.loc["control"].tolist() == [28, 0, 1]
    assert rows.loc["mail"].to_numpy().tolist() == [[1, 1, 1], [6, 1, 1]]


def test_an_order_of_the_day_of_assignment_is_none_of_those_that_followed(tmp_path):
    orders = """
        customer  day         kind    amount
        a         2010-11-01  sale    10
        a         2010-11-02  sale    20
        b         2010-11-02  sale    20
    """
    held = [campaign("x", "2010-11-02", "2010-11-15")]
    contacts = """
        campaign  customer  variant  assigned
        x         a         mail     2010-11-02
        x         b         control  2010-11-02
    """
    waits = read(tmp_path, "campaign_waits", orders=orders, contacts=contacts, campaigns=held)

    assert waits[["duration", "is_event"]].to_numpy().tolist() == [[28, 0], [28, 0]]


@pytest.mark.parametrize(
    ("day", "found"),
    [("2010-11-01", [29, 0]), ("2010-09-01", [59, 1]), ("2010-08-01", [90, 1]),
     ("2010-07-31", [90, 0])],
)  # fmt: skip
def test_nobody_is_watched_for_more_than_ninety_days(tmp_path, day, found):
    orders = """
        customer  day         kind    amount
        a         2010-10-30  sale    20
        b         2010-01-30  sale    20
    """
    contacts = f"""
        campaign  customer  variant  assigned
        x         a         mail     {day}
        x         b         control  {day}
    """
    held = [campaign("x", day, "2010-11-15")]
    rows = read(tmp_path, "campaign_waits", orders=orders, contacts=contacts, campaigns=held)

    mail = rows[rows["variant"] == "mail"].iloc[0]
    assert mail[["duration", "is_event"]].tolist() == found


def test_a_campaign_without_contacts_has_a_row_of_nought(tmp_path):
    funnels = read(tmp_path, "campaign_funnels").set_index("campaign_id")

    assert funnels.index.tolist() == ["x", "y", "z"]
    assert funnels.loc["z", ["n_targeted", "n_control"]].tolist() == [0, 0]


def test_windows_are_of_the_campaigns_length_and_know_who_was_there(tmp_path):
    changes = read(tmp_path, "campaign_changes")
    x = changes[changes["campaign_id"] == "x"].set_index(["is_contacted", "is_known"])

    # Fifteen days from 1 November: a alone was seen before 2 October, thirty days back.
    assert x["n_days"].unique().tolist() == [15]
    assert x.loc[(1, 1), ["n", "during", "before"]].tolist() == [1, Decimal("25"), Decimal("20")]
    assert x.loc[(1, 1), "change_squared"] == Decimal("25")
    assert x.loc[(1, 0), "n"] == 2  # c and d
    assert x.loc[(0, 1), "n"] == 1  # e
    assert x["n"].sum() == 5


def test_a_campaign_that_runs_on_is_not_ended(tmp_path):
    changes = read(tmp_path, "campaign_changes").drop_duplicates("campaign_id")

    assert changes.set_index("campaign_id")["is_ended"].to_dict() == {
        "x": True, "y": False, "z": True,
    }  # fmt: skip


def test_a_contact_within_thirty_days_of_another_is_the_second(tmp_path):
    found = outcomes(tmp_path)

    assert found.loc[("y", "a"), ["n_contacts_30", "n_contacts_before"]].tolist() == [2, 1]
    assert found.loc[("y", "a"), "is_overlapping"] == 1  # y began on the 14th, x ran to the 15th
    assert found.loc[("x", "a"), ["n_contacts_30", "is_overlapping"]].tolist() == [1, 0]


def test_contacts_are_crossed_by_channel_and_stage_where_they_were_delivered(tmp_path):
    names = ("contact_outcomes", "campaign_funnels", "contact_groups")
    delivered = {0: {"delivered_at": at("2010-11-02 10:00")}}

    all_sent, some = (
        tables.read_table(make(tmp_path / name, names=names, edit=edit)["contact_groups"])
        for name, edit in (("sent", {}), ("delivered", delivered))
    )

    # Of x three are sent to (a, c, d); where one delivery is told, only who got it counts. The
    # windows of y's later contact are still open.
    counted = [
        [int((rows[name] * rows["n_customers"]).sum()) for name in ("n_rows", "n_bought")]
        for rows in (all_sent, some)
    ]
    assert counted == [[4, 3], [2, 1]]
    assert set(all_sent["channel"]) == {"email"}


def test_a_path_credits_one_touch_a_channel_and_day(tmp_path):
    visits = [
        {"interaction_id": f"v{n}", "customer_id": "a", "kind": "page", "channel": channel,
         "occurred_at": at(when), "occurred_on": at(when).date()}
        for n, (channel, when) in enumerate(
            [("app", "2010-10-25 09:00"), ("web", "2010-11-03 08:00"), ("web", "2010-11-03 08:10"),
             ("web", "2010-08-01 08:00")]
        )
    ]  # fmt: skip
    paths = read(tmp_path, "touch_paths", interactions=visits).set_index(["channel", "n_touches"])

    columns = ["n_first", "n_last", "n_on_path"]
    assert paths.loc[("app", 2), columns].tolist() == [1, 0, 1]
    assert paths.loc[("web", 2), columns].tolist() == [0, 1, 1]
    assert paths.loc[("none", 0), "n_last"] == 3  # those of c and d in November


def draw(n=400):
    """Draw a shop whose customers are in two campaigns, with ties of days and amounts."""
    dice = random.Random(4)
    days = [dt.date(2010, 8, 1) + dt.timedelta(days=k) for k in range(120)]
    rows = [
        f"c{dice.randint(0, n)}  {dice.choice(days)}  sale  {dice.randint(1, 30)}"
        for _ in range(3 * n)
    ]
    orders = "customer  day  kind  amount\n" + "\n".join(rows)
    known = sorted({row.split()[0] for row in rows})
    variants = ["mail"] * 4 + ["control"]
    picked = [
        f"{name}  {customer}  {dice.choice(variants)}  2010-11-{dice.randint(2, 20):02d}"
        for name in ("x", "y") for customer in known if dice.random() < 0.8
    ]  # fmt: skip
    return {
        "orders": orders,
        "contacts": "campaign  customer  variant  assigned\n" + "\n".join(picked),
    }


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    return make(tmp_path_factory.mktemp("drawn"), **draw())


def shuffle(path):
    rows = pq.read_table(path)
    order = random.Random(1).sample(range(rows.num_rows), rows.num_rows)
    return rows.take(pa.array(order, pa.int64()))


@pytest.mark.parametrize("name", NAMES)
def test_threads_and_the_order_of_rows_change_nothing(drawn, name):
    mart = MARTS[name]
    relations = {at: drawn[at] for at in mart.reads}
    shuffled = {at: shuffle(path) if at in SCHEMAS else path for at, path in relations.items()}

    one, two, eight = (select(mart.sql, relations, threads=n) for n in (1, 2, 8))

    assert one.num_rows
    assert one.equals(two)
    assert one.equals(eight)
    assert one.equals(select(mart.sql, shuffled, threads=2))


def test_arms_add_up_to_those_assigned(drawn):
    funnels, arms = (tables.read_table(drawn[n]) for n in ("campaign_funnels", "campaign_arms"))
    sizes = arms.groupby("campaign_id")["n_assigned"].sum()

    whole = funnels.set_index("campaign_id")[["n_targeted", "n_control"]].sum(axis=1)
    assert sizes.to_dict() == whole[whole > 0].to_dict()


def test_everybody_who_bought_is_contacted_or_not(drawn):
    changes = tables.read_table(drawn["campaign_changes"])
    buyers = len(tables.read_table(drawn["customers"]))

    assert set(changes.groupby("campaign_id")["n"].sum()) == {buyers}
