"""`rapport export-list`: a report's list as a file that a mailing or CRM system imports; logged.

Pseudonyms become numbers and addresses here and nowhere else. Who agreed to the purpose is looked
up when the list leaves, not when the report was made; a share is held out by chance; and what was
done is written where the next ingestion reads it, so that the next report can measure it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from rapport.analysis.contact_choice import (
    CONTACTED,
    CONTROL,
    Choice,
    choose_contacts,
    find_often,
    find_refused,
)
from rapport.cli.layouts import ADDRESS, CHANNELS, Contact, spell_export
from rapport.cli.listed import check_fresh, find_report, read_frame, read_identifiers, read_list
from rapport.cli.persons import Held, find_held, key_of
from rapport.cli.written_back import add_rows, read_back, write_whole
from rapport.errors import DataError, ParameterError
from rapport.params import UnitParams, find_root, load_unit
from rapport.press.proof import log
from rapport.press.run.store import Store
from rapport.privacy.erased import digest_pseudonym, read_erased


@dataclass(frozen=True)
class Campaign:
    """One export: whose, of which list, for what, and on which day it is sent."""

    unit: UnitParams
    name: str
    purpose: str
    day: date
    control: float

    @property
    def id(self) -> str:
        """Its id follows from list and day: nobody can try ids until the draw suits them."""
        return f"{self.name}-{self.day.isoformat()}"


def export_list(arguments: argparse.Namespace) -> int:
    """Write a list's file, and what was done; print how many are on it.

    Raises
    ------
    ParameterError
        No such list or report, no purpose, or a place that reports are handed on from.
    DataError
        The sources changed since they were read, or nobody on the list may be contacted.
    """
    root = find_root(Path.cwd())
    unit = load_unit(root, arguments.unit)
    campaign = plan_campaign(unit, arguments)
    _check_place(root, arguments.to)
    folder = find_report(root / "reports", unit.name, arguments.report)
    listed = read_list(folder, arguments.list)
    store = Store(root / "data" / "store")
    # One export at a time: two must not each find a customer contacted once less than allowed.
    with store.shared(), log.lock(root / "data" / "exports"):
        check_fresh(unit, root, store)
        held, key = find_held(store, unit.name), key_of(unit)
        names = list(dict.fromkeys(listed.customers))
        known = read_identifiers(held, key, list(_kinds(arguments, campaign)), names)
        contacts = _read_contacts(root, held, campaign, known)
        choice = _choose(root, campaign, known, held, contacts)
        choice = _as_assigned(choice, contacts[contacts["campaign_id"] == campaign.id])
        if not choice.contacted:
            raise DataError(
                f"list {campaign.name}: nobody on it may be contacted ({_spell(choice)})."
            )
        content = _spell_file(arguments, campaign, choice, known)
        told = _describe(campaign, choice, listed.run, content)
        if not arguments.dry_run:
            rows = {
                "campaigns": [_campaign_row(campaign)],
                "campaign_contacts": list(_contact_rows(campaign, choice, known)),
            }
            _leave(root, campaign, rows, told, (arguments.to, content))
    _print(arguments, told, choice)
    return 0


def plan_campaign(unit: UnitParams, arguments: argparse.Namespace) -> Campaign:
    """Make the campaign of an export from the unit's rules and what was asked for.

    Raises
    ------
    ParameterError
        The list is declared for another purpose, or for none and none was named.
    """
    declared = unit.lists.get(arguments.list)
    purpose = arguments.purpose or (declared.purpose if declared else None)
    if purpose is None:
        raise ParameterError(
            f"list {arguments.list[:40]}: its file declares no purpose. Name one: --purpose P."
        )
    if declared is not None and purpose != declared.purpose:
        raise ParameterError(
            f"list {arguments.list}: is declared for {declared.purpose}. Export it for that, or "
            "declare another list."
        )
    own = declared.control if declared else None
    day = arguments.send_on or date.fromisoformat(log.now()[:10])
    control = unit.contacts.control if own is None else own
    return Campaign(unit, arguments.list, purpose, day, control)


def _check_place(root: Path, to: Path) -> None:
    if to.suffix.lower() not in (".csv", ".xlsx"):
        raise ParameterError(f"{to.name}: name a file that ends in .csv or .xlsx.")
    inside = to.resolve()
    if any(inside.is_relative_to(root / name) for name in ("reports", "data/store", "data/drafts")):
        raise ParameterError(f"{to.name}: that folder is handed on or made anew. Name another.")
    if not inside.parent.is_dir():
        raise ParameterError(f"{to.name}: its folder does not exist. Make it first.")


def _kinds(arguments: argparse.Namespace, campaign: Campaign) -> Iterator[str]:
    yield ADDRESS[campaign.purpose]
    if arguments.with_name:
        yield "name"


def _read_contacts(root: Path, held: Held, campaign: Campaign, known: pd.DataFrame) -> pd.DataFrame:
    """Read whom campaigns contacted when: from the sources, and what exports added since."""
    unit = campaign.unit
    given = read_frame(held, "campaign_contacts")
    columns = ["campaign_id", "customer_id", "variant", "sent_on"]
    parts = [pd.DataFrame(columns=columns)]
    if given is not None:
        sent = pd.to_datetime(given["sent_at"], utc=True).dt.tz_convert(unit.timezone)
        parts.append(given.assign(sent_on=sent.dt.tz_localize(None).dt.normalize())[columns])
    rows = read_back(root, unit.name, "campaign_contacts", is_sample=unit.sample)
    owner = {number: customer for customer, number in known["number"].dropna().items()}
    written = pd.DataFrame(rows, columns=["campaign_id", "customer_id", "variant", "sent_at"])
    parts.append(
        written.assign(
            customer_id=written["customer_id"].map(owner),
            sent_on=pd.to_datetime(written["sent_at"].replace("", None)).dt.normalize(),
        )[columns]
    )
    filled = [part for part in parts if len(part)] or parts[:1]
    # What was written and has been ingested since is there twice.
    return pd.concat(filled).drop_duplicates(["campaign_id", "customer_id"], keep="last")


def _choose(
    root: Path, campaign: Campaign, known: pd.DataFrame, held: Held, contacts: pd.DataFrame
) -> Choice:
    unit, key = campaign.unit, key_of(campaign.unit)
    silence = {str(name): str(said) for name, said in unit.privacy.consent_default.items()}
    listed = pd.Series(known.index)
    gone = set(read_erased(root, unit.name, lambda: key))
    others = contacts[(contacts["campaign_id"] != campaign.id) & contacts["sent_on"].notna()]
    rules = unit.contacts
    lacks = known["number"].isna() | known[ADDRESS[campaign.purpose]].isna()
    excluded = {
        "erased": [name for name in listed if gone and digest_pseudonym(key, name) in gone],
        "not_agreed": find_refused(
            listed, read_frame(held, "consents"), purpose=campaign.purpose,
            default=silence,
        ),
        "too_often": find_often(others, day=campaign.day, most=rules.most, days=rules.days),
        "not_reached": set(known.index[lacks]),
    }  # fmt: skip
    return choose_contacts(
        listed, excluded=excluded, key=key, campaign=campaign.id, control=campaign.control
    )


def _as_assigned(choice: Choice, assigned: pd.DataFrame) -> Choice:
    """Leave everybody on the side on which an earlier export of the campaign put them."""
    side = assigned.set_index("customer_id")["variant"].to_dict()
    both = [(name, CONTACTED) for name in choice.contacted]
    both += [(name, CONTROL) for name in choice.control]
    placed = [(name, side.get(name, drawn)) for name, drawn in both]
    return Choice(
        tuple(name for name, variant in placed if variant != CONTROL),
        tuple(name for name, variant in placed if variant == CONTROL),
        choice.left_out,
    )


def _spell_file(
    arguments: argparse.Namespace, campaign: Campaign, choice: Choice, known: pd.DataFrame
) -> bytes:
    of_list = known.loc[list(choice.contacted)]
    people = [
        Contact(row["number"], row[ADDRESS[campaign.purpose]], _text(row.get("name")))
        for row in of_list.to_dict("records")
    ]
    is_workbook = arguments.to.suffix.lower() == ".xlsx"
    encoding = None if is_workbook else arguments.encoding
    return spell_export(
        people, layout=arguments.layout, purpose=campaign.purpose, campaign=campaign.id,
        encoding=encoding,
    )  # fmt: skip


def _text(cell: Any) -> str | None:
    return cell if isinstance(cell, str) else None


def _describe(campaign: Campaign, choice: Choice, run: str, content: bytes) -> dict[str, Any]:
    return {
        "event": "exported",
        "unit": campaign.unit.name,
        "list": campaign.name,
        "report": run,
        "campaign": campaign.id,
        "purpose": campaign.purpose,
        "contacted": len(choice.contacted),
        "control": len(choice.control),
        "left_out": dict(choice.left_out),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _leave(
    root: Path, campaign: Campaign, rows: Mapping[str, list[dict[str, str]]],
    told: Mapping[str, Any], file: tuple[Path, bytes],
) -> None:  # fmt: skip
    """Write what was done, then the log, then the file: none leaves that nobody would measure."""
    unit = campaign.unit
    add_rows(root, unit.name, rows, is_sample=unit.sample)
    log.append(root / "reports" / "log.jsonl", told)
    write_whole(*file)


def _campaign_row(campaign: Campaign) -> dict[str, str]:
    unit, day = campaign.unit, campaign.day
    declared = unit.lists.get(campaign.name)
    title = getattr(declared.name, unit.language) if declared else campaign.name
    ends = day + timedelta(days=unit.window_days)
    planned = f"{CONTROL}={campaign.control:g};{CONTACTED}={1 - campaign.control:g}"
    return {
        "campaign_id": campaign.id, "name": f"{title} {day.isoformat()}",
        "channel": CHANNELS[campaign.purpose], "goal": campaign.name, "campaign_type": "list",
        "design": "experiment" if campaign.control else "targeted",
        "started_at": f"{day.isoformat()} 00:00:00", "ended_at": f"{ends.isoformat()} 23:59:59",
        "planned_share": planned if campaign.control else "",
    }  # fmt: skip


def _contact_rows(
    campaign: Campaign, choice: Choice, known: pd.DataFrame
) -> Iterator[dict[str, str]]:
    at = f"{campaign.day.isoformat()} 00:00:00"
    for variant, names in ((CONTACTED, choice.contacted), (CONTROL, choice.control)):
        for number in known.loc[list(names), "number"]:
            yield {
                "campaign_id": campaign.id, "customer_id": str(number), "variant": variant,
                "assigned_at": at, "sent_at": "" if variant == CONTROL else at,
            }  # fmt: skip


def _spell(choice: Choice) -> str:
    words = {
        "erased": "erased", "not_agreed": "did not agree", "too_often": "contacted too often",
        "not_reached": "no number or address",
    }  # fmt: skip
    return ", ".join(f"{words[name]}: {n:,}" for name, n in choice.left_out.items())


def _print(arguments: argparse.Namespace, told: Mapping[str, Any], choice: Choice) -> None:
    if arguments.json:
        sys.stdout.write(json.dumps({**told, "written": not arguments.dry_run}) + "\n")
        return
    done = "would be written" if arguments.dry_run else "written"
    sys.stdout.write(
        f"{told['campaign']}: {told['contacted']:,} customers {done} to {arguments.to.name}; "
        f"{told['control']:,} held out. Left out: {_spell(choice)}.\n"
    )
    if not arguments.dry_run:
        sys.stdout.write(
            f"The next `rapport run {told['unit']}` reads who was contacted and measures it.\n"
        )
