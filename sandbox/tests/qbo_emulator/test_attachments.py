"""Attachments, in two steps: the file, then what it belongs to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from qbo_emulator.testing import Books, Refused

FILE = b"%PDF-1.4 \r\n\x00\xff receipt \n"


def upload(books: Books, *files: tuple[str, bytes], **metadata: Any) -> list[dict[str, Any]]:
    parts: dict[str, Any] = {}
    for number, (name, data) in enumerate(files, start=1):
        if metadata:
            parts[f"file_metadata_{number:02}"] = (None, json.dumps(metadata), "application/json")
        parts[f"file_content_{number:02}"] = (name, data, "application/pdf")
    return books.ask("POST", "upload", files=parts)["AttachableResponse"]


def test_a_file_is_sent_and_then_attached(books: Books) -> None:
    invoice = books.invoice(books.customer())
    (answer,) = upload(books, ("receipt.pdf", FILE))
    made = answer["Attachable"]
    assert (made["FileName"], made["ContentType"], made["Size"]) == (
        "receipt.pdf",
        "application/pdf",
        len(FILE),
    )
    assert "AttachableRef" not in made
    link = {"EntityRef": {"type": "invoice", "value": invoice["Id"]}, "IncludeOnSend": True}
    linked = books.sparse("Attachable", made, AttachableRef=[link])
    assert linked["AttachableRef"][0]["EntityRef"] == {"type": "Invoice", "value": invoice["Id"]}
    assert linked["FileName"] == "receipt.pdf" and linked["Size"] == len(FILE)
    (found,) = books.rows(
        f"select * from Attachable where AttachableRef.EntityRef.Type = 'invoice' "
        f"and AttachableRef.EntityRef.value = '{invoice['Id']}'"
    )
    assert found["Id"] == made["Id"]
    address = linked["FileAccessUri"].split(f"/{books.realm}/")[1]
    assert books.send("GET", address).content == FILE


def test_or_in_one_step_with_its_metadata(books: Books) -> None:
    invoice = books.invoice(books.customer())
    link = {"EntityRef": {"type": "Invoice", "value": invoice["Id"]}}
    answers = upload(books, ("a.pdf", FILE), ("b.pdf", b"2"), AttachableRef=[link], Note="Both")
    assert [answer["Attachable"]["FileName"] for answer in answers] == ["a.pdf", "b.pdf"]
    assert all(answer["Attachable"]["AttachableRef"] for answer in answers)


def test_what_it_is_attached_to_must_be_there(books: Books) -> None:
    link = {"EntityRef": {"type": "Invoice", "value": "99"}}
    (answer,) = upload(books, ("a.pdf", FILE), AttachableRef=[link])
    assert answer["Fault"]["Error"][0]["code"] == "2500"
    assert books.rows("select * from Attachable") == []


def test_a_note_is_an_attachable_too_and_both_can_be_deleted(books: Books) -> None:
    note = books.create("Attachable", {"Note": "Called the client"})
    books.delete("Attachable", note)
    with pytest.raises(Refused) as refused:
        books.again("Attachable", note)
    assert refused.value.code == "610"
    with pytest.raises(Refused) as refused:
        books.create("Attachable", {"Category": "Other"})
    assert refused.value.code == "2020"


def test_without_a_file_there_is_nothing_to_upload(books: Books) -> None:
    with pytest.raises(Refused):
        books.ask("POST", "upload", json={"FileName": "x"})
