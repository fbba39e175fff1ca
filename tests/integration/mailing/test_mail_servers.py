"""Mail servers that refuse, fall silent or lose an answer, and senders that are killed or two at once."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from caspen_qbo import settings, wiring
from ops.local.ports import HOST, free_port
from tests.support.command_line import started_command
from tests.support.flow import Flow
from tests.support.mailing import DAY, add_practice, mail, send, states, want
from tests.support.postbox import Postbox, text_of

pytestmark = [pytest.mark.postgres, pytest.mark.sandbox]


def test_a_refused_address_holds_only_itself_is_named_and_told_to_ops(
    practice: Flow, postbox: Postbox
) -> None:
    add_practice(practice, 2, "Second <Practice>")
    postbox.answers = {
        "gone@example.com": "550 no such\tuser \x1b[31m",
        "full@example.com": "452 mailbox full",
    }
    want("books@example.com", "gone@example.com", "full@example.com")
    want("second@example.com", workspace=2)
    want("ops@example.com", workspace=None)
    assert send() == {"sent": 3, "refused": 1, "later": 1}
    assert states() == {
        "books@example.com": "sent",
        "gone@example.com": "refused",
        "full@example.com": "due",
    }
    assert "550 no such" in mail("--workspace", "1")
    del postbox.answers["full@example.com"]
    assert send() == {"sent": 1}, "what was put off is tried again, what was refused is not"
    assert states()["full@example.com"] == "sent"
    assert wiring.send_due_mails(datetime.now(UTC) + DAY) == {"sent": 4, "refused": 1}
    first, second = postbox.to("ops@example.com")
    assert "was not taken" not in text_of(first)
    assert "Mail to 1 address was not taken: Harbour Allied Health (1), Administrator" in text_of(second)
    mail("--workspace", "1", "--remove", "gone@example.com")
    assert wiring.send_due_mails(datetime.now(UTC) + 2 * DAY) == {"sent": 4}
    assert "was not taken" not in text_of(postbox.to("ops@example.com")[-1])


def refusing(postbox: Postbox) -> tuple[int, Callable[[], None]]:
    return free_port(), lambda: None


def silent(postbox: Postbox) -> tuple[int, Callable[[], None]]:
    listener = socket.create_server((HOST, 0))
    return listener.getsockname()[1], listener.close


@pytest.mark.parametrize("server", [refusing, silent])
def test_a_server_that_refuses_or_is_silent_is_given_up_and_tried_by_the_next_round(
    practice: Flow, postbox: Postbox, monkeypatch: pytest.MonkeyPatch, server: Any
) -> None:
    monkeypatch.setattr(settings, "NOTIFY_SECONDS", 0.3)
    want("a@example.com", "b@example.com", "c@example.com")
    port, close = server(postbox)
    with monkeypatch.context() as away:
        away.setenv("AIRFLOW_CONN_SMTP_DEFAULT", Postbox(port).connection)
        assert send() == {}
        assert "mail server" in mail("--workspace", "1", "--test", code=75)
    close()
    shown = json.loads(mail("--workspace", "1", "--json"))["mails"]
    assert {each["state"] for each in shown} == {"due"}
    assert sorted(each["tries"] for each in shown) == [0, 1, 1], "two show that it is the server"
    assert send() == {"sent": 3}


def test_an_address_at_which_the_server_falls_silent_does_not_hold_the_others(
    practice: Flow, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "NOTIFY_SECONDS", 0.5)
    postbox.answers = {"a@example.com": "silence"}
    want("a@example.com", "b@example.com", "c@example.com")
    for expected in ({"sent": 2}, {}):
        assert send() == expected
    assert states() == {"a@example.com": "due", "b@example.com": "sent", "c@example.com": "sent"}
    assert wiring.send_due_mails(datetime.now(UTC) + DAY) == {"sent": 2}
    days = practice.sync_rows("SELECT state FROM qbo_sync.mail WHERE address = 'a@example.com' ORDER BY day")
    assert days == [("missed",), ("due",)], "the day that is over is not sent later"


def test_a_mail_whose_answer_is_lost_is_not_repeated_and_says_so(practice: Flow, postbox: Postbox) -> None:
    postbox.loses = {"a@example.com"}
    want("a@example.com", "b@example.com")
    assert send() == {"sent": 1, "unknown": 1}
    assert send() == {}
    assert states() == {"a@example.com": "unknown", "b@example.com": "sent"}
    assert "it may have arrived, so it was not repeated" in mail("--workspace", "1")
    assert len(postbox.mails) == 2


@pytest.mark.parametrize(
    ("instant", "after_the_kill", "in_the_end"),
    [("rcpt", "due", "sent"), ("text", "handing", "unknown")],
)
def test_a_sender_that_is_killed_sends_nothing_twice(
    practice: Flow, postbox: Postbox, instant: str, after_the_kill: str, in_the_end: str
) -> None:
    """Before the text leaves the next round sends it; after that it arrived, or may have."""
    want("a@example.com")
    with started_command("mail", "--send") as command:

        def kill() -> None:
            postbox.at_rcpt = postbox.at_text = lambda: None
            os.kill(command.pid, signal.SIGKILL)

        if instant == "rcpt":
            postbox.at_rcpt = kill
        else:
            postbox.at_text = kill
        assert command.wait().returncode == -signal.SIGKILL
    assert states() == {"a@example.com": after_the_kill}
    for _ in range(2):
        send()
    assert states() == {"a@example.com": in_the_end}
    assert len(postbox.mails) == 1


def test_two_senders_at_once_send_each_mail_once(practice: Flow, postbox: Postbox) -> None:
    postbox.slow_seconds = 0.2
    want("a@example.com", "b@example.com", "c@example.com")
    with started_command("mail", "--send") as one, started_command("mail", "--send") as other:
        assert [one.wait().returncode, other.wait().returncode] == [0, 0]
    assert sorted(each["To"] for each in postbox.mails) == ["a@example.com", "b@example.com", "c@example.com"]


def test_a_round_ends_in_time_and_the_next_one_goes_on(
    practice: Flow, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from caspen_qbo.usecases.monitoring.send_mails import send_due

    want("a@example.com", "b@example.com", "c@example.com")
    with wiring.open_store() as store, wiring.open_billing() as billing:
        from caspen_qbo.hooks.mail_server import Mail, open_mail_server

        def render(to: str, letter: object, message_id: str) -> Mail:
            return Mail(to, "Subject", "Text\n", "<p>Text</p>", message_id)

        now = datetime.now(UTC)
        assert send_due(store, billing, open_mail_server, render, now, seconds=0) == {}
        assert send_due(store, billing, open_mail_server, render, now) == {"sent": 3}
