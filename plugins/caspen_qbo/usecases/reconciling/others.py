"""What is not ours on documents of ours in QuickBooks: credits that imported payments use up, and what closes
an invoice of which Caspen shows more due.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from caspen_qbo.core.documents import DocumentFacts, read_facts
from caspen_qbo.core.importing.allocations import read_shares
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.document import ABSENT_VERSION
from caspen_qbo.core.reconciling.closers import Closer, describe_balance, find_closers
from caspen_qbo.core.reconciling.verdict import DifferingDocument
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.errors import QboRecordError, QboRejectedError
from caspen_qbo.usecases.sending.lookup import fetch_by
from caspen_qbo.usecases.shared.session import Session

log = logging.getLogger(__name__)


def mark_shares(session: Session) -> None:
    """Compare imported payments that use credits too by their money alone, as they are imported."""
    store = session.store.comparison
    for page in store.fetch_mixed(session.realm_id):
        invoices, credited = _fetch_ours(session, [one.now_facts for one in page])
        for one in page:
            shares, unclear = read_shares(one.now_facts, invoices, credited)
            if not unclear:
                store.set_share(one, shares.get(one.invoice_id))


def _fetch_ours(session: Session, payments: Sequence[DocumentFacts]) -> tuple[dict[str, int], dict[str, int]]:
    """QuickBooks invoice id -> ours; credit memo id -> our invoice that its credit note is of."""
    named: dict[str, set[str]] = {"Invoice": set(), "CreditMemo": set()}
    for link in (link for facts in payments for link in facts.links if link.txn_type in named):
        named[link.txn_type].add(link.txn_id)
    links = session.store.links
    invoices = {
        quickbooks_id: row.key.id
        for quickbooks_id, rows in links.fetch_by_quickbooks_ids(
            session.realm_id, "Invoice", named["Invoice"]
        ).items()
        for row in rows
        if row.workspace_id == session.workspace_id
    }
    memos = links.fetch_by_quickbooks_ids(session.realm_id, "CreditMemo", named["CreditMemo"])
    notes = {row.key: row.quickbooks_id for rows in memos.values() for row in rows}
    found = session.store.documents.fetch(notes)
    return invoices, {notes[key]: note.invoice_id for key, note in found.items()}


def describe_balances(session: Session, page: Sequence[DifferingDocument]) -> dict[DocumentKey, str]:
    """Of the invoices whose balances differ: what closes them in QuickBooks, and the ways out."""
    rows = {
        row.quickbooks_id: row
        for row in page
        if row.document_kind is DocumentKind.INVOICE
        and row.quickbooks_id is not None
        and any(one.field == "balance" for one in row.differences)
    }
    invoices = session.store.snapshot.fetch_facts(session.realm_id, "Invoice", rows)
    named = {link.txn_id for one in invoices.values() for link in one.links if link.txn_type == "Payment"}
    payments = _read(session, "Payment", named)
    found = {
        id_: find_closers(facts, payments, _fetch_known(session, rows[id_].document_id, facts, payments))
        for id_, facts in invoices.items()
    }
    read = _read_closers(session, [closer for closers in found.values() for closer in closers])
    return {
        rows[id_].ref.key: describe_balance([replace(one, facts=read.get(one.key)) for one in closers])
        for id_, closers in found.items()
    }


def _fetch_known(
    session: Session, invoice_id: int, invoice: DocumentFacts, payments: Mapping[str, DocumentFacts]
) -> set[tuple[str, str]]:
    """Type and id of what Caspen has on this invoice too: payments, and credit memos of its credit notes."""
    named: dict[str, set[str]] = {"Payment": set(), "CreditMemo": set()}
    paying = [payments[link.txn_id] for link in invoice.links if link.txn_id in payments]
    for link in (*invoice.links, *(link for facts in paying for link in facts.links)):
        if link.txn_type in named:
            named[link.txn_type].add(link.txn_id)
    known: set[tuple[str, str]] = set()
    for entity, ids in named.items():
        linked = session.store.links.fetch_by_quickbooks_ids(session.realm_id, entity, ids)
        keys = {row.key for rows in linked.values() for row in rows if not row.removed}
        documents = session.store.documents.fetch(keys)
        for id_, rows in linked.items():
            of_it = (documents.get(row.key) for row in rows)
            # What Caspen took off, and a person leaves there, is not on it in Caspen any more.
            if any(
                one is not None and one.invoice_id == invoice_id and one.version != ABSENT_VERSION
                for one in of_it
            ):
                known.add((entity, id_))
    return known


def _read_closers(session: Session, closers: Sequence[Closer]) -> dict[tuple[str, str], DocumentFacts]:
    ids: dict[str, set[str]] = {}
    for closer in closers:
        ids.setdefault(closer.entity, set()).add(closer.txn_id)
    read = {entity: _read(session, entity, wanted) for entity, wanted in ids.items()}
    return {
        closer.key: facts
        for closer in closers
        if (facts := read[closer.entity].get(closer.txn_id)) is not None
    }


def _read(session: Session, entity: str, ids: set[str]) -> dict[str, DocumentFacts]:
    """As this run read them, else from QuickBooks; without those that it does not show or does not know."""
    found = dict(session.store.snapshot.fetch_facts(session.realm_id, entity, ids))
    try:
        bodies = list(fetch_by(session, entity, "Id", ids - found.keys()))
    except (QboRecordError, QboRejectedError) as error:
        log.warning("not named workspace=%d %s: %s", session.workspace_id, entity, error)
        return found
    return found | {str(body["Id"]): read_facts(entity, body) for body in bodies}
