"""Files that are broken or meant to harm: one clear message, or a row put aside, and no more."""

from decimal import Decimal

import pytest

from rapport.errors import DataError
from unit.ingest.hostile import (
    ASIDE,
    GOOD,
    HEAD,
    N_GOOD,
    REFUSED,
    SECRET,
    cell,
    parquet,
    rows,
    text,
)


@pytest.fixture
def raw(shop):
    folder = shop.root / "data" / "raw"
    (folder / "log.csv").unlink()
    shop.unit["quarantine"] = {"rows": 3}
    return folder


def declare(shop, made):
    shop.unit["sources"]["log"] = {
        "types": {"quantity": "integer", "amount": "decimal"}, **made
    }  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_taken_is_refused_in_words_without_its_content(shop, raw, name):
    make, said = REFUSED[name]
    shop.unit["quarantine"] = {"rows": 0}
    shop.unit["sources"]["log"] = make(raw)

    with pytest.raises(DataError, match=said) as refused:
        shop.ingest()

    assert SECRET not in str(refused.value)
    assert "Traceback" not in str(refused.value)


@pytest.mark.parametrize("name", ASIDE)
def test_a_row_that_cannot_be_taken_is_put_aside_and_all_others_stay(shop, raw, name):
    make, rule, n_rows = ASIDE[name]
    shop.unit["sources"]["log"] = make(raw)

    delivery = shop.ingest()

    lines = delivery.quality[delivery.quality["table"] == "order_lines"].set_index("rule")
    assert lines.loc[rule, "n_rows"] == n_rows
    assert lines.loc["read", "n_rows"] == N_GOOD + n_rows
    assert lines.loc["kept", ["n_rows", "money"]].tolist() == [N_GOOD, Decimal("100.0000")]
    assert delivery.tables["orders"].num_rows == N_GOOD


@pytest.mark.parametrize(
    "product",
    ["=1+1", "@SUM(A1)", "+1", "-2+3", "<script>alert(1)</script>", "'; DROP TABLE orders; --",
     '"" OR 1=1', "../../etc/passwd", "${HOME}", "{{7*7}}", "茶\u202e杯",
     "👩\u200d👧", "NULL", "#REF!"],
)  # fmt: skip
def test_text_that_means_something_elsewhere_stays_text(shop, raw, product):
    quoted = '"' + product.replace('"', '""') + '"'
    shop.unit["sources"]["log"] = text(rows(f"900,ann,2024-03-01,{quoted},1,2.50"))(raw)

    made = shop.ingest().tables["order_lines"]["product_id"].to_pylist()

    assert [cell for cell in made if cell != SECRET] == [product]


@pytest.mark.parametrize(
    "name",
    ["👍 amount", 'a "mount"', "amount; DROP TABLE orders", "金额（元）", "a.b", "sum(amount)",
     "المبلغ", "select", "a'b"],
)  # fmt: skip
def test_any_name_of_a_column_can_be_mapped(shop, raw, name):
    quoted = '"' + name.replace('"', '""') + '"'
    shop.unit["sources"]["log"] = text(rows().replace("amount", quoted))(raw)
    shop.lines["columns"]["amount"] = name

    assert shop.ingest().facts["net"] == Decimal("100.0000")


def test_marks_of_direction_in_a_name_are_not_seen_and_not_read(shop, raw):
    shop.unit["sources"]["log"] = text(rows().replace("amount", "\u202eamo\u200bunt\u2069"))(raw)

    assert shop.ingest().facts["net"] == Decimal("100.0000")


def test_a_column_without_a_name_is_called_by_its_place(shop, raw):
    shop.unit["sources"]["log"] = text(rows().replace("amount", ""))(raw)
    shop.lines["columns"]["amount"] = "column 6"

    assert shop.ingest().facts["net"] == Decimal("100.0000")


def test_a_mark_amid_the_rows_is_part_of_no_order(shop, raw):
    shop.unit["sources"]["log"] = text(rows("\ufeff1,c1,2024-03-02,cup,1,0.50"))(raw)

    delivery = shop.ingest()

    assert delivery.tables["orders"].num_rows == N_GOOD
    assert delivery.facts["net"] == Decimal("100.5000")


@pytest.mark.parametrize("word", ["NaN", "nan", '"NaN"', ""])
def test_no_number_as_an_id_is_no_customer(shop, raw, word):
    shop.unit["sources"]["log"] = text(rows(*(f"90{n},{word},2024-03-01,cup,1,1" for n in "12")))(
        raw
    )

    delivery = shop.ingest()

    assert delivery.facts["customers"] == 7
    assert delivery.tables["orders"]["customer_id"].null_count == 2


def test_no_number_as_an_id_in_parquet_is_no_customer(shop, raw):
    columns = [float(n % 7) if n % 2 else float("nan") for n in range(N_GOOD)]
    words = ["nan" if n == 3 else "cup" for n in range(N_GOOD)]
    shop.unit["sources"]["log"] = parquet(customer=columns, product=words)(raw)
    shop.lines["exclude"] = {"no_product": "product IS NULL"}

    delivery = shop.ingest()

    assert delivery.facts["customers"] == 7
    assert delivery.quality.set_index("rule").loc["no_product", "n_rows"] == 1


def test_words_that_mean_nothing_are_declared(shop, raw):
    shop.unit["sources"]["log"] = text(rows(r"900,\N,2024-03-01,cup,1,1"), missing=[r"\N"])(raw)

    assert shop.ingest().facts["customers"] == 7


def test_minus_zero_is_zero(shop, raw):
    shop.unit["sources"]["log"] = cell("amount", "-0.00")(raw)

    delivery = shop.ingest()

    assert delivery.facts["net"] == Decimal("100.0000")
    assert set(delivery.tables["orders"]["kind"].to_pylist()) == {"sale"}


@pytest.mark.parametrize(
    ("form", "written"),
    [("english", '"1,234.50"'), ("german", '"1.234,50"'), ("french", '"1 234,50"'),
     ("swiss", "1'234.50")],
)  # fmt: skip
def test_thousands_are_read_as_declared(shop, raw, form, written):
    good = rows().replace("2.50", '"2,50"') if form in ("german", "french") else rows()
    row = f"900,ann,2024-03-01,cup,1,{written}"
    shop.unit["sources"]["log"] = text(
        good + row + "\n", types={"amount": "decimal"}, numbers=form
    )(raw)

    assert shop.ingest().facts["net"] == Decimal("1334.5000")


@pytest.mark.parametrize(
    "day", ["0001-01-01", "9999-12-31", "1899-12-31", "0000-00-00", "2024-03-01 25:00"]
)
def test_a_day_that_cannot_be_is_refused(shop, raw, day):
    shop.unit["quarantine"] = {"rows": 0}
    shop.unit["sources"]["log"] = cell("day", day)(raw)

    with pytest.raises(DataError, match="ordered_at"):
        shop.ingest()


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\n\n"])
def test_ends_of_lines_are_read_as_every_system_writes_them(shop, raw, ends):
    shop.unit["sources"]["log"] = text(rows().replace("\n", ends))(raw)

    assert shop.ingest().facts["net"] == Decimal("100.0000")


def test_lines_before_the_head_and_comments_are_passed_over(shop, raw):
    content = "Orders of the shop\n\n# made by a till\n" + rows("# pause", '# "open quote')
    shop.unit["sources"]["log"] = text(content, skip=2, comment="#")(raw)

    delivery = shop.ingest()

    assert delivery.facts["net"] == Decimal("100.0000")
    assert delivery.sources["n_rows"].tolist() == [N_GOOD]


def test_a_mark_of_comment_inside_of_quotes_is_text(shop, raw):
    shop.unit["sources"]["log"] = text(
        rows('900,ann,2024-03-01,"cup\n# no comment",1,1'), comment="#"
    )(raw)

    assert "cup\n# no comment" in shop.ingest().tables["order_lines"]["product_id"].to_pylist()


def test_a_file_without_a_head_gets_its_names_from_the_unit(shop, raw):
    content = rows().removeprefix(HEAD + "\n")
    shop.unit["sources"]["log"] = text(content, names=HEAD.split(","))(raw)

    delivery = shop.ingest()

    assert delivery.facts["net"] == Decimal("100.0000")
    assert delivery.sources["n_rows"].tolist() == [N_GOOD]


def test_a_declared_row_number_leads_to_the_row_in_the_file(shop, raw):
    shop.unit["quarantine"] = None
    bad = ["900,ann", *GOOD[:2], "901,ann,never,cup,1,1"]
    shop.unit["sources"]["log"] = text("\n".join([HEAD, *bad, *GOOD[2:], ""]))(raw)

    with pytest.raises(DataError, match=r"(?s)log: [^\n]*\brow 1\b[^\n]*\n.*; row 4\."):
        shop.ingest()
