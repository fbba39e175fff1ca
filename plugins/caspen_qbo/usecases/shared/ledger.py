"""The ledger of a workspace: finalised = synced + waiting + listed + excluded, or the run fails. A run counts
what is open and takes the rest from counters; each night all of it is counted, and so are the counters. Why,
with an example: docs/decisions/0026-ledger-counters.md.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.errors import InvariantError
from caspen_qbo.hooks.store.posting.ledger import LedgerRow
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.staging import CURSOR, restage
from caspen_qbo.wording import counted

log = logging.getLogger(__name__)

NAMED_MOST = 5


@dataclass(frozen=True, slots=True)
class Ledger:
    """Invoices of the whole workspace, history included, and the staged documents by kind."""

    invoices: LedgerRow
    by_kind: dict[str, LedgerRow]


def close_ledger(session: Session) -> Ledger:
    """At the end of a run: what it and others changed is added to the counters, and the ledger must add up.
    Reads what is open, whatever the practice's past; the first run of a practice counts Caspen's invoices.

    :raises InvariantError: a document is in none of the columns, or in two.
    """
    store, line_at = session.store.ledger, session.connection.first_connected_at
    store.fold()
    by_kind = _checked(session, store.fetch())
    invoices = by_kind[DocumentKind.INVOICE.value]
    history = store.fetch_history()
    if history is None or history.line_at != line_at:
        return Ledger(_count_history(session, invoices), by_kind)
    return Ledger(_with_unstaged(invoices, history=history.invoices, waiting=0), by_kind)


def read_ledger(session: Session) -> Ledger:
    """Count every document, and Caspen's own finalised invoices, those from before the connection included.
    Reads all of the workspace's; writes nothing.

    :raises InvariantError: a document is in none of the columns, or in two.
    """
    by_kind = _checked(session, session.store.ledger.count())
    return Ledger(_with_history(session, by_kind[DocumentKind.INVOICE.value]), by_kind)


def prove_ledger(session: Session, counts: Counter[str]) -> str:
    """Each night: what a run takes for granted is counted. Counters that are wrong are set right, finalised
    invoices that were never read from Caspen are staged; a sentence for each, empty when all is as it should.
    The caller fails with it once its own work is done.
    """
    store = session.store.ledger
    wrong = store.recount()
    missed = _find_missed(session)
    restage(session, missed)
    _count_history(session, store.count()[DocumentKind.INVOICE.value])
    counts["wrong_counters"] += len(wrong)
    counts["never_read"] += len(missed)
    sentences = []
    if wrong:
        sentences.append(f"The ledger's counters were wrong and are set right: {'; '.join(map(str, wrong))}.")
    if missed:
        sentences.append(
            f"{counted(len(missed), 'finalised invoice')} in Caspen had never been read "
            f"({_name(session, missed)}): staged now, the next run posts what is due."
        )
    for sentence in sentences:
        log.error("ledger workspace=%d %s", session.workspace_id, sentence)
    return " ".join(sentences)


def _checked(session: Session, by_kind: Mapping[str, LedgerRow]) -> dict[str, LedgerRow]:
    for row in by_kind.values():
        if not row.adds_up:
            raise InvariantError(
                f"workspace {session.workspace_id}: the ledger of {row.kind} does not add up: finalised "
                f"{row.finalised}, "
                f"synced {row.synced} + waiting {row.waiting} + listed {row.listed} + excluded "
                f"{row.excluded}."
            )
    return dict(by_kind)


def _find_missed(session: Session) -> list[int]:
    """Invoices finalised since the connection that the cursor has passed and that are not staged."""
    read = session.store.documents.fetch_cursor(CURSOR)
    if read is None:
        return []
    line_at = session.connection.first_connected_at
    return [
        invoice_id
        for page in session.billing.fetch_finalised(session.workspace_id, line_at, until=read[0])
        for invoice_id in sorted(
            set(page) - session.store.documents.fetch_staged_ids(DocumentKind.INVOICE, page)
        )
    ]


def _name(session: Session, invoice_ids: Iterable[int]) -> str:
    keys = [DocumentKey(DocumentKind.INVOICE, id_) for id_ in invoice_ids]
    found = session.store.documents.fetch(keys[:NAMED_MOST])
    names = [document.number for document in found.values()]
    return ", ".join([*names, "..."] if len(keys) > NAMED_MOST else names)


def _count_history(session: Session, staged: LedgerRow) -> LedgerRow:
    """Count Caspen's invoices, and remember how many of those from before the connection are not staged."""
    invoices = _with_history(session, staged)
    session.store.ledger.record_history(
        invoices.excluded - staged.excluded, session.connection.first_connected_at
    )
    return invoices


def _with_history(session: Session, staged: LedgerRow) -> LedgerRow:
    """Add what was never staged: history nobody touched, and invoices finalised in this moment, which wait.
    Caspen, written to all the time, is counted after the staged ones: its count can only be larger.
    """
    finalised, historical = session.billing.count_finalised(
        session.workspace_id, session.connection.first_connected_at
    )
    unstaged = finalised - staged.finalised
    if unstaged < 0:
        # Reverted or voided in this moment: the staged count is one look older than Caspen's.
        return staged
    history = min(max(historical - staged.historical, 0), unstaged)
    return _with_unstaged(staged, history=history, waiting=unstaged - history)


def _with_unstaged(staged: LedgerRow, *, history: int, waiting: int) -> LedgerRow:
    return LedgerRow(
        staged.kind,
        finalised=staged.finalised + history + waiting,
        synced=staged.synced,
        waiting=staged.waiting + waiting,
        listed=staged.listed,
        excluded=staged.excluded + history,
        stale=staged.stale,
        historical=staged.historical + history,
    )
