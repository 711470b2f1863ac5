"""The weights by which Chinese comments are told to be content or not, as shipped.

Made by `tools/train_sentiment.py`; what they were made from, under which licence and how well they
do stands in `sentiment_zh.json`, the licence itself in `sentiment_zh.LICENSE.txt`.
"""

from rapport.assets.files import asset_path


def read_sentiment() -> tuple[bytes, str]:
    """Read the file of weights as it lies, and what is told of it, JSON."""
    told = asset_path("sentiment_zh.json").read_text(encoding="utf-8")
    return asset_path("sentiment_zh.bin").read_bytes(), told
