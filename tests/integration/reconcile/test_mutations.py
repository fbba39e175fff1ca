"""Every kind of difference planted in one company: each is found by the right check, and nothing else is."""

from __future__ import annotations

import io
import zipfile
from collections import defaultdict

from caspen_qbo import wiring
from caspen_qbo.reports import build
from caspen_qbo.reports.model import FIELD_WORDS
from tests.integration.reconcile.runs import run
from tests.support.bookkeeper import MUTATIONS
from tests.support.flow import Flow


def test_each_planted_difference_is_found_and_no_other(flow: Flow):
    untouched = [flow.invoice("80.00", "20.00") for _ in range(10)]
    invoices = {}
    for mutation in MUTATIONS:
        invoices[mutation.name] = flow.invoice("80.00", "20.00")
        mutation.prepare(flow, invoices[mutation.name])
    flow.pay(untouched[0])
    flow.staff.credit(untouched[1])
    flow.post()
    assert flow.listed() == {}
    for mutation in MUTATIONS:
        mutation.act(flow, invoices[mutation.name])
    result = run(flow, run_id="mutated")

    found, listed = defaultdict(set), defaultdict(set)
    for invoice_id, kind, field in flow.sync_rows(
        "SELECT c.invoice_id, r.document_kind, r.field FROM qbo_sync.reconciliation_difference r"
        " JOIN qbo_sync.comparison c USING (workspace_id, document_kind, document_id)"
    ):
        found[invoice_id].add((kind, field))
    for invoice_id, kind, key in flow.sync_rows(
        "SELECT invoice_id, document_kind, error_key FROM qbo_sync.unsynced_invoice WHERE resolved_at IS NULL"
    ):
        listed[invoice_id].add((kind, key))
    assert dict(found) == {invoices[m.name]: set(m.found) for m in MUTATIONS}
    assert dict(listed) == {invoices[m.name]: set(m.listed) for m in MUTATIONS}
    assert result.counts["differences"] == sum(len(m.found) for m in MUTATIONS)

    with wiring.open_store() as store:
        report, again = build(store, flow.workspace_id, "mutated"), build(store, flow.workspace_id)
    assert (report.html, report.xlsx) == (again.html, again.xlsx)
    book = zipfile.ZipFile(io.BytesIO(report.xlsx)).read("xl/sharedStrings.xml").decode()
    for number, field in flow.sync_rows(
        "SELECT document_number, field FROM qbo_sync.reconciliation_difference"
    ):
        shown = FIELD_WORDS.get(field, field)
        assert f" {number}</th><td>{shown}</td>" in report.html
        assert f">{number}<" in book and f">{shown}<" in book
