"""An object store over HTTP (moto's S3), reached by Airflow's ``ObjectStoragePath`` as its provider would."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from caspen_qbo.hooks.storage.objects import ObjectStorage
from caspen_qbo.hooks.storage.place import CONNECTION_VARIABLE, REPORTS_VARIABLE
from ops.local.ports import HOST
from tests.support.forwarder import Forwarder, forwarding

_numbers = itertools.count(1)


@dataclass(frozen=True)
class ObjectStore:
    """One bucket of its own."""

    way: Forwarder
    address: str
    conn_id: str
    files: Any
    """fsspec's file system."""

    def storage(self, seconds: float = 20) -> ObjectStorage:
        return ObjectStorage(self.address, self.conn_id, seconds)

    def names(self) -> set[str]:
        self.files.invalidate_cache()
        root = self.address.removeprefix("s3://")
        return {path.removeprefix(f"{root}/") for path in self.files.find(root)}

    def used(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """As a server's environment names it."""
        monkeypatch.setenv(REPORTS_VARIABLE, self.address)
        monkeypatch.setenv(CONNECTION_VARIABLE, self.conn_id)


@contextmanager
def serving() -> Iterator[int]:
    """A server of moto's; its port."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # a line for each request
    server = ThreadedMotoServer(ip_address=HOST, port=0, verbose=False)
    server.start()
    try:
        yield server.get_host_and_port()[1]
    finally:
        server.stop()


@contextmanager
def bucket_at(port: int) -> Iterator[ObjectStore]:
    from airflow.sdk.io import attach
    from s3fs import S3FileSystem

    with forwarding(port) as way:
        number = next(_numbers)
        files = S3FileSystem(
            key="reports",
            secret="reports-4471",
            client_kwargs={"endpoint_url": f"http://{HOST}:{way.port}", "region_name": "ap-southeast-2"},
            config_kwargs={"retries": {"max_attempts": 1}, "s3": {"addressing_style": "path"}},
            skip_instance_cache=True,
        )
        bucket, conn_id = f"clinic-{number}", f"reports_{number}"
        files.mkdir(bucket, LocationConstraint="ap-southeast-2")
        attach("s3", conn_id, fs=files)
        yield ObjectStore(way, f"s3://{bucket}/kept/reports", conn_id, files)
