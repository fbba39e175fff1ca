"""Fixtures of the tests that talk to a real database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ops.local.postgres import Database
from tests.support.caspen_billing import Clinic, clinic_on


@pytest.fixture
def clinic(caspen_db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clinic]:
    """Caspen's database with two workspaces, and the hook on it."""
    with clinic_on(caspen_db, monkeypatch) as clinic:
        yield clinic
