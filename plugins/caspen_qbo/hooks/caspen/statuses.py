"""What Caspen's screens show of QuickBooks: a status at each document and each tax rate."""

import time
from collections.abc import Mapping, Sequence

from caspen_qbo import settings
from caspen_qbo.core.records import DocumentKind, OwnWrite, StatusesWritten, StatusUpdate
from caspen_qbo.hooks.caspen.reads import in_chunks
from caspen_qbo.hooks.caspen.session import CaspenSession

_STATEMENTS = {
    DocumentKind.INVOICE: "caspen/update_invoice_statuses",
    DocumentKind.CREDIT_NOTE: "caspen/update_credit_note_statuses",
}


class CaspenStatuses(CaspenSession):
    """Statuses. Safe to repeat: equal ones are left alone, so that ``updated_at`` does not move."""

    def write_statuses(self, workspace_id: int, updates: Sequence[StatusUpdate]) -> StatusesWritten:
        """Show these statuses; of a document named twice the last one counts. Payments have none. Documents
        that staff hold in a transaction are left out after a short wait, and named.
        """
        shown = (update for update in updates if update.kind in _STATEMENTS)
        wanted = {(update.kind, update.document_id): update for update in shown}
        writes: dict[tuple[DocumentKind, int], OwnWrite] = {}
        deadline = time.monotonic() + settings.CASPEN_ROW_WAIT_SECONDS
        while True:
            written, wanted = self._write_free(workspace_id, wanted)
            writes |= written
            if not wanted or time.monotonic() >= deadline:
                return StatusesWritten(writes, frozenset(wanted))
            time.sleep(0.1)

    def _write_free(
        self, workspace_id: int, wanted: Mapping[tuple[DocumentKind, int], StatusUpdate]
    ) -> tuple[dict[tuple[DocumentKind, int], OwnWrite], dict[tuple[DocumentKind, int], StatusUpdate]]:
        writes, busy = {}, {}
        for kind, statement in _STATEMENTS.items():
            for ids in in_chunks(id_ for of_kind, id_ in wanted if of_kind is kind):
                updates = [wanted[kind, id_] for id_ in ids]
                statuses = [update.status for update in updates]
                params = {"workspace_id": workspace_id, "ids": ids, "statuses": statuses}
                if kind is DocumentKind.INVOICE:
                    params["details"] = [update.detail for update in updates]
                for row in self._database.fetch_all(statement, params):
                    if row["written"]:
                        writes[kind, row["id"]] = OwnWrite(row["before"], row["after"])
                    else:
                        busy[kind, row["id"]] = wanted[kind, row["id"]]
        return writes, busy

    def write_tax_rate_status(self, workspace_id: int, tax_rate_id: int, status: str) -> None:
        """Show ``Synced`` or ``Not synced`` in Caspen's Settings > Taxes. Safe to repeat."""
        params = {"workspace_id": workspace_id, "tax_rate_id": tax_rate_id, "status": status}
        self._database.execute("caspen/update_tax_rate_status", params)
