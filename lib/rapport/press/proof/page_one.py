"""Page one as data, beside the report and sealed with it: for the index and for the digest.

It holds what page one prints and the named values of its key figures, nothing else, so whoever
hands it on hands on what the disclosure gate has seen. Figures stay in the report.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rapport.press.render.tree import Actions, Document, Front, Runs

PAGE_ONE = "page_one.json"
# What follows the id of a key figure in the ids of the values that it is compared with.
BESIDE = ("", ".previous", ".change", ".last_year", ".change_year")
KEPT = ("value", "kind", "unit", "n", "interval")


def spell_page_one(
    documents: Mapping[str, Document],
    values: Iterable[Mapping[str, Any]],
    *,
    bands: Sequence[str] = (),
) -> bytes:
    """Spell page one in every language of a report; equal reports give equal bytes.

    Parameters
    ----------
    documents : language -> document tree
    values : as `values.json` lists them
    bands : what lies across page one: sample, incomplete, draft
    """
    ids = {
        f"{card['id']}{tail}"
        for document in documents.values()
        for card in document["front"]["cards"]
        if "id" in card
        for tail in BESIDE
    }
    content = {
        "v": 1,
        "bands": list(bands),
        "pages": {language: _tell(document) for language, document in documents.items()},
        "values": {v["id"]: {name: v[name] for name in KEPT} for v in values if v["id"] in ids},
    }
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _tell(document: Document) -> dict[str, Any]:
    front = document["front"]
    return {
        "title": document["unit"]["title"],
        "period": document["period"]["label"],
        "as_of": document["as_of_label"],
        "bands": list(document["bands"]),
        "headline": plain(front["headline"]),
        "lead": [plain(runs) for runs in front["lead"]],
        "mind": _mind(front),
        "cards": [
            {
                "id": card.get("id", ""),
                "name": plain_text(card["name"]),
                "value": plain_text(card["value"]),
                "arrow": card["arrow"],
                "change": plain(card["change"]),
                "small": plain(card["small"]),
                "sparkline": card["sparkline"],
            }
            for card in front["cards"]
        ],
        "actions": _actions(front["actions"]),
    }


def _mind(front: Front) -> dict[str, str] | None:
    mind = front["mind"]
    return {"title": mind["title"], "text": plain(mind["text"])} if mind else None


def _actions(actions: Actions | None) -> dict[str, Any] | None:
    if actions is None:
        return None
    return {
        "title": actions["title"],
        "head": [plain_text(head) for head in actions["head"]],
        "rows": [
            [plain(row["action"]), *(plain_text(cell) for cell in row["cells"])]
            for row in actions["rows"]
        ],
        "note": plain(actions["note"]),
    }


def plain(runs: Runs) -> str:
    """Give the words of runs without the signs at which a headline may break."""
    return plain_text("".join(run["text"] for run in runs))


def plain_text(text: str) -> str:
    """Take the signs out of a text at which it may break."""
    return text.replace("\u200b", "")
