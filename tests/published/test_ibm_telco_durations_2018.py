"""Telco customer churn (IBM sample data, 2018) as contracts: durations in calendar months.

Ends are known to have happened, not when: all lie on `data_until`, the first of a month. Counted
in days, S(72) would be .6028 instead of the published .5928.
"""

import datetime as dt

import pyarrow as pa
import pytest

from published.reference_data import assert_as_printed, read_telco
from rapport import tables
from rapport.marts.build import build_mart
from rapport.schema import SCHEMAS

UNTIL = dt.date(2020, 1, 1)
SETTINGS = {
    "period": "2020-01", "rfm_days": 365, "churn_after_days": 180, "horizon_days": 90,
    "is_snapshot": True,
}  # fmt: skip


def months_before(months):
    number = UNTIL.year * 12 + UNTIL.month - 1 - months
    return dt.date(number // 12, number % 12 + 1, 1)


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    into = tmp_path_factory.mktemp("telco")
    contracts = [
        {
            "customer_id": row.customerID, "plan": row.Contract,
            "started_on": months_before(row.tenure),
            "ended_on": UNTIL if row.Churn == "Yes" else None,
        }
        for row in read_telco().itertuples()
    ]  # fmt: skip
    snapshot = {"data_from": months_before(72), "data_until": UNTIL, "n_customers": 7043}
    paths = {}
    for name, rows in {"subscriptions": contracts, "snapshot": [snapshot]}.items():
        schema = tables.arrow_schema(SCHEMAS[name])
        written = tables.write_table(pa.Table.from_pylist(rows, schema), into / f"{name}.parquet")
        paths[name] = written.path
    paths["periods"] = build_mart("periods", paths, settings=SETTINGS, into=into).path
    return lambda name: tables.read_table(
        build_mart(name, paths, settings=SETTINGS, into=into).path
    )


def test_every_contract_has_its_months(build):
    customers = read_telco()

    durations = build("subscription_durations")

    counted = customers.groupby(["Contract", "tenure", customers["Churn"] == "Yes"]).size()
    assert durations["n"].tolist() == counted.tolist()
    assert durations["duration_months"].max() == 72
    assert durations.loc[durations["event_observed"], "n"].sum() == 1869


def test_the_share_that_survives_a_year(build):
    durations = build("subscription_durations")

    share = 1.0
    for month in range(1, 13):
        at_risk = durations.loc[durations["duration_months"] >= month, "n"].sum()
        ended = durations[(durations["duration_months"] == month) & durations["event_observed"]]
        share *= 1 - ended["n"].sum() / at_risk

    assert_as_printed(share, ".8432")


def test_a_month_of_a_snapshot_holds_all_ends_and_is_not_called_incomplete(build):
    months = build("subscription_months").set_index("window").loc["current"]

    assert months["n_ended"] == 1869
    assert months["is_whole"]
