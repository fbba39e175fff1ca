"""What a dry run says is what the run then does, and it writes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from caspen_qbo import wiring
from caspen_qbo.core.posting.document import is_due
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.usecases.posting.dry_run import PostPlan, plan_post
from caspen_qbo.usecases.posting.planned import PlannedDocuments
from caspen_qbo.usecases.shared.staging import read_changed, read_staged, stage
from caspen_seed import NewLine
from tests.support.flow import Flow

pytestmark = [pytest.mark.postgres, pytest.mark.sandbox]

TABLES = (
    "document",
    "document_link",
    "customer_link",
    "request",
    "unsynced_invoice",
    "document_event",
    "cursor",
)


def everything(flow: Flow) -> list[Any]:
    """Our own tables row by row, and Caspen's statuses."""
    ours = [flow.sync_rows(f"SELECT t.* FROM qbo_sync.{table} t ORDER BY t::text") for table in TABLES]
    return [
        *ours,
        flow.caspen_rows("SELECT id, quickbooks_status, updated_at FROM caspen.invoice ORDER BY id"),
    ]


def dry_run(flow: Flow) -> PostPlan:
    before = everything(flow)
    with wiring.open_session(flow.workspace_id, "dry") as session:
        plan = plan_post(session)
    assert everything(flow) == before
    return plan


def said(plan: PostPlan) -> list[tuple[str, str, str]]:
    return [(step.do.value, step.kind.value, step.reason) for step in plan.steps]


def test_a_new_invoice_is_posted_and_what_hangs_on_it_follows(flow: Flow) -> None:
    invoice = flow.invoice("100.00")
    flow.pay(invoice, "40.00")
    plan = dry_run(flow)
    assert said(plan) == [
        ("post", "invoice", "not in QuickBooks; its customer would be created"),
        ("post", "payment", "not in QuickBooks; follows its invoice"),
    ]
    assert plan.counts == {"would_post_invoice": 1, "would_post_payment": 1}
    number = flow.staff.invoice(invoice).number
    assert plan.message.startswith(f"would post invoice {number} (110.00): not in QuickBooks")
    assert flow.books("Invoice") == flow.books("Payment") == []
    assert flow.post().counts["invoices_posted"] == 1
    assert said(dry_run(flow)) == []


def test_updates_removals_applications_and_what_waits_are_told_apart(flow: Flow) -> None:
    changed, voided, credited = (flow.invoice(price) for price in ("100.00", "50.00", "80.00"))
    flow.post()
    flow.staff.revert_to_draft(changed)
    flow.staff.edit_draft(changed, lines=[NewLine("service", "Less", "90.00", tax_rate_id=flow.rates["GST"])])
    flow.staff.finalise(changed)
    flow.pay(changed, "10.00")
    flow.staff.void_invoice(voided)
    flow.staff.credit(credited, {1: "0.5"}, reason="private words")
    plan = dry_run(flow)
    ids = {row["DocNumber"]: row["Id"] for row in flow.books("Invoice")}
    of = {id_: ids[flow.staff.invoice(id_).number] for id_ in (changed, voided)}
    assert said(plan) == [
        ("remove", "invoice", f"Caspen no longer has it; QuickBooks Invoice {of[voided]}"),
        ("update", "invoice", f"Caspen has a newer version; QuickBooks Invoice {of[changed]}"),
        ("post", "credit_note", "not in QuickBooks"),
        ("wait", "payment", "its invoice is not in QuickBooks as Caspen shows it"),
    ]
    run = flow.post()
    assert (run.counts["invoices_voided"], run.counts["invoices_updated"]) == (1, 1)
    assert (run.counts["credit_notes_posted"], run.counts["payments_posted"]) == (1, 1)
    assert flow.listed() == {}


def test_what_would_be_listed_is_said_with_the_title_and_is_not_listed(flow: Flow) -> None:
    other = flow.staff.create_tax_rate("GST, second name", "10")
    flow.invoice(lines=[NewLine("service", "Held", "50.00", tax_rate_id=other)])
    [step] = dry_run(flow).steps
    assert step.do == "list"
    assert step.reason.endswith(f"(id {other}) is not linked to a QuickBooks tax code.")
    assert flow.listed() == {}
    flow.post()
    assert said(dry_run(flow)) == [], "listed and not released: it is not due"


def test_a_lost_link_is_found_again_and_its_payments_are_decided_from_there(flow: Flow) -> None:
    invoice = flow.invoice("100.00")
    flow.pay(invoice, "40.00")
    flow.post()
    flow.sync_rows("DELETE FROM qbo_sync.document_link RETURNING 1")
    flow.sync_rows("UPDATE qbo_sync.document SET synced_version = NULL RETURNING 1")
    flow.sync_rows("DELETE FROM qbo_sync.request RETURNING 1")
    assert said(dry_run(flow)) == [
        ("link", "invoice", "already in QuickBooks, and equal"),
        ("link", "payment", "already in QuickBooks, and equal"),
    ]
    flow.post()
    assert len(flow.books("Invoice")) == len(flow.books("Payment")) == 1
    assert flow.listed() == {}


def test_a_document_without_a_link_is_brought_to_a_newer_version_and_not_doubled(flow: Flow) -> None:
    invoice = flow.invoice("100.00")
    flow.post()
    flow.sync_rows("DELETE FROM qbo_sync.document_link RETURNING 1")
    flow.sync_rows("UPDATE qbo_sync.document SET synced_version = NULL RETURNING 1")
    flow.sync_rows("DELETE FROM qbo_sync.request RETURNING 1")
    flow.staff.revert_to_draft(invoice)
    flow.staff.edit_draft(
        invoice, lines=[NewLine("service", "More", "120.00", tax_rate_id=flow.rates["GST"])]
    )
    flow.staff.finalise(invoice)
    assert said(dry_run(flow))[0] == ("link", "invoice", "in QuickBooks by its mark, in another version")
    flow.pay(invoice, "40.00")
    for _ in range(2):
        flow.post()
    [document] = flow.books("Invoice")
    assert (document["TotalAmt"], document["Balance"]) == (132, 92)
    assert flow.listed() == {}


def test_what_is_due_is_the_same_by_the_view_and_by_the_rule(flow: Flow) -> None:
    other = flow.staff.create_tax_rate("GST, second name", "10")
    flow.invoice(lines=[NewLine("service", "Held", "50.00", tax_rate_id=other)])
    flow.staff.draft_invoice(flow.client_id, [])
    synced, due = flow.invoice("10.00"), flow.invoice("20.00")
    flow.pay(synced, "5.00")
    with wiring.open_session(flow.workspace_id, "due") as session:
        stage(session)
        store = session.store
        for row in store.documents.fetch_documents(DocumentKind.INVOICE, [synced]).values():
            store.documents.mark_synced(row.key, row.version)
        planned = PlannedDocuments(
            store, read_staged(session, read_changed(session).ids), store.practices.read_clock()
        )
        for kind in DocumentKind:
            for wanted in ("present", "absent"):
                stored = [d.key for page in store.documents.fetch_work(kind, wanted) for d in page]
                assert [d.key for page in planned.fetch_work(kind, wanted) for d in page] == stored
        documents = store.documents.fetch_documents(DocumentKind.INVOICE, [synced, due])
    assert [is_due(documents[id_], None) for id_ in (synced, due)] == [False, True]
