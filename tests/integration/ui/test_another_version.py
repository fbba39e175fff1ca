"""Pages and tasks over a schema of another version say so, and show nothing of it."""

from __future__ import annotations

import psycopg
import pytest

from caspen_qbo.errors import ConfigurationError
from caspen_qbo.migrations import FIRST_RELEASED
from caspen_qbo.operators.find import FindWorkspacesOperator
from tests.integration.ui.conftest import Pages
from tests.support.flow import Flow
from tests.support.task_context import task_context


@pytest.mark.parametrize(
    ("revision", "advice"), [(FIRST_RELEASED, "caspen-qbo migrate"), ("9999_later", "A newer version")]
)
def test_a_schema_of_another_version_is_refused(pages: Pages, flow: Flow, revision: str, advice: str) -> None:
    with psycopg.connect(flow.sync.uri, autocommit=True) as connection:
        connection.execute("UPDATE qbo_sync.migration SET version_num = %s", [revision])
    answer = pages.as_("viewer").get("/w/1/unsynced")
    assert answer.status_code == 409
    assert revision in answer.text and advice in answer.text
    with pytest.raises(ConfigurationError, match=advice):
        FindWorkspacesOperator(task_id="find", job="post").execute(task_context("find", "run"))
