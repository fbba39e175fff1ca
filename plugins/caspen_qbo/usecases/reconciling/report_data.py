"""
What a report shows beside the differences, gathered while the comparison is frozen and stored with the run.

All amounts are stored as texts, so that a report made from the stored run years later shows the same figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from caspen_qbo.catalogue import entry_for
from caspen_qbo.hooks.store.posting.unsynced import UnsyncedRow
from caspen_qbo.usecases.reconciling.tie_outs import tie_outs
from caspen_qbo.usecases.shared.ledger import Ledger
from caspen_qbo.usecases.shared.session import Session

FORMAT = 1
"""Of the stored report; raised when a reader of older ones would misunderstand."""
TREND_RUNS = 29
LISTED_MAX = 5000
"""Open rows stored with a run; beyond that the report says how many more there are."""


def gather(
    session: Session, ledger: Ledger, compared: Mapping[str, int], balances: Mapping[str, Decimal] | None
) -> dict[str, Any]:
    """
    Call inside the transaction that finishes the run.

    :param balances: What QuickBooks says each customer owes; None when this run did not ask.
    """
    now = datetime.now(UTC)
    listed = session.store.unsynced.fetch_open()
    workspace = session.workspace
    return {
        "format": FORMAT,
        "workspace": workspace.name,
        "currency": workspace.currency,
        "company": session.connection.company_name or "",
        "realm_id": session.realm_id,
        "at": now.isoformat(timespec="seconds"),
        "time_zone": workspace.time_zone,
        "local_date": now.astimezone(ZoneInfo(workspace.time_zone)).date().isoformat(),
        "compared": dict(compared),
        "ledger": {
            kind: {
                name: getattr(row, name)
                for name in ("finalised", "synced", "waiting", "listed", "excluded", "stale")
            }
            for kind, row in {**ledger.by_kind, "invoice": ledger.invoices}.items()
        },
        "listed": [_listed(row, now) for row in listed[:LISTED_MAX]],
        "listed_left_off": max(len(listed) - LISTED_MAX, 0),
        "trend": [
            {
                "run_id": row["run_id"],
                "at": row["started_at"].isoformat(timespec="seconds"),
                "documents": row["documents_checked"],
                "differences": row["differences"],
                "unexplained": row["differences"] - row["explained"],
            }
            for row in session.store.reconciliation.fetch_trend(session.run_id, TREND_RUNS)
        ],
        "tie_outs": tie_outs(session, now.astimezone(ZoneInfo(workspace.time_zone)).date(), balances),
    }


def _listed(row: UnsyncedRow, now: datetime) -> dict[str, Any]:
    return {
        "kind": row.document_kind,
        "number": row.document_number,
        "error_key": row.error_key,
        "title": row.title,
        "detail": row.detail,
        "fix": row.fix,
        "turn": entry_for(row.error_key).turn.value,
        "cause_ref": row.cause_ref,
        "blocks": row.blocks,
        "field": row.field,
        "caspen_value": row.caspen_value,
        "quickbooks_value": row.quickbooks_value,
        "delta": _money(row.delta),
        "since": row.first_seen_at.isoformat(timespec="seconds"),
        "days": max((now - row.first_seen_at).days, 0),
        "attempts": row.attempts,
    }


def _money(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")
