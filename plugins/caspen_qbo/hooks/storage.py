"""Where reports, packs and Data Docs are kept: a folder, or object storage through Airflow's
``ObjectStoragePath``. A file is there whole or not at all; every call has an end.
"""

from __future__ import annotations

import logging
import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TypeVar
from urllib.parse import unquote, urlsplit

from caspen_qbo import settings
from caspen_qbo.errors import ReportStorageError
from caspen_qbo.hooks.deadline import DeadlinePassedError, within
from caspen_qbo.hooks.files import write_report
from caspen_qbo.plain_text import plain

if TYPE_CHECKING:
    from airflow.sdk import ObjectStoragePath

log = logging.getLogger(__name__)
T = TypeVar("T")

REPORTS_VARIABLE = "CASPEN_QBO_REPORTS"
"""Environment variable that names a folder or an address such as ``s3://bucket/reports``; ``reports`` in
Airflow's home when it is not set.
"""
CONNECTION_VARIABLE = "CASPEN_QBO_REPORTS_CONN_ID"
"""The Airflow connection to the object storage; the provider's own ways of finding credentials without it."""

PROVIDERS = {
    **dict.fromkeys(("s3", "s3a", "s3n"), "apache-airflow-providers-amazon[s3fs]"),
    **dict.fromkeys(("gs", "gcs"), "apache-airflow-providers-google"),
    **dict.fromkeys(("abfs", "abfss", "adl"), "apache-airflow-providers-microsoft-azure"),
}
"""Scheme of an address and what brings it. These take an upload whole or not at all."""

CHUNK = 1 << 20
"""Bytes of a file that is sent on while it is read."""
WORDS_MAX = 300
SWEEP_SECONDS = 1800
"""Of looking through a whole folder for what is old."""
_OLD = ("*/reconciliation-*", "*/month-end-*", "*/data-docs/*")


class ReportStorage(Protocol):
    """Names are ours: ``workspace/file`` or ``workspace/folder/file``, in plain ASCII."""

    @property
    def where(self) -> str:
        """For people, without a secret."""

    def write(self, name: str, content: bytes) -> None:
        """In the place of what was there. Safe to repeat.

        :raises ReportStorageError: as of every call here.
        """

    def read(self, name: str, most: int) -> bytes | None:
        """The first ``most`` bytes; None: there is no such file."""

    def stream(self, name: str) -> tuple[int, Iterator[bytes]] | None:
        """Its size in bytes, and the file piece by piece; None: there is none."""

    def delete(self, names: Iterable[str]) -> None:
        """Those that are there."""

    def delete_all(self, workspace_id: int) -> int:
        """Of a practice; how many."""

    def delete_old(self, before: float) -> int:
        """Files that no table names, last written before a time in seconds since 1970."""


def report_storage(*, on_a_page: bool = False) -> ReportStorage:
    """As the environment says. Where it names what can be no such place, each use says so.

    :param on_a_page: A person waits in front of a screen: give up soon.
    """
    try:
        return _named_storage(on_a_page=on_a_page)
    except ReportStorageError as error:
        return NoStorage(error)


def _named_storage(*, on_a_page: bool) -> ReportStorage:
    seconds = settings.PAGE_ANSWER_SECONDS if on_a_page else settings.STORAGE_SECONDS
    named = os.environ.get(REPORTS_VARIABLE, "").strip()
    if "://" not in named:
        home = Path(os.environ.get("AIRFLOW_HOME") or "~/airflow").expanduser()
        return FolderStorage(Path(named) if named else home / "reports", seconds)
    parts = urlsplit(named)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ReportStorageError(
            f"{REPORTS_VARIABLE} holds more than scheme, bucket and folder. Name the Airflow connection with "
            f"the credentials in {CONNECTION_VARIABLE}."
        )
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return FolderStorage(Path(unquote(parts.path)), seconds)
    if parts.scheme not in PROVIDERS or not parts.netloc:
        known = ", ".join(f"{scheme}://bucket/folder" for scheme in ("s3", "gs", "abfs"))
        raise ReportStorageError(
            f"{REPORTS_VARIABLE} is {named[:WORDS_MAX]!r}: expected a folder, or one of {known}."
        )
    return ObjectStorage(named.rstrip("/"), os.environ.get(CONNECTION_VARIABLE) or None, seconds)


class _Timed:
    """Each call within a deadline, its failure a sentence. One that was silent is not asked again: the
    practices after it would each wait as long.
    """

    def __init__(self, where: str, seconds: float) -> None:
        self.where = where
        self._seconds = seconds
        self._silent: ReportStorageError | None = None

    def _ask(
        self, what: str, call: Callable[[], T], *, seconds: float | None = None, missing_ok: bool = False
    ) -> T:
        seconds = seconds or self._seconds
        if self._silent is not None:
            raise self._silent
        try:
            return within(seconds, call)
        except DeadlinePassedError:
            self._silent = ReportStorageError(
                f"{self.where}, where reports are kept, did not answer within {seconds:g} s; "
                f"{what} was given up. See that it is there and can be reached; `doctor` checks it."
            )
            raise self._silent from None
        except ReportStorageError:
            raise
        except Exception as error:
            if missing_ok and isinstance(error, FileNotFoundError):
                raise
            seen = plain(f"{type(error).__name__}: {error}")[:WORDS_MAX]
            raise ReportStorageError(
                f"{self.where}, where reports are kept, refused {what}: {seen}. See its rights and its "
                "space; `doctor` checks it."
            ) from error

    def _find(self, what: str, call: Callable[[], T]) -> T | None:
        """As :meth:`_ask`; None: there is no such file."""
        try:
            return self._ask(what, call, missing_ok=True)
        except FileNotFoundError:
            return None

    def _open(
        self, name: str, call: Callable[[], tuple[int, BinaryIO]]
    ) -> tuple[int, Iterator[bytes]] | None:
        found = self._find(f"reading {name}", call)
        return None if found is None else (found[0], self._stream(found[1]))

    def _stream(self, file: BinaryIO) -> Iterator[bytes]:
        try:
            while piece := self._ask("the next piece of a report", partial(file.read, CHUNK)):
                yield piece
        finally:
            with suppress(Exception):
                file.close()


class FolderStorage(_Timed):
    """A folder, one inside it for each practice."""

    def __init__(self, folder: Path, seconds: float) -> None:
        super().__init__(str(folder), seconds)
        self.folder = folder

    def write(self, name: str, content: bytes) -> None:
        self._ask(f"writing {name}", partial(write_report, self.folder / name, content))

    def read(self, name: str, most: int) -> bytes | None:
        def call() -> bytes:
            with (self.folder / name).open("rb") as file:
                return file.read(most)

        return self._find(f"reading {name}", call)

    def stream(self, name: str) -> tuple[int, Iterator[bytes]] | None:
        def call() -> tuple[int, BinaryIO]:
            file = (self.folder / name).open("rb")
            return os.fstat(file.fileno()).st_size, file

        return self._open(name, call)

    def delete(self, names: Iterable[str]) -> None:
        def call(path: Path) -> None:
            path.unlink(missing_ok=True)

        for name in names:
            self._ask(f"deleting {name}", partial(call, self.folder / name))

    def delete_all(self, workspace_id: int) -> int:
        def call(own: Path) -> int:
            files = sum(path.is_file() for path in own.rglob("*"))
            if own.exists():
                shutil.rmtree(own)
            return files

        return self._ask(f"deleting {workspace_id}/", partial(call, self.folder / str(workspace_id)))

    def delete_old(self, before: float) -> int:
        def call() -> int:
            old = [
                path
                for pattern in _OLD
                for path in self.folder.glob(pattern)
                if path.suffix in (".html", ".xlsx") and path.stat().st_mtime < before
            ]
            for path in old:
                path.unlink(missing_ok=True)
            return len(old)

        return self._ask("deleting old reports", call, seconds=SWEEP_SECONDS)


class ObjectStorage(_Timed):
    """Below an address, a prefix for each practice."""

    def __init__(self, address: str, conn_id: str | None, seconds: float) -> None:
        super().__init__(address + (f" (connection {conn_id})" if conn_id else ""), seconds)
        self._address, self._conn_id = address, conn_id

    @cached_property
    def _root(self) -> ObjectStoragePath:
        # Here: it loads Airflow.
        from airflow.sdk import ObjectStoragePath

        return ObjectStoragePath(self._address, conn_id=self._conn_id)

    @property
    def _files(self) -> Any:
        """Fsspec's file system, of Airflow's provider."""
        try:
            return self._root.fs
        except (ImportError, ValueError) as error:
            package = PROVIDERS[urlsplit(self._address).scheme]
            raise ReportStorageError(
                f"{self.where}, where reports are kept, cannot be asked from here: "
                f"{plain(str(error))[:WORDS_MAX]}. It needs {package} in Airflow's image."
            ) from error

    def _path(self, name: object) -> str:
        return f"{self._root.path.rstrip('/')}/{name}"

    def write(self, name: str, content: bytes) -> None:
        # In one request, or in parts that are joined at the end: an upload that breaks off leaves nothing.
        self._ask(f"writing {name}", lambda: self._files.pipe_file(self._path(name), content))

    def read(self, name: str, most: int) -> bytes | None:
        def call() -> bytes:
            with self._files.open(self._path(name), "rb", block_size=CHUNK, cache_type="readahead") as file:
                found: bytes = file.read(most)
                return found

        def twice() -> bytes:
            try:
                return call()
            except FileNotFoundError:
                raise
            except OSError:  # replaced between its size and its content
                return call()

        return self._find(f"reading {name}", twice)

    def stream(self, name: str) -> tuple[int, Iterator[bytes]] | None:
        def call() -> tuple[int, BinaryIO]:
            # As it was when it was opened: of one that is replaced since, the rest is refused.
            file = self._files.open(self._path(name), "rb", block_size=CHUNK, cache_type="readahead")
            return int(file.size), file

        return self._open(name, call)

    def delete(self, names: Iterable[str]) -> None:
        paths = [self._path(name) for name in names]
        if paths:
            self._ask(f"deleting {len(paths)} files", lambda: self._delete(paths))

    def delete_all(self, workspace_id: int) -> int:
        def call() -> int:
            self._files.invalidate_cache()
            found = list(self._files.find(self._path(workspace_id)))
            if found:
                self._delete(found)
            return len(found)

        return self._ask(f"deleting {workspace_id}/", call)

    def delete_old(self, before: float) -> int:
        """None: every file here is in a table, and listing millions of names costs hours."""
        return 0

    def _delete(self, paths: list[str]) -> None:
        try:
            self._files.rm(paths)
        except FileNotFoundError:  # of some stores, where one is gone already
            for path in paths:
                with suppress(FileNotFoundError):
                    self._files.rm_file(path)


class NoStorage:
    """What the environment names is no place for reports."""

    where = f"nowhere: {REPORTS_VARIABLE} names no such place"

    def __init__(self, error: ReportStorageError) -> None:
        self._error = error

    def write(self, name: str, content: bytes) -> None:
        raise self._error

    def read(self, name: str, most: int) -> bytes | None:
        raise self._error

    def stream(self, name: str) -> tuple[int, Iterator[bytes]] | None:
        raise self._error

    def delete(self, names: Iterable[str]) -> None:
        raise self._error

    def delete_all(self, workspace_id: int) -> int:
        raise self._error

    def delete_old(self, before: float) -> int:
        raise self._error


def probe(storage: ReportStorage) -> None:
    """Write, read back and delete a file.

    :raises ReportStorageError: one of them failed.
    """
    name, content = f"0/probe-{uuid.uuid4().hex}.html", b"<!DOCTYPE html><title>Probe</title>"
    storage.write(name, content)
    found = storage.read(name, len(content) + 1)
    storage.delete([name])
    if found != content:
        raise ReportStorageError(
            f"{storage.where}, where reports are kept, answered {len(found or b'')} bytes where "
            f"{len(content)} had been written."
        )
