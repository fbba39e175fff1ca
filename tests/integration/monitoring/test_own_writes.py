"""What we write to Caspen is no news: after a post or an import the watcher is quiet, also one that was just
started; whatever the staff do in the same moment or after is announced.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from caspen_qbo import wiring
from caspen_qbo.core.monitoring.watch import News
from caspen_qbo.hooks.store.monitoring.practices import ReportedPayment
from caspen_qbo.usecases.monitoring.watch import look_for_work
from caspen_qbo.usecases.shared.staging import stage
from caspen_qbo.usecases.shared.statuses import write_statuses
from tests.support.bookkeeper import edit
from tests.support.command_line import run_command
from tests.support.flow import Flow
from tests.support.importing import edit_payment, in_books, receive, run_import


def look(news: News | None = None) -> News:
    with wiring.open_store() as store, wiring.open_billing() as billing:
        return look_for_work(store, billing, news.memory if news else {})


def named(news: News) -> list[str]:
    return ["import"] * bool(news.imports) + ["post"] * bool(news.post)


def work_off(flow: Flow) -> list[str]:
    """Do what is announced until nothing is; which runs that took. A watcher just started is quiet too."""
    news, runs = look(), list[str]()
    while found := named(news):
        for job in found:
            run_import(flow) if job == "import" else flow.post()
        runs += found
        assert len(runs) < 6, runs
        news = look(news)
    assert named(look()) == []
    return runs


def report(flow: Flow, payment_id: str, *, made: bool = True) -> None:
    with wiring.open_store() as store:
        store.practices.record_heard([ReportedPayment(flow.realm, payment_id, made)])


def command(*arguments: str) -> None:
    done = run_command(*arguments)
    assert done.returncode == 0, done.stderr


def finalise(flow: Flow, _: int) -> None:
    flow.invoice("30.00")


def hold_and_mend(flow: Flow, _: int) -> None:
    """Two writes of our own in a row: it is listed, then Synced."""
    flow.staff.finalise(invoice := flow.staff.draft_invoice(flow.client_id, []))
    flow.post()
    assert flow.staff.invoice(invoice).quickbooks_status_detail
    flow.staff.void_invoice(invoice)


def credit(flow: Flow, invoice: int) -> None:
    flow.staff.credit(invoice)


def pay(flow: Flow, invoice: int) -> None:
    flow.pay(invoice, "10.00")


def revise(flow: Flow, invoice: int) -> None:
    flow.staff.revert_to_draft(invoice)
    flow.staff.finalise(invoice)


def void(flow: Flow, invoice: int) -> None:
    flow.staff.void_invoice(invoice)


def receive_money(flow: Flow, invoice: int) -> None:
    report(flow, receive(flow, {invoice: "10.00"}))


def receive_and_edit(flow: Flow, invoice: int) -> None:
    payment = receive(flow, {invoice: "10.00"})
    run_import(flow)
    edit_payment(flow, payment, {invoice: "5.00"})
    report(flow, payment, made=False)


def receive_and_delete(flow: Flow, invoice: int) -> None:
    payment = receive(flow, {invoice: "10.00"})
    run_import(flow)
    flow.person("delete", entity="Payment", id=payment)
    report(flow, payment, made=False)


def receive_twice(flow: Flow, invoice: int) -> None:
    """A split payment: its title comes to Caspen's card."""
    receive(flow, {invoice: "10.00"})
    report(flow, receive(flow, {invoice: "5.00"}))


def edited_and_reconciled(flow: Flow, invoice: int) -> None:
    edit(flow, invoice, DueDate="2031-01-31")
    flow.person("void", entity="Invoice", id=in_books(flow, invoice))
    command("reconcile", "--workspace", "1", "--full")
    assert flow.staff.invoice(invoice).quickbooks_status == "Not synced"


def backfilled(flow: Flow, invoice: int) -> None:
    number = flow.staff.invoice(finalised := flow.invoice("40.00")).number
    command("backfill", "--workspace", "1", "--number", number, "--send")
    assert flow.staff.invoice(finalised).quickbooks_status == "Synced"


ACTS: tuple[tuple[Callable[[Flow, int], None], list[str]], ...] = (
    (finalise, ["post"]),
    (credit, ["post"]),
    (pay, ["post"]),
    (revise, ["post"]),
    (void, ["post"]),
    (hold_and_mend, ["post"]),
    (receive_money, ["import"]),
    (receive_and_edit, ["import"]),
    (receive_and_delete, ["import"]),
    (edited_and_reconciled, []),
    (backfilled, []),
    (receive_twice, ["import"]),
)
"""What happens to an invoice, and which runs of the events follow."""


def test_one_run_then_quiet(flow: Flow) -> None:
    invoices = [flow.invoice("100.00", rate="GST free") for _ in ACTS]
    flow.post()
    assert work_off(flow) == []
    for (act, runs), invoice in zip(ACTS, invoices, strict=True):
        act(flow, invoice)
        assert (act, work_off(flow)) == (act, runs)
        assert flow.sync_rows("SELECT document_id FROM qbo_sync.due_document") == []


def test_a_change_by_the_staff_between_reading_and_our_status_is_announced(flow: Flow) -> None:
    """Their change would be hidden by ours, which comes later: what stands before our write decides."""
    invoices = [flow.invoice("10.00") for _ in range(3)]
    flow.post()
    kept, paid, revised = invoices
    with wiring.open_session(1, "between") as session:
        with session.store.lock():
            stage(session)
            session.store.set_back.forget_shown(set(invoices))
            flow.caspen_rows("UPDATE caspen.invoice SET quickbooks_status = 'Not synced' RETURNING 1")
            stage(session)
            flow.pay(paid)
            flow.staff.revert_to_draft(revised)
            flow.staff.finalise(revised)
            write_statuses(session, Counter())
    assert {flow.staff.invoice(id_).quickbooks_status for id_ in invoices} == {"Synced"}
    assert named(look()) == ["post"]
    flow.post()
    assert named(look()) == []
    assert flow.sync_rows("SELECT document_id FROM qbo_sync.due_document") == []
    assert len(flow.books("Payment")) == 1 and kept


def test_what_an_import_staged_and_did_not_post_is_announced(flow: Flow) -> None:
    """It reads Caspen too and moves the same cursor; a status it writes hides nothing that is due."""
    invoice = flow.invoice("10.00")
    flow.post()
    revise(flow, invoice)
    run_import(flow)
    assert flow.sync_rows("SELECT document_id FROM qbo_sync.due_document") == [(invoice,)]
    assert work_off(flow) == ["post"]


def test_a_practice_that_a_run_works_on_is_announced_once_it_is_free(flow: Flow) -> None:
    """An event would be left to the run, which may have read Caspen before; it would wait to be repeated."""
    flow.invoice("10.00")
    flow.post()
    flow.invoice("20.00")
    with wiring.open_session(1, "other") as session, session.store.lock():
        busy = look()
        assert named(busy) == []
    assert named(look(busy)) == ["post"]
