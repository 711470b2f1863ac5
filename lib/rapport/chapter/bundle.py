"""Outputs of a notebook as bundles: everything a report needs travels in them and nowhere else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from IPython.display import display

from rapport.errors import DataError
from rapport.present.values import Suppressed, Value, Withheld

MIME = "application/vnd.rapport.v1+json"


def emit(kind: str, content: Mapping[str, Any], **other: str) -> None:
    """Show one bundle; `other` gives further forms: plain, html, svg."""
    forms = {"plain": "text/plain", "html": "text/html", "svg": "image/svg+xml"}
    bundle: dict[str, Any] = {forms[name]: text for name, text in other.items()}
    bundle[MIME] = {"v": 1, "type": kind, **content}
    display(bundle, raw=True)  # type: ignore[no-untyped-call]


def describe_value(value: Value) -> dict[str, Any]:
    """Give a value as JSON: decimals and dates as text, floats as their shortest spelling."""
    low_high = None if value.interval is None else [to_json(end) for end in value.interval]
    return {
        "id": value.id,
        "value": to_json(value.value),
        "kind": value.kind,
        "unit": value.unit,
        "n": value.n,
        "interval": low_high,
        "table": value.table,
    }


def to_json(value: object) -> Any:
    """Turn one number, date or label into what JSON can hold exactly.

    Raises
    ------
    DataError
        The number is infinite or not a number: a result must say what it is instead.
    """
    if isinstance(value, Suppressed | Withheld):
        return None
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        raise DataError("value: is not a finite number. Record None with a reason instead.")
    return value
