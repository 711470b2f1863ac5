"""An ingestion that is killed at any moment leaves a past that the next can join, or none."""

from __future__ import annotations

import multiprocessing
import os
import random
from pathlib import Path

from rapport.ingest import canonical, kept
from unit.ingest.past.till import Till, describe

SEED = int(os.environ.get("RAPPORT_TEST_SEED", "0"))
N_KILLS = 30 if os.environ.get("RAPPORT_TEST_SHARE") == "1" else 2
# Longer than one takes from its process's start to its end.
SECONDS = 6.0


def take(till: Till) -> None:
    """Ingest with what is kept, few orders being many."""
    canonical.MONTHLY_FROM, kept.KEPT_FROM = 1, 0
    till.ingest(kept=True)


def test_who_is_killed_leaves_a_past_that_is_whole_or_none(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(canonical, "MONTHLY_FROM", 1)
    monkeypatch.setattr(kept, "KEPT_FROM", 0)
    till, draw = Till(tmp_path, random.Random(SEED)), random.Random(SEED)
    till.files["till-01.csv"] = till.sell(150, days=70)
    till.files["web-01.csv"] = till.sell(9, days=5)
    till.write()
    till.ingest(kept=True)
    spawned = multiprocessing.get_context("spawn")

    for number in range(N_KILLS):
        till.files[f"till-{number + 2:02d}.csv"] = till.sell(30)
        till.write()
        till.n_rooms += 1
        process = spawned.Process(target=take, args=(till,))
        process.start()
        process.join(draw.uniform(0.5, SECONDS))
        process.kill()
        process.join()
        till.n_rooms += 1

        assert describe(till.ingest(kept=True)) == describe(till.ingest(kept=False))
