"""A connected workspace for the tests of what breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from ops.postgres import Database
from tests.support.flow import Flow
from tests.support.services import Sandbox


@pytest.fixture
def flow(
    connections: Mapping[str, str], caspen_db: Database, sync_db: Database, sandbox: Sandbox
) -> Iterator[Flow]:
    """A connected, configured workspace, without any invoice yet."""
    opened = Flow.open(caspen_db, sync_db, sandbox)
    yield opened
    opened.close()
