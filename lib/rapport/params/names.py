"""Parameters that are lists of names: written as a YAML list or by comma, kept as text by comma."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

# What groups may be sought by beside recency, frequency and spend: numbers of one customer.
CLUSTER_MEASURES = (
    "tenure_days", "n_orders", "n_returns", "gross", "total_spend", "mean_order",
    "median_gap_days", "n_categories", "n_channels", "share_discounted", "n_visits_30d",
    "n_tickets_90d",
)  # fmt: skip
MOST_MEASURES, MOST_ATTITUDES = 5, 12
ATTITUDE = re.compile(r"s_[a-z0-9_]{1,40}")


def split_names(text: str) -> tuple[str, ...]:
    """Give the names of a text by comma.

    Examples
    --------
    >>> split_names("tenure_days, n_orders"), split_names("")
    (('tenure_days', 'n_orders'), ())
    """
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _join(given: Any) -> Any:
    is_list = isinstance(given, list | tuple) and all(isinstance(one, str) for one in given)
    return ", ".join(given) if is_list else given


def _check_measures(text: str) -> str:
    names = split_names(text)
    for name in names:
        if name not in CLUSTER_MEASURES:
            near = difflib.get_close_matches(name, CLUSTER_MEASURES, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(CLUSTER_MEASURES)}"
            raise ValueError(f"{name[:40]} is no measure that groups are sought by. {hint}")
    return _check_number(names, MOST_MEASURES)


def _check_attitudes(text: str) -> str:
    names = split_names(text)
    wrong = [name for name in names if not ATTITUDE.fullmatch(name)]
    if wrong:
        raise ValueError(f"{wrong[0][:40]} is no column of marks: these are called s_...")
    return _check_number(names, MOST_ATTITUDES)


def _check_number(names: Sequence[str], most: int) -> str:
    if len(set(names)) < len(names):
        raise ValueError("a name stands there twice")
    if len(names) > most:
        raise ValueError(f"{len(names)} names; there is room for {most}")
    return ", ".join(names)


def _schema(most: int, **items: Any) -> WithJsonSchema:
    listed = {"type": "array", "maxItems": most, "uniqueItems": True, "items": items}
    return WithJsonSchema({"anyOf": [listed, {"type": "string", "maxLength": 800}]})


Measures = Annotated[
    str, BeforeValidator(_join), AfterValidator(_check_measures),
    _schema(MOST_MEASURES, enum=list(CLUSTER_MEASURES)),
]  # fmt: skip
Attitudes = Annotated[
    str, BeforeValidator(_join), AfterValidator(_check_attitudes),
    _schema(MOST_ATTITUDES, type="string", pattern=f"^{ATTITUDE.pattern}$"),
]  # fmt: skip
