"""Morning mails from the command line to a real mail server: whom, when, once, what becomes of the rest."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from caspen_qbo import queries, settings, wiring
from caspen_seed import create_workspace
from ops.local.ports import HOST, free_port
from tests.support.command_line import run_command, started_command
from tests.support.flow import Flow
from tests.support.postbox import Postbox, running_postbox, text_of

pytestmark = [pytest.mark.postgres, pytest.mark.sandbox]

PAGES = "http://pages.example/quickbooks/"
AT_ANY_HOUR = ("--at", "00:00", "--quiet", "none", "--weekends")
DAY = timedelta(days=1)


def noon_zone() -> str:
    """A zone where it is about noon: no day ends while a test runs."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


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


def mail(*arguments: str, code: int = 0) -> str:
    done = run_command("mail", *arguments)
    assert done.returncode == code, f"{done.stdout}\n{done.stderr}"
    return done.stdout or done.stderr


def want(*addresses: str, workspace: int | None = 1, more: tuple[str, ...] = AT_ANY_HOUR) -> None:
    whose = ("--workspace", str(workspace)) if workspace else ("--ops", "--time-zone", noon_zone())
    mail(*whose, *(part for address in addresses for part in ("--add", address)), *more)


def send() -> dict[str, int]:
    return json.loads(mail("--send", "--json"))


def states(workspace: int = 1) -> dict[str, str]:
    shown = json.loads(mail(*(("--workspace", str(workspace)) if workspace else ("--ops",)), "--json"))
    return {each["address"]: each["state"] for each in shown["mails"]}


def add_practice(flow: Flow, number: int, name: str, *, listed: bool = True) -> int:
    create_workspace(flow.caspen, number, name, time_zone=noon_zone())
    flow.sync_rows(
        "INSERT INTO qbo_sync.connection (workspace_id, realm_id, status, connected_at, refresh_expires_at)"
        " VALUES (%s, %s, 'connected', now(), now() + interval '90 days') RETURNING 1",
        number,
        f"realm-{number}",
    )
    flow.sync_rows("INSERT INTO qbo_sync.settings VALUES (%s, '35', '1', '2') RETURNING 1", number)
    if listed:
        flow.sync_rows(
            "INSERT INTO qbo_sync.unsynced_invoice (workspace_id, document_kind, document_id,"
            " document_number, invoice_id, error_key, title, detail, fix)"
            " VALUES (%s, 'invoice', 1, 'A-1', 1, 'totals_mismatch', '', 'Ann O''Neil', '') RETURNING 1",
            number,
        )
    return number


def test_a_practice_is_told_what_waits_whose_turn_and_since_when_once_a_day(
    practice: Flow, postbox: Postbox
) -> None:
    want("books@example.com", "desk@example.com")
    assert send() == {"sent": 2}
    assert send() == {}
    (own,) = postbox.to("books@example.com")
    assert postbox.to("desk@example.com")
    assert own["Subject"] == "[QuickBooks] Harbour Allied Health: action needed, 2 documents listed"
    title = "Create failed: Required param missing: 2 documents, Practice (in Caspen), since "
    assert title in text_of(own)
    assert f"{PAGES}w/1/unsynced?key=required_param_missing#list" in text_of(own)
    assert f'href="{PAGES}w/1/mail"' in text_of(own, "html")
    assert len(text_of(own).partition("\n-- \n")[0].splitlines()) <= 10
    whole = own.as_string() + text_of(own) + text_of(own, "html")
    for private in ("O'Neil", "Neil", "ann.oneil", "desk@example.com"):
        assert private not in whole, "nothing of a client, and no other's address"
    assert not any(number in whole for (number,) in practice.caspen_rows("SELECT number FROM caspen.invoice"))
    tomorrow = datetime.now(UTC) + DAY
    assert wiring.send_due_mails(tomorrow) == {"sent": 2}
    assert wiring.send_due_mails(tomorrow + timedelta(hours=1)) == {}
    assert len(postbox.mails) == 4
    assert len({each["Message-ID"] for each in postbox.mails}) == 4


def test_no_mail_where_nobody_is_needed_and_the_morning_is_decided_once(flow: Flow, postbox: Postbox) -> None:
    flow.caspen.execute("UPDATE caspen.workspace SET time_zone = %s", [noon_zone()])
    flow.post()
    want("books@example.com")
    assert json.loads(mail("--workspace", "1", "--preview", "--json"))["kind"] is None
    assert "nobody is needed" in mail("--workspace", "1", "--preview")
    assert send() == {}
    flow.staff.finalise(flow.staff.draft_invoice(flow.client_id, []))
    flow.post()
    assert json.loads(mail("--workspace", "1", "--preview", "--json"))["kind"] == "needed"
    assert send() == {}, "it is tomorrow's"
    assert wiring.send_due_mails(datetime.now(UTC) + DAY) == {"sent": 1}


def test_without_a_mail_server_nothing_is_decided(
    practice: Flow, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    want("books@example.com")
    with monkeypatch.context() as without:
        without.delenv("AIRFLOW_CONN_SMTP_DEFAULT")
        assert send() == {}
        assert "no Airflow connection smtp_default" in mail("--workspace", "1", "--test", code=1)
    assert send() == {"sent": 1}


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


NAMES = (
    "Bay\r\nBcc: all@example.com\r\n\r\nHi",
    "<script>alert(1)</script>",
    '=1+1"',
    "N" * 5000,
    "\u202egnp",
)


def test_hostile_names_stay_text_and_hold_only_themselves(practice: Flow, postbox: Postbox) -> None:
    for number, name in enumerate(NAMES, 2):
        add_practice(practice, number, name)
        want(f"p{number}@example.com", workspace=number)
    want("books@example.com")
    want("ops@example.com", workspace=None)
    assert send() == {"sent": len(NAMES) + 2}
    (ops,) = postbox.to("ops@example.com")
    assert "Harbour Allied Health (1)" in text_of(ops)
    for each in postbox.mails:
        assert each["Bcc"] is None and len(each["Subject"]) < 160 and len(text_of(each)) < 4000
        assert "<script" not in text_of(each, "html") and "\u202e" not in text_of(each)


def test_quiet_hours_the_practices_own_zone_and_weekends(practice: Flow, postbox: Postbox) -> None:
    """Adelaide: on the half hour. Summer time ends on Sunday 4 April 2027 and begins on Sunday 3 October."""
    practice.caspen.execute("UPDATE caspen.workspace SET time_zone = 'Australia/Adelaide'")
    want("books@example.com", more=())
    run_command("overview")  # reads the zone, as every run does
    moments = (
        "2027-04-01T19:00",  # Friday 5:30
        "2027-04-01T20:29",  # 6:59
        "2027-04-01T20:30",  # 7:00
        "2027-04-02T07:00",  # 17:30 of the same day
        "2027-04-02T08:00",  # 18:30: quiet
        "2027-04-02T20:30",  # Saturday 7:00
        "2027-04-03T21:30",  # Sunday 7:00, the clock was put back
        "2027-04-04T20:30",  # Monday 6:00
        "2027-04-04T21:30",  # Monday 7:00
        "2027-10-03T20:29",  # Monday 6:59, the clock was put forward
        "2027-10-03T20:30",  # Monday 7:00
    )
    sent = [at for at in moments if wiring.send_due_mails(datetime.fromisoformat(at).replace(tzinfo=UTC))]
    assert sent == ["2027-04-01T20:30", "2027-04-04T21:30", "2027-10-03T20:30"]


def test_the_weekly_mail_says_equal_only_where_it_is_proved(practice: Flow, postbox: Postbox) -> None:
    local = practice.sync_rows("SELECT to_char(now() AT TIME ZONE %s, 'FMday')", noon_zone())[0][0]
    add_practice(practice, 2, "No Night", listed=False)
    for (number,) in practice.caspen_rows("SELECT id FROM caspen.invoice WHERE workspace_id = 1"):
        practice.staff.void_invoice(number)
    practice.post()
    want("one@example.com", more=(*AT_ANY_HOUR, "--weekly", local))
    want("two@example.com", workspace=2, more=(*AT_ANY_HOUR, "--weekly", local))
    assert "no reconciliation came to its end" in mail("--workspace", "1", "--preview")
    night(practice, 1, good=True)
    assert send() == {"sent": 2}
    (one,), (two,) = postbox.to("one@example.com"), postbox.to("two@example.com")
    assert one["Subject"] == "[QuickBooks] Harbour Allied Health: all equal"
    assert "Proved equal: 7 documents compared" in text_of(one)
    assert "Of 1 night with a reconciliation in the last seven days, 1 ended equal." in text_of(one)
    assert two["Subject"] == "[QuickBooks] No Night: not proved equal"
    assert "no reconciliation came to its end in the last seven days. There has been none." in text_of(two)
    night(practice, 1, good=False)
    said = json.loads(mail("--workspace", "1", "--preview", "--json"))
    assert said["kind"] == "unproved"
    assert "did not carry out every check" in said["text"]


def night(flow: Flow, workspace: int, *, good: bool) -> None:
    """A reconciliation that ended a moment ago."""
    run_id = f"reconcile-{good}"
    for table, columns, values in (
        ("sync_run", "job, success", ("reconcile", good)),
        ("reconciliation_run", "documents_checked, success", (7, good)),
    ):
        flow.sync_rows(
            f"INSERT INTO qbo_sync.{table} (run_id, workspace_id, started_at, finished_at, {columns})"
            " VALUES (%s, %s, now(), now(), %s, %s) RETURNING 1",
            run_id,
            workspace,
            *values,
        )


def test_ops_have_one_mail_as_long_for_many_practices_as_for_few(practice: Flow, postbox: Postbox) -> None:
    practice.caspen.execute(
        "INSERT INTO caspen.workspace (id, name, country_code, currency, time_zone, tax_mode, created_at)"
        " SELECT n, 'Practice ' || n, 'AU', 'AUD', 'Australia/Sydney', 'exclusive', now()"
        " FROM generate_series(2, 400) AS n"
    )
    practice.sync_rows(
        "INSERT INTO qbo_sync.connection (workspace_id, realm_id, status, connected_at, refresh_expires_at)"
        " SELECT n, 'r' || n, CASE n WHEN 333 THEN 'needs_reconnect' ELSE 'connected' END, now(),"
        " now() + interval '1 year' FROM generate_series(2, 400) AS n RETURNING 1"
    )
    want("ops@example.com", workspace=None)
    assert send() == {"sent": 1}
    (ops,) = postbox.mails
    assert ops["Subject"] == "[QuickBooks] Action needed in 400 practices"
    lines = text_of(ops).partition("\n-- \n")[0].splitlines()
    assert len(lines) <= 10
    assert "Practice 333 (333): The connection to QuickBooks was lost" in lines[1], "the worst first"
    assert "And 394 other practices." in lines and f"{PAGES}?need=action" in lines[-1]


def test_who_needs_a_mail_is_found_in_the_same_statements_for_any_number(
    practice: Flow, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    run: list[str] = []
    load = queries.load

    def noted(name: str) -> Any:
        run.append(name)
        return load(name)

    monkeypatch.setattr(queries, "load", noted)

    def statements(now: datetime) -> list[str]:
        run.clear()
        wiring.send_due_mails(now)
        return [name for name in run if name.rpartition("/")[2] not in ("mark_handing", "finish")]

    now = datetime.now(UTC)
    want("books@example.com")
    few = statements(now)
    for number in range(2, 12):
        add_practice(practice, number, f"Practice {number}")
    practice.sync_rows(
        "INSERT INTO qbo_sync.mail_wish"
        " (workspace_id, addresses, send_at, quiet_from, quiet_to, weekends, changed_by)"
        " SELECT n, jsonb_build_array('p' || n || '@example.com'), '00:00', '00:00', '00:00', true, 'test'"
        " FROM generate_series(2, 11) n RETURNING 1"
    )
    statements(now)  # looks at the new ones for the first time
    many = statements(now + DAY)
    assert many == few
    idle = [name for name in statements(now + DAY) if not name.startswith("monitoring/revision/")]
    assert idle == ["mailing/mails/select_wishes"], "an idle round asks one thing"


def test_what_cannot_be_kept_is_refused_in_a_sentence_and_changes_nothing(
    practice: Flow, postbox: Postbox
) -> None:
    want("books@example.com", more=())
    before = mail("--workspace", "1", "--json")
    for wrong, words in (
        (("--add", "a@example.com\r\nBcc: b@example.com"), "is no address"),
        (("--at", "25:00"), "is no time of the day"),
        (("--at", "20:00"), "within the quiet hours"),
        (("--quiet", "18:00"), "is no time of the day"),
        (("--weekly", "sunday"), "weekends are off"),
        (("--weekly", "someday"), "is no day of the week"),
        (("--remove", "who@example.com"), "no mail is sent there"),
    ):
        assert words in mail("--workspace", "1", *wrong, code=1), wrong
    assert "is no time zone" in mail("--ops", "--time-zone", "Mars/Base", code=1)
    assert "no such workspace" in mail("--workspace", "99", "--add", "a@example.com", code=1)
    assert run_command("mail").returncode == 2
    assert run_command("mail", "--workspace", "1", "--time-zone", "UTC").returncode == 2
    assert mail("--workspace", "1", "--json") == before


def test_a_preview_is_written_as_a_page_and_a_test_goes_out_at_any_hour(
    practice: Flow, postbox: Postbox, tmp_path: Any
) -> None:
    want("books@example.com", more=("--at", "07:00", "--no-weekends"))
    page = tmp_path / "mail.html"
    mail("--workspace", "1", "--preview", "--html", str(page))
    assert "Harbour Allied Health: action needed" in page.read_text()
    assert mail("--workspace", "1", "--preview", "--html", "-").startswith("<!doctype html>")
    assert postbox.mails == []
    mail("--workspace", "1", "--test")
    (test,) = postbox.mails
    assert test["Subject"].startswith("[QuickBooks] Test: Harbour Allied Health")
    assert states() == {}, "a test is not the day's mail"


def test_forgetting_a_practice_takes_its_addresses(practice: Flow, postbox: Postbox) -> None:
    want("books@example.com")
    send()
    assert run_command("forget", "--workspace", "1", "--yes").returncode == 0
    assert practice.sync_rows("SELECT count(*) FROM qbo_sync.mail_wish") == [(0,)]
    assert practice.sync_rows("SELECT count(*) FROM qbo_sync.mail") == [(0,)]
