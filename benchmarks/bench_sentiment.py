"""Measure what it takes to read Chinese comments: clean, mask, find topics, judge.

Comments are made of the words of the sample units, each of 40 to 60 characters and no two alike.
The goal is 100 thousand in under 20 processor seconds.

Usage: bench_sentiment.py [COMMENTS]
"""

import json
import sys
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from measuring import ROOT, cost_of_call, print_table

sys.path.insert(0, str(ROOT / "lib"))

from rapport.analysis.sentiment import score_chinese, unpack_weights
from rapport.assets.sentiment import read_sentiment
from rapport.marts.feedback import clean_texts, find_language, find_topics

WORDS = ROOT / "lib" / "rapport" / "ingest" / "sample" / "words" / "mall.json"
LENGTH = 40
TOPICS = {
    "delivery": {"zh": "送货|快递|物流|发货|包裹"}, "quality": {"zh": "质量|做工|坏了|色差|异味"},
    "service": {"zh": "客服|店员|导购|退款|退货"}, "price": {"zh": "价格|贵|划算|性价比"},
}  # fmt: skip


class Step(NamedTuple):
    """One step of the work, and its processor seconds."""

    name: str
    cpu: float


def draw_comments(n: int) -> list[str]:
    """Draw comments of several sentences each, with a number that makes each its own."""
    comments = json.loads(WORDS.read_text(encoding="utf-8"))["comments"]
    said = [text for kind in comments.values() for texts in kind.values() for text in texts]
    picks = np.random.default_rng(0).integers(0, len(said), size=(n, 8))
    drawn = []
    for number, row in enumerate(picks):
        text = ""
        for pick in row:
            if len(text) >= LENGTH:
                break
            text += said[pick]
        drawn.append(f"{text}{number % 9_973}")
    return drawn


def measure(name: str, call: Callable[[], object]) -> Step:
    """Give the processor seconds of one step."""
    return Step(name, cost_of_call(call).cpu)


def main(n: int) -> None:
    """Measure each step once and print their sum beside the goal."""
    raw = pa.chunked_array([pa.array(draw_comments(n), pa.string())])
    nothing = pa.chunked_array([pa.nulls(n, pa.string())])
    texts, language = clean_texts(raw), pa.chunked_array([pa.array(["zh"] * n)])
    plain = texts.to_pylist()
    steps = [
        measure("clean and mask", lambda: clean_texts(raw)),
        measure("tell the language", lambda: find_language(texts, nothing)),
        measure("find four topics", lambda: find_topics(texts, language, TOPICS)),
        measure("judge", lambda: score_chinese(plain, unpack_weights(*read_sentiment()))),
    ]
    total = Step(f"all, {n:,} comments", sum(step.cpu for step in steps))
    rows = [(step.name, f"{step.cpu:.2f}") for step in (*steps, total)]
    print_table("Chinese comments", ("step", "CPU s"), rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
