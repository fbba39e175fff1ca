"""A mail server, and a practice that needs somebody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.flow import Flow
from tests.support.mailing import noon_zone
from tests.support.postbox import Postbox, running_postbox


@pytest.fixture
def postbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Postbox]:
    with running_postbox() as box:
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", box.connection)
        monkeypatch.setenv("AIRFLOW__API__BASE_URL", "http://pages.example")
        yield box


@pytest.fixture
def practice(flow: Flow, postbox: Postbox) -> Flow:
    """One practice with two invoices without a line, so that somebody is needed; its runs are not late."""
    flow.caspen.execute("UPDATE caspen.workspace SET time_zone = %s", [noon_zone()])
    for _ in range(2):
        flow.staff.finalise(flow.staff.draft_invoice(flow.client_id, []))
    flow.post()
    return flow
