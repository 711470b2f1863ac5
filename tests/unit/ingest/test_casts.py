"""What casts refuse to take."""

import pytest

from rapport.errors import DataError

HEAD = "order,customer,day,product,quantity,amount\n"
ROW = "1,ann,2024-03-01 10:00,cup,2,5.00\n"


@pytest.mark.parametrize("written", ["1.38E+10", "1.101e+17", "2E+15"])
def test_an_id_that_a_spreadsheet_has_cut_is_a_fault_and_is_not_told(shop, written):
    shop.write("log.csv", HEAD + ROW + ROW.replace("ann", written))

    with pytest.raises(DataError, match=r"customer_id .*: 1 row: cannot be read as an id") as error:
        shop.ingest()

    assert "row 2. Deliver the column as text" in str(error.value)
    assert written not in str(error.value)


@pytest.mark.parametrize("written", ["1E10", "E+1", "12.5E+1", "AE+10", "1.38E10"])
def test_an_id_that_only_looks_a_little_like_it_stays(shop, written):
    shop.write("log.csv", HEAD + ROW.replace("cup", written))

    assert shop.ingest().tables["order_lines"]["product_id"].to_pylist() == [written]


def test_a_phone_number_that_a_spreadsheet_has_cut_is_a_fault(shop):
    shop.unit["sources"]["crm"] = {"path": "crm.csv", "format": "csv"}
    shop.unit["tables"]["customers"] = {
        "from": "crm", "columns": {"customer_id": "id", "phone": "phone"},
    }  # fmt: skip
    shop.write("crm.csv", "id,phone\nann,1.38E+10\nbob,13912345678\n")

    with pytest.raises(DataError, match=r"phone .*: 1 row: cannot be read as an id.*row 1"):
        shop.ingest()
