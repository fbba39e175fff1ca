"""Reports in object storage, through Airflow's ``ObjectStoragePath``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import urlsplit

from caspen_qbo.errors import ReportStorageError
from caspen_qbo.hooks.storage import timed
from caspen_qbo.hooks.storage.timed import WORDS_MAX, Timed
from caspen_qbo.plain_text import plain

if TYPE_CHECKING:
    from airflow.sdk import ObjectStoragePath


PROVIDERS = {
    **dict.fromkeys(("s3", "s3a", "s3n"), "apache-airflow-providers-amazon[s3fs]"),
    **dict.fromkeys(("gs", "gcs"), "apache-airflow-providers-google"),
    **dict.fromkeys(("abfs", "abfss", "adl"), "apache-airflow-providers-microsoft-azure"),
}
"""Scheme of an address and what brings it. These take an upload whole or not at all."""


class ObjectStorage(Timed):
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
            with self._files.open(
                self._path(name), "rb", block_size=timed.CHUNK, cache_type="readahead"
            ) as file:
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
            file = self._files.open(self._path(name), "rb", block_size=timed.CHUNK, cache_type="readahead")
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
