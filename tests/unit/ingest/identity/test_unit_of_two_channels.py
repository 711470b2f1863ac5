"""A unit whose customers come from two channels: one row per person, and orders follow."""

from decimal import Decimal

import pytest

from rapport.errors import DataError, ParameterError
from rapport.privacy import pseudonym

KEY = b"k" * 32
MEMBERS = """\
no,name,phone,born,level,since
1,王伟,13912345078,1990-01-05,gold,2020-03-01
2,李娜,13912345079,1985-07-09,,2020-04-01
3,王芳,13912345078,1992-02-02,silver,2021-01-01
"""
ACCOUNTS = """\
no,name,phone,city,since
1,李娜,+86 139 1234 5079,上海,2022-05-01
2,刘洋,13912345080,北京,2022-06-01
3,王 伟,0086-139-1234-5078,广州,2023-01-01
"""
SALES = """\
order,channel,customer,day,amount
a,pos,1,2024-03-01,10.00
b,pos,2,2024-03-02,20.00
c,web,1,2024-03-03,40.00
d,web,2,2024-03-04,80.00
e,web,3,2024-03-05,160.00
f,web,,2024-03-06,320.00
"""


@pytest.fixture
def channels(shop):
    """Give the shop members and web accounts, who are numbered from 1 in each."""
    for name, text in (("members", MEMBERS), ("accounts", ACCOUNTS)):
        shop.write(f"{name}.csv", text)
    rows = SALES.splitlines()
    for channel in ("pos", "web"):
        kept = [row for row in rows[1:] if f",{channel}," in row]
        shop.write(f"{channel}.csv", "\n".join([rows[0], *kept]) + "\n")
    names = ("members", "accounts", "pos", "web")
    shop.unit["sources"] = {name: {"path": f"{name}.csv", "format": "csv"} for name in names}
    person = {"customer_id": "no", "created_at": "since", "name": "name", "phone": "phone"}
    order = {"order_id": "order", "customer_id": "customer", "amount": "amount"}
    shop.unit["tables"] = {
        "customers": [
            {"source": "pos", "from": "members",
             "columns": person | {"loyalty_tier": "level", "birth_date": "born"}},
            {"source": "web", "from": "accounts", "columns": person | {"city": "city"}},
        ],
        "orders": [
            {"source": channel, "from": channel, "columns": order, "time": {"column": "day"}}
            for channel in ("pos", "web")
        ],
    }  # fmt: skip
    shop.unit["identity"] = {"keys": ["phone"], "calling_code": "86", "own_numbers": True}
    return shop


def _customers(delivery):
    return delivery.tables["customers"].to_pandas().set_index("customer_id")


def test_records_of_one_person_are_one_row_that_the_first_record_names(channels):
    delivery = channels.ingest(key=KEY)

    customers = _customers(delivery)
    assert set(customers.index) == {
        pseudonym(KEY, text) for text in ("pos:1", "pos:2", "pos:3", "web:2")
    }
    wei = customers.loc[pseudonym(KEY, "pos:1")]
    assert (wei["loyalty_tier"], wei["city"]) == ("gold", "广州")
    assert str(wei["created_on"]) == "2020-03-01"


def test_orders_follow_the_number_that_their_own_source_uses(channels):
    orders = channels.ingest(key=KEY).tables["orders"].to_pandas().set_index("order_id")

    spent = orders.groupby("customer_id")["amount"].sum().to_dict()
    assert spent == {
        pseudonym(KEY, "pos:1"): Decimal("170.0000"),
        pseudonym(KEY, "pos:2"): Decimal("60.0000"),
        pseudonym(KEY, "web:2"): Decimal("80.0000"),
    }
    assert orders["customer_id"].isna().to_dict()["f"]


def test_records_that_another_names_are_counted_among_the_rows(channels):
    quality = channels.ingest(key=KEY).quality

    merged = quality[quality["rule"] == "one_customer"].set_index("source")
    assert merged["n_rows"].to_dict() == {"accounts": 2}
    assert set(merged["action"]) == {"merged"}


def test_every_record_has_a_link_and_none_holds_a_number(channels):
    delivery = channels.ingest(key=KEY)

    links = delivery.tables["identity_links"].to_pylist()
    assert len(links) == 6
    assert {
        (row["source"], row["source_id"]): (row["customer_id"], row["rule"]) for row in links
    } == {
        ("pos", pseudonym(KEY, "pos:1")): (pseudonym(KEY, "pos:1"), "phone"),
        ("pos", pseudonym(KEY, "pos:2")): (pseudonym(KEY, "pos:2"), "phone"),
        ("pos", pseudonym(KEY, "pos:3")): (pseudonym(KEY, "pos:3"), "declared_id"),
        ("web", pseudonym(KEY, "web:1")): (pseudonym(KEY, "pos:2"), "phone"),
        ("web", pseudonym(KEY, "web:2")): (pseudonym(KEY, "web:2"), "declared_id"),
        ("web", pseudonym(KEY, "web:3")): (pseudonym(KEY, "pos:1"), "phone"),
    }


def test_what_joined_and_what_parted_records_is_counted(channels):
    account = channels.ingest(key=KEY).identity

    assert (account.n_records, account.n_customers) == (6, 4)
    assert account.rules.values.tolist() == [["phone", 2, 4]]
    # The family of 王伟 and 王芳.
    assert account.cases.values.tolist() == [["names_differ", "phone", 1, 3]]


def test_a_declared_file_links_and_parts_by_the_numbers_of_sources(channels):
    channels.write(
        "known.csv",
        "action,source,source_id,other_source,other_id\n"
        "link,pos,3,web,2\nnever,pos,1,web,3\nlink,pos,99,web,1\n,pos,3,web,1\n",
    )
    channels.unit["sources"]["known"] = {"path": "known.csv", "format": "csv"}
    channels.unit["identity"]["overrides"] = "known"

    delivery = channels.ingest(key=KEY)

    links = {
        row["source_id"]: (row["customer_id"], row["rule"])
        for row in delivery.tables["identity_links"].to_pylist()
    }
    assert links[pseudonym(KEY, "web:2")] == (pseudonym(KEY, "pos:3"), "override")
    assert links[pseudonym(KEY, "web:3")] == (pseudonym(KEY, "web:3"), "declared_id")
    reasons = dict(zip(delivery.identity.cases["reason"], delivery.identity.cases["n_cases"],
                       strict=True))  # fmt: skip
    assert reasons == {"names_differ": 1, "never": 1, "unknown_record": 1}


@pytest.mark.parametrize(
    ("rows", "told"),
    [("join,pos,1,web,1", "1 rows have another action"),
     ("link,pos,1,web,1\nnever,web,1,pos,1", "1 pairs are declared `link` and `never`")],
)  # fmt: skip
def test_a_declared_file_that_contradicts_itself_is_told(channels, rows, told):
    channels.write("known.csv", f"action,source,source_id,other_source,other_id\n{rows}\n")
    channels.unit["sources"]["known"] = {"path": "known.csv", "format": "csv"}
    channels.unit["identity"]["overrides"] = "known"

    with pytest.raises(DataError, match=told):
        channels.ingest()


def test_a_source_of_orders_without_customers_must_say_whose_numbers_it_carries(channels):
    channels.unit["tables"]["orders"][1]["source"] = "marketplace"

    with pytest.raises(DataError, match="numbers of marketplace, which lists no customers"):
        channels.ingest()

    channels.unit["identity"]["numbers_of"] = {"marketplace": "web"}
    assert len(channels.ingest().tables["orders"]) == 6


@pytest.mark.parametrize(
    ("identity", "told"),
    [({"keys": ["fone"], "calling_code": "86"}, "no source fills fone. Did you mean phone"),
     ({"keys": ["email"], "calling_code": "86"}, "no source fills email. Map it"),
     ({"keys": ["phone"]}, "State `calling_code`"),
     ({"keys": ["phone"], "calling_code": "86", "overrides": "x"}, "no source is called x")],
)  # fmt: skip
def test_rules_that_cannot_be_followed_are_told_with_what_to_do(channels, identity, told):
    channels.unit["identity"] = identity | {"own_numbers": True}

    with pytest.raises(ParameterError, match=told):
        channels.ingest()


def test_consents_of_two_records_are_one_customers_and_a_withdrawal_counts(channels):
    channels.write(
        "consents.csv",
        "who,purpose,at,state\n1,marketing_email,2024-01-01,withdrawn\n"
        "2,marketing_email,2024-01-01,given\n",
    )
    channels.write("web_consents.csv", "who,purpose,at,state\n3,marketing_email,2024-01-01,given\n")
    columns = {"customer_id": "who", "purpose": "purpose", "changed_at": "at", "state": "state"}
    for name, source in (("consents", "pos"), ("web_consents", "web")):
        channels.unit["sources"][name] = {"path": f"{name}.csv", "format": "csv"}
        channels.unit["tables"].setdefault("consents", []).append(
            {"source": source, "from": name, "columns": columns}
        )

    consents = channels.ingest(key=KEY).tables["consents"].to_pylist()

    assert {row["customer_id"]: row["state"] for row in consents} == {
        pseudonym(KEY, "pos:1"): "withdrawn", pseudonym(KEY, "pos:2"): "given",
    }  # fmt: skip
    assert len(consents) == 2


def test_threads_and_a_new_key_of_pseudonyms_move_no_row(channels):
    again = "".join(f"{n},王伟,13912345078,1990-01-05,,2024-01-01\n" for n in range(4, 12))
    channels.write("members.csv", MEMBERS + again)
    keys = (KEY, b"o" * 32)

    one, other = (channels.ingest(key=key, threads=n) for n, key in enumerate(keys, start=1))

    for table in ("customers", "orders"):
        kept = [name for name in one.tables[table].column_names if name != "customer_id"]
        assert one.tables[table].select(kept).equals(other.tables[table].select(kept))
    numbers = [
        _unmask(delivery.tables["identity_links"]["source_id"].to_pylist(), key)
        for delivery, key in zip((one, other), keys, strict=True)
    ]
    assert numbers[0] == numbers[1]


def _unmask(names, key):
    known = {pseudonym(key, f"{source}:{n}"): (source, n) for source in ("pos", "web")
             for n in range(1, 12)}  # fmt: skip
    return [known[name] for name in names]


def test_without_rules_the_number_alone_tells_customers_apart(channels):
    del channels.unit["identity"]
    channels.unit["tables"]["customers"].pop()

    delivery = channels.ingest(key=KEY)

    assert delivery.identity is None
    assert {row["rule"] for row in delivery.tables["identity_links"].to_pylist()} == {"declared_id"}
