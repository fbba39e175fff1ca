"""Whatever QuickBooks' texts hold, a run goes through, names the record and quotes it as text."""

from __future__ import annotations

import json

from tests.support.bookkeeper import edit, edit_line, invoice_of
from tests.support.command_line import Finished, run_command
from tests.support.flow import Flow
from tests.support.importing import receive

HOSTILE = "\0 \x1b[2J\nfake line\r\0"
STEERS = {"\0", "\x1b", "\r"}


def run(*arguments: str) -> Finished:
    done = run_command(*arguments, "--workspace", "1")
    said = done.stdout + done.stderr
    assert done.returncode in (0, 1) and "Traceback" not in said, f"{arguments}: {said}"
    assert not STEERS & {*said}, f"{arguments}: {said!r}"
    return done


def test_no_text_of_quickbooks_ends_a_run_or_steers_a_log(flow: Flow) -> None:
    """In a name, a number, a memo, a line's words and a reference; read by every job."""
    renamed, renumbered, noted, worded, paid, sound = (flow.invoice(f"{n}.00") for n in range(21, 27))
    run("post")
    customer = invoice_of(flow, renamed)["CustomerRef"]["value"]
    flow.person("edit", entity="Customer", id=customer, changes={"DisplayName": "Ann\0 \x1b[2J"})
    edit(flow, renumbered, DocNumber=f"7{HOSTILE}"[:21])
    edit(flow, noted, PrivateNote=invoice_of(flow, noted)["PrivateNote"] + HOSTILE)
    edit_line(flow, worded, Description=f"Consultation{HOSTILE}")
    receive(flow, {paid: "27.50"})
    [payment] = flow.books("Payment")
    flow.person(
        "edit", entity="Payment", id=payment["Id"],
        changes={"PaymentRefNum": f"EFT{HOSTILE}"[:21], "PrivateNote": HOSTILE},
    )  # fmt: skip
    assert "\0" in json.dumps(flow.books("Invoice"), default=str).encode().decode("unicode_escape")
    for job in (["import"], ["reconcile", "--full"], ["post"], ["reconcile"], ["doctor"]):
        assert run(*job).returncode in (0, 1)
    assert flow.staff.balance(paid) == 0
    listed = {number for number, _ in flow.listed()}
    numbers = {one: flow.staff.invoice(one).number for one in (renumbered, worded, noted, sound)}
    assert {numbers[renumbered], numbers[worded]} <= listed and numbers[sound] not in listed
    assert run("backfill", "--number", numbers[sound], "--number", numbers[noted]).returncode == 0
    runs = flow.sync_rows("SELECT job, success FROM qbo_sync.sync_run")
    assert {job for job, _ in runs} >= {"post", "import", "reconcile"} and all(good for _, good in runs)


def test_no_words_of_a_refusal_end_a_run_or_steer_a_log(flow: Flow) -> None:
    refused, sound = flow.invoice("31.00"), flow.invoice("32.00")
    error = {"code": "6000", "message": f"Refused{HOSTILE}", "detail": "x" * 100_000 + HOSTILE}
    flow.door("fail-next", kind="refuse", errors=[error], endpoint="batch")
    run("post")
    run("post")
    details = [detail for (detail,) in flow.sync_rows("SELECT detail FROM qbo_sync.unsynced_invoice")]
    assert details and all(len(one) < 3_000 and not STEERS & {*one} for one in details)
    assert any("Refused" in one for one in details)
    run("retry", "--all")
    run("post")
    assert flow.listed() == {} and {refused, sound} == {
        id_ for (id_,) in flow.sync_rows("SELECT document_id FROM qbo_sync.document_link")
    }
    run("unsynced")
