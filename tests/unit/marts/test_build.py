import datetime as dt
import json
import os
import random
import subprocess
import sys
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rapport import tables
from rapport.errors import DataError, ParameterError
from rapport.marts.build import build_mart, run_task
from rapport.marts.catalog import MARTS, list_buildable
from rapport.params import ChapterParams
from rapport.schema import SCHEMAS
from rapport.tables.engine import select

SETTINGS = ChapterParams().model_dump(mode="json") | {"profiling": "given"}


def write(name, rows, into):
    schema = tables.arrow_schema(SCHEMAS[name])
    return tables.write_table(
        pa.Table.from_pylist(rows, schema=schema), into / f"{name}.parquet"
    ).path


def draw_shop(seed=0, n_orders=400):
    dice = random.Random(seed)
    first = dt.date(2009, 12, 1)
    orders = [
        {
            "order_id": f"o{key}", "order_key": key, "kind": kind,
            "customer_id": f"c{number}" if (number := dice.randint(0, 60)) else None,
            "ordered_on": (day := first + dt.timedelta(days=dice.randint(0, 373))),
            "ordered_at": dt.datetime.combine(day, dt.time(dice.randint(0, 23)), dt.UTC).replace(
                tzinfo=None
            ),
            "amount": Decimal(dice.randint(1, 10**6)).scaleb(-4) * (1 if kind == "sale" else -1),
        }
        for key in range(n_orders)
        for kind in ["sale" if dice.random() < 0.85 else "return"]
    ]  # fmt: skip
    keys = {}
    for order in orders:
        if order["customer_id"]:
            keys.setdefault(order["customer_id"], order["order_key"])
    customers = [{"customer_id": customer, "order_key": key} for customer, key in keys.items()]
    contracts = [
        {
            "customer_id": customer, "plan": dice.choice(["month", "year"]),
            "started_on": (start := first + dt.timedelta(days=dice.randint(0, 300))),
            "ended_on": dice.choice([None, start + dt.timedelta(days=dice.randint(1, 200))]),
            "end_reason": dice.choice([None, "payment", "price"]),
        }
        for customer in keys
    ]  # fmt: skip
    snapshot = [{
        "data_from": first, "data_until": dt.date(2010, 12, 9), "n_customers": len(keys),
        "n_orders": n_orders,
    }]  # fmt: skip
    visits = [
        {
            "interaction_id": f"v{n}", "customer_id": order["customer_id"], "kind": "visit",
            "channel": "web", "occurred_at": order["ordered_at"],
            "occurred_on": order["ordered_on"],
        }
        for n, order in enumerate(orders)
    ]  # fmt: skip
    lines = [
        {
            "order_id": order["order_id"], "line": line, "product_id": f"p{dice.randint(0, 9)}",
            "ordered_on": order["ordered_on"], "kind": order["kind"],
            "amount": order["amount"] * (line == 1),
            "customer_id": order["customer_id"], "quantity": Decimal(1),
        }
        for order in orders for line in (1, 2)
    ]  # fmt: skip
    columns = {column.name for column in SCHEMAS["order_lines"].columns}
    lines = [{name: row[name] for name in row if name in columns} for row in lines]
    products = [
        {"product_id": f"p{n}", "name": f"Product {n}", "category_1": "ab"[n % 2]}
        for n in range(10)
    ]  # fmt: skip
    drawn = {
        "orders": orders, "customers": customers, "subscriptions": contracts, "snapshot": snapshot,
        "interactions": visits, "order_lines": lines, "products": products,
    }  # fmt: skip
    return {name: drawn.get(name, []) for name in SCHEMAS}


def relations_of(mart, paths):
    empty = {name: tables.arrow_schema(SCHEMAS[name]).empty_table() for name in mart.uses}
    return {name: paths.get(name, empty.get(name)) for name in (*mart.reads, *mart.uses)}


def build_all(rows, into, period="2010-11"):
    paths = {name: write(name, table, into) for name, table in rows.items()}
    digests = {}
    for name in list_buildable(paths):
        values = SETTINGS | {"period": period}
        made = build_mart(name, paths, settings=values, into=into / "marts", shelf=into)
        paths[name], digests[name] = made.path, made.digest
    return paths, digests


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build every mart of the shop that is drawn; tests only read it."""
    return build_all(draw_shop(), tmp_path_factory.mktemp("built"))


def test_shuffled_rows_give_the_same_bytes(built, tmp_path):
    shuffled = {
        name: random.Random(1).sample(table, len(table)) for name, table in draw_shop().items()
    }

    _, again = build_all(shuffled, tmp_path)

    assert again == built[1]


def test_more_threads_change_nothing_and_no_broken_number_leaves_the_engine(built):
    paths, _ = built

    for name, mart in MARTS.items():
        if mart.sql is not None:
            by_two = select(mart.sql, relations_of(mart, paths), threads=2)
            assert by_two.equals(pq.read_table(paths[name])), name
            assert not any(pa.types.is_floating(field.type) for field in by_two.schema), name


def test_new_pseudonyms_move_no_row(built, tmp_path):
    renamed = {
        name: [
            row | {"customer_id": row["customer_id"] and f"x{99 - int(row['customer_id'][1:])}"}
            if "customer_id" in row else row
            for row in table
        ]
        for name, table in draw_shop().items()
    }  # fmt: skip

    again, _ = build_all(renamed, tmp_path)

    for name in MARTS:
        before, after = (
            tables.read_table(paths[name]).drop(columns="customer_id", errors="ignore")
            for paths in (built[0], again)
        )
        assert before.equals(after), name


def test_a_unit_without_any_row_gets_every_mart(tmp_path):
    paths, _ = build_all(draw_shop(n_orders=0), tmp_path)

    rows = {name: len(tables.read_table(paths[name])) for name in MARTS}

    assert rows["period_measures"] == rows["periods"] == 19
    assert rows["customer_measures"] == rows["action_lists"] == rows["reorder_gaps"] == 0


def test_a_unit_without_dates_gets_every_mart_of_one_window(tmp_path):
    rows = draw_shop(n_orders=5)
    undated = [row | {"ordered_on": None, "ordered_at": None} for row in rows["orders"]]
    ends = [row | {"data_from": None, "data_until": None} for row in rows["snapshot"]]

    paths, _ = build_all(rows | {"orders": undated, "snapshot": ends}, tmp_path, "all")

    made = {name: tables.read_table(paths[name]) for name in MARTS}
    for name in ("period_measures", "churn_months", "repurchase", "subscription_months"):
        assert made[name]["window"].tolist() == ["current"], name
    assert not made["churn_months"]["is_observable"].any()
    assert len(made["customer_measures"]) == len(made["action_lists"]) == 0


def test_a_table_task_takes_and_gives_plain_json(tmp_path):
    snapshot = write("snapshot", draw_shop()["snapshot"], tmp_path)
    arguments = {
        "name": "periods", "tables": {"snapshot": str(snapshot)},
        "settings": SETTINGS | {"period": "2010-11"}, "into": str(tmp_path / "made"),
        "store": str(tmp_path),
    }  # fmt: skip

    made = run_task(json.loads(json.dumps(arguments)))

    assert list(made) == ["periods"]
    assert json.loads(json.dumps(made))["periods"]["n_rows"] == 19


def test_settings_are_one_row_of_typed_columns(tmp_path):
    made = build_mart("settings", {}, settings=SETTINGS | {"period": "2010-11"}, into=tmp_path)

    assert tables.read_table(made.path).to_dict("records") == [dict(sorted(SETTINGS.items()))]


def test_an_unknown_mart_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="mart sales: there is none of this name"):
        build_mart("sales", {}, settings=SETTINGS, into=tmp_path)


def test_a_mart_without_its_tables_names_them(tmp_path):
    with pytest.raises(DataError, match="mart repurchase: needs order_spells, periods, snapshot"):
        build_mart("repurchase", {}, settings=SETTINGS, into=tmp_path)


def test_a_table_task_loads_no_pandas(tmp_path):
    paths, _ = build_all(draw_shop(n_orders=5), tmp_path)
    reads = {name: str(path) for name, path in paths.items()}
    tasks = [
        {
            "name": name, "tables": reads, "settings": SETTINGS | {"period": "2010-11"},
            "into": str(tmp_path / "again"), "store": str(tmp_path),
        }
        for name in MARTS
    ]  # fmt: skip
    program = (
        "import json, sys; from rapport.marts.build import run_task;"
        "[run_task(task) for task in json.load(sys.stdin)];"
        "print('pandas' in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(tasks),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True, check=True, encoding="utf-8",
    )  # fmt: skip

    assert done.stdout.strip() == "False"
    assert (tmp_path / "again" / "periods.parquet").exists()
