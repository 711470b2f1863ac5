"""Data sets that published results rest on, and figures compared as they were printed.

The data are not part of the project: `RAPPORT_DATA_PATH` names the folders that hold them.
"""

import functools
import os
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

TELCO = "telco_churn/telco_customer_churn.csv.gz"
ONLINE_RETAIL = "online_retail/online_retail_II_2009_2010.parquet"


def assert_as_printed(value, printed):
    """Compare with a figure as printed: its digits are the tolerance."""
    digits = Decimal(printed)
    half = Decimal(1).scaleb(digits.as_tuple().exponent) / 2
    assert abs(Decimal(repr(float(value))) - digits) <= half, f"{value} was printed as {printed}"


def find(path):
    """Give the file under one of the folders of RAPPORT_DATA_PATH, or skip and say so."""
    folders = os.environ.get("RAPPORT_DATA_PATH", "").split(os.pathsep)
    found = [Path(folder) / path for folder in folders if folder and (Path(folder) / path).exists()]
    if not found:
        pytest.skip(f"{path} is in no folder of RAPPORT_DATA_PATH")
    return found[0]


@functools.cache
def read_telco():
    """Give the 7,043 customers of IBM's Telco data, one row each, with the spell's columns."""
    customers = pd.read_csv(find(TELCO))
    charges = pd.to_numeric(customers["TotalCharges"].str.strip().replace("", "0"))
    return customers.assign(
        TotalCharges=charges,
        duration=customers["tenure"],
        event_observed=customers["Churn"] == "Yes",
    )


@functools.cache
def read_sale_lines():
    """Give the sale lines of Online Retail II 2009-10 that name a customer."""
    columns = ["Invoice", "Quantity", "Price", "InvoiceDate", "Customer ID"]
    lines = pd.read_parquet(find(ONLINE_RETAIL), columns=columns)
    sold = lines["Customer ID"].notna() & (lines["Quantity"] > 0) & (lines["Price"] > 0)
    lines = lines[sold]
    return lines.assign(
        day=lines["InvoiceDate"].dt.normalize(), amount=lines["Quantity"] * lines["Price"]
    )
