"""Which data, for which purpose, for how long."""

import pandas as pd

from rapport.analysis.privacy_study import (
    list_consents,
    list_identifiers,
    list_uses,
    measure_uses,
)
from support import table

COMPLETENESS = """
    table         column       n_rows
    customers     customer_id     160
    customers     region          160
    order_lines   order_id       2000
    orders        order_id        700
    products      product_id       40
    snapshot      data_from         1
"""


def test_tables_of_customers_are_listed_with_purpose_and_days():
    uses = list_uses(
        table(COMPLETENESS),
        purposes={"customers": ("analysis", "profiling")},
        retention_days={"orders": 730},
    )

    assert uses["table"].tolist() == ["customers", "orders", "order_lines"]
    assert uses["n_rows"].tolist() == [160, 700, 2000]
    assert uses["purpose"].tolist() == ["analysis + profiling", "analysis", "analysis"]
    assert uses["days"].tolist() == [pd.NA, 730, 730]
    assert [one.value for one in measure_uses(uses)] == [3]


def test_a_unit_without_tables_says_so():
    empty = pd.DataFrame({"table": [], "column": [], "n_rows": []})
    uses = list_uses(empty, purposes={}, retention_days={})

    assert uses.empty
    assert measure_uses(uses)[0].value == 0


def test_what_is_taken_for_silence_is_listed_by_purpose():
    listed = list_consents({"sharing": "withdrawn", "analysis": "given"})

    assert listed.to_numpy().tolist() == [["analysis", "given"], ["sharing", "withdrawn"]]


def test_a_name_in_two_columns_is_one_kind():
    kinds = table(
        """
        kind         n_customers
        email                 90
        family_name           80
        name                 120
        other                  0
        unionid               30
        """
    )

    assert list_identifiers(kinds).to_numpy().tolist() == [
        ["email", 90], ["name", 120], ["openid", 30],
    ]  # fmt: skip
