"""Leave as it is: a person says of a listed row that nothing has to follow; `retry` takes it back."""

import logging
from collections.abc import Sequence

from caspen_qbo.core.decisions.decide import find_posted
from caspen_qbo.core.decisions.leave import ABOUT_PAYMENTS, LeavableRow
from caspen_qbo.core.documents import read_facts
from caspen_qbo.core.reconciling.matching import drift
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.usecases.sending.lookup import look_up
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.staging import restage

log = logging.getLogger(__name__)


def leave(session: Session, rows: Sequence[LeavableRow], *, who: str) -> None:
    """Close these rows and keep them closed until their words or Caspen's version change. What is not in
    QuickBooks stays out of it, counted as excluded. An invoice whose payments are left as they are is
    accepted with the balance it shows. Call with the workspace's lock held. Safe to repeat.

    :raises ConfigurationError: the invoice of such payments was edited too, or cannot be read.
    """
    invoices = {row.key: row for row in rows if row.error_key in ABOUT_PAYMENTS and row.quickbooks_id}
    found = (
        look_up(session, "Invoice", {str(row.quickbooks_id) for row in invoices.values()}).there
        if invoices
        else {}
    )
    facts = {}
    accepted = session.store.decisions.fetch_accepted(DocumentKind.INVOICE, [key.id for key in invoices])
    for key, row in invoices.items():
        body = found.get(str(row.quickbooks_id))
        now = read_facts("Invoice", body) if body else None
        if now is None or now.gone or (row.as_posted is not None and drift(row.as_posted, now)):
            raise ConfigurationError(
                f"{row.kind} {row.number}: QuickBooks Invoice {row.quickbooks_id} was edited or removed "
                "as well. Run `reconcile`, decide about that, and then about its payments."
            )
        facts[key] = now
    with session.store.transaction():
        for row in rows:
            session.store.left_rows.leave(row, who)
            if (now := facts.get(row.key)) is not None:
                before = accepted.get(row.id)
                added = before.added if before else ()
                posted = find_posted(row.as_posted, before)
                session.store.decisions.accept(row.key, now, added, posted, row.version, who)
            session.store.unsynced.resolve(
                row.key, resolution=f"left as it is by {who}", error_keys={row.error_key}
            )
            session.store.links.note_event(
                row.key, "left as it is", f"{row.error_key}: {row.detail}"[:500], who
            )
            log.info(
                "decision workspace=%d %s %s who=%s: left as it is (%s)",
                session.workspace_id, row.kind, row.number, who, row.error_key,
            )  # fmt: skip
        restage(session, {row.invoice_id for row in rows})
