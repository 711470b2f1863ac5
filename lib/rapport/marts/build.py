"""Make one mart: its SELECT over the tables it reads, or the calendar, or the settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from rapport import tables
from rapport.errors import DataError, ParameterError
from rapport.fiscal import read_fiscal
from rapport.marts.catalog import MARTS
from rapport.marts.feedback import make_feedback
from rapport.marts.funnel import make_funnel_steps
from rapport.marts.interests import make_interests
from rapport.marts.periods import parse_period
from rapport.marts.tags import make_tags
from rapport.marts.windows import list_windows
from rapport.schema import SCHEMAS
from rapport.tables import arrow_schema
from rapport.tables.shelf import write_selected

PERIODS = pa.schema(
    [
        ("window", pa.string()), ("position", pa.int64()), ("period", pa.string()),
        ("starts_on", pa.date32()), ("ends_on", pa.date32()), ("last_on", pa.date32()),
        ("is_whole", pa.bool_()), ("is_comparable", pa.bool_()), ("month_no", pa.int64()),
    ]
)  # fmt: skip

# What a parameter of a chapter may be.
KINDS = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string()}


def run_task(arguments: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Make one mart as a table task of the press, from plain JSON values to plain JSON values.

    Parameters
    ----------
    arguments : `name`, `tables` (table: path of its Parquet file), `settings` (the chapter
        parameters; for `periods` also `period`, a period's code), `into` (a folder), `store`
        (the folder beneath which all of them lie)

    Returns
    -------
    the table's name: `path`, `digest` and `n_rows` of the file written
    """
    name = arguments["name"]
    paths = {table: Path(path) for table, path in arguments["tables"].items()}
    into, shelf = Path(arguments["into"]), Path(arguments["store"])
    made = build_mart(name, paths, settings=arguments["settings"], into=into, shelf=shelf)
    return {name: {"path": str(made.path), "digest": made.digest, "n_rows": made.n_rows}}


def build_mart(
    name: str,
    paths: Mapping[str, Path],
    *,
    settings: Mapping[str, Any],
    into: Path,
    shelf: Path | None = None,
) -> tables.TableFile:
    """Write one mart to `<into>/<name>.parquet`.

    Parameters
    ----------
    name : one of `catalog.MARTS`, or a canonical table, which is made without a row for a unit
        that delivers none
    paths : the Parquet file of every table that the mart reads
    settings : the chapter parameters, read by `settings`, `periods`, `funnel_steps` and
        `tags_held` (`tags`: condition by tag) and `feedback_texts` (`topics`: patterns by topic)
        only; the others read the table `settings`, so that its digest says whether they moved
    shelf : the folder beneath which all of them lie, where several marts are made in turn

    Raises
    ------
    ParameterError
        There is no such mart.
    DataError
        A table that it reads is not given.
    """
    if name in SCHEMAS:
        return write_empty(name, into)
    mart = MARTS.get(name)
    if mart is None:
        raise ParameterError(f"mart {name}: there is none of this name. Known: {', '.join(MARTS)}.")
    absent = sorted(set(mart.reads) - set(paths))
    if absent:
        raise DataError(f"mart {name}: needs {', '.join(absent)}. Run the ingestion of the unit.")
    if mart.sql is not None:
        given = {table: paths[table] for table in mart.reads}
        for table in mart.uses:
            given[table] = paths.get(table) or write_empty(table, into / "absent").path
        return write_selected(mart.sql, given, into / f"{name}.parquet", shelf=shelf)
    rows = _make(name, {table: paths[table] for table in mart.reads}, settings)
    return tables.write_table(rows, into / f"{name}.parquet")


def write_empty(name: str, into: Path) -> tables.TableFile:
    """Write a canonical table without a row."""
    # Not Arrow's own `empty_table`, which makes arrays of lists and loads pandas to look at them.
    empty = pa.Table.from_batches([], schema=arrow_schema(SCHEMAS[name]))
    return tables.write_table(empty, into / f"{name}.parquet")


def _make(name: str, paths: Mapping[str, Path], settings: Mapping[str, Any]) -> pa.Table:
    """Make a mart that is no SELECT of its own."""
    if name == "periods":
        return make_periods(paths["snapshot"], settings)
    if name == "tags_held":
        return make_tags(paths, settings.get("tags", {}))
    if name == "funnel_steps":
        return make_funnel_steps(settings["funnel_steps"])
    if name == "feedback_texts":
        return make_feedback(paths["feedback_said"], settings.get("topics", {}))
    if name == "declared_interests":
        return make_interests(paths["customers"])
    return make_settings(settings)


def make_settings(settings: Mapping[str, Any]) -> pa.Table:
    """Make the one-row relation of the parameters, columns by name.

    Examples
    --------
    >>> make_settings({"seed": 0, "rfm_days": 365}).to_pylist()
    [{'rfm_days': 365, 'seed': 0}]
    """
    values = {name: settings[name] for name in sorted(settings) if name != "period"}
    schema = pa.schema([(name, KINDS[type(value)]) for name, value in values.items()])
    return tables.from_rows([values], schema)


def make_periods(snapshot: Path, settings: Mapping[str, Any]) -> pa.Table:
    """Make the calendar of the period that `settings` names, over the days of a snapshot."""
    (row,) = tables.read_rows(snapshot)
    period = parse_period(settings["period"], read_fiscal(settings.get("calendar")))
    windows = list_windows(
        period, settings=settings, data_from=row["data_from"], data_until=row["data_until"]
    )
    return tables.from_rows(windows, PERIODS)
