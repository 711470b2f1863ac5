"""The place through which a run and its workers exchange objects, each named by its digest.

A folder that all of them see, in the form of a store, or an address of fsspec (`s3://bucket/x`).
What is put there twice is the same twice, so nobody waits for anybody; what is fetched is checked
against its name before it is used. It may be the run's own store; any other is of one run, which
empties it at its end: no table of customers stays where an erasure would not look for it.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from rapport.errors import ParameterError, StoreError
from rapport.press.run.store import Store
from rapport.press.run.store.store import PUBLIC

# What is put there is there whole or not at all; elsewhere it is renamed when it is whole.
WHOLE_AT_ONCE = {"abfs", "abfss", "adl", "az", "gcs", "gs", "memory", "oss", "s3", "s3a"}
PAUSES = (0.2, 1.0, 3.0)  # seconds before the second try, the third, and the last
EXTRA = "install rapport-reports[cluster] for it, on workers too"


class Depot(Protocol):
    """Where objects are left and fetched."""

    @property
    def address(self) -> str:
        """By which a worker opens the same place."""

    def put(self, path: Path, digest: str, *, mode: int = PUBLIC) -> None:
        """Leave a copy of a file whose content has this digest."""

    def fetch(self, digest: str, target: Path) -> None:
        """Write the object to a new file, which may be wrong: whoever uses it checks it."""

    def clear(self) -> None:
        """Remove the place with all that is in it."""


def open_depot(address: str) -> Depot:
    """Open a folder, given by its path or `file://`, or another address of fsspec.

    Raises
    ------
    ParameterError
        There is no such kind of address, or it holds a password.
    """
    parts = urlsplit(address)
    if "://" not in address or parts.scheme == "file":
        return FolderDepot(Path(parts.path if parts.scheme == "file" else address).absolute())
    if parts.password is not None:
        raise ParameterError(
            "--store: an address must not hold a password, which others see. Give it to fsspec by "
            "the environment (FSSPEC_<KIND>_<OPTION>) or its configuration file."
        )
    return RemoteDepot(address, _open_file_system(address))


def bring(depot: Depot, store: Store, digest: str, *, mode: int = PUBLIC) -> None:
    """Have an object in a store: fetched, and checked, unless it is there already.

    Raises
    ------
    StoreError
        It is not in the depot, or what is there has another content, also when asked for again.
    """
    if store.object_path(digest).is_file():
        return
    with store.lease_folder() as lease:
        path = lease.folder / "object"
        for pause in (*PAUSES, None):
            depot.fetch(digest, path)
            if _digest_of(path) == digest:
                store.add_file(path, mode=mode)
                return
            path.unlink()
            if pause is not None:
                time.sleep(pause)
    raise StoreError(
        f"{depot.address}: object {digest[:12]} has another content than its name says. Remove it "
        "there and run again."
    )


class FolderDepot:
    """A folder that the run and all workers see under one path; it may be the run's own store."""

    def __init__(self, root: Path) -> None:
        self.store = Store(root)
        self.address = str(root)

    def put(self, path: Path, digest: str, *, mode: int = PUBLIC) -> None:
        """Leave a copy, or on one file system a second name."""
        if self.store.holds(digest, path.stat().st_size):
            return
        with self.store.writing(), self.store.lease_folder() as lease:
            copy = lease.folder / digest
            _link_or_copy(path, copy)
            self.store.add_file(copy, mode=mode)

    def fetch(self, digest: str, target: Path) -> None:
        """Copy the object, or on one file system give it a second name.

        Raises
        ------
        StoreError
            It is not there.
        """
        try:
            _link_or_copy(self.store.object_path(digest), target)
        except FileNotFoundError as error:
            raise StoreError(
                f"{self.address}: object {digest[:12]} is not there, or this machine does not see "
                "that folder. Name a folder that all machines share, or an address, with --store."
            ) from error

    def clear(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.store.root, ignore_errors=True)


class RemoteDepot:
    """A place that fsspec reaches."""

    def __init__(self, address: str, files: Any) -> None:
        self.address = address
        self._files = files
        self._root = str(files._strip_protocol(address)).rstrip("/")
        self._is_whole_at_once = urlsplit(address).scheme in WHOLE_AT_ONCE

    def put(self, path: Path, digest: str, *, mode: int = PUBLIC) -> None:  # noqa: ARG002
        """Leave a copy; who may read there is for the place to say, not for a mode.

        Raises
        ------
        StoreError
            It failed, also when tried again.
        """
        self._try(lambda: self._put(path, self._place_of(digest)))

    def fetch(self, digest: str, target: Path) -> None:
        """Download the object.

        Raises
        ------
        StoreError
            It is not there, or it failed, also when tried again.
        """
        self._try(lambda: self._files.get_file(self._place_of(digest), str(target)))

    def clear(self) -> None:
        """Remove everything below the address.

        Raises
        ------
        StoreError
            It failed, also when tried again.
        """
        self._try(self._clear)

    def _clear(self) -> None:
        with suppress(FileNotFoundError):
            self._files.rm(self._root, recursive=True)

    def _place_of(self, digest: str) -> str:
        return f"{self._root}/objects/{digest[:2]}/{digest}"

    def _put(self, path: Path, place: str) -> None:
        if self._size_of(place) == path.stat().st_size:
            return
        if self._is_whole_at_once:
            self._files.put_file(str(path), place)
            return
        aside = f"{place}.{secrets.token_hex(8)}.aside"
        self._files.makedirs(place.rpartition("/")[0], exist_ok=True)
        self._files.put_file(str(path), aside)
        self._files.mv(aside, place)

    def _size_of(self, place: str) -> int | None:
        try:
            return int(self._files.info(place)["size"])
        except FileNotFoundError:
            return None

    def _try(self, do: Any) -> None:
        for pause in (*PAUSES, None):
            try:
                do()
            except FileNotFoundError as error:
                raise StoreError(
                    f"{self.address}: an object is not there, or the place is not. Look whether "
                    "somebody emptied it, then run again."
                ) from error
            # Every kind of place raises errors of its own.
            except Exception as error:
                if pause is None:
                    raise StoreError(
                        f"{self.address}: it failed {len(PAUSES) + 1} times "
                        f"({type(error).__name__}). Look whether it is reachable and whether "
                        "this machine may read and write there, then run again."
                    ) from error
                time.sleep(pause)
            else:
                return


def _open_file_system(address: str) -> Any:
    try:
        import fsspec  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ParameterError(f"--store {address}: {EXTRA}.") from error
    try:
        # What another machine has put there must be seen.
        files, _ = fsspec.url_to_fs(address, use_listings_cache=False)
    except (ImportError, ValueError) as error:
        wanted = re.sub(r"\s+", " ", str(error)).rstrip(".")
        raise ParameterError(f"--store {address}: cannot be opened ({wanted}).") from error
    return files


def _link_or_copy(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except FileNotFoundError:
        raise
    except OSError:  # another file system, or another user's file
        shutil.copyfile(path, target)


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
