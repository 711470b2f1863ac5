"""Whatever a unit's rules are and whatever its rows hold: rows and money read are kept or told.

Hypothesis draws the file, the rules and the limits; the account must balance to the row and to
the cent, a broken row must be in the list, and nothing may depend on the order of rows.
"""

import os
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapport.analysis.ingestion_trust import list_balance
from rapport.tables import to_frame

# An example is an ingestion or several. Hypothesis draws others in each run.
IS_THOROUGH = os.environ.get("RAPPORT_TEST_SHARE") == "1"
N_BALANCED, N_REORDERED = (60, 24) if IS_THOROUGH else (8, 4)

HEAD = "id,customer,at,amount,kind,via,money\n"
IDS = st.sampled_from(["", *(str(n) for n in range(12))])
CUSTOMERS = st.sampled_from(["", "ann", "王芳", "O'Neil", "=1+1"])
TIMES = st.sampled_from(
    ["", "2024-03-01", "2024-03-02 10:00", "2024-02-30", "0001-01-01", "9999-12-31", "昨天"]
)
AMOUNTS = st.one_of(
    st.decimals(-1000, 1000, places=4).map(str),
    st.sampled_from(["", "1e3", "NaN", "１２", "seven"]),
)
KINDS = st.sampled_from(["", "sale", "return", "gift"])
CHANNELS = st.sampled_from(["", "web", "store", "fax"])
MONEY = st.sampled_from(["GBP", "USD", "XXX", ""])
ROWS = st.lists(st.tuples(IDS, CUSTOMERS, TIMES, AMOUNTS, KINDS, CHANNELS, MONEY), max_size=12)
MISSING = st.dictionaries(
    st.sampled_from(["customer_id", "kind", "channel"]), st.sampled_from(["keep", "drop"])
)
RULES = st.dictionaries(
    st.sampled_from(["guests", "cheap", "odd"]),
    st.sampled_from(["customer is null", "amount like '-%'", "id like '1%' or kind = 'gift'"]),
)


@pytest.fixture
def till(shop):
    shop.unit["sources"] = {"till": {"path": "till*.csv", "format": "csv"}}
    columns = {"order_id": "id", "customer_id": "customer", "ordered_at": "at", "amount": "amount",
               "kind": "kind", "channel": "via"}  # fmt: skip
    shop.unit["tables"] = {"orders": {"from": "till", "columns": columns, "currency": "money"}}
    shop.unit["quarantine"] = {"share": 1.0}
    shop.unit["rates"] = {"fixed": {"USD": "0.8"}}
    return shop


def write(rows):
    return HEAD + "".join(",".join(row) + "\n" for row in rows)


@settings(
    max_examples=N_BALANCED,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(first=ROWS, second=ROWS, exclude=RULES, flag=RULES, missing=MISSING, drop=st.booleans())
def test_rows_and_money_read_are_kept_or_told(till, first, second, exclude, flag, missing, drop):
    till.write("till-1.csv", write(first))
    till.write("till-2.csv", write(second))
    till.unit["tables"]["orders"] |= {
        "exclude": exclude, "flag": flag, "missing": missing,
        "exact_duplicates": "drop" if drop else "keep",
    }  # fmt: skip

    delivery = till.ingest(threads=1)

    balance = list_balance(delivery.quality)
    assert balance["n_rows"].eq(0).all()
    assert balance["money"].eq(0).all()
    steps = delivery.quality.set_index("action")["n_rows"]
    orders = to_frame(delivery.tables["orders"])
    assert len(orders) == steps["kept"].sum()
    assert sum(orders["amount"], Decimal(0)) == delivery.facts["net"]
    broken = delivery.quality[delivery.quality["action"] == "quarantined"]["n_rows"].sum()
    listed = {
        (r["source_file"], r["source_row"]) for r in delivery.tables["quarantine"].to_pylist()
    }
    assert len(listed) == broken
    assert orders["order_id"].is_unique
    assert orders["ordered_at"].dt.year.between(1900, 2100).all()


@settings(
    max_examples=N_REORDERED,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=ROWS)
def test_the_order_of_rows_moves_no_figure(till, rows):
    till.write("till-1.csv", write(rows))
    forth = till.ingest(threads=1)
    till.write("till-1.csv", write(rows[::-1]))
    back = till.ingest(threads=1)

    same = ["table", "rule", "action", "n_rows", "money"]
    assert forth.quality[same].equals(back.quality[same])
    assert (
        forth.tables["orders"]
        .drop_columns("customer_id")
        .equals(back.tables["orders"].drop_columns("customer_id"))
    )
