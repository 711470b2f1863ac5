"""`rapport new unit`: a first report of one's own, from files that nobody has described."""

import csv
import json
import shutil
import sqlite3

import openpyxl
import pytest
import yaml

from functional.command import Done, rapport
from functional.shop import ROOT, make_project
from rapport.cli import main
from rapport.ingest.sample import write_sample

PEOPLE = ("王小明", "13912345678", "上海市南京路1号", "wang@example.com")
HEAD = (
    "订单编号", "下单时间", "会员编号", "收货人", "手机号码", "收货地址", "电子邮箱", "商品编码",
    "商品名称", "数量", "实付金额", "订单状态",
)  # fmt: skip


def write_csv(path, rows, encoding="utf-8", **dialect):
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, **dialect).writerows(rows)
    return path


def draw_chinese(n_orders=60):
    """Orders of one to three lines, with a person in every row; amounts as people write them."""
    rows, cents = [], 0
    for order in range(n_orders):
        day = f"2026年{1 + order % 5}月{1 + order % 28}日 10:{order % 60:02d}"
        for line in range(1 + order % 3):
            amount = 1_200_00 + order * 100 + line
            cents += amount
            name, phone, address, mail = PEOPLE
            rows.append(
                (f"DD{order:04d}", day, f"V{order % 17:03d}", name, phone, address, mail,
                 f"SP{line}", "保温杯", 1, f"¥{amount / 100:,.2f}", "已完成")
            )  # fmt: skip
    return rows, cents


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = make_project(tmp_path_factory.mktemp("new") / "project", chapters=("01_",))
    (project / "data" / "raw").mkdir(parents=True)
    assert rapport(project, "keys", "pseudonym", "pseudonym.key").code == 0
    return project


@pytest.fixture
def new(project, monkeypatch, capsys):
    """Run the command inside this process: a start of Python for each case would take minutes."""
    monkeypatch.chdir(project)
    monkeypatch.delenv("RAPPORT_DATA_PATH", raising=False)

    def run(name, *files, code=0):
        found = main(["new", "unit", name, "--from", *map(str, files)])
        said = capsys.readouterr()
        assert found == code, said.err
        return Done(found, said.out, said.err)

    return run


def read_params(project, name):
    text = (project / "params" / f"{name}.yml").read_text(encoding="utf-8")
    return text, yaml.safe_load(text)


def values_of(project, name):
    done = rapport(project, "run", name, "--format", "html", "--language", "zh", "--json")
    assert done.code == 0, done.said
    (folder,) = (project / "reports" / name).glob("20??-??")
    listed = json.loads((folder / "values.json").read_text(encoding="utf-8"))
    return {value["id"]: value["value"] for value in listed}


def test_a_report_is_made_of_an_unmapped_chinese_file(project, new):
    rows, cents = draw_chinese()
    write_csv(project / "data/raw/订单.csv", [HEAD, *rows], "gb18030")

    done = new("mall", project / "data/raw/订单.csv")
    values = values_of(project, "mall")

    assert "rapport run mall" in done.out
    assert values["ingestion.rows.read"] == len(rows)
    assert values["ingestion.rows.kept"] == len(rows)
    assert values["ingestion.orders"] == 60
    assert values["ingestion.customers"] == 17
    assert float(values["ingestion.net"]) * 100 == pytest.approx(cents)


def test_tables_of_an_sqlite_file_are_found_and_checked(project, new):
    path = project / "data/raw/shop.sqlite"
    days = [(f"d{n}", f"k{n % 5}", f"2024-03-{1 + n % 28:02d}", f"{n}.50") for n in range(1, 40)]
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE sales (order_no, customer_id, order_date, amount)")
        connection.executemany("INSERT INTO sales VALUES (?, ?, ?, ?)", days)
        connection.execute("CREATE TABLE jobs (words)")
    connection.close()

    done = new("kiosk", path)

    _, params = read_params(project, "kiosk")
    assert "shop_sales: 39 rows -> orders" in done.out
    assert "params/kiosk.yml: written and checked" in done.out
    assert params["sources"] == {
        "shop_sales": {"path": "shop.sqlite", "format": "sqlite", "table": "sales"}
    }


def test_nobody_of_the_file_stands_in_the_parameters_or_on_the_screen(project, new):
    rows, _ = draw_chinese(5)
    path = write_csv(project / "data/raw/people.csv", [HEAD, *rows], "gb18030")

    done = new("people", path)
    text, params = read_params(project, "people")

    said = text + done.out + done.said
    told = {str(cell) for row in rows for cell in row} - {"已完成", "1"}
    assert [cell for cell in told if cell in said] == []
    assert not {"收货人", "手机号码"} & set(map(str, params["tables"]["order_lines"][0]["columns"]))
    for column in ("收货人", "手机号码", "收货地址", "电子邮箱"):
        assert f'#   "{column}"' in text


def test_a_workbook_of_two_sheets_with_totals_is_counted_exactly(project, new):
    book = openpyxl.Workbook()
    orders, total = book.active, 0
    orders.title = "订单明细"
    orders.append(["2026年上半年订单明细"])
    orders.append(["订单编号", "下单日期", "客户编号", "客户姓名", "金额（元）"])
    for month in range(1, 6):
        part = 0
        for n in range(12):
            part += 100 + n
            orders.append([f"A{month}{n:02d}", f"2026.{month}.{n + 1}", f"C{n}", "李雷", 100 + n])
        orders.append(["小计", None, None, None, part])
        total += part
    orders.append(["合计", None, None, None, total])
    customers = book.create_sheet("客户名单")
    customers.append(["客户编号", "客户姓名", "性别", "注册日期"])
    for n in range(12):
        customers.append([f"C{n}", "李雷", "女" if n % 2 else "男", "2025年3月1日"])
    customers.append(["合计", "12", None, None])
    book.save(project / "data/raw/门店.xlsx")

    new("stores", project / "data/raw/门店.xlsx")
    values = values_of(project, "stores")

    assert values["ingestion.orders"] == 60
    assert values["ingestion.customers"] == 12
    assert float(values["ingestion.net"]) == total
    assert values["ingestion.rows.read"] - values["ingestion.rows.kept"] == 7


def test_parquet_is_guessed_too(project, new):
    pd = pytest.importorskip("pandas")
    rows = {
        "Order No": [f"o{n}" for n in range(20)], "Customer No": [f"c{n % 4}" for n in range(20)],
        "Placed": pd.date_range("2026-01-01", periods=20, freq="D"), "Net": [9.5] * 20,
    }  # fmt: skip
    pd.DataFrame(rows).to_parquet(project / "data/raw/web.parquet")

    new("web", project / "data/raw/web.parquet")

    _, params = read_params(project, "web")
    assert params["tables"]["orders"][0]["columns"] == {
        "order_id": "Order No", "customer_id": "Customer No", "ordered_at": "Placed",
        "amount": "Net",
    }  # fmt: skip


def test_a_file_is_never_written_over(project, new):
    path = write_csv(
        project / "data/raw/one.csv", [("order", "date", "amount"), ("a", "2026-01-01", 1)]
    )
    new("once", path)
    before = (project / "params/once.yml").read_bytes()

    done = new("once", path, code=2)

    assert "params/once.yml is there" in done.said
    assert (project / "params/once.yml").read_bytes() == before


@pytest.mark.parametrize("name", ["Mall", "mall one", "../mall", "con", "", "a" * 41, "商城"])
def test_a_wrong_name_is_refused_before_anything_is_read(project, new, name):
    done = new(name, "absent.csv", code=2)

    assert "cannot be a unit's name" in done.said


@pytest.mark.parametrize(
    ("flag", "value", "said"),
    [
        ("--currency", "XAU", "'XAU' is none of CNY, EUR, GBP, USD"),
        ("--timezone", "Mars/Base", "no time zone"),
    ],
)
def test_a_currency_or_zone_that_is_not_known_is_refused_before_anything_is_written(
    project, monkeypatch, capsys, flag, value, said
):
    monkeypatch.chdir(project)

    assert main(["new", "unit", "refused", flag, value, "--from", "absent.csv"]) == 2

    assert said in capsys.readouterr().err
    assert not (project / "params/refused.yml").exists()


def test_currency_and_zone_may_be_stated(project, monkeypatch, capsys):
    rows = [("order", "date", "amount"), ("a", "2026-01-01", 1)]
    write_csv(project / "data/raw/stated.csv", rows)
    monkeypatch.chdir(project)
    asked = ["--currency", "GBP", "--timezone", "Europe/London"]

    assert main(["new", "unit", "stated", "--from", "data/raw/stated.csv", *asked]) == 0

    _, params = read_params(project, "stated")
    assert (params["currency"], params["timezone"]) == ("GBP", "Europe/London")
    capsys.readouterr()


HOSTILE = {
    "colon": "amount: net",
    "quotes": "say \"hi\" and 'ho'",
    "newline": "two\nlines",
    "comment": "# order_id: x",
    "tag": "!!python/object/apply:os.system",
    "flow": "{a: [1, 2]}",
    "formula": '=HYPERLINK("http://example.com")',
    "markup": "<script>alert(1)</script>",
    "sql": 'x"; DROP TABLE orders; --',
    "bidi": "\u202eredro",
    "separator": "a\u2028b",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_names_of_columns_stay_names(project, new, kind):
    head = ("order", "date", "amount", HOSTILE[kind])
    path = write_csv(project / f"data/raw/{kind}.csv", [head, ("o1", "2026-01-01", "5", "x")])

    new(f"hostile-{kind}", path)

    text, params = read_params(project, f"hostile-{kind}")
    assert set(params) == {"title", "language", "currency", "timezone", "sources", "tables"}
    assert params["tables"]["orders"][0]["columns"]["amount"] == "amount"
    assert all(line.startswith(("#", " ", "t", "l", "c", "s")) or not line
               for line in text.splitlines())  # fmt: skip


def test_a_hostile_name_that_is_mapped_is_read_by_that_name(project, new):
    head = ("order", "date", 'amount ("net": it\'s {x} # y)')
    path = write_csv(project / "data/raw/mapped.csv", [head, ("o1", "2026-01-01", "5")])

    new("mapped", path)

    _, params = read_params(project, "mapped")
    assert params["tables"]["orders"][0]["columns"]["amount"] == head[2]


REFUSED = {
    "empty": (b"", "holds nothing"),
    "binary": (b"\x00\x01\x02" * 50, "zero bytes"),
    "headless": (b"A1,13912345678,12.5\nA2,13812345678,3\n", "has no head"),
    "words": (b"apples,pears\nred,green\n", "looks like a table"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_guessed_is_said_and_leaves_no_file(project, new, kind):
    content, said = REFUSED[kind]
    path = project / f"data/raw/{kind}.csv"
    path.write_bytes(content)

    done = new(f"no-{kind}", path, code=3)

    assert said in done.said
    assert "13912345678" not in done.said + done.out
    assert not (project / f"params/no-{kind}.yml").exists()


def test_a_file_that_is_not_there_or_of_another_kind_is_named(project, new):
    (project / "data/raw/notes.docx").write_bytes(b"x")

    absent = new("absent", project / "data/raw/absent.csv", code=3)
    other = new("other", project / "data/raw/notes.docx", code=3)

    assert "absent.csv: no such file" in absent.said
    assert "notes.docx: of no kind" in other.said


def test_the_sample_mall_is_guessed_as_its_own_file_maps_it(project, new, tmp_path):
    source = tmp_path / "sample-mall"
    write_sample(tmp_path, units=["sample-mall"])
    names = ("members", "products", "online_orders", "online_items")
    for name in names:
        shutil.copy(source / f"{name}.csv", project / "data/raw")

    new("like-mall", *(project / f"data/raw/{name}.csv" for name in names))

    _, params = read_params(project, "like-mall")
    own = yaml.safe_load((ROOT / "params/sample-mall.yml").read_text(encoding="utf-8"))
    guessed = params["tables"]["orders"][0]["columns"]
    meant = own["tables"]["orders"][0]["columns"]
    for column in ("order_id", "customer_id", "amount", "shipping"):
        assert guessed[column] == meant[column]
    assert set(params["tables"]) == {"customers", "products", "orders", "order_lines"}
