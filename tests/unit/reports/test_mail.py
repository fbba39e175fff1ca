"""The words of a morning mail: ten lines, hostile names as text, nothing else in its headers."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from email import message_from_bytes
from email.policy import default

import pytest

from caspen_qbo.catalogue import CATALOGUE
from caspen_qbo.core.monitoring.mail_matters import (
    Letter,
    LetterKind,
    Matter,
    MatterKind,
    OpsLetter,
    RefusedAddress,
    decide_letter,
)
from caspen_qbo.hooks.mail_server import Mail
from caspen_qbo.reports.mailing.letter import render_letter, render_preview
from tests.unit.core.test_mail_matters import FINE, NOW, PROVED, TAX

PAGES = "https://airflow.example/quickbooks/"
DAY = date(2026, 11, 25)


def listed(key: str, number: int = 4) -> Matter:
    return Matter(MatterKind.LISTED, "finance", number, TAX.since, key)


def letter(*matters: Matter, **changed: object) -> Letter:
    return Letter(LetterKind.NEEDED, DAY, replace(FINE, **changed), matters)  # type: ignore[arg-type]


def body(text: str) -> list[str]:
    """Its lines above the signature."""
    return text.partition("\n-- \n")[0].split("\n")


def test_what_whose_turn_since_when_and_where() -> None:
    made = render_letter(letter(listed("business_validation_tax")), PAGES)
    assert made.subject == "[QuickBooks] Harbour: action needed, 4 documents listed"
    assert body(made.plain) == [
        "Harbour: action needed, 4 documents listed",
        (
            "- Business validation error (tax): 4 documents, Finance (in QuickBooks), since 22 Nov 2026: "
            "https://airflow.example/quickbooks/w/1/unsynced?key=business_validation_tax#list"
        ),
        "Everything that waits: https://airflow.example/quickbooks/w/1/unsynced",
    ]
    assert "Wednesday, 25 November 2026, Australia/Adelaide" in made.plain
    assert 'href="https://airflow.example/quickbooks/w/1/mail"' in made.html


@pytest.mark.parametrize("practices", [False, True])
def test_ten_lines_however_much_there_is(practices: bool) -> None:
    matters = [listed(key) for key in CATALOGUE]
    one = replace(letter(*matters), week=PROVED)
    if practices:
        worst = [letter(*matters, workspace_id=number) for number in range(1, 7)]
        refused = [RefusedAddress(number, "Bay", 2) for number in range(1, 400)]
        ops = OpsLetter(LetterKind.NEEDED, DAY, "UTC", 10_000, 9_000, worst, refused, 100, range(5))
        made = render_letter(ops, PAGES)
        assert "And 8,994 other practices." in made.plain
        assert made.subject == "[QuickBooks] Action needed in 9,000 practices"
    else:
        made = render_letter(one, PAGES)
        assert f"And {len(matters) - 6} other matters." in made.plain
    assert len(body(made.plain)) <= 10 + practices
    assert len(made.html) < 30_000


HOSTILE = {
    "line breaks": "Bay\r\nBcc: all@example.com\r\n\r\nHello",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "huge": "N" * 100_000,
    "huge words": "word " * 20_000,
    "formula": '=HYPERLINK("http://evil.example")',
    "direction": "Bay\u202egnp.exe",
    "nul": "Bay\0\x1b[31m",
    "encoded word": "=?utf-8?q?=0D=0ABcc:_all=40example.com?=",
    "empty": "",
    "emoji": "Bäy 🏥 診療所",
    "dots": "\n.\nQUIT",
    "unicode lines": "Bay\u2028Bcc: a@example.com\u0085x",
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("ops", [False, True])
def test_a_hostile_name_stays_text_and_holds_only_itself(kind: str, ops: bool) -> None:
    one = letter(listed("totals_mismatch"), name=HOSTILE[kind])
    both = OpsLetter(LetterKind.NEEDED, DAY, "UTC", 2, 2, [one, letter(listed("other"))])
    made = render_letter(both if ops else one, PAGES)
    mail = Mail("books@example.com", made.subject, made.plain, made.html, "morning-1")
    message = message_from_bytes(mail.message("sync@example.com").as_bytes(), policy=default)
    assert set(message) == {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
    }
    assert message["To"] == "books@example.com"
    assert message["Subject"].startswith("[QuickBooks] ") and len(message["Subject"]) < 160
    assert "\n" not in message["Subject"] and "\u202e" not in message["Subject"]
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None and html is not None
    assert message.get_content_type() == "multipart/alternative"
    assert not re.search(r"<(script|img)", html.get_content())
    assert "\nBcc" not in plain.get_content() and len(plain.get_content()) < 4_000
    if ops:
        assert "Harbour (1): QuickBooks refused: 4 documents" in plain.get_content()


def test_every_kind_of_matter_has_words_and_a_place() -> None:
    for kind in MatterKind:
        what = {MatterKind.LISTED: "other", MatterKind.LATE: "post,import"}.get(kind, "")
        made = render_letter(letter(Matter(kind, "admin", 3, NOW, what, until=NOW)), PAGES)
        line = body(made.plain)[1]
        assert "Administrator, " in line and f"{PAGES}w/1/" in line, kind


def test_without_an_address_of_the_pages_it_says_where_to_look() -> None:
    made = render_letter(letter(listed("other")), "")
    assert "Everything that waits: on the pages in Airflow" in made.plain
    assert "href" not in made.html


def test_a_test_says_that_it_is_one_and_a_preview_of_nothing_that_there_is_none() -> None:
    made = render_preview(None, "Harbour", 1, PAGES, test=True)
    assert made.subject == "[QuickBooks] Test: Harbour: nobody is needed, so no mail would be sent now"
    assert "This is a test" in made.html and "This is a test" in made.plain
    assert "All practices: nobody is needed" in render_preview(None, "", 0, PAGES, test=False).plain


def test_a_weekly_mail_says_what_was_proved_or_that_nothing_was() -> None:
    equal = decide_letter(FINE, (), PROVED, DAY)
    silent = decide_letter(FINE, (), replace(PROVED, ended=0, good=0), DAY)
    assert equal is not None and silent is not None
    made = render_letter(equal, PAGES)
    assert made.subject == "[QuickBooks] Harbour: all equal"
    assert "Proved equal: 40 documents compared" in made.plain and 'class="good"' in made.html
    made = render_letter(silent, PAGES)
    assert made.subject == "[QuickBooks] Harbour: not proved equal"
    assert "no reconciliation came to its end in the last seven days" in made.plain
    assert 'class="good"' not in made.html
