"""What a report shows besides the differences, collected while the run ends and stored with it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from caspen_qbo.catalogue import entry_for
from caspen_qbo.core.reconciling.stored import LedgerLine, ListedRow, SignedPeriods, StoredReport
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.hooks.store.posting.ledger import LedgerRow
from caspen_qbo.hooks.store.posting.unsynced import UnsyncedRow
from caspen_qbo.usecases.reconciling.tie_outs import collect_tie_outs
from caspen_qbo.usecases.shared.ledger import read_ledger
from caspen_qbo.usecases.shared.session import Session

TREND_RUNS = 29
LISTED_MAX = 5000
"""Open rows stored with a run; beyond that the report says how many more there are."""


def collect_report(
    session: Session,
    compared: Mapping[DocumentKind, int],
    signed: SignedPeriods,
    balances: Mapping[str, Decimal] | None,
) -> StoredReport:
    """Call inside the transaction that finishes the run, with the documents frozen by kind.

    :param balances: What QuickBooks says each customer owes; None when this run did not read that.
    :raises InvariantError: the ledger does not add up.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    workspace, ledger = session.workspace, read_ledger(session)
    today = now.astimezone(ZoneInfo(workspace.time_zone)).date()
    listed = session.store.unsynced.fetch_open()
    counts = {**ledger.by_kind, DocumentKind.INVOICE: ledger.invoices}
    return StoredReport(
        workspace=workspace.name,
        currency=workspace.currency,
        company=session.connection.company_name or "",
        realm_id=session.realm_id,
        at=now,
        time_zone=workspace.time_zone,
        local_date=today,
        compared=compared,
        ledger={DocumentKind(kind): _line(row) for kind, row in counts.items()},
        listed=tuple(_listed(row, now) for row in listed[:LISTED_MAX]),
        listed_left_off=max(len(listed) - LISTED_MAX, 0),
        trend=session.store.reconciliation.fetch_trend(session.run_id, TREND_RUNS),
        tie_outs=collect_tie_outs(session, today, balances),
        signed_periods=signed,
    )


def _line(row: LedgerRow) -> LedgerLine:
    return LedgerLine(row.finalised, row.synced, row.waiting, row.listed, row.excluded, row.stale)


def _listed(row: UnsyncedRow, now: datetime) -> ListedRow:
    return ListedRow(
        kind=DocumentKind(row.document_kind),
        number=row.document_number,
        error_key=row.error_key,
        title=row.title,
        detail=row.detail,
        fix=row.fix,
        turn=entry_for(row.error_key).turn,
        cause_ref=row.cause_ref,
        blocks=row.blocks,
        field=row.field,
        caspen_value=row.caspen_value,
        quickbooks_value=row.quickbooks_value,
        delta=row.delta,
        since=row.first_seen_at,
        days=max((now - row.first_seen_at).days, 0),
        attempts=row.attempts,
    )
