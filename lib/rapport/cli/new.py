"""`rapport new`: a parameter file for sources that nobody has described yet."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from rapport.errors import DataError, ParameterError, RapportError
from rapport.ingest import check_unit, find_sources
from rapport.ingest.fetched import fetch_sources
from rapport.ingest.guess.describe import Described
from rapport.ingest.guess.elsewhere import Work, describe_source
from rapport.ingest.guess.tables import Guess, guess_tables
from rapport.ingest.guess.write import guess_unit, write_params
from rapport.params import check_unit_name, find_root, load_unit
from rapport.present.units import CURRENCIES
from rapport.press.run.store import Store

ROUNDS = 5
SET_ASIDE = 0.01  # of a file's rows, which the written file declares


def unit(arguments: argparse.Namespace) -> int:
    """Write `params/NAME.yml` from the look of files, check it, and say what to do next.

    Columns that the check cannot read are taken out again where a table can do without them. The
    file is never written over another; it stays even if the check finds what only a person can
    mend, because it is where that is mended.
    """
    root = find_root(Path.cwd())
    name = check_unit_name(arguments.unit)
    place = root / "params" / f"{name}.yml"
    if place.exists():
        raise ParameterError(f"unit {name}: params/{name}.yml is there. Choose another name.")
    _check(arguments.currency, arguments.timezone)
    with TemporaryDirectory(prefix="rapport-") as folder:
        work = Work(Path(folder), os.environ, set())
        found = [file for asked in arguments.files for file in describe_source(asked, work)]
    files = [_place(file, root) for file in found]
    guesses = guess_tables(files)
    if not guesses:
        raise DataError(
            f"unit {name}: none of the files looks like a table of orders, customers, products, "
            "contracts, contacts or answers: no parameters were written. docs/analyst.md says how "
            "to write them."
        )
    faults = _settle(root, place, files, guesses, arguments)
    _say(name, files, guesses)
    if faults:
        raise DataError(
            f"params/{name}.yml is written, and the check of it says:\n{faults}\nMend the file, "
            f"then: rapport data check {name}"
        )
    sys.stdout.write(f"params/{name}.yml: written and checked. Next: rapport run {name}\n")
    return 0


def _check(currency: str | None, zone: str | None) -> None:
    if currency is not None and currency not in CURRENCIES:
        known = ", ".join(sorted(CURRENCIES))
        raise ParameterError(f"--currency: {currency[:20]!r} is none of {known}.")
    try:
        ZoneInfo(zone or "UTC")
    except (KeyError, ValueError, OSError) as error:
        raise ParameterError(
            f"--timezone: no time zone of the tz database is called {str(zone)[:40]!r}. "
            "Write one such as Asia/Shanghai."
        ) from error


def _place(file: Described, root: Path) -> Described:
    """Name a file as its unit finds it: inside `data/raw` from there, else by its whole path.

    What lies elsewhere has its name.
    """
    if isinstance(file.settings.get("path"), str) or file.database:
        return file
    raw, path = (root / "data" / "raw").resolve(), Path(file.settings["path"]).resolve()
    place = path.relative_to(raw).as_posix() if path.is_relative_to(raw) else str(path)
    return replace(file, settings={**file.settings, "path": place})


def _settle(
    root: Path, place: Path, files: Sequence[Described], guesses: list[Guess],
    arguments: argparse.Namespace,
) -> str:  # fmt: skip
    """Write the file, check it, take out what cannot be read, until nothing more can be done."""
    name = place.stem
    about = guess_unit(name, files, currency=arguments.currency, timezone=arguments.timezone)
    with place.open("x", encoding="utf-8", newline="\n") as file:
        file.write(write_params(about, files, guesses))
    faults = ""
    for _ in range(ROUNDS):
        try:
            unit = load_unit(root, name)
            fetch_sources(unit, root, Store(root / "data" / "store").lease_folder)
            delivery = check_unit(unit, find_sources(unit, root))
        except RapportError as error:
            return str(error)
        found = delivery.faults.to_dict("records")
        if not found:
            return ""
        faults = "\n".join(f"  {row['table']}.{row['column']}: {row['found']}" for row in found)
        mended = [_mend(guesses, row) for row in found]
        if not any(mended):
            return faults
        place.write_text(write_params(about, files, guesses), encoding="utf-8", newline="\n")
    return faults


KEPT = {"order_id", "ordered_at", "amount", "product_id", "quantity", "interaction_id", "channel",
        "kind", "occurred_at", "plan", "started_on", "survey_id"}  # fmt: skip


def _mend(guesses: Sequence[Guess], fault: Mapping[Hashable, Any]) -> bool:
    """Take a column out of a table that can do without it, or let a few rows be set aside.

    Says whether there was anything to do.
    """
    table, column = str(fault["table"]), str(fault["column"])
    done = False
    for guess in (each for each in guesses if each.table == table):
        is_key = column in KEPT or (table == "customers" and column == "customer_id")
        if column in guess.columns and not is_key:
            del guess.columns[column]
            guess.checks.append(f"{column}: a column seems to hold it, but not every row is read")
            done = True
        elif 0 < fault["n_rows"] <= guess.described.n_rows * SET_ASIDE and not guess.sets_aside:
            guess.sets_aside = done = True
            guess.checks.append(f"{column}: {fault['n_rows']:,} rows: {fault['found']}")
    return done


def _say(name: str, files: Sequence[Described], guesses: Sequence[Guess]) -> None:
    for file in files:
        tables = ", ".join(guess.table for guess in guesses if guess.described.name == file.name)
        aside = f", {file.n_aside:,} put aside" if file.n_aside else ""
        sys.stdout.write(f"{file.name}: {file.n_rows:,} rows{aside} -> {tables or 'no table'}\n")
    n_people = sum(bool(column.personal) for file in files for column in file.columns)
    if n_people:
        sys.stdout.write(f"{n_people} columns name or reach persons: not mapped, listed by name\n")
    n_checks = sum(len(guess.checks) for guess in guesses)
    sys.stdout.write(f"{n_checks} lines of params/{name}.yml begin with CHECK: read them\n")
