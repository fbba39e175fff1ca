"""Bring what changed in Caspen into the store: which documents concern QuickBooks and where each stands."""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from caspen_qbo import settings
from caspen_qbo.core.chunks import chunked
from caspen_qbo.core.decisions.leave import leave_out
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting import cursor
from caspen_qbo.core.posting.document import (
    StagedDocument,
    is_live,
    stage_allocation,
    stage_credit_note,
    stage_invoice,
)
from caspen_qbo.core.posting.eligibility import (
    HISTORICAL,
    IMPORTED,
    DesiredState,
    classify_allocation,
    classify_credit_note,
    classify_invoice,
    was_historical,
)
from caspen_qbo.core.quality.own_rows import INCONSISTENT, OwnProblem, check_family
from caspen_qbo.core.records import Allocation, CreditNote, DocumentKind, Invoice
from caspen_qbo.hooks.store.posting.unsynced import Listing
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.set_back import look_for_set_back

log = logging.getLogger(__name__)

CURSOR = "caspen"
VOID_CURSOR = "caspen_voids"
"""How far all payments were read for voided ones."""
CHUNK = 500


@dataclass(frozen=True, slots=True)
class StageResult:
    invoices: int
    credit_notes: int
    payments: int


@dataclass(frozen=True, slots=True)
class ChangedInvoices:
    """Which invoices something changed on in Caspen, and where the next run reads on."""

    ids: tuple[int, ...]
    since: datetime
    position: datetime
    checkpoints: tuple[cursor.Checkpoint, ...]


def stage(session: Session, *, nightly: bool = False) -> StageResult:
    """Read Caspen's changes since the cursor and stage them with everything that hangs on the same invoices.
    Safe to repeat: unchanged rows are left alone, and the cursor moves only after all of it is stored.

    :param nightly: Look through all payments for voided ones; a run looks at those applied last.
    """
    changed = read_changed(session, nightly=nightly)
    staged: list[StagedDocument] = []
    for chunk in chunked(changed.ids, CHUNK):
        staged += _stage_invoices(session, chunk)
    if any(_is_import_unlinked(document) for document in staged):
        session.store.rhythm.record_reported(session.realm_id)
    session.store.documents.move_cursor(CURSOR, changed.position, changed.checkpoints)
    if nightly:
        session.store.documents.move_cursor(VOID_CURSOR, changed.position)
    session.store.unsynced.resolve_unwanted()
    _list_unsound(session)
    result = StageResult(*(sum(document.kind is kind for document in staged) for kind in DocumentKind))
    log.info(
        "staged workspace=%d since=%s invoices=%d credit_notes=%d payments=%d run=%s",
        session.workspace_id,
        changed.since.isoformat(),
        result.invoices,
        result.credit_notes,
        result.payments,
        session.run_id,
    )
    return result


def _list_unsound(session: Session) -> None:
    """What is in QuickBooks already stays as posted; a person should look. What is not is held when its turn
    comes.
    """
    found = session.store.documents.fetch_unsound_synced()
    session.store.unsynced.record(
        [Listing(document, INCONSISTENT, detail, blocks=False) for document, detail in found]
    )
    session.store.unsynced.resolve_corrected(INCONSISTENT)


def _is_import_unlinked(document: StagedDocument) -> bool:
    """A payment imported from QuickBooks that the staff took off its invoice: the import says what then."""
    imported = document.kind is DocumentKind.PAYMENT and document.excluded_reason == IMPORTED
    return imported and not document.finalised


def read_changed(session: Session, *, nightly: bool = False) -> ChangedInvoices:
    seen = session.billing.fetch_horizon()
    stored = session.store.documents.fetch_cursor(CURSOR)
    position, checkpoints = stored or (session.connection.first_connected_at, ())
    since = position - _overlap()
    changes = session.billing.fetch_changes(session.workspace_id, since)
    notes = session.billing.fetch_credit_notes(session.workspace_id, changes.credit_note_ids)
    voided = _fetch_voided(session, since, nightly=nightly)
    allocations = session.billing.fetch_allocations(
        session.workspace_id, sorted({*changes.allocation_ids, *voided})
    )
    ids = {
        *changes.invoice_ids,
        *(note.invoice_id for note in notes.values()),
        *(allocation.invoice_id for allocation in allocations.values()),
        *session.store.documents.fetch_unsound_invoices(),  # corrected, perhaps, on another invoice
    }
    return ChangedInvoices(tuple(sorted(ids)), since, *cursor.advance(position, checkpoints, seen))


def _overlap() -> timedelta:
    return timedelta(seconds=settings.CASPEN_CURSOR_OVERLAP_SECONDS)


def _fetch_voided(session: Session, since: datetime, *, nightly: bool) -> tuple[int, ...]:
    """Live allocations of payments that were voided without being unlinked. Payments have no index by time:
    a run looks at the allocations that changed last, each night all are looked at since the night before.
    """
    if not nightly:
        return session.billing.fetch_void_recent(session.workspace_id, since)
    looked = session.store.documents.fetch_cursor(VOID_CURSOR)
    before = (looked[0] if looked else session.connection.first_connected_at) - _overlap()
    return session.billing.fetch_void_allocations(session.workspace_id, min(before, since))


@dataclass(frozen=True, slots=True)
class _Records:
    invoices: Mapping[int, Invoice]
    notes: Mapping[int, CreditNote]
    allocations: Mapping[int, Allocation]
    used: Mapping[int, Decimal]
    """By allocation id: how much of its payment is allocated up to and with it."""


def _read_records(session: Session, ids: Collection[int]) -> _Records:
    workspace_id, billing = session.workspace_id, session.billing
    invoices = billing.fetch_invoices(workspace_id, ids)
    note_ids, allocation_ids = billing.fetch_related(workspace_id, list(invoices))
    allocations = billing.fetch_allocations(workspace_id, allocation_ids)
    live = [id_ for id_, one in allocations.items() if is_live(one)]
    return _Records(
        invoices,
        billing.fetch_credit_notes(workspace_id, note_ids),
        allocations,
        billing.fetch_payment_use(workspace_id, live) if live else {},
    )


def read_staged(
    session: Session, ids: Collection[int], *, linked: Collection[DocumentKey] = ()
) -> list[StagedDocument]:
    """These invoices and all on them as they would be staged, with ``linked`` as linked. Writes nothing."""
    found: list[StagedDocument] = []
    for chunk in chunked(sorted(set(ids)), CHUNK):
        found += _to_documents(session, _read_records(session, chunk), linked)
    return found


def _to_documents(
    session: Session, records: _Records, also_linked: Collection[DocumentKey] = ()
) -> list[StagedDocument]:
    linked = set(also_linked)
    for kind, found in (
        (DocumentKind.INVOICE, records.invoices),
        (DocumentKind.CREDIT_NOTE, records.notes),
        (DocumentKind.PAYMENT, records.allocations),
    ):
        linked |= {DocumentKey(kind, id_) for id_ in session.store.links.fetch_linked_ids(kind, list(found))}
    line_at, documents = session.connection.first_connected_at, []
    eligible = {}
    for id_, invoice in records.invoices.items():
        is_linked = DocumentKey(DocumentKind.INVOICE, id_) in linked
        eligible[id_] = classify_invoice(invoice, line_at=line_at, linked=is_linked)
        documents.append(stage_invoice(invoice, eligible[id_]))
    for id_, note in records.notes.items():
        if note.invoice_id in eligible:
            is_linked = DocumentKey(DocumentKind.CREDIT_NOTE, id_) in linked
            eligibility = classify_credit_note(note, eligible[note.invoice_id], linked=is_linked)
            documents.append(stage_credit_note(note, records.invoices[note.invoice_id], eligibility))
    for id_, allocation in records.allocations.items():
        if allocation.invoice_id in eligible:
            is_linked = DocumentKey(DocumentKind.PAYMENT, id_) in linked
            eligibility = classify_allocation(allocation, eligible[allocation.invoice_id], linked=is_linked)
            documents.append(
                stage_allocation(allocation, records.invoices[allocation.invoice_id], eligibility)
            )
    documents = _with_unsound(documents, records)
    return leave_out(documents, linked, session.store.left_rows.fetch_left([one.key for one in documents]))


def _with_unsound(documents: Iterable[StagedDocument], records: _Records) -> list[StagedDocument]:
    """Of what is to be in QuickBooks: what is wrong in Caspen's own rows."""
    notes: dict[int, list[CreditNote]] = defaultdict(list)
    paid: dict[int, list[Allocation]] = defaultdict(list)
    for note in records.notes.values():
        if note.status == "issued":
            notes[note.invoice_id].append(note)
    for one in records.allocations.values():
        if is_live(one):
            paid[one.invoice_id].append(one)
    found: dict[DocumentKey, tuple[OwnProblem, ...]] = {}
    for id_, invoice in records.invoices.items():
        found |= check_family(invoice, notes[id_], paid[id_], records.used)
    return [
        replace(one, unsound=found[one.key])
        if one.key in found and one.wanted == DesiredState.PRESENT
        else one
        for one in documents
    ]


def _stage_invoices(session: Session, ids: Collection[int]) -> list[StagedDocument]:
    store = session.store
    records = _read_records(session, ids)
    documents = _to_documents(session, records)
    historical = {
        document.id: document
        for document in documents
        if document.kind is DocumentKind.INVOICE and document.excluded_reason == HISTORICAL
    }
    paid: dict[int, Allocation] = {}
    for allocation in records.allocations.values():
        if allocation.invoice_id in historical and _is_paid_since(session, allocation):
            paid.setdefault(allocation.invoice_id, allocation)
    known = store.unsynced.fetch_open_ids(DocumentKind.INVOICE, paid, "historical_invoice")
    set_back = look_for_set_back(session, documents)
    from_history = _count_from_history(session, records.invoices)
    with store.transaction():
        store.documents.stage(documents)
        if from_history:
            store.ledger.lower_history(from_history)
        set_back.write(session)
        store.unsynced.record(
            [
                Listing(
                    historical[id_],
                    "historical_invoice",
                    f"Payment {allocation.payment_number} was applied to it; neither the invoice nor the "
                    "payment is posted.",
                )
                for id_, allocation in paid.items()
                if id_ not in known
            ]
        )
        store.unsynced.resolve_all(
            [document.key for id_, document in historical.items() if id_ not in paid],
            resolution="its payment was unlinked",
            error_keys={"historical_invoice"},
        )
    return documents


def _count_from_history(session: Session, invoices: Mapping[int, Invoice]) -> int:
    """How many of these are counted as history that is not staged; call before they are staged."""
    line_at = session.connection.first_connected_at
    old = [id_ for id_, invoice in invoices.items() if invoice.created_at < line_at]
    history = session.store.ledger.fetch_history() if old else None
    if history is None:
        return 0
    staged = session.store.documents.fetch_staged_ids(DocumentKind.INVOICE, old)
    return sum(was_historical(invoices[id_], line_at, history.counted_at) for id_ in old if id_ not in staged)


def _is_paid_since(session: Session, allocation: Allocation) -> bool:
    return (
        is_live(allocation)
        and allocation.payment_source != "quickbooks"
        and allocation.allocated_at >= session.connection.first_connected_at
    )


def restage(session: Session, invoice_ids: Collection[int]) -> None:
    """Read these invoices again, e.g. before acting on one that Caspen may have changed concurrently."""
    for chunk in chunked(sorted(set(invoice_ids)), CHUNK):
        _stage_invoices(session, chunk)
