"""Two numbers of the practice's own that are one to QuickBooks: fixed by renumbering one in Caspen."""

from __future__ import annotations

import pytest

from caspen_seed import NewLine
from tests.support.command_line import run_command
from tests.support.flow import Flow

KEY = "duplicate_document_number"


def command(*arguments: str) -> str:
    done = run_command(*arguments, "--workspace", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def invoice(flow: Flow, number: str) -> int:
    line = NewLine("service", "Visit", "10.00", tax_rate_id=flow.rates["GST"])
    made = flow.staff.draft_invoice(flow.client_id, [line], number=number)
    flow.staff.finalise(made)
    return made


def renumber(flow: Flow, made: int, number: str) -> None:
    flow.staff.revert_to_draft(made)
    flow.staff.edit_draft(made, number=number)
    flow.staff.finalise(made)


def in_books(flow: Flow) -> list[str]:
    return sorted(row["DocNumber"] for row in flow.books("Invoice"))


@pytest.mark.parametrize("at_once", [True, False], ids=["one run", "two runs"])
@pytest.mark.parametrize("which", ["first", "second"])
def test_renumbering_either_of_the_two_in_caspen_posts_the_waiting_one(
    flow: Flow, which: str, at_once: bool
) -> None:
    first = invoice(flow, "INV-1a")
    if not at_once:
        command("post")
    second = invoice(flow, "INV-1A")
    command("post")
    assert in_books(flow) == ["INV-1a"]
    assert list(flow.listed()) == [("INV-1A", KEY)]
    detail = flow.listed()["INV-1A", KEY]
    assert "Caspen's invoice INV-1a" in detail and "another number in Caspen" in detail
    [(fix,)] = flow.sync_rows("SELECT fix FROM qbo_sync.unsynced_invoice WHERE resolved_at IS NULL")
    assert fix == "Give one of the two another number in Caspen."
    assert flow.post().calls == {}, "known from our own tables to be the case still"

    renumber(flow, first if which == "first" else second, "INV-2")
    command("post")
    command("post")
    assert flow.listed() == {}
    assert in_books(flow) == (["INV-1A", "INV-2"] if which == "first" else ["INV-1a", "INV-2"])


def test_a_posted_one_renumbered_onto_another_keeps_its_number_there_until_it_is_changed(flow: Flow) -> None:
    invoice(flow, "INV-1a")
    other = invoice(flow, "INV-7")
    command("post")
    renumber(flow, other, "inv-1A")
    command("post")
    assert in_books(flow) == ["INV-1a", "INV-7"]
    assert "Caspen's invoice INV-1a" in flow.listed()["inv-1A", KEY]
    renumber(flow, other, "INV-8")
    command("post")
    assert flow.listed() == {} and in_books(flow) == ["INV-1a", "INV-8"]


def test_a_company_that_warns_of_it_is_given_the_same_words(flow: Flow) -> None:
    """The other one appeared after the number was looked up: QuickBooks refuses with its id."""
    first = invoice(flow, "INV-1a")
    command("post")
    second = invoice(flow, "INV-3")
    quickbooks_id = flow.books("Invoice")[0]["Id"]
    refusal = {
        "code": "6140",
        "message": "Duplicate Document Number Error",
        "detail": "Duplicate Document Number Error : You must specify a different number. This number has "
        f"already been used. DocNumber=INV-1A is assigned to TxnType=Invoice with TxnId={quickbooks_id}",
    }
    flow.door("fail-next", kind="refuse", endpoint="batch", errors=[refusal])
    command("post")
    detail = flow.listed()["INV-3", KEY]
    assert f"Caspen's invoice {flow.staff.invoice(first).number}" in detail
    renumber(flow, second, "INV-4")
    command("post")
    assert flow.listed() == {}
