"""Morning mails from the command line to a real mail server: whom, when, once, and what they say."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from caspen_qbo import queries, wiring
from tests.support.command_line import run_command
from tests.support.flow import Flow
from tests.support.mailing import AT_ANY_HOUR, DAY, PAGES, add_practice, mail, noon_zone, send, states, want
from tests.support.postbox import Postbox, text_of

pytestmark = [pytest.mark.postgres, pytest.mark.sandbox]


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
