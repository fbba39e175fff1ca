"""DAGs run in this process by Airflow's own `dag.test()`, against a real sandbox and real databases."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from ops.local.ports import HOST, free_port
from ops.paths import DAGS


@pytest.fixture
def run_dag(airflow_metadata: Path) -> Callable[..., Any]:
    """`run_dag("post_to_quickbooks", dry_run=True)`: the finished DagRun, with its task instances at hand."""

    def run(dag_id: str, **conf: Any) -> Any:
        # `dag.test(run_conf=...)` leaks its values into the next run of the same object: load it afresh.
        from airflow.dag_processing.dagbag import DagBag

        bag = DagBag(dag_folder=DAGS / f"{dag_id}.py")
        assert bag.import_errors == {}
        return bag.dags[dag_id].test(run_conf=conf or None)

    return run


def states(run: Any) -> dict[str, list[str]]:
    """Task id -> the states of its instances, mapped ones in order."""
    found: dict[str, list[str]] = {}
    for instance in sorted(run.get_task_instances(), key=lambda ti: ti.map_index):
        found.setdefault(instance.task_id, []).append(str(instance.state))
    return found


def ended_note(run: Any) -> str | None:
    """The end of a run announced once more, as the scheduler does: `dag.test()` does so outside of Airflow's
    database. The note after that.
    """
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session

    with create_session(scoped=False) as session:
        ended = session.get_one(DagRun, run.id)
        ended.notify_dagrun_state_changed(msg="success" if ended.state == "success" else "task_failure")
    return note_of(run)


def note_of(run: Any) -> str | None:
    """As a page of Airflow reads it, in a transaction of its own."""
    from airflow.models.dagrun import DagRunNote
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session(scoped=False) as session:
        return session.scalar(select(DagRunNote.content).where(DagRunNote.dag_run_id == run.id))


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Message]]:
    """A mail server behind the connection ``smtp_default``, and what it was handed."""
    received: list[Message] = []

    class Handler:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            received.append(message_from_bytes(envelope.content))
            assert envelope.rcpt_tos == ["books@example.com"]
            return "250 kept"

    controller = Controller(Handler(), hostname=HOST, port=free_port())
    controller.start()
    connection = {
        "conn_type": "smtp",
        "host": HOST,
        "port": controller.port,
        "extra": {
            "to_email": "books@example.com",
            "from_email": "sync@example.com",
            "disable_ssl": True,
            "disable_tls": True,
        },
    }
    monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", json.dumps(connection))
    yield received
    controller.stop()


def text_of(message: Message) -> str:
    """The text of a mail, whatever its parts are."""
    parts = [part for part in message.walk() if not part.is_multipart()]
    contents = (part.get_payload(decode=True) for part in parts)
    return "".join(content.decode() for content in contents if isinstance(content, bytes))
