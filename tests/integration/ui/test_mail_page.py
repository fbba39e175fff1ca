"""The morning mail on the pages: who may change it, what is refused, the preview, a test."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.integration.ui.conftest import Pages
from tests.support.flow import Flow
from tests.support.postbox import Postbox, running_postbox, text_of

pytestmark = [pytest.mark.postgres, pytest.mark.sandbox]

WISHES = {
    "addresses": "books@example.com\r\ndesk@example.com, Books@example.com",
    "send_at": "08:30",
    "quiet_from": "17:00",
    "quiet_to": "08:00",
    "weekends": "yes",
    "weekly": "Monday",
}


@pytest.fixture
def postbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Postbox]:
    with running_postbox() as box:
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", box.connection)
        yield box


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.mark.parametrize("place", ["/w/1/mail", "/mail"])
def test_wishes_are_kept_shown_and_tried(flow: Flow, pages: Pages, postbox: Postbox, place: str) -> None:
    op, viewer = pages.as_("op"), pages.as_("viewer")
    form = {**WISHES, **({"time_zone": "Australia/Perth"} if place == "/mail" else {})}
    assert viewer.post(place, form).status_code == 403
    assert viewer.post(f"{place}/test").status_code == 403
    assert "add one first" in op.message(op.post(f"{place}/test"))
    assert op.message(op.post(place, form)) == "Saved. The next round goes by it."
    shown = words(viewer.get(place).text)
    assert "books@example.com, desk@example.com" in shown and "08:30" in shown and "Monday" in shown
    assert "<textarea" not in viewer.get(place).text
    assert "books@example.com\ndesk@example.com</textarea>" in op.get(place).text
    for wrong, said in (
        ({"addresses": "a@example.com\r\nBcc: b"}, "is no address"),
        ({"send_at": "05:00"}, "within the quiet hours"),
        ({"send_at": "x"}, "is no time of the day"),
        ({"weekends": "", "weekly": "Sunday"}, "weekends are off"),
    ):
        assert said in op.message(op.post(place, {**form, **wrong})), wrong
    preview = viewer.get(f"{place}/preview.html")
    assert preview.status_code == 200 and "proved equal" in preview.text
    flow.staff.finalise(flow.staff.draft_invoice(flow.client_id, []))
    flow.post()
    preview = viewer.get(f"{place}/preview.html")
    assert "Create failed: Required param missing: 1 document" in words(preview.text)
    assert op.message(op.post(f"{place}/test")) == (
        "The mail server took the test to books@example.com, desk@example.com."
    )
    assert [mail["Subject"].startswith("[QuickBooks] Test: ") for mail in postbox.mails] == [True, True]
    assert "This is a test" in text_of(postbox.mails[0])
    postbox.answers = {"desk@example.com": "550 <b>no</b> such user"}
    assert "desk@example.com: 550 &lt;b&gt;no&lt;/b&gt; such user" in op.message(op.post(f"{place}/test"))


def test_the_pages_lead_there_and_say_when_there_is_no_mail_server(flow: Flow, pages: Pages) -> None:
    viewer = pages.as_("viewer")
    assert 'href="/quickbooks/w/1/mail"' in viewer.get("/w/1/setup").text
    assert "No mail server is set up" in words(viewer.get("/w/1/mail").text)
    assert "No mail server is set up" in words(viewer.get("/mail").text)
