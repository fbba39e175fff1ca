"""The ledger of a workspace: finalised = synced + waiting + listed + excluded, or the run fails."""

from dataclasses import dataclass

from caspen_qbo.core.records import DocumentKind
from caspen_qbo.errors import InvariantError
from caspen_qbo.hooks.store.posting.documents import LedgerRow
from caspen_qbo.usecases.shared.session import Session


@dataclass(frozen=True, slots=True)
class Ledger:
    """Invoices of the whole workspace, history included, and the staged documents by kind."""

    invoices: LedgerRow
    by_kind: dict[str, LedgerRow]


def read_ledger(session: Session) -> Ledger:
    """Count, and check that it adds up: the one definition, stored by every run and shown everywhere.
    Caspen's own finalised invoices are counted too, those from before the connection included: one aggregate
    over the workspace, a few milliseconds for ten thousand.

    :raises InvariantError: a document is in none of the columns, or in two.
    """
    by_kind = session.store.documents.fetch_ledger()
    for row in by_kind.values():
        if not row.adds_up:
            raise InvariantError(
                f"workspace {session.workspace_id}: the ledger of {row.kind} does not add up: finalised "
                f"{row.finalised}, "
                f"synced {row.synced} + waiting {row.waiting} + listed {row.listed} + excluded "
                f"{row.excluded}."
            )
    return Ledger(_with_history(session, by_kind[DocumentKind.INVOICE.value]), by_kind)


def _with_history(session: Session, staged: LedgerRow) -> LedgerRow:
    """Add what was never staged: history nobody touched, and invoices finalised in this moment, which wait.
    Caspen, written to all the time, is counted after the staged ones: its count can only be larger.
    """
    finalised, historical = session.billing.count_finalised(
        session.workspace_id, session.connection.first_connected_at
    )
    unstaged = finalised - staged.finalised
    history = min(max(historical - staged.historical, 0), max(unstaged, 0))
    if unstaged < 0:
        # Reverted or voided in this moment: the staged count is one look older than Caspen's.
        return staged
    return LedgerRow(
        staged.kind,
        finalised=finalised,
        synced=staged.synced,
        waiting=staged.waiting + unstaged - history,
        listed=staged.listed,
        excluded=staged.excluded + history,
        stale=staged.stale,
        historical=historical,
    )
