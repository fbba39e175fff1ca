"""Customers that are inactive in QuickBooks, and the compared invoices that stand on them."""

from collections.abc import Collection
from datetime import date, datetime

from caspen_qbo.core.reconciling.verdict import CUSTOMER_STATUS
from caspen_qbo.hooks.store.subject import Subject


class InactiveStore(Subject):
    folder = "reconciling/inactive_customers"

    def save(
        self,
        realm_id: str,
        inactive: Collection[str],
        active: Collection[str],
        seen_at: datetime,
        *,
        complete: bool,
    ) -> None:
        """Store who is inactive; safe to repeat. ``complete``: all not in ``inactive`` are active."""
        self._execute_many(
            "upsert_customer",
            [{"realm_id": realm_id, "customer_id": id_, "seen_at": seen_at} for id_ in inactive],
        )
        unseen_since = seen_at if complete else None
        self._execute(
            "delete_active", realm_id=realm_id, customer_ids=list(active), unseen_since=unseen_since
        )

    def mark_compared(self, realm_id: str, *, recent_since: date) -> int:
        """Mark frozen invoices of inactive customers that are open, or dated or posted since then; how many.
        Inside the transaction that freezes, after the edits are marked.
        """
        self._execute("delete_acceptance", realm_id=realm_id)
        return self._execute(
            "mark_compared", realm_id=realm_id, recent_since=recent_since, field=CUSTOMER_STATUS
        )

    def accept(self, kind: str, document_id: int, customer_id: str) -> None:
        """With an acceptance that is stored already: also that this customer is inactive."""
        self._execute("accept", document_kind=kind, document_id=document_id, customer_id=customer_id)
