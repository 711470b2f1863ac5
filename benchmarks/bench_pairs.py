"""Measure what counting pairs of products takes against mlxtend, on the same drawn baskets.

Baskets hold one to a dozen of two hundred products, the first sold most; what is sought are the
pairs that ten baskets hold. Two ways are measured, each from the same start for both, and both must
count the same. *Baskets to pairs*: ours reads its table of baskets and writes the pairs; the peer
has lists of products in memory, its encoder and `fpgrowth`. The goal, 20 times less processor time
at 500,000 baskets, is of this way. *Lines to pairs*: both read one Parquet file of the lines of
orders, where orders and products are texts; ours makes the marts of baskets and pairs, which hold
more than the peer needs (level, halves, what is held out), the peer its lists by pandas first.

mlxtend is no dependency of the project: `pip install --no-deps mlxtend`.

Usage: bench_pairs.py [BASKETS ...]
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from measuring import ROOT, Cost, cost_of_call, median, print_table

sys.path.insert(0, str(ROOT / "lib"))

from rapport import tables
from rapport.marts.build import build_mart
from rapport.params import ChapterParams
from rapport.schema import SCHEMAS

try:
    from mlxtend.frequent_patterns import fpgrowth
    from mlxtend.preprocessing import TransactionEncoder
except ImportError:
    fpgrowth = None

SIZES = (50_000, 500_000)
GOAL = 20
N_PRODUCTS, LEAST = 200, 10
MARTS = ("settings", "periods", "basket_levels", "basket_items", "pair_counts")


def draw_lines(n: int) -> pa.Table:
    """Draw the lines of n orders as the canonical table, an order's lines beside one another."""
    random = np.random.default_rng(0)
    weights = np.arange(1, N_PRODUCTS + 1) ** -0.8
    order = np.repeat(np.arange(n), 1 + random.poisson(3, n))
    product = random.choice(N_PRODUCTS, len(order), p=weights / weights.sum())
    drawn = np.unique(order * N_PRODUCTS + product)
    order, product = drawn // N_PRODUCTS, drawn % N_PRODUCTS
    names = np.char.add("p", product.astype(str))
    schema = tables.arrow_schema(SCHEMAS["order_lines"])
    known = {
        "order_id": pa.array(np.char.add("o", order.astype(str))),
        "product_id": pa.array(names),
        "order_key": pa.array(order),
        "kind": pa.array(["sale"]).take(pa.array(np.zeros(len(order), np.int8))),
    }
    columns = [
        known[f.name].cast(f.type) if f.name in known else pa.nulls(len(order), f.type)
        for f in schema
    ]  # fmt: skip
    return pa.Table.from_arrays(columns, schema=schema)


def write_given(lines: pa.Table, into: Path) -> dict[str, Path]:
    """Write the canonical tables of an undated unit without customers."""
    snapshot = {"data_from": None, "data_until": None, "n_customers": 0, "n_orders": 0}
    rows = {"customers": [], "products": [], "snapshot": [snapshot]}
    paths = {"order_lines": tables.write_table(lines, into / "order_lines.parquet").path}
    for name, given in rows.items():
        table = pa.Table.from_pylist(given, schema=tables.arrow_schema(SCHEMAS[name]))
        paths[name] = tables.write_table(table, into / f"{name}.parquet").path
    return paths


def measure_ours(paths: dict[str, Path], into: Path) -> tuple[Cost, Cost, int]:
    """Give the cost of the way from lines to pairs, of its last part, and how many there are."""
    settings = {field: one.default for field, one in ChapterParams.model_fields.items()}
    settings |= {"period": "all", "min_pairs": LEAST}
    made = dict(paths)
    costs = []
    for name in MARTS:

        def build(name: str = name) -> None:
            made[name] = build_mart(name, made, settings=settings, into=into).path

        costs.append(cost_of_call(build))
    whole = Cost(*(sum(column) for column in zip(*costs, strict=True)))
    return whole, costs[-1], len(tables.read_table(made["pair_counts"]))


def measure_theirs(path: Path) -> tuple[Cost, Cost, int]:
    """Give the cost of mlxtend from the same file, of its last part, and the number of pairs."""
    lists: list[list[str]] = []
    found: list[int] = []

    def gather() -> None:
        lines = pd.read_parquet(path, columns=["order_id", "product_id"]).drop_duplicates()
        lists.extend(lines.groupby("order_id", sort=False)["product_id"].agg(list).tolist())

    def count() -> None:
        encoder = TransactionEncoder()
        held = encoder.fit(lists).transform(lists)
        frame = pd.DataFrame(held, columns=encoder.columns_)
        sets = fpgrowth(frame, min_support=LEAST / len(lists), max_len=2)
        found.append(int((sets["itemsets"].map(len) == 2).sum()))

    gathering, counting = cost_of_call(gather), cost_of_call(count)
    return Cost(gathering.cpu + counting.cpu, gathering.wall + counting.wall), counting, found[-1]


def measure(n: int) -> tuple[str, ...]:
    """Count the same baskets by both, and give a row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        paths = write_given(draw_lines(n), Path(folder))
        runs = [measure_ours(paths, Path(folder)) for _ in range(3)]
        whole, part, n_theirs = measure_theirs(paths["order_lines"])
    ours, counting = (median([run[at] for run in runs]).cpu for at in (0, 1))
    assert runs[0][2] == n_theirs, f"{runs[0][2]} pairs against {n_theirs} of the peer"
    return (
        f"{n:,}", f"{n_theirs:,}", f"{counting:.2f}", f"{part.cpu:.2f}",
        f"{part.cpu / counting:.1f}", str(GOAL), f"{ours:.2f}", f"{whole.cpu:.2f}",
        f"{whole.cpu / ours:.1f}",
    )  # fmt: skip


def main(sizes: Sequence[int]) -> None:
    """Print the table, or say what is not installed."""
    if fpgrowth is None:
        print("mlxtend is not installed, so there is nothing to compare with.")
        print("Install it beside the lock: pip install --no-deps mlxtend")
        return
    head = ("baskets", "pairs", "baskets to pairs, CPU s", "mlxtend, CPU s", "times", "goal",
            "lines to pairs, CPU s", "mlxtend, CPU s", "times")  # fmt: skip
    print_table("Pairs against mlxtend", head, [measure(n) for n in sizes])


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or SIZES)
