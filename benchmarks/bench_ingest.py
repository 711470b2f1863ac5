"""Measure ingestion: rows read per processor second, for every unit whose sources are at hand.

What is counted: reading the files, checks, cleaning, pseudonyms, canonical tables in memory;
not the writing of Parquet files. The goal is half a million lines within six processor seconds.
"""

import os

from measuring import ROOT, cost_of_call, median, print_table

from rapport.ingest import find_sources, ingest
from rapport.ingest.sample import check_sample, write_sample
from rapport.params import list_units, load_unit
from rapport.privacy import SAMPLE_KEY

REPEATS = 3


def main() -> None:
    """Measure and print."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    folder = ROOT / "data" / "sample"
    if check_sample(folder):
        write_sample(folder)
    rows = []
    for name in list_units(ROOT):
        unit = load_unit(ROOT, name)
        sources = find_sources(unit, ROOT)
        if sources.missing:
            rows.append([name, "sources absent", "-", "-"])
            continue
        delivery = ingest(unit, sources, key=SAMPLE_KEY)
        quality = delivery.quality
        n_rows = int(quality.loc[quality["action"] == "read", "n_rows"].sum())
        call = lambda u=unit, s=sources: ingest(u, s, key=SAMPLE_KEY)  # noqa: E731
        cost = median([cost_of_call(call) for _ in range(REPEATS)])
        per_second = f"{n_rows / cost.cpu:,.0f}"
        rows.append([name, f"{n_rows:,}", f"{cost.cpu:.2f}", per_second])
    print_table(f"Ingestion, median of {REPEATS}", ["unit", "rows", "CPU s", "rows a CPU s"], rows)


if __name__ == "__main__":
    main()
