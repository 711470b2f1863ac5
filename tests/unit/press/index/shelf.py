"""A folder of reports as the press leaves it, for the index to list."""

import hashlib
import json
import os

CARD = {
    "id": "summary.net",
    "arrow": "up",
    "sparkline": "<svg xmlns='http://www.w3.org/2000/svg'/>",
}
TEXTS = {
    "en": {"name": "Net sales", "value": "£10", "change": "5% on April", "small": "complete count"},
    "zh": {"name": "销售额（净，英镑）", "value": "10", "change": "5% 环比", "small": "全量统计"},
}


def add_report(
    reports, unit, period, *, record="a1b2c3d4e5f6", headline="Sales rose", title="Shop",
    languages=("en", "zh"), cards=(), values=None, bands=(), alerts=(), **predicate,
):  # fmt: skip
    """Put a run in place as publishing does: its folder, and the link that leads to it."""
    shown = {
        "en": {"title": title, "period": period, "as_of": "data to", "headline": headline},
        "zh": {"title": "商店", "period": period, "as_of": "截至", "headline": "销售额上升"},
    }
    shown = {language: shown[language] for language in languages}
    pages = {
        lang: {"cards": [{**TEXTS[lang], **CARD, **card} for card in cards]} for lang in languages
    }
    beside = {
        "page_one.json": {"bands": list(bands), "pages": pages, "values": values or {}},
        "alerts.json": {
            "items": [
                {"language": lang, "title": text, "content_text": text}
                for text in alerts
                for lang in languages
            ]
        },
    }
    names = [f"report.{lang}.{form}" for lang in shown for form in ("html", "pdf")]
    manifest = {
        "subject": [{"name": name} for name in [*names, *beside, "values.json"]],
        "predicate": {
            "run": record,
            "shown": shown,
            "made": "2026-06-03T04:15:00+00:00",
            **predicate,
        },
    }
    folder = reports / unit / "runs" / f"{period}-{record}"
    folder.mkdir(parents=True)
    for name, content in {**beside, "manifest.json": manifest}.items():
        (folder / name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    link = reports / unit / period
    link.unlink(missing_ok=True)
    link.symlink_to(os.path.relpath(folder, link.parent), target_is_directory=True)
    return folder


def add_line(reports, event, unit, *, at="2026-07-02", period="2026-06", failed=None):
    """Add a line to the log as a run does."""
    journal = reports / "log.jsonl"
    before = journal.read_bytes().splitlines() if journal.is_file() else []
    head = hashlib.sha256(before[-1]).hexdigest() if before else "0" * 64
    entry = {
        "at": f"{at}T04:15:00+00:00",
        "event": event,
        "unit": unit,
        "period": period,
        "before": head,
    } | ({"failed": failed} if failed else {})
    reports.mkdir(parents=True, exist_ok=True)
    with journal.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")


def money(value, previous=None, *, unit="GBP", of="summary.net", kind="money"):
    """Give the named values of one key figure."""
    plain = {"kind": kind, "unit": unit, "n": None, "interval": None}
    found = {of: {"value": value, **plain}}
    return found | ({f"{of}.previous": {"value": previous, **plain}} if previous else {})


def share(value, low, high, *, of="summary.churn"):
    """Give the named value of a share with its interval."""
    return {
        of: {"value": value, "kind": "ratio", "unit": "share", "n": 90, "interval": [low, high]}
    }


def page(reports, name="index.html"):
    """Read a page without its fonts and style."""
    text = (reports / name).read_text(encoding="utf-8")
    return text[: text.index("<style>")] + text[text.index("</style>") :]
