"""The place for reports that the environment names, and whether it works."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from caspen_qbo import settings
from caspen_qbo.errors import ReportStorageError
from caspen_qbo.hooks.storage.folder import FolderStorage
from caspen_qbo.hooks.storage.objects import PROVIDERS, ObjectStorage
from caspen_qbo.hooks.storage.timed import WORDS_MAX

REPORTS_VARIABLE = "CASPEN_QBO_REPORTS"
"""Environment variable that names a folder or an address such as ``s3://bucket/reports``; ``reports`` in
Airflow's home when it is not set.
"""
CONNECTION_VARIABLE = "CASPEN_QBO_REPORTS_CONN_ID"
"""The Airflow connection to the object storage; the provider's own ways of finding credentials without it."""


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
