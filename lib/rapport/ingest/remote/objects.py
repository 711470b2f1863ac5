"""Objects of a store, fetched as they are listed, part by part, whole or not at all.

An object is read in parts that must be of the version that was listed (`If-Match`) and as long as
was asked for, so that a body that was cut is never taken for a short one. A part that fails is
asked for again after a pause that doubles; what nobody can mend by waiting is told at once.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from rapport.errors import DataError, ParameterError
from rapport.ingest.remote.readings import Landed
from rapport.params import UnitParams
from rapport.params.databases import OBJECTS, Storage

PART = 8 << 20
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 20.0
MB = 1 << 20
T = TypeVar("T")


@dataclass(frozen=True)
class Listed:
    """An object as the store lists it."""

    key: str
    size: int
    etag: str


class ChangedError(DataError):
    """An object is no longer the one that was listed."""


class Objects:
    """The object store of a unit."""

    def __init__(self, storage: Storage) -> None:
        try:
            import fsspec  # noqa: PLC0415 - an extra
            import s3fs  # noqa: F401, PLC0415
            from botocore.exceptions import (  # noqa: PLC0415 - comes with s3fs
                BotoCoreError,
                ClientError,
                NoCredentialsError,
            )
        except ModuleNotFoundError as error:
            raise ParameterError('s3:// paths need pip install "rapport-reports[s3]".') from error
        self._storage = storage
        self._fatal = (FileNotFoundError, PermissionError, NoCredentialsError, ChangedError)
        # aiohttp's errors are OSErrors or become these.
        self._passing = (OSError, BotoCoreError, ClientError, _CutError, _broken_bodies())
        place = {"endpoint_url": storage.endpoint, "region_name": storage.region}
        self._fs: Any = fsspec.filesystem(
            "s3", anon=storage.anonymous, use_listings_cache=False, skip_instance_cache=True,
            client_kwargs={name: value for name, value in place.items() if value},
            # Attempts are counted here, so that nobody multiplies them below.
            config_kwargs={
                "connect_timeout": min(storage.seconds, 15), "read_timeout": storage.seconds,
                "retries": {"total_max_attempts": 1, "mode": "standard"},
            },
        )  # fmt: skip
        self._fs.retries = 1

    def list(self, where: str, path: str) -> list[Listed]:
        """List the objects of a path, by their names; `*` and `?` stand for parts of a name."""
        plain = path.removeprefix(OBJECTS)
        if "*" not in plain and "?" not in plain:
            infos = [self._try(where, lambda: self._fs.info(plain))]
        else:
            pattern = plain.replace("[", "[[]")
            found = self._try(where, lambda: self._fs.glob(pattern, detail=True))
            infos = [found[name] for name in sorted(found)]
        listed = [
            Listed(info["name"], info["size"], str(info.get("ETag", "")).strip('"'))
            for info in infos
            if info["type"] == "file" and not info["name"].rpartition("/")[2].startswith(".")
        ]
        if not listed:
            raise DataError(f"{where}: no object has that name. Mend `path`, or put it there.")
        return listed

    def fetch(self, where: str, listed: Listed, to: Path) -> None:
        """Write an object into a file that is there whole when this returns."""
        with to.open("wb") as file:
            for start in range(0, listed.size, PART):
                end = min(start + PART, listed.size)
                file.write(self._try(where, lambda: self._read(where, listed, start, end)))  # noqa: B023

    def _read(self, where: str, listed: Listed, start: int, end: int) -> bytes:
        with self._fs.open(listed.key, "rb", cache_type="none", block_size=PART) as file:
            told = (str(file.details.get("ETag", "")).strip('"'), file.details["size"])
            if told != (listed.etag, listed.size):
                raise _changed(where)
            file.seek(start)
            part: bytes = file.read(end - start)
        if len(part) != end - start:
            raise _CutError
        return part

    def _try(self, where: str, call: Callable[[], T]) -> T:
        for attempt in range(1, self._storage.attempts + 1):
            try:
                return call()
            except self._fatal as error:
                raise _tell_fatal(where, error) from None
            except self._passing as error:
                if getattr(error, "errno", None) == errno.EBUSY and "412" in str(error):
                    raise _changed(where) from None
                last = error
            if attempt < self._storage.attempts:
                time.sleep(min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE))
        raise DataError(
            f"{where}: the store failed {self._storage.attempts} times for one part, last with "
            f"{_name(last)}. Look at the store and at `storage` of the unit's file, then run again."
        )


class _CutError(Exception):
    """Less came than was asked for."""


def _broken_bodies() -> type[Exception]:
    import aiohttp  # noqa: PLC0415 - comes with s3fs

    return aiohttp.ClientError


def _changed(where: str) -> ChangedError:
    return ChangedError(f"{where}: an object changed while it was read. Run again.")


def _tell_fatal(where: str, error: Exception) -> DataError:
    """Say what no waiting mends; a store's own words may quote a key."""
    if isinstance(error, ChangedError):
        return error
    if isinstance(error, FileNotFoundError):
        return DataError(f"{where}: no object or bucket has that name. Mend `path`.")
    return DataError(
        f"{where}: the store does not let the account in. Mend AWS_ACCESS_KEY_ID and "
        "AWS_SECRET_ACCESS_KEY in the environment, or its rights."
    )


def _name(error: Exception) -> str:
    names = {"_CutError": "a body that was cut", "ClientPayloadError": "a body that was cut",
             "ReadTimeoutError": "no answer in time", "ConnectTimeoutError": "no answer in time",
             "TimeoutError": "no answer in time",
             "FSTimeoutError": "no answer in time",
             "FlexibleChecksumError": "a body that differs from its checksum"}  # fmt: skip
    return names.get(type(error).__name__, type(error).__name__)


def fetch_objects(
    unit: UnitParams, name: str, aside: Path, known: Sequence[Landed]
) -> tuple[list[tuple[Listed, Path | None]], Mapping[str, Landed]]:
    """Fetch the objects of a source that are not here yet.

    Parameters
    ----------
    known : files of earlier readings; one of the same name, tag and size is not fetched again

    Returns
    -------
    every object with its file in `aside`, without one where it is here, and those that are here by
    their names
    """
    source, where = unit.sources[name], f"source {name}"
    store = Objects(unit.storage)
    listed = store.list(where, source.path)
    if sum(one.size for one in listed) > source.limits.unpacked_mb * MB:
        raise DataError(
            f"{where}: the objects have more than {source.limits.unpacked_mb:,} MB. If that is "
            "right, raise `limits` of the source."
        )
    here = {file.key: file for file in known if file.etag}
    found: list[tuple[Listed, Path | None]] = []
    for number, one in enumerate(listed):
        same = here.get(one.key)
        if same is not None and (same.etag, same.size) == (one.etag, one.size):
            found.append((one, None))
            continue
        store.fetch(where, one, aside / str(number))
        found.append((one, aside / str(number)))
    return found, here
