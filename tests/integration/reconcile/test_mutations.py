"""
Every kind of difference planted in one company: each is found by the right check, and nothing else is.

Prints the table of what was changed, and how it is named: `pytest -s` shows it.
"""

from __future__ import annotations

import io
import zipfile
from collections import defaultdict
from collections.abc import Mapping

from caspen_qbo import wiring
from caspen_qbo.reports import build
from caspen_qbo.reports.model import FIELD_WORDS
from tests.integration.reconcile.runs import run
from tests.support.bookkeeper import MUTATIONS
from tests.support.flow import Flow


def drift_table(flow: Flow, invoices: Mapping[str, int]) -> str:
    """What was changed | document | field | Caspen | QuickBooks | difference | listed as."""
    changed = {invoice_id: name for name, invoice_id in invoices.items()}
    found = flow.sync_rows(
        "SELECT c.invoice_id, r.document_kind, r.field, coalesce(r.caspen_value, ''),"
        " coalesce(r.quickbooks_value, ''), coalesce(r.delta::text, ''),"
        " coalesce((SELECT string_agg(u.title, ', ') FROM qbo_sync.unsynced_invoice u"
        "           WHERE u.document_kind = r.document_kind AND u.document_id ="
        "             CASE WHEN r.document_id < 0 THEN c.invoice_id ELSE r.document_id END"
        "             AND u.resolved_at IS NULL), 'explained by what is listed beside it')"
        " FROM qbo_sync.reconciliation_difference r"
        " JOIN qbo_sync.comparison c USING (workspace_id, document_kind, document_id)"
        " ORDER BY c.invoice_id, r.id"
    )
    head = ("changed in QuickBooks", "document", "field", "Caspen", "QuickBooks", "difference", "listed as")
    rows = [head, *((changed[row[0]], *row[1:]) for row in found)]
    widths = [max(len(str(row[column])) for row in rows) for column in range(len(head))]
    lines = [
        " | ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
    ]
    return "\n".join(["", lines[0], "-|-".join("-" * width for width in widths), *lines[1:]])


def test_each_planted_difference_is_found_and_no_other(flow: Flow):
    untouched = [flow.invoice("80.00", "20.00") for _ in range(10)]
    invoices = {}
    for mutation in MUTATIONS:
        client = flow.staff.create_client("Own", mutation.name) if mutation.own_client else None
        invoices[mutation.name] = flow.invoice("80.00", "20.00", client=client)
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

    print(drift_table(flow, invoices))
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
