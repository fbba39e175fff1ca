"""Every kind of difference planted in one company: each is found by the right check, and nothing else is.

    python -m tests.support.planted [--invoices 5000]

`make test` does the same in a company of some thirty invoices. Here all are posted by the use case, so it
takes some minutes.
"""

from __future__ import annotations

import argparse
import io
import time
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from caspen_qbo import wiring
from caspen_qbo.reports import build
from caspen_qbo.usecases.reconciling.run import reconcile
from caspen_qbo.usecases.shared.jobs import RunResult
from caspen_qbo.wording import FIELD_WORDS
from tests.support.bookkeeper import MUTATIONS
from tests.support.flow import Flow

RUN = "mutated"


@dataclass(frozen=True)
class Planted:
    """A company, the invoice of each mutation by its name, and what the reconciliation found."""

    invoices: Mapping[str, int]
    result: RunResult
    seconds: float
    """Of the reconciliation."""


def plant(flow: Flow, untouched: int, clients: int = 1) -> Planted:
    """Post so many invoices that stay as they are and one for each mutation, mutate those, reconcile."""
    billed = [flow.client_id, *(flow.staff.create_client("Client", f"No {n}") for n in range(1, clients))]
    left_alone = [flow.invoice("80.00", "20.00", client=billed[n % clients]) for n in range(untouched)]
    invoices = {}
    for mutation in MUTATIONS:
        client = flow.staff.create_client("Own", mutation.name) if mutation.own_client else None
        invoices[mutation.name] = flow.invoice("80.00", "20.00", client=client)
        mutation.prepare(flow, invoices[mutation.name])
    flow.pay(left_alone[0])
    flow.staff.credit(left_alone[1])
    flow.post()
    assert flow.listed() == {}
    for mutation in MUTATIONS:
        mutation.act(flow, invoices[mutation.name])
    started = time.perf_counter()
    with wiring.open_session(flow.workspace_id, RUN) as session:
        result = reconcile(session, full=True)
    return Planted(invoices, result, time.perf_counter() - started)


def check(flow: Flow, planted: Planted) -> None:
    """The table, the list, the report and the spreadsheet hold each planted difference and no other."""
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
    assert dict(found) == {planted.invoices[m.name]: set(m.found) for m in MUTATIONS}
    assert dict(listed) == {planted.invoices[m.name]: set(m.listed) for m in MUTATIONS}
    assert planted.result.counts["differences"] == sum(len(m.found) for m in MUTATIONS)

    with wiring.open_store() as store:
        report, again = (
            build(store.for_workspace(flow.workspace_id), RUN),
            build(store.for_workspace(flow.workspace_id)),
        )
    assert (report.html, report.xlsx) == (again.html, again.xlsx)
    book = zipfile.ZipFile(io.BytesIO(report.xlsx)).read("xl/sharedStrings.xml").decode()
    for number, field in flow.sync_rows(
        "SELECT document_number, field FROM qbo_sync.reconciliation_difference"
    ):
        shown = FIELD_WORDS.get(field, field)
        assert f" {number}</th><td>{shown}</td>" in report.html
        assert f">{number}<" in book and f">{shown}<" in book


def drift_table(flow: Flow, invoices: Mapping[str, int]) -> str:
    """What was changed | document | field | Caspen | QuickBooks | difference | listed as."""
    changed = {invoice_id: name for name, invoice_id in invoices.items()}
    found = flow.sync_rows(
        "SELECT c.invoice_id, r.document_kind, r.field, coalesce(r.caspen_value, ''),"
        " coalesce(r.quickbooks_value, ''), coalesce(r.delta::text, ''),"
        " coalesce((SELECT string_agg(u.title, ', ') FROM qbo_sync.unsynced_invoice u"
        "           WHERE u.document_kind = r.document_kind AND u.document_id ="
        "             CASE WHEN r.document_id < 0 THEN c.invoice_id ELSE r.document_id END"
        "             AND u.resolved_at IS NULL), 'explained by what is listed next to it')"
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


def main() -> None:
    from tests.support.standalone import services

    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--invoices", type=int, default=5000)
    asked = parser.parse_args()
    with services() as started:
        caspen, sync = started.caspen.create(), started.sync.create()
        started.prepare_for(caspen, sync)
        flow = Flow.open(caspen, sync, started.sandbox)
        try:
            planted = plant(flow, asked.invoices - len(MUTATIONS), clients=max(1, asked.invoices // 7))
            check(flow, planted)
            print(drift_table(flow, planted.invoices))
        finally:
            flow.close()
    counts, calls = planted.result.counts, planted.result.calls
    by_kind = ", ".join(f"{name} {number}" for name, number in sorted(calls.items()))
    print(
        f"\n{asked.invoices} invoices, {len(MUTATIONS)} of them changed: {counts['differences']} fields found"
        f" and no other, of {counts['documents_checked']} documents in {planted.seconds:.1f} s with"
        f" {sum(calls.values())} calls ({by_kind})"
    )


if __name__ == "__main__":
    main()
