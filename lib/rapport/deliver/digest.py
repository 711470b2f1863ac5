"""Page one as a mail and as a message: in words, in one language, with the report or a link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from rapport.assets.files import asset_path
from rapport.deliver.ready import Ready
from rapport.params.delivery import Delivery, Recipient

TAGS = {"en": "en", "zh": "zh-Hans"}
MEGABYTE = 1_000_000
# What base64 makes of three bytes, with the line ends.
ENCODED = 4 / 3 * 78 / 76
LONGEST_SUBJECT = 150
WHOLE = "whole"
Words = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Attachment:
    """A file that goes along."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """What somebody gets, before it has an envelope."""

    subject: str
    lines: Sequence[str]
    """The text; empty lines part paragraphs."""
    html: str = ""
    attachment: Attachment | None = None


@cache
def read_words() -> Words:
    """Read the words of deliveries: id -> language -> text."""
    text = asset_path("locale", "delivery.yml").read_text(encoding="utf-8")
    words: Words = yaml.safe_load(text)
    return words


def write_letter(ready: Ready, delivery: Delivery, to: Recipient, *, default: str) -> Letter:
    """Write page one to a reader.

    Parameters
    ----------
    default : the unit's language, where the reader names none
    """
    language = ready.language(to.language, default)
    page, words = ready.pages[language], read_words()
    link = find_link(ready, delivery, to.edition, language)
    attachment, remark = _attach(ready, delivery, to, language)
    record = words["record"][language].format(record=_group(ready.run))
    lines = [*list_lines(page, language), ""]
    lines += [remark] if remark else []
    lines += [words["read_at"][language].format(link=link)] if link else []
    told = {"page": page, "language": language, "link": link, "remark": remark, "record": record}
    return Letter(
        subject=_subject(page, language),
        lines=[*lines, "", record],
        html=_render(told),
        attachment=attachment,
    )


def list_lines(page: Mapping[str, Any], language: str) -> list[str]:
    """Give page one as lines of text."""
    lines = [" · ".join((page["title"], page["period"], page["as_of"])), *page["bands"], ""]
    lines += [page["headline"], ""]
    lines += [line for text in page["lead"] for line in (text, "")]
    if page["mind"]:
        lines += [f"{page['mind']['title']} {page['mind']['text']}", ""]
    lines += [tell_card(card, language) for card in page["cards"]]
    actions = page["actions"]
    if actions:
        lines += ["", actions["title"]]
        lines += [f"- {' · '.join(row)}" for row in actions["rows"]]
        lines += [actions["note"]] if actions["note"] else []
    return lines


def tell_card(card: Mapping[str, str], language: str) -> str:
    """Tell a key figure with its change in one line."""
    words = read_words()
    figure = words["figure"][language].format(name=card["name"], value=card["value"])
    change = tell_change(card, language)
    return words["change"][language].format(figure=figure, change=change) if change else figure


def tell_change(card: Mapping[str, str], language: str) -> str:
    """Tell how a key figure changed; which way is said in words."""
    if card["arrow"] not in ("up", "down"):
        return card["change"]
    return read_words()[card["arrow"]][language].format(change=card["change"])


def find_link(ready: Ready, delivery: Delivery, edition: str, language: str) -> str:
    """Give the address of a report; empty where nobody said where reports are read."""
    found = find_files(ready, edition, language)
    if delivery.link is None or not found:
        return ""
    return f"{delivery.link}/{ready.unit}/{ready.period}/{found[0]}"


def _name_file(edition: str, language: str, form: str) -> str:
    return f"report.{'' if edition == WHOLE else f'{edition}.'}{language}.{form}"


def _attach(
    ready: Ready, delivery: Delivery, to: Recipient, language: str
) -> tuple[Attachment | None, str]:
    words = read_words()
    name = _name_file(to.edition, language, "pdf")
    if to.edition != WHOLE and not find_files(ready, to.edition, language):
        return None, words["no_edition"][language]
    if to.send == "link":
        return None, ""
    content = ready.files.get(name)
    if content is None:
        return None, words["no_pdf"][language]
    if len(content) * ENCODED > delivery.largest_mb * MEGABYTE:
        return None, words["too_large"][language]
    part = name.removeprefix("report.").removesuffix(".pdf").replace(".", "-")
    return Attachment(f"{ready.unit}-{ready.period}-{part}.pdf", content), words["attached"][
        language
    ]


def find_files(ready: Ready, edition: str, language: str) -> list[str]:
    """Name the files of an edition in a language."""
    wanted = (_name_file(edition, language, form) for form in ("html", "pdf"))
    return [name for name in wanted if name in ready.files]


def _subject(page: Mapping[str, Any], language: str) -> str:
    text = read_words()["subject"][language].format(
        title=page["title"], period=page["period"], headline=page["headline"]
    )
    return text if len(text) <= LONGEST_SUBJECT else f"{text[: LONGEST_SUBJECT - 1]}…"


def _render(told: Mapping[str, Any]) -> str:
    # Jinja takes a while to import, and a webhook needs none.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    environment = Environment(
        loader=FileSystemLoader(asset_path("mail")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    language = told["language"]
    return environment.get_template("digest.html.j2").render(
        **told,
        words=read_words(),
        tag=TAGS[language],
        change=lambda card: tell_change(card, language),
    )


def _group(record: str) -> str:
    return " ".join(record[start : start + 4] for start in range(0, len(record), 4))
